"""`python -m bench [MEASUREMENT...]`: measure, print tables, write bench/results.json.

Without names all are measured. A target that is missed is printed as MISSED.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import json
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from rich.console import Console

from asterisk.lab.root import Root, ensure_root
from bench import callbacks, core, estimate, free_to_ring, machine, memory, ring_idle, storage, takeover
from bench.figures import Outcome
from bench.report import table

Measure: TypeAlias = Callable[[Root, int, Callable[[str], None]], Awaitable[Outcome]]

MEASUREMENTS: dict[str, Measure] = {
    "decide": core.measure,
    "estimate": estimate.measure,
    "callbacks": callbacks.measure,
    "memory": memory.measure,
    "takeover": takeover.measure,
    "free_to_ring": free_to_ring.measure,
    "ring_idle": ring_idle.measure,
    "storage": storage.outcome,
}
RESULTS = Path(__file__).parent / "results.json"
ROUNDS = 5
NICENESS = -15
AUTOGROUP = Path("/proc/self/autogroup")


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0, whatever was missed: the tables say it. 1 where another run is going on."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="MEASUREMENT", help=", ".join(MEASUREMENTS))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--results", type=Path, default=RESULTS)
    asked = parser.parse_args(arguments)
    if unknown := set(asked.names) - set(MEASUREMENTS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}")
    if asked.rounds < 1:
        parser.error("at least one round is needed")
    names = asked.names or list(MEASUREMENTS)
    console = Console(highlight=False)
    _go_before_others(console)
    root = ensure_root(lambda line: print(line, file=sys.stderr, flush=True))
    with (root.folder.parent / "bench.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.print("bench: another run measures on this machine; two at once measure nothing")
            return 1
        asyncio.run(_measure(names, root, asked.rounds, asked.results, console))
    return 0


async def _measure(
    names: Sequence[str], root: Root, rounds: int, results: Path, console: Console
) -> None:
    """One after another; what was measured is written at once, in case a later one fails."""
    for name in names:
        before = machine.Load.now()
        outcome = await MEASUREMENTS[name](root, rounds, console.print)
        load = machine.Load.now().share_since(before)
        console.print(table(name, outcome, rounds=rounds, load=load))
        about = {
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "rounds": rounds,
            "machine_load": round(load, 2),
        }
        keep(results, {"machine": machine.facts(root), name: about | outcome.as_json()})
    console.print(f"written to {results}")


def keep(results: Path, found: dict[str, Any]) -> None:
    """Add to what was measured before, or replace it; the file is never there in part."""
    known = json.loads(results.read_text(encoding="utf-8")) if results.exists() else {}
    text = json.dumps(known | found, indent=1, ensure_ascii=False)
    part = results.with_name(f"{results.name}.{os.getpid()}")
    part.write_text(text + "\n", encoding="utf-8")
    part.replace(results)


def _go_before_others(console: Console) -> None:
    """Whatever else runs on this machine waits for what is measured, as far as that is allowed."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
        if AUTOGROUP.exists():
            # Where sessions are scheduled as groups, niceness counts only within its own.
            AUTOGROUP.write_text(str(NICENESS), encoding="ascii")
    except PermissionError:
        console.print("not allowed to go before other processes: figures will be noisier")


if __name__ == "__main__":
    sys.exit(main())
