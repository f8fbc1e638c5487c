"""Ports that no other lab on this machine uses, so that parallel test workers don't clash.

The range below the kernel's ephemeral ports is cut into units; a process holds a lock on each
unit it uses, and the kernel lets go of the locks when the process ends, however it ends.
"""

from __future__ import annotations

import fcntl
import socket
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from asterisk.lab.errors import LabError

FIRST, LAST = 10_000, 32_000
UNIT = 100
LOCKS = Path("/tmp/strowger-ports")


class NoFreePorts(LabError):
    """All ports of the lab are taken by other labs on this machine."""


class PortBlock:
    """A run of ports for this process alone; hands them out one by one, or as ranges."""

    def __init__(self, numbers: range, locks: ExitStack) -> None:
        self.numbers = numbers
        self._next = numbers.start
        self._locks = locks

    def take(self) -> int:
        """A port to which, now, both TCP and UDP can be bound."""
        while self._next < self.numbers.stop:
            port = self._next
            self._next += 1
            if _is_free(port):
                return port
        raise NoFreePorts(f"All {len(self.numbers)} ports of this block are used up.")

    def span(self, count: int) -> range:
        """`count` consecutive ports (for RTP), the first of them even; not probed."""
        start = self._next + self._next % 2
        if start + count > self.numbers.stop:
            raise NoFreePorts(f"Fewer than {count} ports of this block are left.")
        self._next = start + count
        return range(start, start + count)

    def close(self) -> None:
        """Let other processes use the ports."""
        self._locks.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def free_ports(count: int = 400) -> PortBlock:
    """At least `count` consecutive ports that this process alone uses until it closes the block."""
    LOCKS.mkdir(mode=0o1777, exist_ok=True)
    units = -(-count // UNIT)
    for first in range(0, (LAST - FIRST) // UNIT - units + 1):
        with ExitStack() as held:
            if all(_lock(unit, held) for unit in range(first, first + units)):
                start = FIRST + first * UNIT
                return PortBlock(range(start, start + units * UNIT), held.pop_all())
    raise NoFreePorts


def _lock(unit: int, held: ExitStack) -> bool:
    lock: IO[str] = held.enter_context((LOCKS / f"{unit:03}.lock").open("a"))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_free(port: int) -> bool:
    return all(_can_bind(kind, port) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM))


def _can_bind(kind: socket.SocketKind, port: int) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True
