"""Legs towards the outside, played as the conversation between the core and one Asterisk."""

from __future__ import annotations

import json
from dataclasses import replace

import msgspec
import pytest

from acd.core import commands as c
from acd.core import events as e
from acd.core.callback_words import (
    AttemptOutcome,
    CancelDial,
    CustomerAnswered,
    CustomerRinging,
    DialCustomer,
    DialFailed,
    PromptAgent,
)
from acd.core.flow_words import DialOutside, OutsideAnswered, OutsideEnded
from acd.core.routing import Trunk
from asterisk.ari import events as ari
from asterisk.ari.errors import AriConnectionLost, AriTimeout
from asterisk.ari.models import Dialplan
from asterisk.inventory import ORIGINATED
from asterisk.legs import CustomerLeg
from asterisk.outbound import LATE_S
from tests.unit.asterisk.conversation import CALL, Play, channel, destroyed, ring, start

ATTEMPT = "cb-1-a1"
OUTSIDE = f"{CALL}-x1"
DIAL = DialCustomer(
    attempt=ATTEMPT,
    node="n1",
    endpoint="PJSIP/13900000001@carrier",
    number="13900000001",
    caller_id="4008001001",
    ring_s=29.5,
    language="en",
)
FILTER = "PUT applications/acd/eventFilter"


@pytest.fixture
def play() -> Play:
    play = Play()
    play.trunks = {
        "carrier": Trunk(name="carrier", match=(), dial="PJSIP/{number}@carrier"),
        "inward": Trunk(name="inward", match=()),
    }
    return play


def state(id: str, state: str) -> ari.ChannelStateChange:
    return ari.ChannelStateChange(channel=channel(id, state=state))


def allowed(play: Play) -> list[str]:
    """What the last filter lets through."""
    body = json.loads(next(each.body for each in reversed(play.wire.sent) if each.body) or "")
    return [each["type"] for each in body["allowed"]]


def dials(play: Play) -> None:
    play.does(DIAL)
    play.wire.all_ok()


def failed(outcome: AttemptOutcome, cause: int = 0) -> DialFailed:
    return DialFailed(attempt=ATTEMPT, outcome=outcome, cause=cause)


def test_a_customer_is_dialled_and_it_is_listened_for_his_ringing(play: Play) -> None:
    play.doing.execute(DIAL)
    assert allowed(play) == ["ChannelStateChange", "RESTResponse", "StasisStart"]
    assert play.wire.last_query() == {
        "endpoint": "PJSIP/13900000001@carrier",
        "app": "acd",
        "appArgs": "customer,13900000001",
        "channelId": ATTEMPT,
        "timeout": "30",
        "callerId": '"" <4008001001>',
    }
    assert play.wire.said() == [FILTER, "POST channels"]


def test_a_second_one_changes_nothing_about_what_is_listened_for(play: Play) -> None:
    dials(play)
    play.doing.execute(replace(DIAL, attempt="cb-2-a1"))
    assert play.wire.said() == ["POST channels"]


def test_he_rings_once_and_answers_once(play: Play) -> None:
    dials(play)
    assert play.hears(state(ATTEMPT, "Dialing")) == []
    assert play.hears(state(ATTEMPT, "Ringing")) == [CustomerRinging(attempt=ATTEMPT)]
    assert play.hears(state(ATTEMPT, "Ringing")) == []
    answered = start(ATTEMPT, ["customer", "13900000001"], state="Up")
    assert play.hears(answered) == [CustomerAnswered(attempt=ATTEMPT)]
    assert allowed(play) == ["RESTResponse", "StasisStart"]
    assert play.wire.said() == [FILTER]
    assert play.hears(answered) == []
    assert play.wire.said() == []
    assert play.hears(state("another", "Ringing")) == []


