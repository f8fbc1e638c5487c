"""What a caller hears while a phone rings for him."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from acd.core import commands as c
from acd.core import events as e
from tests.unit.asterisk.conversation import CALL, OFFER, Play, channel, destroyed, device, ring, start


def test_ringback(play: Play) -> None:
    ringback = c.PlayRingback(call=CALL)
    assert play.does(ringback) == []
    play.caller_arrives()
    assert play.does(ringback) == [f"POST channels/{CALL}/ring"]
    assert play.does(ringback) == []


def test_the_caller_is_told_that_it_rings_when_it_does(play: Play) -> None:
    play.caller_arrives()
    play.agent_rings()
    play.wire.said()
    assert play.does(c.PlayRingback(call=CALL)) == []
    play.hears(device("PJSIP/1001", "RINGING"))
    assert play.wire.said() == [f"POST channels/{CALL}/ring"]
    play.hears(destroyed(OFFER))
    play.does(replace(ring(), offer=f"{CALL}-o2", agent="1002"))
    play.wire.said()
    play.hears(device("PJSIP/1002", "RINGING"))
    assert play.wire.said() == []


def test_a_caller_who_was_answered_meanwhile_needs_no_ringing(play: Play) -> None:
    play.caller_arrives()
    play.agent_rings()
    play.does(c.PlayRingback(call=CALL))
    play.does(c.StartWaiting(call=CALL, music="default"))
    play.wire.said()
    play.hears(device("PJSIP/1001", "RINGING"))
    assert play.wire.said() == []


def test_a_phone_that_never_stopped_ringing_is_looked_at(play: Play) -> None:
    play.caller_arrives()
    play.agent_rings()
    play.hears(device("PJSIP/1001", "RINGING"))
    play.hears(destroyed(OFFER))
    second = f"{CALL}-o2"
    play.does(replace(ring(), offer=second))
    play.wire.all_ok()
    for delay, state, told in (
        (0.3, "Down", []),
        (1.0, "Ringing", [e.AgentRinging(offer=second)]),
    ):
        assert play.time_passes() == delay
        assert play.wire.said() == [f"GET channels/{second}"]
        play.wire.ok(_channel_json(second, state))
        assert play.told() == told
    assert play.again == []
    assert play.hears(device("PJSIP/1001", "RINGING")) == []


@pytest.mark.parametrize("meanwhile", ["RINGING", None])
def test_a_phone_that_says_itself_that_it_rings_is_not_looked_at(
    play: Play, meanwhile: str | None
) -> None:
    play.hears(device("PJSIP/1001", "INUSE"))
    play.caller_arrives()
    play.agent_rings()
    if meanwhile is not None:
        play.hears(device("PJSIP/1001", meanwhile))
    else:
        play.hears(destroyed(OFFER))
    play.wire.said()
    play.time_passes()
    assert play.wire.said() == []


def test_a_look_that_comes_too_late_tells_nothing(play: Play) -> None:
    play.hears(device("PJSIP/1001", "INUSE"))
    play.caller_arrives()
    play.agent_rings()
    play.time_passes()
    play.hears(destroyed(OFFER))
    play.wire.ok(_channel_json(OFFER, "Ringing"))
    assert (play.told(), play.again) == ([], [])


def _channel_json(id: str, state: str) -> str:
    return msgspec.json.encode(channel(id, state=state)).decode()


def test_a_phone_that_rings_for_somebody_else_is_no_offer_of_ours(play: Play) -> None:
    play.caller_arrives()
    play.agent_rings()
    play.hears(start(OFFER, ["agent"], state="Up"))
    assert e.AgentRinging(offer=OFFER) not in play.hears(device("PJSIP/1001", "RINGINUSE"))
    play.hears(destroyed(OFFER))
    assert e.AgentRinging(offer=OFFER) not in play.hears(device("PJSIP/1001", "RINGING"))
