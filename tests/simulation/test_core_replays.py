"""The same events with the same seed give the same commands, in another process too.

Strings hash differently in each process, so anything that went by the order of a set would show.
"""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from random import Random

from acd.core.commands import Command
from tests.simulation.world import ACTIONS, World

ROOT = Path(__file__).resolve().parents[2]
STEPS = 1_500
WALK = "from tests.simulation.test_core_replays import digest; print(digest())"


class Listening(World):
    """A world that remembers all that the core said."""

    def __init__(self) -> None:
        self.said = sha256()
        super().__init__()

    def obey(self, command: Command) -> None:
        self.said.update(repr(command).encode())
        super().obey(command)


def digest() -> str:
    """Of everything that the core says on a long walk."""
    world, random = Listening(), Random(99)
    weighted = [name for name, weight in ACTIONS.items() for _ in range(weight)]
    for _ in range(STEPS):
        getattr(world, random.choice(weighted))(random.choice)
    return world.said.hexdigest()


def test_other_processes_say_the_same() -> None:
    for seed in ("1", "2"):
        said = subprocess.run(
            [sys.executable, "-c", WALK],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert said.stdout.strip() == digest()
