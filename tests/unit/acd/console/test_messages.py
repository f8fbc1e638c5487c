"""`acd messages`: what is in the boxes, and where its sound is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from acd.core.facts import Fact
from acd.core.message_words import MessageDeleted, MessageLeft, MessageState
from tests.contract import made_facts as made
from tests.contract.made_facts import START
from tests.unit.acd.console.installation import Installation
from tests.unit.acd.console.test_store import store, table


def left(id: str, at: float = 0.0, box: str = "orders", caller: str | None = "138") -> Fact:
    message = replace(made.message(id), box=box, caller=caller, left_at=START + at)
    return MessageLeft(at=START + at, message=message)


@pytest.fixture
def recordings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "recording"
    monkeypatch.setenv("STROWGER_RECORDINGS_DIR", str(folder))
    return folder


def test_messages_are_listed(installation: Installation) -> None:
    store(
        installation,
        [
            left("m1"),
            left("m2", 5, "service", None),
            left("m3", 9),
            made.message_changed("m1", state=MessageState.TAKEN),
            MessageDeleted(message="m3", at=START + 90),
        ],
    )
    heads, *rows = table(installation.good("messages"))
    assert heads == ["left (UTC)", "box", "caller", "length", "state", "agent", "message"]
    first = ["2026-11-21 16:31:30", "service", "withheld", "12 s", "new", "", "m2"]
    second = ["2026-11-21 16:31:25", "orders", "138", "12 s", "taken", "a001", "m1"]
    deleted = ["2026-11-21 16:31:34", "orders", "138", "12 s", "deleted", "", "m3"]
    assert rows == [first, second]
    assert table(installation.good("messages", "--box", "service"))[1:] == [first]
    assert table(installation.good("messages", "--state", "taken"))[1:] == [second]
    assert table(installation.good("messages", "--state", "deleted"))[1:] == [deleted]
    assert table(installation.good("messages", "--agent", "a001"))[1:] == [second]


def test_where_a_message_is(installation: Installation, recordings: Path) -> None:
    facts = [left("m1"), left("m2"), MessageDeleted(message="m2", at=START + 90)]
    outside = replace(made.message("m3"), file="../../secret")
    store(installation, [*facts, MessageLeft(at=START, message=outside)])
    path = recordings / "messages" / "2026-11-21" / "m1.wav"
    outcome = installation.acd("messages", "--path", "m1")
    assert outcome.code == 2
    assert f"the file {path} is not there" in " ".join(outcome.err.split())
    path.parent.mkdir(parents=True)
    path.touch()
    assert installation.good("messages", "--path", "m1").strip() == str(path)
    for id, why in (("m2", "is deleted"), ("m3", "not in the folder"), ("m9", "there is no message")):
        outcome = installation.acd("messages", "--path", id)
        assert outcome.code == 2
        assert why in outcome.err
