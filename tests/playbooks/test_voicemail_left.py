"""Playbooks of call-flow.md, 4: a caller is asked for a message, and what becomes of it."""

from __future__ import annotations

from typing import Any

import pytest

from acd.core import codes
from acd.core.callback_words import CallbackOpened, CallbackSource
from acd.core.commands import EndCause, StopPrompt
from acd.core.events import ChannelsReconciled, NodeLost
from acd.core.facts import CallEnded, CallOutcome, MissedReason
from acd.core.flow_words import (
    DropTape,
    FlowEntered,
    FlowLeft,
    StartTape,
    StopTape,
    TapeEnd,
    TapeFailed,
    TapeFailure,
    TapeFinished,
)
from acd.core.message_words import MessageLeft, MessageNotLeft, NoMessage
from acd.core.routing import Ending, Then, Voicemail
from agents.model import PhoneState
from ivr.model import Say, ToVoicemail
from tests.playbooks.centre import centre, flow_of, menu_first, queue
from tests.playbooks.harness import Playbook
from tests.playbooks.seen import missed, outcome
from tests.playbooks.words import (
    arrived,
    back,
    end,
    hung_up,
    on_duty,
    phone,
    plays,
    pressed,
    prompt_over,
    says,
)

BOX = Voicemail(name="orders", label="Orders", queue="orders")
ASKED = Ending(say=None, then=Then.VOICEMAIL, voicemail="orders")
FILE = "2026/11/18/20261118T110710Z_orders_c1-1"


def tape(number: int = 1) -> StartTape:
    return StartTape(
        call="c1",
        file=FILE.removesuffix("1") + str(number),
        beep=True,
        at_most=120.0,
        silence=5.0,
        ends_with="#",
    )


def spoke(seconds: float = 10.0, ended_by: TapeEnd = TapeEnd.DIGIT, number: int = 1) -> TapeFinished:
    return TapeFinished(call="c1", file=tape(number).file, seconds=seconds, ended_by=ended_by)


def broke(failure: TapeFailure, seconds: float = 0.0) -> TapeFailed:
    return TapeFailed(call="c1", file=FILE, failure=failure, detail="disk", seconds=seconds)


def asked(**changes: Any) -> Playbook:
    """A caller has waited for 29 seconds, in vain; now the greeting begins."""
    box = Voicemail(**({"name": "orders", "label": "Orders", "queue": "orders"} | changes))
    routing = centre(queues=[queue(for_at_most=29, on_timeout=ASKED)], voicemail={"orders": box})
    play = on_duty(Playbook(routing), "1001") >> phone("1001", PhoneState.IN_USE)
    return (play >> arrived()).after(29)


def recording() -> Playbook:
    """The greeting is over, the caller speaks."""
    return asked() >> prompt_over("orders-1")


def reviewing() -> Playbook:
    """He has spoken for ten seconds, and is told what he may do."""
    return recording() >> spoke()


def test_the_whole_dialogue() -> None:
    play = asked()
    play << plays("orders-1", "leave_message")
    play.check()
    play = asked()
    play >> prompt_over("orders-1") << tape()
    play.after(11) >> spoke() << plays("orders-2", "message_review")
    play >> pressed("2") << StopPrompt(call="c1", prompt="orders-2") << plays("orders-3", tape=FILE)
    play >> prompt_over("orders-3") << plays("orders-4", "message_review")
    (
        play
        >> pressed("1")
        << StopPrompt(call="c1", prompt="orders-4")
        << plays("orders-5", "message_saved")
    )
    play >> prompt_over("orders-5") << end()
    play >> hung_up()
    message = play.last(MessageLeft).message
    assert (message.box, message.call, message.queue) == ("orders", "c1", "orders")
    assert (message.seconds, message.file, message.language) == (10.0, FILE, "zh-CN")
    assert message.caller == "13800000001"
    assert outcome(play) is CallOutcome.MESSAGE
    assert not missed(play)
    entered = play.last(FlowEntered)
    assert (entered.flow, entered.purpose) == ("orders", "voicemail")
    assert (play.last(FlowLeft).exit, play.last(FlowLeft).collected) == ("kept", (("message", FILE),))


def test_a_digit_skips_the_greeting() -> None:
    play = asked()
    play >> pressed("1") << StopPrompt(call="c1", prompt="orders-1") << tape()


def test_silence_in_the_review_keeps_the_message() -> None:
    play = reviewing() >> prompt_over("orders-2")
    play.after(5) << plays("orders-3", "message_review")
    play >> prompt_over("orders-3")
    play.after(5) << plays("orders-4", "message_saved")
    play >> prompt_over("orders-4") << end()
    play.check()
    assert play.recorded(MessageLeft)


def test_recorded_again_the_first_is_deleted() -> None:
    play = reviewing()
    (
        play
        >> pressed("3")
        << StopPrompt(call="c1", prompt="orders-2")
        << plays("orders-3", "message_again")
    )
    play >> prompt_over("orders-3") << DropTape(file=FILE) << tape(2)
    play >> spoke(7.0, number=2) >> pressed("1") >> hung_up()
    message = play.last(MessageLeft).message
    assert (message.seconds, message.file) == (7.0, tape(2).file)
    assert len(play.recorded(MessageLeft)) == 1


