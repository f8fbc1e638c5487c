"""Rings that are cancelled and channels that are hung up, whether Asterisk does it or not."""

from __future__ import annotations

import pytest

from acd.core import commands as c
from acd.core import events as e
from acd.errors import TelephonyError
from asterisk.ari.errors import AriConnectionLost, AriOverloaded, AriTimeout, refusal
from tests.unit.asterisk.conversation import CALL, OFFER, Play, destroyed, ring


def test_a_ring_that_was_cancelled(play: Play) -> None:
    play.caller_arrives()
    play.agent_rings()
    assert play.does(c.CancelRing(offer=OFFER)) == [f"DELETE channels/{OFFER}"]
    play.wire.ok()
    assert play.hears(destroyed(OFFER, 16)) == [
        e.RingFailed(offer=OFFER, reason=e.RingFailure.CANCELLED, cause=16)
    ]


def test_cancelling_what_is_gone_reports_it(play: Play) -> None:
    play.caller_arrives()
    play.agent_rings()
    play.does(c.CancelRing(offer=OFFER))
    play.wire.refuse(404)
    assert play.told() == [e.RingFailed(offer=OFFER, reason=e.RingFailure.CANCELLED, cause=16)]


@pytest.mark.parametrize("status", [204, 404])
def test_cancelling_what_was_never_known_reports_its_end(play: Play, status: int) -> None:
    assert play.does(c.CancelRing(offer=OFFER)) == [f"DELETE channels/{OFFER}"]
    if status == 404:
        play.wire.refuse(404)
    else:
        play.wire.ok()
    assert play.told() == [e.RingFailed(offer=OFFER, reason=e.RingFailure.CANCELLED)]


def test_a_leg_found_meanwhile_is_not_hung_up_for_what_was_asked_before(play: Play) -> None:
    play.does(c.CancelRing(offer=OFFER))
    play.wire.refuse(500)
    play.agent_rings()
    play.time_passes()
    assert play.wire.said() == []
    assert play.told() == []


@pytest.mark.parametrize("error", [AriTimeout(), AriOverloaded(), refusal(500, "no", "request")])
@pytest.mark.parametrize("whom", [CALL, OFFER])
def test_a_hang_up_that_fails_is_asked_for_again(play: Play, whom: str, error: TelephonyError) -> None:
    play.caller_arrives()
    play.agent_answers()
    play.told()
    play.does(c.EndCall(call=CALL) if whom == CALL else c.ReleaseAgent(offer=OFFER))
    for delay in (1.0, 2.0, 4.0):
        play.wire.lose(error)
        assert play.told() == []
        assert play.time_passes() == delay
        assert play.wire.said() == [f"DELETE channels/{whom}"]
    play.wire.lose(error)
    assert play.again == []
    gone: e.Event = e.CallerHungUp(call=CALL) if whom == CALL else e.AgentHungUp(offer=OFFER)
    assert play.told() == [gone]


@pytest.mark.parametrize("whom", [CALL, OFFER])
def test_who_is_gone_meanwhile_is_not_hung_up_again(play: Play, whom: str) -> None:
    play.caller_arrives()
    play.agent_rings()
    play.does(c.EndCall(call=CALL) if whom == CALL else c.CancelRing(offer=OFFER))
    play.wire.refuse(500)
    play.hears(destroyed(whom))
    play.time_passes()
    assert play.wire.said() == []
    assert play.told() == []


def test_a_hang_up_over_a_lost_connection_is_left_to_the_survey(play: Play) -> None:
    play.caller_arrives()
    play.agent_rings()
    play.does(c.CancelRing(offer=OFFER))
    play.wire.lose(AriConnectionLost())
    assert (play.again, play.told()) == ([], [])


def test_a_ring_without_an_answer_from_asterisk_is_taken_back(play: Play) -> None:
    play.caller_arrives()
    play.does(ring())
    play.wire.lose(AriTimeout())
    assert play.wire.said() == [f"DELETE channels/{OFFER}"]
    assert play.told() == [e.RingFailed(offer=OFFER, reason=e.RingFailure.UNREACHABLE)]


def test_a_refused_hang_up_is_counted(play: Play) -> None:
    play.caller_arrives()
    play.agent_rings()
    play.does(c.ReleaseAgent(offer=OFFER))
    play.wire.refuse(500)
    play.does(c.EndCall(call=CALL))
    play.wire.refuse(500)
    assert play.counts.refused == [("hang up agent", 500), ("hang up caller", 500)]
    assert play.told() == []