def test_once_he_has_answered_he_is_a_caller_like_any_other(play: Play) -> None:
    dials(play)
    play.hears(start(ATTEMPT, ["customer", "13900000001"], state="Up"))
    play.wire.said()
    assert play.does(c.PlayPrompt(call=ATTEMPT, prompt="x", language="en")) == [
        f"POST channels/{ATTEMPT}/play/{ATTEMPT}-p1"
    ]
    assert play.does(c.EndCall(call=ATTEMPT)) == [
        f"DELETE playbacks/{ATTEMPT}-p1",
        f"DELETE channels/{ATTEMPT}",
    ]
    assert play.hears(destroyed(ATTEMPT)) == [e.CallerHungUp(call=ATTEMPT)]


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        (17, AttemptOutcome.BUSY),
        (18, AttemptOutcome.NO_ANSWER),
        (19, AttemptOutcome.NO_ANSWER),
        (21, AttemptOutcome.REFUSED),
        (1, AttemptOutcome.FAILED),
        (16, AttemptOutcome.FAILED),
    ],
)
def test_why_he_was_not_reached(play: Play, cause: int, outcome: AttemptOutcome) -> None:
    dials(play)
    assert play.hears(destroyed(ATTEMPT, cause)) == [failed(outcome, cause)]
    assert play.wire.said() == [FILTER]
    assert play.hears(destroyed(ATTEMPT, cause)) == []


def test_a_dialling_that_asterisk_refuses(play: Play) -> None:
    play.doing.execute(DIAL)
    play.wire.ok()
    play.wire.refuse(500, "Allocation failed")
    assert play.told() == [failed(AttemptOutcome.FAILED)]
    assert play.counts.refused == [("dial customer", 500)]


def test_a_dialling_without_an_answer_from_asterisk_is_taken_back(play: Play) -> None:
    play.does(DIAL)
    play.wire.ok()
    play.wire.lose(AriTimeout())
    assert play.wire.said() == [f"DELETE channels/{ATTEMPT}", FILTER]
    assert play.told() == [failed(AttemptOutcome.FAILED)]


def test_a_refusal_after_its_end_says_nothing_new(play: Play) -> None:
    play.does(DIAL)
    play.wire.ok()
    play.hears(destroyed(ATTEMPT, 17))
    play.wire.refuse(500)
    assert play.told() == []


def test_a_dialling_over_a_lost_connection_is_left_to_the_survey(play: Play) -> None:
    play.does(DIAL)
    play.wire.lose(AriConnectionLost())
    assert play.told() == []
    assert ATTEMPT in play.legs.customers


def test_a_dialling_is_called_off(play: Play) -> None:
    dials(play)
    assert play.does(CancelDial(attempt=ATTEMPT)) == [f"DELETE channels/{ATTEMPT}"]
    play.wire.ok()
    assert play.hears(destroyed(ATTEMPT, 16)) == [failed(AttemptOutcome.NO_ANSWER, 16)]


def test_calling_off_what_is_gone_reports_it(play: Play) -> None:
    dials(play)
    play.does(CancelDial(attempt=ATTEMPT))
    play.wire.refuse(404)
    assert play.told() == [failed(AttemptOutcome.NO_ANSWER)]


def test_calling_off_who_is_gone_meanwhile_reports_nothing_more(play: Play) -> None:
    dials(play)
    play.does(CancelDial(attempt=ATTEMPT))
    play.hears(destroyed(ATTEMPT))
    play.wire.refuse(404)
    assert play.told() == []


def test_calling_off_what_nobody_knows_reports_its_end(play: Play) -> None:
    assert play.does(CancelDial(attempt=ATTEMPT)) == [f"DELETE channels/{ATTEMPT}"]
    assert play.told() == [failed(AttemptOutcome.NO_ANSWER)]


def test_who_was_quicker_than_the_calling_off_is_a_caller(play: Play) -> None:
    dials(play)
    play.hears(start(ATTEMPT, ["customer", "13900000001"], state="Up"))
    play.wire.said()
    assert play.does(CancelDial(attempt=ATTEMPT)) == []
    assert play.told() == []