def test_kept_and_to_be_called_back() -> None:
    play = reviewing()
    (
        play
        >> pressed("4")
        << StopPrompt(call="c1", prompt="orders-2")
        << plays("orders-3", "message_call_back")
    )
    play >> prompt_over("orders-3") << end()
    play >> hung_up()
    assert play.recorded(MessageLeft)
    assert missed(play) == [MissedReason.VOICEMAIL]
    assert outcome(play) is CallOutcome.MESSAGE
    opened = play.last(CallbackOpened).callback
    assert (opened.number, opened.source) == ("13800000001", CallbackSource.VOICEMAIL)
    assert opened.message == play.last(MessageLeft).message.id


def test_without_a_review_it_is_kept_at_once() -> None:
    play = asked(review=False) >> prompt_over("orders-1")
    play >> spoke() << plays("orders-2", "message_saved")
    play >> prompt_over("orders-2") << end()
    play.check()
    assert play.recorded(MessageLeft)


def test_too_short_is_told_and_called_back() -> None:
    play = recording()
    play >> spoke(2.0) << plays("orders-2", "message_too_short")
    play >> prompt_over("orders-2") << DropTape(file=FILE) << end()
    play >> hung_up()
    fact = play.last(MessageNotLeft)
    assert (fact.box, fact.why, fact.detail) == ("orders", NoMessage.TOO_SHORT, None)
    assert missed(play) == [MissedReason.TIMED_OUT]
    assert outcome(play) is CallOutcome.TIMED_OUT
    assert not play.recorded(MessageLeft)


@pytest.mark.parametrize(
    ("failure", "why"),
    [
        (TapeFailure.NO_ROOM, NoMessage.NO_ROOM),
        (TapeFailure.REFUSED, NoMessage.FAILED),
        (TapeFailure.BROKE_OFF, NoMessage.FAILED),
    ],
)
def test_a_failure_is_told_and_called_back(failure: TapeFailure, why: NoMessage) -> None:
    play = recording()
    play >> broke(failure) << plays("orders-2", "message_failed")
    play >> prompt_over("orders-2") << DropTape(file=FILE) << end()
    play >> hung_up()
    fact = play.last(MessageNotLeft)
    assert (fact.why, fact.detail) == (why, failure.value)
    assert missed(play) == [MissedReason.TIMED_OUT]


@pytest.mark.parametrize("failure", [TapeFailure.NO_ROOM, TapeFailure.BROKE_OFF])
def test_what_was_said_until_it_broke_off_is_a_message_and_he_is_called_back(
    failure: TapeFailure,
) -> None:
    play = recording()
    play >> broke(failure, seconds=38.0) << plays("orders-2", "message_failed")
    play.check()
    message = play.last(MessageLeft).message
    assert (message.file, message.seconds) == (FILE, 38.0)
    assert missed(play) == [MissedReason.VOICEMAIL]
    assert play.last(CallbackOpened).callback.message == message.id
    play >> prompt_over("orders-2") << end()
    play >> hung_up()
    assert outcome(play) is CallOutcome.MESSAGE
    assert not play.recorded(MessageNotLeft)
    assert len(play.recorded(MessageLeft)) == 1


def kept(key: str = "1") -> Playbook:
    """He keeps his message, and is being told so."""
    play = reviewing() >> pressed(key)
    assert len(play.recorded(MessageLeft)) == 1
    return play


@pytest.mark.parametrize(("key", "owed"), [("1", []), ("4", [MissedReason.VOICEMAIL])])
def test_what_he_keeps_is_a_message_before_he_is_told_so(key: str, owed: list[MissedReason]) -> None:
    play = kept(key)
    assert missed(play) == owed
    assert not play.recorded(CallEnded)
    play >> hung_up()
    play.quiet()
    assert outcome(play) is CallOutcome.MESSAGE
    assert missed(play) == owed
    assert len(play.recorded(MessageLeft)) == 1


def test_cut_off_while_he_is_told_that_it_is_kept() -> None:
    play = kept() >> ChannelsReconciled(node="pbx1", restarted=True)
    assert outcome(play) is CallOutcome.MESSAGE
    assert len(play.recorded(MessageLeft)) == 1
    assert not missed(play)


def test_a_node_that_was_lost_while_he_is_told_that_it_is_kept_releases_him() -> None:
    play = kept() >> NodeLost(node="pbx1")
    play >> back(play) << StopPrompt(call="c1", prompt="orders-3") << end()
    play >> hung_up()
    assert outcome(play) is CallOutcome.MESSAGE
    assert len(play.recorded(MessageLeft)) == 1


def test_hung_up_during_the_greeting() -> None:
    play = asked() >> hung_up()
    assert play.last(MessageNotLeft).why is NoMessage.HUNG_UP
    assert missed(play) == [MissedReason.TIMED_OUT]
    assert outcome(play) is CallOutcome.TIMED_OUT


