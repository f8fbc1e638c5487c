"""`acd replay`: a flight recording against this version's core."""

from __future__ import annotations

import tempfile
from pathlib import Path

from acd.console.screen import out
from acd.core.routing import Routing
from acd.errors import AcdError, OperatorError
from acd.runtime.replay import replay
from config.load import load


class DecidesOtherwise(AcdError):
    """The replay gave other commands than the recording."""


def replay_file(path: Path) -> None:
    """Replay a recording; raise DecidesOtherwise where the commands differ."""
    try:
        outcome = replay(path, parse_routing)
    except OSError as error:
        raise OperatorError(f"{path}: {error.strerror}") from error
    for difference in outcome.differences:
        out.print(f"{path}:{difference.line}: {difference.event}")
        for command in difference.commands:
            out.print(f"    now: {command}")
    for failure in outcome.failures:
        out.print(f"{path}:{failure.line}: {failure.event}")
        out.print(f"    the core fails on it: {failure.error}")
    if outcome.differences:
        raise DecidesOtherwise(f"{path}: the commands differ; the first differences are above")
    out.print(f"{path}: {outcome.events} events replayed, the same commands each time")


def parse_routing(text: str) -> Routing:
    """The routing of a recording, which holds it as the file that `acd check --print` shows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "routing.yaml"
        path.write_text(text, encoding="utf-8")
        # It was checked where it was recorded, where there may be other prompts and music.
        return load(path, prompts=None, music=None).routing