def test_a_customer_whom_nobody_here_dialled_is_hung_up(play: Play) -> None:
    assert play.hears(start("cb-9-a1", ["customer", "139"], state="Up")) == []
    assert play.wire.said() == ["DELETE channels/cb-9-a1"]


def test_after_a_connection_it_is_listened_for_a_while(play: Play) -> None:
    play.outbound.found()
    assert allowed(play) == ["ChannelStateChange", "RESTResponse", "StasisStart"]
    assert play.wire.said() == [FILTER]
    play.doing.execute(DIAL)
    assert play.wire.said() == ["POST channels"]
    play.hears(destroyed(ATTEMPT))
    assert play.wire.said() == []
    assert play.time_passes() == LATE_S
    assert allowed(play) == ["RESTResponse", "StasisStart"]


def test_after_a_connection_it_is_listened_as_long_as_somebody_rings(play: Play) -> None:
    play.legs.customers[ATTEMPT] = CustomerLeg()
    play.outbound.found()
    play.wire.said()
    play.time_passes()
    assert play.wire.said() == []
    play.hears(destroyed(ATTEMPT))
    assert allowed(play) == ["RESTResponse", "StasisStart"]


def test_after_two_connections_the_second_counts(play: Play) -> None:
    play.outbound.found()
    play.outbound.found()
    play.wire.said()
    play.time_passes()
    assert play.wire.said() == []
    play.time_passes()
    assert play.wire.said() == [FILTER]


def dialled_late(id: str) -> ari.ChannelStateChange:
    dialplan = Dialplan(app_name=ORIGINATED)
    rings = msgspec.structs.replace(channel(id, state="Ringing"), dialplan=dialplan)
    return ari.ChannelStateChange(channel=rings)


def test_a_customer_who_is_dialled_late_for_an_engine_before_is_hung_up(play: Play) -> None:
    play.outbound.found()
    play.wire.said()
    assert play.hears(dialled_late(ATTEMPT)) == []
    assert play.wire.said() == [f"DELETE channels/{ATTEMPT}"]


@pytest.mark.parametrize("id", [f"first-{ATTEMPT}-o1", OUTSIDE, CALL])
def test_who_is_no_customer_is_not_hung_up_for_ringing(play: Play, id: str) -> None:
    play.hears(start(CALL, ["inbound", "4001"]))
    play.wire.said()
    play.hears(dialled_late(id))
    assert play.wire.said() == []


# The agent first


def test_an_agent_before_the_customer_has_a_channel_of_another_name(play: Play) -> None:
    offer = f"{ATTEMPT}-o1"
    leg = f"first-{offer}"
    play.doing.execute(replace(ring(), offer=offer, call=ATTEMPT))
    assert play.wire.last_query()["channelId"] == leg
    assert "originator" not in play.wire.last_query()
    play.wire.all_ok()
    answered = start(leg, ["agent"], name="PJSIP/1001-00000002", state="Up")
    assert play.hears(answered) == [e.AgentAnswered(offer=offer)]
    tell = PromptAgent(offer=offer, prompt="whom", sounds=("a", "b"), language="en")
    play.wire.said()
    assert play.does(tell) == [f"POST channels/{leg}/play/{leg}-pwhom"]
    dials(play)
    play.hears(start(ATTEMPT, ["customer", "13900000001"], state="Up"))
    play.wire.said()
    assert play.does(c.ConnectCall(call=ATTEMPT, offer=offer)) == [
        f"POST bridges/{ATTEMPT}-b",
        f"DELETE playbacks/{leg}-pwhom",
        f"POST bridges/{ATTEMPT}-b/addChannel",
    ]
    play.wire.all_ok()
    assert play.told() == [e.CallConnected(call=ATTEMPT, offer=offer)]
    assert play.legs.channel_of(offer) == leg
    assert play.does(c.ReleaseAgent(offer=offer)) == [f"DELETE channels/{leg}"]
    assert play.hears(ari.StasisEnd(channel=channel(leg))) == [e.AgentHungUp(offer=offer)]
    assert play.wire.said() == [f"DELETE bridges/{ATTEMPT}-b"]
    assert play.legs.channel_of(offer) == offer


