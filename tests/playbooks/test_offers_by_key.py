"""Playbooks of call-flow.md, 1.6: what a waiting caller may choose by a key, and what that costs him."""

from __future__ import annotations

from typing import Any

from acd.core import codes
from acd.core.callback_words import CallbackOpened, CallbackSource
from acd.core.commands import EndCause, PlayPrompt, StartWaiting, StopPrompt
from acd.core.events import DigitPressed
from acd.core.facts import CallEnded, CallMissed, CallOutcome, QueueLeft, VisitOutcome
from acd.core.flow_words import FlowEntered
from acd.core.routing import Announcements, Then, Voicemail, WaitOffer
from agents.model import PhoneState
from ivr.model import Flow, HangUp, Menu, Tries
from tests.playbooks.centre import centre, queue
from tests.playbooks.harness import Playbook
from tests.playbooks.words import (
    arrived,
    end,
    failed,
    hung_up,
    music,
    on_duty,
    phone,
    prompt_over,
    ring,
    ringing,
    says,
    stop_ringing,
    talk,
)

CALLBACK = WaitOffer(key="1", then=Then.CALLBACK, say="offer_callback", after=60, every=120)
MESSAGE = WaitOffer(
    key="2", then=Then.VOICEMAIL, say="leave_one_by_two", after=60, every=None, voicemail="orders"
)
OTHER = WaitOffer(key="3", then=Then.QUEUE, say="offer_queue", after=90, every=None, queue="other")
MENU_STEP = Menu(parts=(), keys={"1": HangUp()}, tries=Tries(otherwise=HangUp()))
MENU = WaitOffer(key="*", then=Then.FLOW, say="offer_flow", after=90, every=None, flow="menu")


def pressed(digit: str, call: str = "c1") -> DigitPressed:
    return DigitPressed(call=call, digit=digit)


def told(*sounds: str, call: str = "c1", nth: int = 1) -> PlayPrompt:
    return PlayPrompt(call=call, prompt=f"while_waiting_{nth}", language="zh-CN", sounds=sounds)


def busy(*offers: WaitOffer, **changes: Any) -> Playbook:
    """One agent, who is on the phone privately."""
    routing = centre(
        queues=[queue(offers=offers, **changes), queue("other")],
        voicemail={"orders": Voicemail(name="orders", label="orders", queue="orders")},
        flows={"menu": Flow(name="menu", start="1", steps={"1": MENU_STEP})},
    )
    return on_duty(Playbook(routing), "1001") >> phone("1001", PhoneState.IN_USE)


# telling


def test_offers_are_told_after_their_time_and_again() -> None:
    play = busy(CALLBACK, MESSAGE)
    play >> arrived() << music()
    play.after(59).quiet()
    play.after(1) << told("offer_callback", "num_1", "leave_one_by_two")
    play >> prompt_over("while_waiting_1") << music()
    play.after(119).quiet()
    play.after(1) << told("offer_callback", "num_1", nth=2)


def test_they_are_told_together_with_the_position() -> None:
    play = busy(CALLBACK, announcements=Announcements(first=60, every=60))
    play >> arrived()
    play.after(60) << told("you_are_number", "num_1", "in_the_queue", "offer_callback", "num_1")


def test_whose_number_is_withheld_cannot_be_called_back() -> None:
    play = busy(CALLBACK)
    play >> arrived(caller=None)
    play.after(300).quiet()
    play >> pressed("1")
    play.quiet().check()
    view = play.core.view_call("c1")
    assert view is not None
    assert view.position == 1


# taking


def test_a_callback_by_key_keeps_the_place() -> None:
    play = busy(CALLBACK)
    play >> arrived("c0", caller="13900000009")
    play.after(10) >> arrived()
    joined = play.now
    play.after(60) >> prompt_over("while_waiting_1")
    play >> pressed("1") << says("callback_kept")
    play >> prompt_over("callback_kept") << end()
    play >> hung_up()
    left = play.last(QueueLeft)
    assert (left.outcome, left.wait) == (VisitOutcome.CALLBACK, play.now - joined)
    opened = play.last(CallbackOpened).callback
    assert (opened.source, opened.call, opened.place) == (CallbackSource.KEY, "c1", joined)
    assert play.last(CallEnded).outcome is CallOutcome.CALLBACK
    assert play.recorded(CallMissed) == []


def test_before_it_was_told_the_key_works_too() -> None:
    play = busy(CALLBACK)
    play >> arrived()
    play.after(5) >> pressed("1") << says("callback_kept")


def test_a_key_cuts_off_what_is_being_said() -> None:
    play = busy(CALLBACK)
    play >> arrived()
    play.after(60) << told("offer_callback", "num_1")
    play >> pressed("1")
    play << StopPrompt(call="c1", prompt="while_waiting_1") << says("callback_kept")
    play >> prompt_over("while_waiting_1")
    play.quiet()
    play >> hung_up()
    assert play.last(CallEnded).outcome is CallOutcome.CALLBACK


def test_another_queue_by_key_keeps_the_time_of_arrival() -> None:
    play = busy(OTHER)
    play >> arrived("c0", dialled="none")
    play.after(10) >> arrived() << music()
    play >> pressed("3")
    play.quiet().check()
    assert play.last(QueueLeft).outcome is VisitOutcome.OVERFLOWED
    view = play.core.view_call("c1")
    assert view is not None
    assert (view.queue, view.arrived_at) == ("other", play.now)


def test_another_queue_has_its_own_music() -> None:
    play = on_duty(
        Playbook(centre(queues=[queue(offers=(OTHER,)), queue("other", music="jazz")])), "1001"
    )
    play >> phone("1001", PhoneState.IN_USE) >> arrived() << music()
    play >> pressed("3") << StartWaiting(call="c1", music="jazz")


def test_voicemail_by_key() -> None:
    play = busy(MESSAGE)
    play >> arrived() >> pressed("2")
    assert play.last(QueueLeft).outcome is VisitOutcome.OVERFLOWED
    assert (play.last(FlowEntered).flow, play.last(FlowEntered).purpose) == ("orders", "voicemail")


def test_a_flow_by_key() -> None:
    play = busy(MENU)
    play >> arrived() >> pressed("*")
    assert play.last(FlowEntered).flow == "menu"


def test_a_wrong_key_does_nothing() -> None:
    play = busy(CALLBACK, OTHER)
    play >> arrived()
    for key in "0245#*":
        play >> pressed(key)
        play.quiet()
    view = play.core.view_call("c1")
    assert view is not None
    assert view.position == 1


def test_while_a_phone_rings_for_him_a_key_does_nothing() -> None:
    play = busy(CALLBACK)
    play >> arrived() >> phone("1001") << ring()
    play >> ringing() >> pressed("1")
    play.quiet()
    play.after(20) << stop_ringing()
    play >> failed()
    play >> pressed("1") << says("callback_kept")


def test_the_story_says_what_was_pressed() -> None:
    play = busy(OTHER)
    play >> arrived() >> pressed("3")
    why = play.core.why("c1")
    assert why is not None
    assert (codes.CHOSE, "3", "queue", "other") in [reason[1:] for reason in why.trace]


def test_who_is_talking_chooses_nothing() -> None:
    play = busy(CALLBACK) >> arrived() >> phone("1001")
    talk(play) >> pressed("1")
    play.quiet()


def test_released_callers_hear_no_busy_tone() -> None:
    play = busy(CALLBACK)
    play >> arrived() >> pressed("1") >> prompt_over("callback_kept") << end(cause=EndCause.NORMAL)
