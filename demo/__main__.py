"""`python -m demo`: the scenarios, a row each. `python -m demo run`: the same system, left running."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from acd.errors import AcdError
from asterisk.lab.root import ensure_root
from demo.engine import EngineTrouble
from demo.entry import Entry, Seen
from demo.programme import PROGRAMME
from demo.stage import Stage, stage
from demo.standing import keep_running

console = Console(highlight=False)
STANDING = Path("var/demo")
"""What `make run` keeps: the phones' passwords, the calls."""
KILLED = r"Web socket closed abruptly|WebSocket read error|Stasis app 'strowger' not registered"
"""What Asterisk says when the engine is killed, as it is in a scenario."""
CUT_OFF = r"Playback failed for sound:strowger/"
"""What Asterisk says of a playback that the end of its channel cuts off. Nothing can be done about it
where the caller or the agent hangs up himself, as some do in the scenarios: Asterisk has warned before
anybody is told. Where the engine hangs up it stops the playback first, of which Asterisk doesn't warn.
Of a file that is missing it says more than this."""
NAME_WIDTH = 20
FAILURES = (AcdError, EngineTrouble, TimeoutError)


async def play(made: Stage, entry: Entry) -> tuple[Seen, float]:
    """One scenario, and how long it took (seconds). Trouble on the way is a failure, not an end."""
    began = time.monotonic()
    mark = len(made.facts.seen)
    try:
        seen = await entry.play(made)
    except FAILURES as error:
        entered = made.facts.find("call_entered", mark) or {"call": ""}
        seen = Seen(text=f"{type(error).__name__}: {error}", good=False, call=entered["call"])
    try:
        await made.clear()
    except FAILURES as error:
        seen = Seen(text=f"{seen.text}; not cleared: {error}", good=False, call=seen.call)
    return seen, time.monotonic() - began


def story(entry: Entry, seen: Seen, why: str) -> Text:
    """What was expected, what was seen, and what `acd explain` says of it."""
    lines = (("expected  ", entry.expected), ("seen      ", seen.text), ("why       ", why))
    parts = [part for name, text in lines for part in ((name, "dim"), text, "\n")]
    return Text.assemble(*parts[:-1])


def why(made: Stage, seen: Seen) -> str:
    """What `acd explain` says of the call, and of the one that came of it."""
    stories = [made.why(call) for call in (seen.call, seen.then) if call is not None]
    return "; then: ".join(stories)


async def show(folder: Path) -> int:
    """All scenarios; how many failed."""
    began = float(os.environ.get("SETUP_BEGAN") or time.time())
    root = ensure_root(console.print)
    table = Table(show_lines=True)
    table.add_column("scenario", max_width=NAME_WIDTH)
    table.add_column("expected, seen, and why")
    table.add_column("")
    failed = 0
    async with stage(root, folder, console.print) as made:
        console.print(f"set-up took {time.time() - began:.1f} s, from the command to the first call")
        for number, entry in enumerate(PROGRAMME, start=1):
            console.print(f"{number:2} of {len(PROGRAMME)}: {entry.name} ... ", end="")
            seen, took = await play(made, entry)
            failed += not seen.good
            verdict = "[green]pass[/]" if seen.good else "[red]FAIL[/]"
            console.print(f"{verdict} ({took:.1f} s)")
            table.add_row(entry.name, story(entry, seen, why(made, seen)), verdict)
        complaints = made.asterisk.complaints(expected=f"{KILLED}|{CUT_OFF}")
    console.print(table)
    for line in complaints:
        console.print(f"asterisk: {line}", markup=False)
    console.print(f"demo: {len(PROGRAMME) - failed} passed, {failed} failed")
    return failed


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["run"]):
        console.print("usage: python -m demo [run]", markup=False)
        return 2
    try:
        if arguments == ["run"]:
            STANDING.mkdir(parents=True, exist_ok=True)
            return asyncio.run(keep_running(STANDING.resolve(), console))
        with tempfile.TemporaryDirectory(prefix="strowger-demo-") as folder:
            return 1 if asyncio.run(show(Path(folder))) else 0
    except (AcdError, EngineTrouble) as error:
        console.print(f"demo: {error}", markup=False)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
