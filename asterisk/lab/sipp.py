"""SIPp as callers and as agents' phones: many at once, their behaviour scripted.

A scenario (asterisk/lab/scenarios) is a template with a few numbers in it. Each says in its log
what happened to each call and when, by the machine's clock; `SippRun.events` reads that.
"""

from __future__ import annotations

import asyncio
import csv
import re
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from asterisk.lab import program
from asterisk.lab.errors import PhoneTimeout, ToolFailed
from asterisk.lab.ports import PortBlock
from asterisk.lab.root import Root

SCENARIOS = Path(__file__).parent / "scenarios"
CARRIER = "127.0.0.2"
FOREVER_MS = 3_600_000
READY_S = 10.0
LOOK_EVERY_S = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class SippEvent:
    """What happened to one call at one end.

    `what` is `invite` (sent or received), `ringing`, `progress`, `answered`, `refused-CODE` (by
    the far side), `refused`, `hung-up` (by this end), `ended` (by the far side), `gave-up` (this
    end sent a CANCEL) or `cancelled` (this end received one). `callee` is the number dialled or
    the agent. `at` is in Unix seconds; the event was seen up to 2 ms before.
    """

    at: float
    what: str
    call_id: str
    caller: str
    callee: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SippStats:
    """How the calls of a run went so far."""

    created: int
    successful: int
    failed: int
    current: int


class SippRun:
    """One SIPp process. Start it, then wait for its calls or stop it; its files are in `folder`."""

    def __init__(
        self,
        root: Root,
        name: str,
        ports: PortBlock,
        *,
        scenario: str,
        values: Mapping[str, int | str] | None = None,
        arguments: Sequence[str] = (),
        address: str = "127.0.0.1",
        rows: Sequence[Sequence[str]] = (),
        transport: str = "udp",
    ) -> None:
        self.name = name
        self.folder = root.scratch(f"sipp-{name}")
        self.address = address
        self.port = ports.take()
        self.transport = transport
        self._root = root
        text = (SCENARIOS / f"{scenario}.xml").read_text(encoding="utf-8")
        self._write("scenario.xml", fill(text, values or {}))
        options = {
            "-sf": self._inside("scenario.xml"),
            "-i": address,
            "-p": str(self.port),
            "-mi": address,
            "-mp": str(ports.take()),
            "-cp": str(ports.take()),
            "-t": f"{transport[0]}1",
            "-log_file": self._inside("events.log"),
            "-error_file": self._inside("errors.log"),
            "-screen_file": self._inside("screen.log"),
            "-stf": self._inside("stats.csv"),
            "-fd": "1",
            "-f": "60",
        }
        if rows:
            self._write("rows.csv", rows_file(rows))
            options["-inf"] = self._inside("rows.csv")
        switches = ["-nostdin", "-skip_rlimit", "-aa"]
        traces = ["-trace_logs", "-trace_err", "-trace_screen", "-trace_stat"]
        pairs = [part for pair in options.items() for part in pair]
        self._argv = ["sipp", *arguments, *pairs, *switches, *traces]
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it; returns when it is bound to its port."""
        self._process = await program.start(
            self._root, self._argv, output=self.folder / "output", env=["TERM=dumb"]
        )
        async with asyncio.timeout(READY_S):
            while not bound(self.port, self.transport):
                if self._process.returncode is not None:
                    if self._process.returncode == 0:
                        return
                    raise ToolFailed(self._story("did not start"))
                await asyncio.sleep(LOOK_EVERY_S)

    async def wait(self, within_s: float = 30.0) -> SippStats:
        """All its calls are over and went as their scenario says; how many there were."""
        process = self._running()
        try:
            code = await asyncio.wait_for(process.wait(), within_s)
        except TimeoutError as late:
            await self.kill()
            raise PhoneTimeout(self._story(f"was not done within {within_s:g} s")) from late
        if code:
            raise ToolFailed(self._story(f"ended with exit code {code}"))
        return self.stats()

    async def stop(self, within_s: float = 5.0) -> SippStats:
        """No new calls; those that are left get `within_s` to end, and are cut off after that."""
        process = self._running()
        if process.returncode is None:
            process.send_signal(signal.SIGUSR1)
            try:
                await asyncio.wait_for(process.wait(), within_s)
            except TimeoutError:
                await self.kill()
        return self.stats()

    async def kill(self) -> None:
        """Cut it off: nobody is told."""
        process = self._running()
        if process.returncode is None:
            process.kill()
            await process.wait()

    def events(self) -> list[SippEvent]:
        """What happened so far, in the order in which this end saw it."""
        log = self.folder / "events.log"
        return parse_events(log.read_text(encoding="utf-8")) if log.exists() else []

    def stats(self) -> SippStats:
        """The latest numbers; SIPp writes them once a second and at its end."""
        return parse_stats((self.folder / "stats.csv").read_text(encoding="utf-8"))

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.kill()

    def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise ToolFailed(f"SIPp {self.name} was not started.")
        return self._process

    def _inside(self, name: str) -> str:
        return self._root.inside(self.folder / name)

    def _write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def _story(self, what: str) -> str:
        parts = [f"SIPp {self.name} {what}; its files are in {self.folder}"]
        parts += [program.tail(self.folder / name, 40) for name in ("errors.log", "screen.log")]
        return "\n".join(part for part in parts if part)


def fill(template: str, values: Mapping[str, int | str]) -> str:
    """The scenario with its `@name@` filled in; every name must have a value."""
    return re.sub(r"@([a-z_]+)@", lambda found: str(values[found[1]]), template)


def rows_file(rows: Sequence[Sequence[str]]) -> str:
    """SIPp's injection file: the n-th call gets the n-th row."""
    for row in rows:
        if any(set(field) & {";", "\n", "\r"} for field in row):
            raise ValueError(f"SIPp cannot be given these fields: {row!r}")
    return "SEQUENTIAL\n" + "".join(";".join(row) + "\n" for row in rows)