# Outside numbers


def outside(number: str = "95588", trunk: str = "carrier") -> DialOutside:
    return DialOutside(call=CALL, number=number, trunk=trunk, caller_id="400", ring_s=20)


def rings_outside(play: Play) -> None:
    play.caller_arrives()
    play.does(outside())
    play.wire.all_ok()


def talks_outside(play: Play) -> None:
    rings_outside(play)
    play.hears(start(OUTSIDE, ["outside", CALL], state="Up"))
    play.wire.all_ok()
    play.wire.said()


def test_a_caller_hears_that_an_outside_number_rings(play: Play) -> None:
    play.caller_arrives()
    play.doing.execute(outside())
    assert play.wire.last_query() == {
        "endpoint": "PJSIP/95588@carrier",
        "app": "acd",
        "appArgs": f"outside,{CALL}",
        "channelId": OUTSIDE,
        "timeout": "20",
        "originator": CALL,
        "callerId": '"" <400>',
    }
    assert play.wire.said() == [
        f"POST channels/{CALL}/answer",
        f"POST channels/{CALL}/ring",
        "POST channels",
    ]


def test_he_is_joined_with_it_and_parts_from_it(play: Play) -> None:
    rings_outside(play)
    answered = start(OUTSIDE, ["outside", CALL], state="Up")
    assert play.hears(answered) == [OutsideAnswered(call=CALL)]
    assert play.wire.said() == [
        f"POST bridges/{CALL}-b",
        f"DELETE channels/{CALL}/ring",
        f"POST bridges/{CALL}-b/addChannel",
    ]
    play.wire.all_ok()
    play.hears(answered)
    assert play.wire.said() == []
    ended = OutsideEnded(call=CALL, answered=True, cause=16)
    assert play.hears(ari.StasisEnd(channel=channel(OUTSIDE))) == [ended]
    assert play.wire.said() == [f"DELETE bridges/{CALL}-b"]
    assert play.hears(destroyed(OUTSIDE)) == []


@pytest.mark.parametrize("answered", [True, False])
def test_an_engine_that_is_connected_again_is_told_who_talks(play: Play, answered: bool) -> None:
    if answered:
        talks_outside(play)
        play.told()
    else:
        rings_outside(play)
    play.outbound.tell_answered()
    assert play.told() == ([OutsideAnswered(call=CALL)] if answered else [])


def test_a_number_that_is_not_reached(play: Play) -> None:
    rings_outside(play)
    ended = OutsideEnded(call=CALL, answered=False, cause=17)
    assert play.hears(destroyed(OUTSIDE, 17)) == [ended]
    assert play.wire.said() == [f"DELETE channels/{CALL}/ring"]


@pytest.mark.parametrize(
    ("number", "trunk", "cause"),
    [("95588", "nobody", 3), ("95588", "inward", 3), ("1@evil", "carrier", 28), ("", "carrier", 28)],
)
def test_what_cannot_be_dialled(play: Play, number: str, trunk: str, cause: int) -> None:
    play.caller_arrives()
    assert play.does(outside(number, trunk)) == []
    assert play.told() == [OutsideEnded(call=CALL, answered=False, cause=cause)]


def test_nobody_is_dialled_for_a_caller_who_is_gone(play: Play) -> None:
    assert play.does(outside()) == []
    assert play.told() == []


