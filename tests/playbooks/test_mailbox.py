"""An agent dials his voicemail, hears his messages, and acts on them with keys."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.core.commands import Announce, EndCall, PlayPrompt, StopPrompt
from acd.core.events import (
    ChannelsReconciled,
    DigitPressed,
    PromptFailed,
    PromptFinished,
)
from acd.core.facts import StaleEventSeen
from acd.core.message_words import (
    MailboxDialled,
    MessageAct,
    MessageChanged,
    MessagesExpired,
    MessageState,
)
from acd.core.routing import Voicemail
from tests.playbooks.centre import NODE
from tests.playbooks.harness import START, Playbook
from tests.playbooks.test_messages import act, desk, lamp, message, remembering, state
from tests.playbooks.words import hung_up

DAY = 86_400.0
FIVE_PAST = ("num_19", "oclock", "num_0", "num_5", "clock_minutes")
SIX_PAST = ("num_19", "oclock", "num_0", "num_6", "clock_minutes")
NUMBER = ("num_yao", "num_3", "num_8", *("num_0",) * 7, "num_yao")


def dialled(agent: str = "1001", channel: str = "ch1") -> MailboxDialled:
    return MailboxDialled(agent=agent, channel=channel)


def plays(n: int, *sounds: str, tape: str | None = None, language: str = "zh-CN") -> PlayPrompt:
    return PlayPrompt(call="ch1", prompt=f"mailbox-{n}", language=language, sounds=sounds, tape=tape)


def over(n: int) -> PromptFinished:
    return PromptFinished(call="ch1", prompt=f"mailbox-{n}")


def key(digit: str) -> DigitPressed:
    return DigitPressed(call="ch1", digit=digit)


def at_the_tape(play: Playbook) -> Playbook:
    return play >> dialled() >> over(1) >> over(2)


def test_from_the_code_to_the_end() -> None:
    play = remembering(message())
    play >> dialled() << plays(1, "mailbox_you_have", "num_1", "mailbox_new")
    play >> over(1) << plays(2, "mailbox_from", *NUMBER, *FIVE_PAST)
    play >> over(2) << plays(3, "mailbox_message", tape="2026-11-18/m1")
    play >> over(3)
    play << MessageChanged(
        message="m1",
        at=play.now,
        act=MessageAct.HEAR,
        by="phone:1001",
        state=MessageState.HEARD,
        box="orders",
        agent=None,
    )
    play << lamp("1001", 0, 1) << lamp("1002", 0, 1) << plays(4, "mailbox_menu")
    play >> key("3") << StopPrompt(call="ch1", prompt="mailbox-4")
    play << lamp("1001", 0) << lamp("1002", 0) << plays(5, "mailbox_closed")
    play >> over(4)
    play.quiet()
    play >> over(5) << plays(6, "mailbox_no_more")
    play >> over(6) << EndCall(call="ch1")
    play >> key("1")
    play.quiet()
    play >> hung_up("ch1")
    play.quiet()
    play >> hung_up("ch1")
    play << StaleEventSeen(at=play.now, what="call gone: hung_up", subject="ch1")
    play.check()
    assert state(play) is MessageState.CLOSED


def test_taking_and_what_is_refused() -> None:
    play = at_the_tape(remembering(message(left_at=START - DAY - 60), message("m2", left_at=START)))
    play >> act(MessageAct.CLOSE) >> key("5")
    play << StopPrompt(call="ch1", prompt="mailbox-3") << plays(4, "refused", "mailbox_menu")
    play >> key("2") << StopPrompt(call="ch1", prompt="mailbox-4")
    play << plays(5, "mailbox_from", *NUMBER, *SIX_PAST)
    play >> key("5") << StopPrompt(call="ch1", prompt="mailbox-5")
    play << lamp("1001", 0, 1) << lamp("1002", 0, 0) << plays(6, "mailbox_taken")
    play.check()
    taken = play.core.view_message("m2")
    assert taken is not None
    assert (taken.state, taken.agent) == (MessageState.TAKEN, "1001")


def forwarded(number: str, **boxes: Voicemail) -> Playbook:
    """He forwards the message that he hears to the number that he dials."""
    orders = Voicemail(name="orders", label="Orders", queue="orders", lamp_of=("1001", "1002"))
    made = desk(orders, *boxes.values())
    route = replace(made.default_route, queue="service")
    play = at_the_tape(remembering(message(), routing=replace(made, numbers={"4002": route})))
    play >> key("6")
    assert plays(4, "mailbox_forward_to") in play.said
    for digit in (*number, "#"):
        play >> key(digit)
    return play


def box_of(play: Playbook) -> str:
    found = play.core.view_message("m1")
    assert found is not None
    return found.box


@pytest.mark.parametrize(("number", "box"), [("1002", "own"), ("77", "77"), ("4002", "service")])
def test_forwarding_to_an_agent_to_a_box_and_to_a_queue(number: str, box: str) -> None:
    play = forwarded(
        number,
        own=Voicemail(name="own", label="Own", agent="1002"),
        named=Voicemail(name="77", label="Boss", agent="1001"),
        service=Voicemail(name="service", label="Service", queue="service"),
    )
    changed = play.last(MessageChanged)
    assert (changed.act, changed.by, changed.box) == (MessageAct.FORWARD, "phone:1001", box)
    assert box_of(play) == box
    assert plays(5, "mailbox_forwarded") in play.said


@pytest.mark.parametrize("number", ["9", "4002", "4001"])
def test_forwarding_to_nobody_is_refused(number: str) -> None:
    play = forwarded(number)
    assert plays(5, "refused", "mailbox_menu") in play.said
    assert box_of(play) == "orders"


def test_messages_of_days_before() -> None:
    play = remembering(message(left_at=START - DAY - 60), message("m2", left_at=START - 5 * DAY))
    play >> dialled() >> over(1)
    play << plays(2, "mailbox_from", *NUMBER, "num_5", "mailbox_days_ago", *SIX_PAST)
    play >> key("2") << StopPrompt(call="ch1", prompt="mailbox-2")
    play << plays(3, "mailbox_from", *NUMBER, "mailbox_yesterday", *FIVE_PAST)
    play.check()


def test_who_hangs_up_while_a_message_plays_has_heard_it() -> None:
    play = at_the_tape(remembering(message()))
    play >> hung_up("ch1") << lamp("1001", 0, 1) << lamp("1002", 0, 1)
    play.check()


def test_what_could_not_be_played_stays_new() -> None:
    play = at_the_tape(remembering(message()))
    play >> PromptFailed(call="ch1", prompt="mailbox-3", reason="no such file")
    play << plays(4, "mailbox_unplayable", "mailbox_menu")
    play >> over(3)
    play.quiet().check()
    assert state(play) is MessageState.NEW


def test_what_was_deleted_or_forwarded_meanwhile_is_not_played() -> None:
    for meanwhile in (MessagesExpired(messages=("m1",)), act(MessageAct.FORWARD, box="mailed")):
        play = remembering(message()) >> dialled() >> over(1) >> meanwhile
        play >> over(2) << plays(3, "mailbox_unplayable", "mailbox_menu")
        play.check()


def test_who_presses_nothing_is_asked_again_and_released() -> None:
    play = at_the_tape(remembering(message())) >> over(3) >> over(4)
    play.after(6) << plays(5, "mailbox_menu")
    play >> over(5)
    play.after(6) << plays(6, "mailbox_menu")
    play >> over(6) >> key("8") << plays(7, "mailbox_menu")
    play.after(30)
    play.quiet()
    play >> over(7)
    for n in (8, 9):
        play.after(6) << plays(n, "mailbox_menu")
        play >> over(n)
    play.after(6) << plays(10, "mailbox_goodbye")
    play >> over(10) << EndCall(call="ch1")
    play.check()


def test_who_hangs_up_is_waited_for_no_more() -> None:
    play = at_the_tape(remembering(message())) >> over(3) >> over(4) >> hung_up("ch1")
    play.after(60)
    play.quiet().check()


def test_a_phone_of_nobody_hears_that_this_cannot_be() -> None:
    play = remembering()
    play >> dialled("9999") << Announce(channel="ch1", prompt="refused", language="zh-CN")
    play.check()


def test_nothing_there_and_another_language() -> None:
    play = remembering()
    play >> MailboxDialled(agent="1001", channel="ch1", language="en")
    play << plays(1, "mailbox_empty", language="en")
    play >> dialled() << StaleEventSeen(at=play.now, what="mailbox known: dialled", subject="ch1")
    play >> key("#")
    play.quiet()
    play >> over(1) << EndCall(call="ch1")
    play.check()


def test_a_connection_that_was_lost_ends_it() -> None:
    play = at_the_tape(remembering(message()))
    play >> ChannelsReconciled(node="another", restarted=False)
    play.quiet()
    play >> ChannelsReconciled(node=NODE, restarted=False)
    play << EndCall(call="ch1")
    play >> PromptFinished(call="ch1", prompt="mailbox-3")
    play << StaleEventSeen(at=play.now, what="call gone: prompt_stale", subject="ch1")
    play.check()
