"""Lamps: what Asterisk is asked to do."""

from __future__ import annotations

import json

from acd.core.message_words import SetLamp
from asterisk.lamps import Lamps, mailbox
from asterisk.line import Line
from tests.unit.asterisk.wire import Counts, Wire


def lamp(agent: str, new: int, old: int) -> SetLamp:
    return SetLamp(agent=agent, node="n1", new=new, old=old)


def variables(wire: Wire) -> list[dict[str, str]]:
    said = [json.loads(request.body or "")["variables"] for request in wire.sent]
    wire.sent = []
    return said


def test_a_lamp_is_set_by_way_of_the_dialplan() -> None:
    wire = Wire()
    Lamps(Line("n1", wire, Counts())).show(lamp("1001", 2, 70_000))
    assert str(wire.sent[0]) == "POST channels"
    assert wire.last_query()["endpoint"] == "Local/s@strowger-lamps"
    assert "app" not in wire.last_query()
    expected = {"STROWGER_AGENT": "1001", "STROWGER_NEW": "2", "STROWGER_OLD": "9999"}
    assert variables(wire) == [expected]


def test_an_asterisk_that_began_anew_is_told_of_lamps_that_show_something() -> None:
    wire = Wire()
    lamps = Lamps(Line("n1", wire, Counts()))
    for command in (lamp("1001", 2, 0), lamp("1002", 1, 0), lamp("1002", 0, 0), lamp("1001", 1, 1)):
        lamps.show(command)
    wire.sent = []
    lamps.show_again()
    expected = {"STROWGER_AGENT": "1001", "STROWGER_NEW": "1", "STROWGER_OLD": "1"}
    assert variables(wire) == [expected]


def test_a_mailbox_has_the_name_of_its_agent() -> None:
    assert mailbox("1001") == "1001@strowger"
