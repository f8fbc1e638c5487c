"""What goes into SIPp and what is read out of its logs."""

from __future__ import annotations

import socket
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest

from asterisk.lab import sipp
from asterisk.lab.errors import ToolFailed
from asterisk.lab.ports import PortBlock, free_ports
from asterisk.lab.root import Root
from asterisk.lab.sipp import SippStats, bound, fill, parse_events, parse_stats, rows_file

VALUES: dict[str, dict[str, int | str]] = {
    "caller": {"patience_ms": 1, "talk_ms": 1},
    "agent": {"ring_ms": 1, "talk_ms": 1},
    "agent_refuses": {"ring_ms": 1, "code": 486},
    "register": {"contact": "127.0.0.1:5060", "expires": 60},
}


@pytest.fixture
def root(tmp_path: Path) -> Root:
    (tmp_path / "tmp").mkdir()
    return Root(folder=tmp_path)


@pytest.fixture
def ports() -> Iterator[PortBlock]:
    with free_ports(100) as block:
        yield block


def test_every_scenario_is_well_formed_once_filled() -> None:
    names = {path.stem for path in sipp.SCENARIOS.glob("*.xml")}
    assert names == VALUES.keys()
    for name, values in VALUES.items():
        text = fill((sipp.SCENARIOS / f"{name}.xml").read_text(), values)
        assert ElementTree.fromstring(text).tag == "scenario"


def test_a_placeholder_without_a_value_is_an_error() -> None:
    assert fill("wait @ms@ at a@b @@x", {"ms": 5, "x": 1}) == "wait 5 at a@b @@x"
    with pytest.raises(KeyError):
        fill("wait @ms@", {})


def test_rows_are_what_sipp_injects() -> None:
    assert rows_file([("138", "400"), ("139", "400")]) == "SEQUENTIAL\n138;400\n139;400\n"


@pytest.mark.parametrize("bad", ["a;b", "a\nb", "a\rb"])
def test_fields_that_would_break_the_file_are_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="cannot be given"):
        rows_file([("138", bad)])


def test_events_are_read_in_order_and_half_lines_left() -> None:
    log = (
        "1795288257.000000 654546.000000 invite 1-32004@127.0.0.2 13800000001 4008001001\n"
        "1795288258.000000 5000.000000 refused-486 1-32004@127.0.0.2 13800000001 4008001001\n"
        "1795288258.000000 5000.0"
    )
    first, second = parse_events(log)
    assert first.at == pytest.approx(1795288257.654546)
    assert (first.what, first.caller, first.callee) == ("invite", "13800000001", "4008001001")
    assert second.at == pytest.approx(1795288258.005)
    assert second.what == "refused-486"
    assert first.call_id == second.call_id == "1-32004@127.0.0.2"


def test_stats_are_those_of_the_last_row() -> None:
    head = "TotalCallCreated;CurrentCall;SuccessfulCall(C);FailedCall(C);\n"
    assert parse_stats(head) == SippStats(created=0, successful=0, failed=0, current=0)
    text = head + "3;2;1;0;\n20;5;14;1;\n20;5"
    assert parse_stats(text) == SippStats(created=20, successful=14, failed=1, current=5)


@pytest.mark.parametrize(
    ("kind", "transport"), [(socket.SOCK_DGRAM, "udp"), (socket.SOCK_STREAM, "tcp")]
)
def test_a_bound_port_is_noticed(kind: socket.SocketKind, transport: str) -> None:
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        if kind is socket.SOCK_STREAM:
            taken.listen()
        port = taken.getsockname()[1]
        assert bound(port, transport)
    assert not bound(port, transport)


def test_agents_answer_or_refuse(root: Root, ports: PortBlock) -> None:
    answering = sipp.agents(root, "a", ports, ring_ms=0, talk_ms=700)
    scenario = (answering.folder / "scenario.xml").read_text()
    assert 'timeout="700" ontimeout="hang_up"' in scenario
    refusing = sipp.agents(root, "b", ports, refuse_with=603)
    assert "SIP/2.0 603 Refused" in (refusing.folder / "scenario.xml").read_text()
    assert answering.port != refusing.port


def test_phones_register_where_their_run_stands(root: Root, ports: PortBlock) -> None:
    desk = sipp.agents(root, "a", ports)
    run = sipp.register(root, "r", ports, "127.0.0.1:5060", {"1001": "s3cret"}, desk)
    assert f"@127.0.0.1:{desk.port};transport" in (run.folder / "scenario.xml").read_text()
    rows = (run.folder / "rows.csv").read_text()
    assert rows == "SEQUENTIAL\n1001;[authentication username=1001 password=s3cret]\n"


async def test_a_run_that_was_not_started_says_so(root: Root, ports: PortBlock) -> None:
    run = sipp.callers(root, "c", ports, "127.0.0.1:5060", [("138", "400")], talk_ms=5)
    assert run.events() == []
    with pytest.raises(ToolFailed, match="c was not started"):
        await run.wait()


async def test_a_sipp_that_ends_at_once_shows_its_words(ports: PortBlock, tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    run = sipp.SippRun(
        Root(folder=Path("/")), "broken", ports, scenario="caller", values=VALUES["caller"]
    )
    run._argv = ["sh", "-c", f"echo 'no such thing' > {run.folder}/errors.log; exit 255"]
    with pytest.raises(ToolFailed, match=r"broken did not start[\s\S]*no such thing"):
        await run.start()
