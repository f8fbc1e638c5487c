"""The demonstration, scenario by scenario, under the flight recorder; then its recordings replayed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from acd.runtime.recorder import FORMAT
from asterisk.lab.root import Root
from demo.__main__ import play
from demo.engine import EngineTrouble
from demo.entry import Entry
from demo.programme import PROGRAMME
from demo.stage import Stage, stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

WHOLE_NUMBER = re.compile(rb"1390000\d{4}")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(root: Root, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    folder = tmp_path_factory.mktemp("demo")
    flights = {"STROWGER_FLIGHT_DIR": str(folder / "flights")}
    async with stage(root, folder, lambda line: None, settings=lambda _: flights) as made:
        yield made


@pytest.mark.parametrize("entry", PROGRAMME, ids=lambda entry: entry.name)
async def test_scenario(made: Stage, entry: Entry) -> None:
    seen, _ = await play(made, entry)
    assert seen.good, seen.text
    assert "ended" in made.why(seen.call)


async def test_the_recordings_replay_with_the_same_commands(made: Stage) -> None:
    """One of the engine that was killed, cut off in the middle, and one of its successor."""
    await made.engine.stop()
    recordings = sorted((made.engine.log.parent / "flights").iterdir())
    assert len(recordings) == 2
    for recording in recordings:
        said = await made.engine.acd("replay", str(recording))
        assert re.search(r"\b[1-9]\d* events replayed, the same commands each time", said)


async def test_a_recording_shows_nobodys_number(made: Stage) -> None:
    for recording in (made.engine.log.parent / "flights").iterdir():
        content = recording.read_bytes()
        assert b'"caller":"139********"' in content
        assert not WHOLE_NUMBER.search(content)


async def test_other_commands_are_found(made: Stage, tmp_path: Path) -> None:
    """A recording in which a call is missing does not replay, and the lines that differ are named."""
    recording = min((made.engine.log.parent / "flights").iterdir())
    lines = recording.read_bytes().splitlines(keepends=True)
    assert msgspec.json.decode(lines[0])["format"] == FORMAT
    arrival = next(at for at, line in enumerate(lines) if b'"kind":"CallArrived"' in line)
    changed = tmp_path / "changed.jsonl"
    changed.write_bytes(b"".join(lines[:arrival] + lines[arrival + 1 :]))
    with pytest.raises(EngineTrouble, match="the commands differ"):
        await made.engine.acd("replay", str(changed))


async def test_a_folder_serves_again(root: Root, tmp_path: Path) -> None:
    """As `make run` does, which keeps passwords, calls and token."""
    tokens = []
    for _ in range(2):
        async with stage(root, tmp_path, lambda line: None) as made:
            tokens.append(made.token)
            assert made.token not in (made.engine.log.read_text())
    assert tokens[0] == tokens[1]
    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600
