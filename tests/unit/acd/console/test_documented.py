"""The commands and the file that README.md shows work as they stand there."""

from __future__ import annotations

import inspect
import re
import shlex
from pathlib import Path

import pytest

from acd.cli import app
from acd.storage.journal import WriteBehind
from tests.unit.acd.console.installation import Installation

ROOT = Path(__file__).parents[4]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")


@pytest.fixture
def readme(installation: Installation) -> Installation:
    """The YAML in one screen is the installation's."""
    (shown,) = re.findall(r"^```yaml\n(.*?)^```", README, re.M | re.S)
    installation.routing.write_text(shown, encoding="utf-8")
    return installation


def test_the_file_is_good_and_nothing_in_it_is_odd(readme: Installation) -> None:
    outcome = readme.acd("check", readme.routing)
    assert (outcome.code, outcome.err) == (0, "")


def test_the_call_that_does_not_exist_is_answered(readme: Installation) -> None:
    (command,) = re.findall(r"`acd (explain FILE --dialled[^`]*)`", README)
    words = [readme.routing if word == "FILE" else word for word in shlex.split(command)]
    assert "1001 is chosen" in readme.good(*words)


def test_the_readme_names_every_command() -> None:
    names = {
        each.name or each.callback.__name__.strip("_")
        for each in app.registered_commands
        if each.callback
    }
    groups = {each.name for each in app.registered_groups}
    assert names | groups <= set(re.findall(r"`acd ([a-z]+)", README))


def test_the_guide_says_how_many_facts_wait_in_memory() -> None:
    most = inspect.signature(WriteBehind).parameters["in_memory"].default
    assert f"up to {most:,} facts wait in memory" in GUIDE


@pytest.mark.parametrize("text", [README, GUIDE], ids=["README", "operating guide"])
def test_every_command_that_is_named_exists(text: str) -> None:
    names = {each.name or each.callback.__name__ for each in app.registered_commands if each.callback}
    groups = {
        each.name: {command.name for command in each.typer_instance.registered_commands}
        for each in app.registered_groups
        if each.typer_instance is not None
    }
    named = re.findall(r"`acd ([a-z]+)(?: ([a-z]+))?", text)
    assert named
    for command, word in named:
        assert command in names or word in {*groups.get(command, ()), ""}, command
