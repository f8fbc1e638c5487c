"""Hearing and doing, played as the conversation between the core and one Asterisk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from acd.core import commands as c
from acd.core import events as e
from acd.core.flow_words import DropTape, StartTape, StopTape, TapeEnd, TapeFinished
from acd.core.message_words import MailboxDialled, SetLamp
from agents.model import AgentAct, PhoneState
from asterisk.ari import events as ari
from asterisk.ari.errors import AriConnectionLost
from asterisk.ari.models import LiveRecording
from tests.unit.asterisk.conversation import (
    CALL,
    OFFER,
    Play,
    channel,
    destroyed,
    device,
    played,
    ring,
    start,
)


def test_a_caller_arrives_once(play: Play) -> None:
    arrived = e.CallArrived(
        call=CALL, node="n1", dialled="4008001001", caller="13800138000", caller_name="Li"
    )
    assert play.hears(start(CALL, ["inbound", "4008001001"])) == [arrived]
    assert play.hears(start(CALL, ["inbound", "4008001001"])) == []


def test_a_caller_hangs_up_once(play: Play) -> None:
    play.caller_arrives()
    assert play.hears(ari.StasisEnd(channel=channel(CALL))) == [e.CallerHungUp(call=CALL)]
    assert play.hears(destroyed(CALL, 16)) == []


def test_an_agent_who_leaves_the_application_is_gone(play: Play) -> None:
    play.connected()
    play.wire.said()
    assert play.hears(ari.StasisEnd(channel=channel(OFFER))) == [e.AgentHungUp(offer=OFFER)]
    assert play.wire.said() == [f"DELETE bridges/{CALL}-b"]
    assert play.hears(destroyed(OFFER, 16)) == []


def test_a_leg_that_was_never_answered_ends_with_its_own_cause(play: Play) -> None:
    play.caller_arrives()
    play.agent_rings()
    assert play.hears(ari.StasisEnd(channel=channel(OFFER))) == []
    assert play.hears(destroyed(OFFER, 17)) == [
        e.RingFailed(offer=OFFER, reason=e.RingFailure.REFUSED, cause=17)
    ]


def test_an_agent_rings_and_answers(play: Play) -> None:
    play.hears(device("PJSIP/1001", "NOT_INUSE"))
    play.caller_arrives()
    assert play.does(ring()) == ["POST channels"]
    play.wire.all_ok()
    assert play.hears(device("PJSIP/1001", "RINGING")) == [e.AgentRinging(offer=OFFER)]
    assert play.hears(device("PJSIP/1001", "RINGING")) == []
    answered = start(OFFER, ["agent"], name="PJSIP/1001-00000002", state="Up")
    assert play.hears(answered) == [e.AgentAnswered(offer=OFFER)]
    assert play.hears(answered) == []


def test_the_callers_name_cannot_break_the_caller_id(play: Play) -> None:
    play.caller_arrives()
    play.doing.execute(ring())
    query = play.wire.last_query()
    assert query["callerId"] == '"Li theknife" <13800138000>'
    assert (query["endpoint"], query["app"], query["originator"]) == ("PJSIP/1001", "acd", CALL)


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        (17, e.RingFailure.REFUSED),
        (21, e.RingFailure.REFUSED),
        (19, e.RingFailure.NO_ANSWER),
        (20, e.RingFailure.UNREACHABLE),
    ],
)
def test_a_ring_fails_for_the_reason_of_its_cause(play: Play, cause: int, reason: e.RingFailure) -> None:
    play.caller_arrives()
    play.agent_rings()
    assert play.hears(destroyed(OFFER, cause)) == [e.RingFailed(offer=OFFER, reason=reason, cause=cause)]


def test_a_phone_that_cannot_be_dialled_is_unreachable(play: Play) -> None:
    play.caller_arrives()
    play.does(ring())
    play.wire.refuse(500, "Allocation failed")
    assert play.told() == [e.RingFailed(offer=OFFER, reason=e.RingFailure.UNREACHABLE)]
    assert play.counts.refused == [("ring agent", 500)]


def test_connecting_answers_bridges_and_reports(play: Play) -> None:
    play.caller_arrives()
    play.agent_answers()
    assert play.does(c.ConnectCall(call=CALL, offer=OFFER)) == [
        f"POST bridges/{CALL}-b",
        f"POST channels/{CALL}/answer",
        f"POST bridges/{CALL}-b/addChannel",
    ]
    play.wire.all_ok()
    assert play.told() == [e.CallConnected(call=CALL, offer=OFFER)]


def test_connecting_somebody_who_waited_stops_the_music_and_answers_only_once(play: Play) -> None:
    play.caller_arrives()
    assert play.does(c.StartWaiting(call=CALL, music="jazz")) == [
        f"POST channels/{CALL}/answer",
        f"POST channels/{CALL}/moh",
    ]
    play.agent_answers()
    assert play.does(c.ConnectCall(call=CALL, offer=OFFER)) == [
        f"POST bridges/{CALL}-b",
        f"DELETE channels/{CALL}/moh",
        f"POST bridges/{CALL}-b/addChannel",
    ]


def test_connecting_with_one_gone_fails(play: Play) -> None:
    play.caller_arrives()
    assert play.does(c.ConnectCall(call=CALL, offer=OFFER)) == []
    assert play.told() == [e.ConnectFailed(call=CALL, offer=OFFER, reason="one of the two is gone")]


def test_a_bridge_that_refuses_fails_the_connection(play: Play) -> None:
    play.caller_arrives()
    play.agent_answers()
    play.does(c.ConnectCall(call=CALL, offer=OFFER))
    play.wire.ok()
    play.wire.ok()
    play.wire.refuse(409, "not in Stasis")
    assert play.told() == [e.ConnectFailed(call=CALL, offer=OFFER, reason="request: 409 not in Stasis")]


@pytest.mark.parametrize("first", [CALL, OFFER])
def test_the_bridge_goes_with_the_first_who_hangs_up(play: Play, first: str) -> None:
    play.connected()
    play.wire.said()
    expected: e.Event = e.CallerHungUp(call=CALL) if first == CALL else e.AgentHungUp(offer=OFFER)
    assert play.hears(destroyed(first)) == [expected]
    assert play.wire.said() == [f"DELETE bridges/{CALL}-b"]
    play.wire.all_ok()
    play.hears(destroyed(OFFER if first == CALL else CALL))
    assert play.wire.said() == []


def test_a_second_answer_of_a_ring_all_leaves_the_first_ones_talk_alone(play: Play) -> None:
    play.connected()
    second = f"{CALL}-o2"
    play.does(replace(ring(), offer=second, agent="1002"))
    play.hears(start(second, ["agent"], name="PJSIP/1002-00000003", state="Up"))
    play.does(c.ReleaseAgent(offer=second))
    play.wire.all_ok()
    assert play.hears(destroyed(second)) == [e.AgentHungUp(offer=second)]
    assert play.wire.said() == []
    play.hears(destroyed(OFFER))
    assert play.wire.said() == [f"DELETE bridges/{CALL}-b"]


def test_after_a_second_connection_the_bridge_is_the_second_agents(play: Play) -> None:
    play.connected()
    second = f"{CALL}-o2"
    play.does(replace(ring(), offer=second, agent="1002"))
    play.hears(start(second, ["agent"], name="PJSIP/1002-00000003", state="Up"))
    play.does(c.ConnectCall(call=CALL, offer=second))
    play.hears(destroyed(OFFER))
    assert play.wire.said() == []
    play.hears(destroyed(second))
    assert play.wire.said() == [f"DELETE bridges/{CALL}-b"]


def test_a_caller_is_ended_with_a_cause(play: Play) -> None:
    play.caller_arrives()
    play.doing.execute(c.EndCall(call=CALL, cause=c.EndCause.BUSY))
    assert play.wire.last_query() == {"reason_code": "17"}
    play.wire.refuse(404)
    assert play.told() == [e.CallerHungUp(call=CALL, cause=17)]


def test_commands_for_a_caller_who_is_gone_do_nothing(play: Play) -> None:
    assert play.does(c.StartWaiting(call=CALL, music="default")) == []
    assert play.does(c.PlayPrompt(call=CALL, prompt="closed", language="en")) == []


def test_keys_pressed(play: Play) -> None:
    pressed = ari.ChannelDtmfReceived(channel=channel(CALL), digit="5")
    assert play.hears(pressed) == []
    play.caller_arrives()
    assert play.hears(pressed) == [e.DigitPressed(call=CALL, digit="5")]


@pytest.mark.parametrize("ended", [lambda id: ari.StasisEnd(channel=channel(id)), destroyed])
def test_a_feature_code_is_an_act_and_hears_its_outcome(
    play: Play, ended: Callable[[str], ari.Event]
) -> None:
    phone = "pbx-1763700000.9"
    acted = e.AgentActed(agent="1001", act=AgentAct.LOG_IN, by="phone", channel=phone, language="en")
    assert play.hears(start(phone, ["feature", "*11"], name="PJSIP/1001-00000007")) == [acted]
    announce = c.Announce(channel=phone, prompt="logged_in", language="en")
    assert play.does(announce) == [
        f"POST channels/{phone}/answer",
        f"POST channels/{phone}/play/{phone}-a",
    ]
    play.wire.all_ok()
    assert play.hears(played(f"{phone}-a", phone)) == []
    assert play.wire.said() == [f"DELETE channels/{phone}"]
    play.hears(ended(phone))
    assert play.legs.announcing == {}


def test_an_announcement_that_fails_hangs_up(play: Play) -> None:
    play.does(c.Announce(channel="x", prompt="logged_in", language="en"))
    play.wire.ok()
    play.wire.refuse(500)
    assert play.wire.said() == ["DELETE channels/x"]
    assert play.legs.announcing == {}


@pytest.mark.parametrize(
    ("args", "kind"), [(["feature", "*99"], "unknown_feature"), ([], "unknown_channel")]
)
def test_channels_that_make_no_sense_are_turned_away(play: Play, args: list[str], kind: str) -> None:
    assert play.hears(start("x", args)) == []
    assert play.counts.bad == [("ari", kind)]
    assert play.wire.said() == ["DELETE channels/x"]


def test_events_of_no_interest_and_of_strangers_are_dropped(play: Play) -> None:
    assert play.hears(ari.ChannelHold(channel=channel("x"))) == []
    assert play.hears(destroyed("x")) == []
    assert play.hears(ari.StasisEnd(channel=channel("x"))) == []
    assert play.hears(played("p", "x")) == []


def test_phones_come_and_go(play: Play) -> None:
    def state(phone: PhoneState) -> list[e.Event]:
        return [e.PhoneStateChanged(agent="1001", phone=phone)]

    assert play.hears(device("PJSIP/1001", "NOT_INUSE")) == state(PhoneState.FREE)
    assert play.hears(device("PJSIP/1001", "NOT_INUSE")) == []
    assert play.hears(device("PJSIP/1001", "INUSE")) == state(PhoneState.IN_USE)
    assert play.hears(device("PJSIP/1001", "UNAVAILABLE")) == state(PhoneState.UNREACHABLE)
    assert play.hears(device("PJSIP/1001", "SOMETHING NEW")) == []
    assert play.hears(device("Local/1001", "INUSE")) == []


def test_our_own_call_is_no_news_of_the_phone(play: Play) -> None:
    play.hears(device("PJSIP/1001", "NOT_INUSE"))
    play.caller_arrives()
    play.agent_rings()
    assert play.hears(device("PJSIP/1001", "RINGING")) == [e.AgentRinging(offer=OFFER)]
    play.hears(start(OFFER, ["agent"], state="Up"))
    assert play.hears(device("PJSIP/1001", "INUSE")) == []
    assert play.hears(destroyed(OFFER)) == [e.AgentHungUp(offer=OFFER)]
    assert play.hears(device("PJSIP/1001", "NOT_INUSE")) == []
    assert len(play.later) == 1


def test_a_phone_still_in_use_after_our_call_is_believed_in_the_end(play: Play) -> None:
    play.hears(device("PJSIP/1001", "NOT_INUSE"))
    play.caller_arrives()
    play.agent_rings()
    play.hears(device("PJSIP/1001", "INUSE"))
    play.hears(destroyed(OFFER, 17))
    assert play.hears(device("PJSIP/1001", "INUSE")) == []
    play.later.pop()()
    assert play.told() == [e.PhoneStateChanged(agent="1001", phone=PhoneState.IN_USE)]


def test_a_lost_connection_is_not_reported_command_by_command(play: Play) -> None:
    play.caller_arrives()
    play.agent_answers()
    play.does(c.ConnectCall(call=CALL, offer=OFFER))
    play.does(c.PlayPrompt(call=CALL, prompt="closed", language="en"))
    play.does(replace(ring(), offer=f"{CALL}-o2", agent="1002"))
    play.does(c.Announce(channel="x", prompt="logged_in", language="en"))
    play.wire.lose(AriConnectionLost())
    assert play.told() == []
    assert play.counts.refused == []


def test_a_mailbox_is_a_caller_who_is_prompted_presses_and_leaves(play: Play) -> None:
    phone = "pbx-1763700000.9"
    dialled = MailboxDialled(agent="1001", channel=phone, language="en")
    assert play.hears(start(phone, ["feature", "*97"], name="PJSIP/1001-00000007")) == [dialled]
    assert play.does(c.PlayPrompt(call=phone, prompt="x", language="en")) == [
        f"POST channels/{phone}/answer",
        f"POST channels/{phone}/play/{phone}-p1",
    ]
    pressed = ari.ChannelDtmfReceived(channel=channel(phone), digit="1")
    assert play.hears(pressed) == [e.DigitPressed(call=phone, digit="1")]
    assert play.hears(destroyed(phone)) == [e.CallerHungUp(call=phone)]


def test_who_has_no_mailbox_hears_so_and_nothing_more_is_told_of_him(play: Play) -> None:
    phone = "pbx-1763700000.9"
    play.hears(start(phone, ["feature", "*97"], name="PJSIP/9999-00000007"))
    play.does(c.Announce(channel=phone, prompt="refused", language="en"))
    assert play.hears(destroyed(phone)) == []
    assert play.legs.announcing == {}


def test_a_recording_of_a_caller_is_one_of_his_commands(play: Play) -> None:
    play.caller_arrives()
    tape = StartTape(call=CALL, file="f", beep=False, at_most=9, silence=2, ends_with="")
    assert play.does(tape) == [f"POST channels/{CALL}/answer", f"POST channels/{CALL}/record"]
    assert play.wire.said() == []
    pressed = ari.ChannelDtmfReceived(channel=channel(CALL), digit="#")
    assert play.hears(pressed) == [e.DigitPressed(call=CALL, digit="#")]
    assert play.does(StopTape(call=CALL, file="f")) == ["POST recordings/live/messages%2Ff/stop"]
    closed = LiveRecording(
        name="messages/f", format="wav", target_uri=f"channel:{CALL}", state="done", duration=2
    )
    stopped = TapeFinished(call=CALL, file="f", seconds=2, ended_by=TapeEnd.STOPPED)
    assert play.hears(ari.RecordingFinished(recording=closed)) == [stopped]
    assert play.does(DropTape(file="f")) == ["DELETE recordings/stored/messages%2Ff"]


def test_a_lamp_is_one_of_the_commands(play: Play) -> None:
    assert play.does(SetLamp(agent="1001", node="n1", new=1, old=0)) == ["POST channels"]