@pytest.mark.parametrize("joined", [True, False])
def test_a_caller_who_hangs_up_takes_the_outside_leg_with_him(play: Play, joined: bool) -> None:
    if joined:
        talks_outside(play)
    else:
        rings_outside(play)
    assert play.hears(destroyed(CALL)) == [e.CallerHungUp(call=CALL)]
    drop = [f"DELETE bridges/{CALL}-b"] if joined else []
    assert play.wire.said() == [*drop, f"DELETE channels/{OUTSIDE}"]
    assert play.hears(destroyed(OUTSIDE)) == []


def test_an_outside_leg_is_hung_up_until_it_is_done(play: Play) -> None:
    rings_outside(play)
    play.hears(destroyed(CALL))
    play.wire.said()
    play.wire.refuse(500)
    assert play.time_passes() == 1.0
    assert play.wire.said() == [f"DELETE channels/{OUTSIDE}"]
    play.wire.refuse(404)
    assert (play.again, play.told()) == ([], [])


def test_who_answers_outside_when_the_caller_has_gone_is_hung_up(play: Play) -> None:
    rings_outside(play)
    del play.legs.callers[CALL]
    play.hears(start(OUTSIDE, ["outside", CALL], state="Up"))
    assert play.wire.said() == [f"DELETE channels/{OUTSIDE}"]
    play.hears(start(OUTSIDE, ["outside", CALL], state="Up"))
    assert play.wire.said() == [f"DELETE channels/{OUTSIDE}"]


def test_the_end_of_a_leg_whose_caller_has_gone_is_told_to_nobody(play: Play) -> None:
    rings_outside(play)
    del play.legs.callers[CALL]
    assert play.hears(destroyed(OUTSIDE)) == []


def test_a_bridge_that_refuses_ends_the_leg(play: Play) -> None:
    rings_outside(play)
    play.hears(start(OUTSIDE, ["outside", CALL], state="Up"))
    play.wire.ok()
    play.wire.ok()
    play.wire.said()
    play.wire.refuse(409)
    assert play.wire.said() == [f"DELETE channels/{OUTSIDE}"]
    ended = OutsideEnded(call=CALL, answered=True, cause=16)
    assert play.hears(destroyed(OUTSIDE)) == [ended]


def test_a_bridge_that_refuses_when_all_is_over_matters_no_more(play: Play) -> None:
    rings_outside(play)
    play.hears(start(OUTSIDE, ["outside", CALL], state="Up"))
    play.hears(destroyed(OUTSIDE))
    play.wire.said()
    play.wire.ok()
    play.wire.ok()
    play.wire.refuse(409)
    assert play.wire.said() == []


def test_an_outside_number_that_asterisk_refuses(play: Play) -> None:
    play.caller_arrives()
    play.does(outside())
    for _ in range(2):
        play.wire.ok()
    play.wire.refuse(500)
    assert play.wire.said() == [f"DELETE channels/{CALL}/ring"]
    assert play.told() == [OutsideEnded(call=CALL, answered=False, cause=0)]


def test_an_outside_number_without_an_answer_from_asterisk_is_taken_back(play: Play) -> None:
    play.caller_arrives()
    play.does(outside())
    for _ in range(2):
        play.wire.ok()
    play.wire.lose(AriTimeout())
    assert play.wire.said() == [f"DELETE channels/{OUTSIDE}", f"DELETE channels/{CALL}/ring"]
    assert play.told() == [OutsideEnded(call=CALL, answered=False, cause=0)]


def test_a_refusal_of_an_outside_number_that_is_over(play: Play) -> None:
    play.caller_arrives()
    play.does(outside())
    for _ in range(2):
        play.wire.ok()
    play.hears(destroyed(OUTSIDE))
    play.wire.refuse(500)
    assert play.told() == []


def test_a_number_after_another(play: Play) -> None:
    talks_outside(play)
    play.hears(destroyed(OUTSIDE))
    play.wire.said()
    play.doing.execute(outside())
    assert play.wire.last_query()["channelId"] == f"{CALL}-x2"
