"""Everything put together, in this process: a scripted Asterisk, a real database file, the real API."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from acd.app import Stopping, running, serve
from acd.console.flight import parse_routing
from acd.errors import OperatorError, TakenOver, TelephonyError
from acd.runtime.replay import replay
from acd.storage.store import open_archive
from agents.model import PhoneState
from asterisk.ari.errors import UnsupportedAsterisk
from config.problems import ConfigErrors
from tests.unit.acd.console.installation import Installation
from tests.unit.acd.whole import OTHER, checks, get, make_token, ring_s, until, up
from tests.unit.asterisk.node import NOON, Node, caller, phone, started
from tests.unit.config.files import write


async def test_it_is_ready_when_all_is_well(house: Installation, node: Node) -> None:
    node.lists["endpoints"] = [phone("1")]
    async with up(house) as engine:
        assert (await get(house, "/health/live"))[0] == 200
        assert (await get(house, "/health/ready"))[0] == 200
        assert [*checks(engine)] == ["ari:pbx1", "database", "routing"]
        view = engine.view_agent("1")
        assert view is not None
        assert view.phone is PhoneState.FREE
        await until(lambda: "POST asterisk/variable" in node.seen)


async def test_without_asterisk_it_waits_and_says_so(house: Installation, node: Node) -> None:
    await node.stop()
    stopping = Stopping(asyncio.Event())
    async with running(house.settings(), stopping, asyncio.Event()) as engine:
        await until(lambda: "Cannot reach Asterisk" in checks(engine)["ari:pbx1"])
        headers = await make_token(house)
        assert (await get(house, "/health/ready"))[0] == 503
        _, metrics = await get(house, "/metrics", headers=headers)
        assert 'strowger_connected{what="ari"} 0.0' in metrics
        await node.start()
        await until(lambda: checks(engine)["ari:pbx1"] == "connected")
        _, metrics = await get(house, "/metrics", headers=headers)
        assert 'strowger_connected{what="ari"} 1.0' in metrics


@pytest.mark.parametrize(("open_metrics", "status"), [("true", 200), ("false", 401)])
async def test_metrics_may_be_open(house: Installation, open_metrics: str, status: int) -> None:
    house.set(open_metrics=open_metrics)
    async with up(house):
        assert (await get(house, "/metrics"))[0] == status


async def test_a_call_is_decided_on_and_remembered(house: Installation, node: Node) -> None:
    async with up(house) as engine:
        asterisk = await node.sockets.get()
        await asterisk.send_str(started(caller("c1", "100", state="Ring"), "inbound", "100"))
        await until(lambda: engine.view_call("c1") is not None)
    async with open_archive(house.settings().secret("database_url")) as archive:
        story = await archive.story("c1")
    assert story is not None
    assert story.call.dialled == "100"


async def test_an_end_leaves_callers_alone_and_the_next_engine_takes_them_over(
    house: Installation, node: Node
) -> None:
    arrived = caller("c1", "100", state="Ring")
    with capture_logs() as logged:
        async with up(house) as engine:
            asterisk = await node.sockets.get()
            await asterisk.send_str(started(arrived, "inbound", "100"))
            await until(lambda: engine.view_call("c1") is not None)
            seen = len(node.seen)
        deletes = [request for request in node.seen[seen:] if request.startswith("DELETE")]
        assert deletes == []
    assert [entry for entry in logged if entry["log_level"] not in ("info", "debug")] == []
    node.lists["channels"] = [caller("c1", "100")]
    async with up(house) as engine:
        await until(lambda: engine.view_call("c1") is not None)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it(house: Installation, node: Node, number: signal.Signals) -> None:
    thresholds = gc.get_threshold()
    with capture_logs() as logged:
        serving = asyncio.create_task(serve(house.settings()))
        await node.ask_of("channels")
        os.kill(os.getpid(), number)
        async with asyncio.timeout(30):
            await serving
    said = [entry["event"] for entry in logged]
    assert said[-4:-1].count("stopping; the callers stay in Asterisk") == 1
    assert said[-1] == "stopped"
    assert not [entry for entry in logged if "exc_info" in entry or entry["log_level"] == "error"]
    assert gc.get_threshold() == thresholds
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_the_program_itself_ends_cleanly(house: Installation, node: Node) -> None:
    """In a process of its own, on the event loop that is used in earnest, and reloading before."""
    house.set(open_metrics="true")
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "acd", "run", stdout=PIPE, stderr=PIPE
    )
    await node.ask_of("asterisk/variable")
    program.send_signal(signal.SIGHUP)
    async with asyncio.timeout(30):
        while (
            'strowger_config_reloads_total{result="taken"} 1.0' not in (await get(house, "/metrics"))[1]
        ):
            pass
    program.send_signal(signal.SIGTERM)
    program.send_signal(signal.SIGHUP)
    async with asyncio.timeout(30):
        out, err = await program.communicate()
    assert program.returncode == 0
    assert out == b""
    said = err.decode().splitlines()
    assert "stopped" in said[-1]
    assert [line for line in said if "[info " not in line] == []


async def test_an_asterisk_too_old_ends_it_with_a_clear_message(house: Installation, node: Node) -> None:
    node.version = "20.9.0"
    node.boots("monday")
    with capture_logs() as logged, pytest.raises(UnsupportedAsterisk, match=r"20\.9\.0"):
        async with asyncio.timeout(30):
            await serve(house.settings())
    (failed,) = [entry for entry in logged if entry["event"] == "background task failed"]
    assert failed["task"] == "ari"
    assert "20.9.0" in failed["error"]
    assert "exc_info" not in failed


async def test_another_engine_that_takes_over_ends_it(house: Installation, node: Node) -> None:
    serving = asyncio.create_task(serve(house.settings()))
    async with asyncio.timeout(30):
        asterisk = await node.sockets.get()
        await node.ask_of("channels")
        await asterisk.send_str(json.dumps({"type": "ApplicationReplaced", "timestamp": NOON}))
        with pytest.raises(TakenOver, match="STROWGER_ARI_APP"):
            await serving


def test_only_essential_tasks_end_it() -> None:
    stopping = Stopping(asyncio.Event())
    stopping.failed("reload", LookupError())
    assert not stopping.event.is_set()
    error = TelephonyError("no")
    stopping.failed("ari", error)
    assert stopping.event.is_set()
    assert stopping.error is error


async def test_a_port_that_is_taken(house: Installation, node: Node) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        house.set(api_port=port)
        with pytest.raises(OperatorError, match=rf"the API cannot listen on 127\.0\.0\.1:{port}: "):
            async with running(house.settings(), Stopping(asyncio.Event()), asyncio.Event()):
                pass
    assert node.seen == []


async def test_a_routing_with_mistakes_starts_nothing(house: Installation) -> None:
    house.routing.write_text("x")
    with pytest.raises(ConfigErrors):
        async with running(house.settings(), Stopping(asyncio.Event()), asyncio.Event()):
            pass
    assert not (house.folder / "var").exists()


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("data_dir", "folders of the data"),
        ("spool_dir", "folders of the data"),
        ("flight_dir", "flight recorder"),
    ],
)
async def test_a_folder_that_cannot_be_used(house: Installation, setting: str, said: str) -> None:
    write(house.folder, "a file", "file")
    house.set(**{setting: house.folder / "file" / "x"})
    with pytest.raises(OperatorError, match=said):
        async with running(house.settings(), Stopping(asyncio.Event()), asyncio.Event()):
            pass


async def test_what_is_recorded_in_flight_replays(house: Installation, node: Node) -> None:
    flights = house.folder / "flights"
    house.set(flight_dir=flights)
    async with up(house) as engine:
        asterisk = await node.sockets.get()
        await asterisk.send_str(started(caller("c1", "100", state="Ring"), "inbound", "100"))
        await until(lambda: engine.view_call("c1") is not None)
        house.routing.write_text(OTHER)
        await until(lambda: ring_s(engine) == 33)
    (recording,) = recordings(flights)
    outcome = replay(recording, parse_routing)
    assert outcome.events >= 4
    assert outcome.differences == ()
    assert "13800138000" not in recording.read_text()


def recordings(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


async def test_a_routing_file_that_is_not_there_is_named_with_its_setting(house: Installation) -> None:
    house.set(routing_file=house.folder / "nowhere.yaml")
    with pytest.raises(OperatorError, match=r"nowhere\.yaml: expected STROWGER_ROUTING_FILE to name it"):
        async with running(house.settings(), Stopping(asyncio.Event()), asyncio.Event()):
            pass
