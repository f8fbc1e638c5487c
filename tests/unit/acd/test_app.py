"""Everything put together, in this process: a scripted Asterisk, a real database file, the real API."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs
from watchfiles import awatch

from acd import app as application
from acd.api.secrets import hash_secret
from acd.app import Stopping, reload_signal, running, serve
from acd.archive import BlacklistEntry, Role
from acd.console.flight import parse_routing
from acd.core.callback_words import CallbackOpened, CommitAttempt
from acd.core.events import Blacklisted
from acd.core.facts import Fact, StaleEventSeen
from acd.errors import OperatorError, StoreUnavailable, TakenOver, TelephonyError
from acd.reached import DoNotCallEntry
from acd.routing_source import RoutingSource
from acd.runtime.engine import Engine
from acd.runtime.replay import replay
from acd.runtime.tasks import TaskKeeper
from acd.storage.journal import WriteBehind
from acd.storage.store import SqlMemory, open_archive, open_store
from agents.model import PhoneState
from asterisk.ari.errors import UnsupportedAsterisk
from config.problems import ConfigErrors
from config.settings import Settings
from tests.contract import made_facts as made
from tests.unit.acd.console.installation import Installation
from tests.unit.asterisk.node import NOON, Node, caller, phone, started
from tests.unit.config.files import text, write

TOKEN = "a-token-for-tests"
OTHER = text(queues="queues:\n  main: {needs: {orders: 1}, groups: [vip, back], ring: 33s}")


@pytest.fixture
async def node() -> AsyncIterator[Node]:
    node = Node()
    await node.start()
    yield node
    await node.stop()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@pytest.fixture
def house(installation: Installation, node: Node) -> Installation:
    installation.set(
        ari_url=node.url.removesuffix("/ari"), ari_password="secret", api_port=free_port(), node="pbx1"
    )
    return installation


async def until(condition: Callable[[], bool]) -> None:
    """Let everything go on until something is so."""
    done = asyncio.Event()

    def look() -> None:
        if condition():
            done.set()
        else:
            asyncio.get_running_loop().call_later(0.002, look)

    look()
    async with asyncio.timeout(30):
        await done.wait()


@asynccontextmanager
async def up(house: Installation) -> AsyncIterator[Engine]:
    """The engine, connected."""
    stopping = Stopping(asyncio.Event())
    with reload_signal() as asked:
        async with running(house.settings(), stopping, asked) as engine:
            await until(lambda: checks(engine)["ari:pbx1"] == "connected")
            yield engine
    assert stopping.error is None


def checks(engine: Engine) -> dict[str, str]:
    return {check.name: check.detail for check in engine.checks()}


def ring_s(engine: Engine) -> float:
    return engine.routing.queues["main"].ring


async def get(house: Installation, path: str, **given: Any) -> tuple[int, str]:
    settings = house.settings()
    url = f"http://{settings.api_host}:{settings.api_port}{path}"
    async with (
        aiohttp.ClientSession() as session,
        session.request(url=url, **{"method": "GET", **given}) as answer,
    ):
        return answer.status, await answer.text()


async def make_token(house: Installation, role: Role = Role.ADMIN) -> dict[str, str]:
    async with open_archive(house.settings().secret("database_url")) as archive:
        await archive.create_token(
            name="test", role=role, agent=None, secret_hash=hash_secret(TOKEN), at=1.0
        )
    return {"Authorization": f"Bearer {TOKEN}"}


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


# Taking over changed files


async def test_a_changed_file_is_taken_over_by_itself(house: Installation) -> None:
    async with up(house) as engine:
        assert ring_s(engine) != 33
        write(house.folder, OTHER, "new.tmp").replace(house.routing)
        await until(lambda: ring_s(engine) == 33)


async def test_a_bad_file_leaves_the_running_one_and_says_so(house: Installation) -> None:
    async with up(house) as engine:
        before = engine.routing
        house.routing.write_text("nonsense")
        await until(lambda: f"{house.routing}:1:1: " in checks(engine)["routing"])
        assert engine.routing is before
        assert (await get(house, "/health/ready"))[0] == 503
        house.routing.write_text(OTHER)
        await until(lambda: ring_s(engine) == 33)
        assert checks(engine)["routing"] == engine.routing.revision


async def test_included_files_are_watched_where_they_are(house: Installation) -> None:
    part = write(house.folder, "queues:\n  side: {needs: {orders: 1}}\n", "queues/side.yaml")
    async with up(house) as engine:
        house.routing.write_text(text() + "include: [queues/*.yaml]\n")
        await until(lambda: "side" in engine.routing.queues)
        part.write_text("queues:\n  back: {needs: {orders: 1}}\n")
        await until(lambda: "back" in engine.routing.queues)


async def test_a_mistake_in_a_file_newly_included_is_waited_for(house: Installation) -> None:
    part = write(house.folder, "queues: 5\n", "queues/side.yaml")
    async with up(house) as engine:
        house.routing.write_text(text() + "include: [queues/*.yaml]\n")
        await until(lambda: "side.yaml:1:" in checks(engine)["routing"])
        part.write_text("queues:\n  side: {needs: {orders: 1}}\n")
        await until(lambda: "side" in engine.routing.queues)


async def test_a_hang_up_signal_reads_routing_and_customers_again(
    house: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*_: object) -> None:
        await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(application, "_watch_files", nothing)
    async with up(house) as engine:
        entry = BlacklistEntry(
            number="13800138000", reason="prank", author="boss", created_at=1.0, expires_at=None
        )
        async with open_archive(house.settings().secret("database_url")) as archive:
            await archive.put_blacklist([entry])
        house.routing.write_text(OTHER)
        os.kill(os.getpid(), signal.SIGHUP)
        await until(lambda: ring_s(engine) == 33)
        known = engine._directory._blacklisted("13800138000", 2.0)
        assert known == Blacklisted(reason="prank", author="boss")


@pytest.fixture
def deadly() -> Iterator[list[int]]:
    """What SIGHUP would have ended, had it not been caught before."""
    ended: list[int] = []
    before = signal.signal(signal.SIGHUP, lambda number, _: ended.append(number))
    yield ended
    signal.signal(signal.SIGHUP, before)


async def test_a_hang_up_signal_ends_it_neither_while_it_starts_nor_while_it_stops(
    house: Installation, node: Node, monkeypatch: pytest.MonkeyPatch, deadly: list[int]
) -> None:
    """It is remembered from the start on: what changed after the first reading is read then."""

    async def nothing(*_: object) -> None:
        await asyncio.get_running_loop().create_future()

    def signalled(settings: Settings) -> RoutingSource:
        os.kill(os.getpid(), signal.SIGHUP)
        return configured(settings)

    async def changed(*given: Any) -> Any:
        house.routing.write_text(OTHER)
        os.kill(os.getpid(), signal.SIGHUP)
        return await remember(*given)

    async def closed(store_journal: WriteBehind) -> None:
        os.kill(os.getpid(), signal.SIGHUP)
        await close(store_journal)

    configured, remember, close = RoutingSource.configured, application._remember, WriteBehind.close
    monkeypatch.setattr(application, "_watch_files", nothing)
    monkeypatch.setattr(RoutingSource, "configured", signalled)
    monkeypatch.setattr(application, "_remember", changed)
    monkeypatch.setattr(WriteBehind, "close", closed)
    with capture_logs() as logged:
        serving = asyncio.create_task(serve(house.settings()))
        await until(lambda: any("taken over" in entry["event"] for entry in logged))
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(30):
            await serving
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    assert deadly == []


async def test_the_api_takes_a_changed_file_over_and_new_phones_are_watched(
    house: Installation, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*_: object) -> None:
        await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(application, "_watch_files", nothing)
    async with up(house) as engine:
        headers = await make_token(house)
        while not node.asked.empty():
            node.asked.get_nowait()
        agents = [f'"{agent}": {{skills: {{orders: 1}}, groups: [vip, back]}}' for agent in (1, 77)]
        house.routing.write_text(text(agents="\n  ".join(["agents:", *agents])))
        status, body = await get(house, "/api/v1/configuration/reload", method="POST", headers=headers)
        assert (status, engine.routing.revision in body) == (200, True)
        wire = await node.ask_of("applications/strowger/subscription")
        assert "deviceState:PJSIP/77" in wire["query_strings"][0]["value"]


async def test_files_that_cannot_be_watched_are_tried_again(
    house: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [OSError(28, "inotify watch limit reached")]

    def failing(*given: Any, **options: Any) -> Any:
        if failures:
            raise failures.pop()
        return awatch(*given, **options)

    monkeypatch.setattr(application, "awatch", failing)
    monkeypatch.setattr(application, "WATCH_AGAIN_S", 0.01)
    with capture_logs() as logged:
        async with up(house) as engine:
            await until(lambda: not failures)
            # Whether the watching has begun again cannot be seen from outside: change until it has.
            for number in range(100):
                house.routing.write_text(OTHER + f"# {number}\n")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.5):
                        await until(lambda: ring_s(engine) == 33)
                    break
    assert ring_s(engine) == 33
    (warning,) = [entry for entry in logged if entry["log_level"] == "warning"]
    assert warning["errors"] == ["[Errno 28] inotify watch limit reached"]


# The database away


async def test_without_a_database_it_starts_knowing_nobody_and_learns_later(
    house: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[int] = []
    load_directory = SqlMemory.load_directory

    async def no_memory(self: SqlMemory, since_day: float, **_: object) -> Any:
        raise StoreUnavailable("the database is away")

    async def directory(self: SqlMemory) -> Any:
        reads.append(len(reads))
        if len(reads) < 3:
            raise StoreUnavailable("away again")
        return await load_directory(self)

    monkeypatch.setattr(SqlMemory, "load_open", no_memory)
    monkeypatch.setattr(SqlMemory, "load_directory", directory)
    monkeypatch.setattr(application, "LEARN_AGAIN_S", 0.01)
    await owe_a_call(house)
    with capture_logs() as logged:
        async with up(house) as engine:
            await until(
                lambda: "customers, blacklist and promises read" in [entry["event"] for entry in logged]
            )
            assert engine.view_calls() == []
            assert engine.open_callbacks() == {"main": 1}
            assert engine.do_not_call == {"110"}
    said = [entry["event"] for entry in logged]
    assert "starting without memory: the database is away" in said
    assert said.count("customers and blacklist not read yet") == 2
    assert len(reads) == 3


async def owe_a_call(house: Installation) -> None:
    """An engine before this one had promised to call back, not before tomorrow; and never 110."""
    keeper = TaskKeeper()
    url = house.settings().secret("database_url")
    now = time.time()
    listed = DoNotCallEntry(number="110", reason="asked", author="boss", created_at=now)
    async with open_store(url, spool=house.settings().spool_dir, keeper=keeper) as store:
        owed = made.callback(queue="main", created_at=now - 60, due_at=now + 80_000, node="pbx1")
        store.journal.take([CallbackOpened(at=now - 60, callback=owed)])
        await store.archive.put_do_not_call([listed])
    await keeper.close()


async def test_what_was_promised_before_is_taken_up(house: Installation) -> None:
    await owe_a_call(house)
    async with up(house) as engine:
        view = engine.view_callback("cb1")
        assert view is not None
        assert (view.callback.number, view.callback.note) == ("13800000001", "was cut off")
        assert engine.do_not_call == {"110"}


class Told:
    """Hears of events that came too late."""

    def __init__(self) -> None:
        self.stale: list[str] = []

    def take(self, facts: Sequence[Fact]) -> None:
        self.stale += [fact.subject for fact in facts if isinstance(fact, StaleEventSeen)]


async def test_an_attempt_is_in_the_store_when_the_core_is_told_so(house: Installation) -> None:
    """The core knows no such attempt, and says so: that it was told is seen by that."""
    told = Told()
    async with up(house) as engine:
        engine.watch(told)
        asked = CommitAttempt(attempt=made.attempt(), callback=made.callback())
        engine._carry_out(engine.now(), None, [asked])
        await until(lambda: "cb1-1" in told.stale)
        async with open_archive(house.settings().secret("database_url")) as archive:
            story = await archive.callback("cb1")
    assert story is not None
    assert [attempt.attempt for attempt in story.attempts] == ["cb1-1"]


async def test_numbers_listed_beside_the_engine_are_known_after_a_reload(house: Installation) -> None:
    url = house.settings().secret("database_url")
    async with up(house) as engine, open_archive(url) as archive:
        entries = [
            DoNotCallEntry(number=str(n), reason="x", author="b", created_at=1.0)
            for n in range(100, 350)
        ]
        await archive.put_do_not_call(entries)
        await engine.reload()
        assert engine.do_not_call == {str(n) for n in range(100, 350)}
        await archive.delete_do_not_call("100")
        await engine.reload()
        assert engine.do_not_call == {str(n) for n in range(101, 350)}


async def test_a_database_that_is_away_is_seen_in_readiness_and_waited_for(house: Installation) -> None:
    """The file is no database at first: what cannot be opened is away."""
    data = house.folder / "var"
    data.mkdir()
    (data / "strowger.db").mkdir()
    async with up(house) as engine:
        assert "they wait in the spool" in checks(engine)["database"]
        assert (await get(house, "/health/ready"))[0] == 503
        (data / "strowger.db").rmdir()
        await until(lambda: all(check.healthy for check in engine.checks()))
        assert checks(engine)["database"] == "0 facts to write"
        assert (await get(house, "/health/ready"))[0] == 200


async def test_customers_not_read_again_are_no_reason_to_refuse_a_reload(
    house: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(self: SqlMemory) -> Any:
        raise StoreUnavailable("the database is away")

    async with up(house) as engine:
        monkeypatch.setattr(SqlMemory, "load_directory", away)
        with capture_logs() as logged:
            result = await engine.reload()
        assert result.taken
        assert "customers and blacklist not read again" in [entry["event"] for entry in logged]


# The flight recorder


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