def test_hung_up_during_the_beep() -> None:
    play = recording() >> spoke(0.0, TapeEnd.HUNG_UP)
    play >> hung_up() << DropTape(file=FILE)
    play.check()
    assert play.last(MessageNotLeft).why is NoMessage.HUNG_UP
    assert missed(play) == [MissedReason.TIMED_OUT]


def test_hung_up_while_speaking_keeps_what_is_long_enough() -> None:
    play = recording()
    play >> spoke(8.0, TapeEnd.HUNG_UP)
    play.quiet()
    play >> hung_up()
    assert play.last(MessageLeft).message.seconds == 8.0
    assert outcome(play) is CallOutcome.MESSAGE
    assert not missed(play)


def test_hung_up_and_nobody_tells_what_was_recorded() -> None:
    play = recording() >> hung_up()
    assert play.last(MessageNotLeft).why is NoMessage.HUNG_UP
    play >> spoke(8.0) << DropTape(file=FILE)


def test_a_failure_that_nobody_waits_for_is_passed_over() -> None:
    play = asked() >> broke(TapeFailure.REFUSED)
    play.quiet()


def test_hung_up_in_the_review_keeps_the_message() -> None:
    play = reviewing() >> hung_up()
    assert play.last(MessageLeft).message.seconds == 10.0


def test_cut_off_while_reviewing_keeps_the_message() -> None:
    play = reviewing() >> ChannelsReconciled(node="pbx1", restarted=True)
    assert play.recorded(MessageLeft)
    assert outcome(play) is CallOutcome.MESSAGE


def test_cut_off_while_speaking_is_a_missed_call() -> None:
    play = recording() >> ChannelsReconciled(node="pbx1", restarted=True)
    assert outcome(play) is CallOutcome.CUT_OFF
    assert missed(play) == [MissedReason.CUT_OFF]
    assert play.last(FlowLeft).exit == "cut off"


def test_cut_off_with_too_little_said_deletes_it() -> None:
    play = recording() >> spoke(1.0)
    play >> ChannelsReconciled(node="pbx1", restarted=True) << DropTape(file=FILE)
    play.check()
    assert missed(play) == [MissedReason.CUT_OFF]


def test_chosen_in_a_menu() -> None:
    flow = flow_of(Say(parts=(), go=ToVoicemail(box="orders")))
    play = Playbook(menu_first(flow, voicemail={"orders": BOX}))
    play >> arrived() << plays("orders-1", "leave_message")
    play >> hung_up()
    assert outcome(play) is CallOutcome.NO_MESSAGE
    assert missed(play) == [MissedReason.VOICEMAIL]
    assert codes.NO_MESSAGE in [reason[1] for reason in play.last(CallEnded).reasons]


def test_after_a_prompt() -> None:
    ending = Ending(say="closed", then=Then.VOICEMAIL, voicemail="orders")
    play = Playbook(centre(queues=[queue(on_nobody=ending)], voicemail={"orders": BOX}))
    play >> arrived() << says("closed")
    play >> prompt_over("closed") << plays("orders-1", "leave_message")


def test_a_box_that_is_configured_no_more_means_a_callback() -> None:
    play = Playbook(centre(queues=[queue(on_nobody=ASKED)]))
    play >> arrived() << end(cause=EndCause.BUSY)
    play.check()
    assert missed(play) == [MissedReason.NOBODY]


# the connection to his node


def test_a_node_that_was_lost_while_he_spoke_begins_anew() -> None:
    play = recording() >> NodeLost(node="pbx1")
    play >> back(play) << StopTape(call="c1", file=FILE) << plays("orders-2", "leave_message")
    (play >> spoke()).quiet()
    play >> prompt_over("orders-2") << DropTape(file=FILE) << tape(2)


def test_what_he_had_said_before_his_node_was_lost_is_a_message_if_he_says_no_more() -> None:
    play = recording() >> NodeLost(node="pbx1")
    play >> back(play) >> spoke() >> hung_up()
    play.quiet()
    assert [each.message.file for each in play.recorded(MessageLeft)] == [FILE]


def test_a_node_that_was_lost_in_the_review_deletes_and_begins_anew() -> None:
    play = reviewing() >> NodeLost(node="pbx1")
    (
        play
        >> back(play)
        << StopPrompt(call="c1", prompt="orders-2")
        << DropTape(file=FILE)
        << plays("orders-3", "leave_message")
    )


def test_what_becomes_due_meanwhile_is_done_when_the_node_is_back() -> None:
    play = reviewing() >> prompt_over("orders-2") >> NodeLost(node="pbx1")
    play.after(10).quiet()
    play >> back(play) << plays("orders-3", "message_review")


def test_nothing_due_nothing_done() -> None:
    play = reviewing() >> prompt_over("orders-2") >> NodeLost(node="pbx1")
    play >> back(play)
    play.quiet()
    play.after(5) << plays("orders-3", "message_review")
