"""Ports: nobody gets what another has, whoever bound or locked it."""

from __future__ import annotations

import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from asterisk.lab import ports
from asterisk.lab.ports import NoFreePorts, PortBlock, free_ports


@pytest.fixture(autouse=True)
def _own_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "LOCKS", tmp_path / "locks")


def test_blocks_do_not_overlap_and_come_back() -> None:
    with free_ports(100):
        with free_ports(150) as first:
            assert len(first.numbers) == 200
            with free_ports(100) as second:
                assert not set(first.numbers) & set(second.numbers)
        with free_ports(150) as again:
            assert again.numbers == first.numbers


def test_another_process_has_its_own_until_it_ends() -> None:
    script = (
        "import sys; from pathlib import Path; from asterisk.lab import ports;"
        f"ports.LOCKS = Path({str(ports.LOCKS)!r});"
        "block = ports.free_ports(100);"
        "print(block.numbers.start, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin
        assert other.stdout
        theirs = int(other.stdout.readline())
        with free_ports(100) as mine:
            assert theirs not in mine.numbers
        other.stdin.close()
        other.wait()
    with free_ports(100) as mine:
        assert theirs in mine.numbers


def test_ports_in_use_are_passed_over() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert PortBlock(range(port, port + 100), ExitStack()).take() > port


def test_a_span_is_consecutive_and_starts_even() -> None:
    with free_ports(100) as block:
        block.take()
        span = block.span(20)
        assert span.start % 2 == 0
        assert len(span) == 20
        assert block.take() >= span.stop
        with pytest.raises(NoFreePorts, match="Fewer than 100"):
            block.span(100)


def test_a_used_up_block_says_so() -> None:
    with free_ports(100) as block:
        block.span(100)
        with pytest.raises(NoFreePorts, match="used up"):
            block.take()


def test_a_used_up_machine_says_so() -> None:
    with (
        free_ports(ports.LAST - ports.FIRST),
        pytest.raises(NoFreePorts, match="taken by other labs"),
    ):
        free_ports(100)