def parse_events(log: str) -> list[SippEvent]:
    """Read an events.log; a line that is not whole yet is left for later."""
    events = []
    for line in log.splitlines():
        parts = line.split(" ")
        if len(parts) == 6:
            seconds, microseconds, what, call_id, caller, callee = parts
            at = float(seconds) + float(microseconds) / 1e6
            events.append(SippEvent(at=at, what=what, call_id=call_id, caller=caller, callee=callee))
    return events


def parse_stats(text: str) -> SippStats:
    """The last whole row of a stats.csv."""
    rows = [row for row in csv.DictReader(text.splitlines(), delimiter=";") if row["FailedCall(C)"]]
    if not rows:
        return SippStats(created=0, successful=0, failed=0, current=0)
    last = rows[-1]
    return SippStats(
        created=int(last["TotalCallCreated"]),
        successful=int(last["SuccessfulCall(C)"]),
        failed=int(last["FailedCall(C)"]),
        current=int(last["CurrentCall"]),
    )


def bound(port: int, transport: str) -> bool:
    """Whether some socket of this machine is bound to the port (for TCP: listens)."""
    wanted = f":{port:04X}"
    for table in (Path(f"/proc/net/{transport}{family}") for family in ("", "6")):
        for line in table.read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if fields[1].endswith(wanted) and (transport == "udp" or fields[3] == "0A"):
                return True
    return False


def callers(
    root: Root,
    name: str,
    ports: PortBlock,
    target: str,
    calls: Sequence[tuple[str, str]],
    *,
    rate_per_s: float = 10.0,
    patience_ms: int = FOREVER_MS,
    talk_ms: int = FOREVER_MS,
    address: str = CARRIER,
    transport: str = "udp",
) -> SippRun:
    """Callers behind a carrier at `address`, who dial Asterisk at `target` (ip:port).

    `calls` are (caller's number, number dialled), begun at `rate_per_s`. Each gives up
    `patience_ms` after his INVITE (answered or not) or `talk_ms` after the answer.
    """
    count = str(len(calls))
    rate = ["-r", str(round(rate_per_s * 10)), "-rp", "10000"]
    return SippRun(
        root,
        name,
        ports,
        scenario="caller",
        values={"patience_ms": patience_ms, "talk_ms": talk_ms},
        arguments=[target, "-m", count, "-l", count, *rate],
        address=address,
        rows=calls,
        transport=transport,
    )


def agents(
    root: Root,
    name: str,
    ports: PortBlock,
    *,
    ring_ms: int = 0,
    talk_ms: int = FOREVER_MS,
    refuse_with: int | None = None,
    transport: str = "udp",
) -> SippRun:
    """Phones of any number of agents on one port: `sip:AGENT@127.0.0.1:{run.port}`.

    Each call rings for `ring_ms`, then is answered, and hung up `talk_ms` later (`FOREVER_MS`:
    never), or is refused with the SIP code `refuse_with`.
    """
    values: dict[str, int | str] = {"ring_ms": max(ring_ms, 1), "talk_ms": max(talk_ms, 1)}
    if refuse_with is not None:
        values["code"] = refuse_with
    return SippRun(
        root,
        name,
        ports,
        scenario="agent" if refuse_with is None else "agent_refuses",
        values=values,
        arguments=["-l", "20000"],
        transport=transport,
    )


def register(
    root: Root,
    name: str,
    ports: PortBlock,
    target: str,
    phones: Mapping[str, str],
    contact: SippRun,
    *,
    expires_s: int = 3600,
) -> SippRun:
    """Register `phones` (user to password) at Asterisk, each to be reached at the run `contact`."""
    rows = [
        (user, f"[authentication username={user} password={password}]")
        for user, password in phones.items()
    ]
    return SippRun(
        root,
        name,
        ports,
        scenario="register",
        values={"contact": f"{contact.address}:{contact.port}", "expires": expires_s},
        arguments=[target, "-m", str(len(rows)), "-r", "50"],
        address=contact.address,
        rows=rows,
        transport=contact.transport,
    )
