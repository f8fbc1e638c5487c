"""Playbooks of callers who speak to a voicemail box, and hang up, while no engine is there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from acd.core.callback_words import CallbackOpened
from acd.core.commands import Command
from acd.core.events import (
    ChannelsReconciled,
    ConfigReplaced,
    NodeLost,
    RestoredCall,
    StateRestored,
)
from acd.core.facts import CallEnded, CallMissed, CallOutcome, CallQueued, MissedReason, VisitOutcome
from acd.core.flow_words import DropTape, FlowLeft, StartTape, TapeEnd, TapeFinished
from acd.core.message_words import Message, MessageLeft, MessageNotLeft, NoMessage
from acd.core.routing import Ending, Routing, Then, Voicemail
from acd.core.tape_words import FindTape, TapeFound
from tests.playbooks.centre import NODE, centre, queue
from tests.playbooks.harness import Playbook
from tests.playbooks.words import arrived, back, end, hung_up, on_duty, plays, pressed, prompt_over, talk

BOX = Voicemail(name="orders", label="Orders", at_least=2.0)
TO_BOX = Ending(say=None, then=Then.VOICEMAIL, voicemail="orders")
FILE = "2026/11/18/20261118T110640Z_orders_c1-2"
NOBODY_THERE = centre(queues=[queue(on_nobody=TO_BOX)], voicemail={"orders": BOX})


def restarted(
    before: Playbook,
    routing: Routing = NOBODY_THERE,
    messages: tuple[Message, ...] = (),
    **known: Any,
) -> Playbook:
    """Another engine takes the call up from the store."""
    told = tuple(reason for fact in before.facts for reason in getattr(fact, "reasons", ()))
    call = RestoredCall(arrived=arrived(), arrived_at=before.now, trace=told, **known)
    restored = StateRestored(agents=(), calls=(call,), messages=messages)
    return Playbook(routing, start=before.now + 30) >> restored


def speaking() -> Playbook:
    """Nobody is there for him; he hears the greeting, and speaks, when the engine dies."""
    return restarted(Playbook(NOBODY_THERE) >> arrived() >> prompt_over("orders-1"))


def gone(*, restarted: bool = False) -> ChannelsReconciled:
    return ChannelsReconciled(node=NODE, restarted=restarted)


def looks(play: Playbook) -> Command:
    return FindTape(call="c1", box="orders", since=play.now - 30)


def found(seconds: float = 9.0, file: str | None = FILE) -> TapeFound:
    return TapeFound(call="c1", file=file, number=2, seconds=seconds)


@pytest.mark.parametrize("asterisk_died", [False, True])
def test_what_he_had_said_is_a_message(asterisk_died: bool) -> None:
    play = speaking()
    play >> gone(restarted=asterisk_died) << looks(play)
    assert play.recorded(CallEnded) == []
    play >> found()
    message = play.last(MessageLeft).message
    assert (message.id, message.file, message.seconds) == ("c1-m2", FILE, 9.0)
    assert (message.box, message.queue, message.language) == ("orders", "orders", "zh-CN")
    assert play.last(FlowLeft).flow == "orders"
    assert play.last(CallEnded).outcome is CallOutcome.MESSAGE
    assert play.recorded(CallMissed) == []


def test_who_had_said_too_little_is_missed() -> None:
    play = speaking() >> gone()
    play >> found(seconds=1.0) << DropTape(file=FILE)
    assert play.last(MessageNotLeft).why is NoMessage.HUNG_UP
    assert play.last(CallMissed).reason is MissedReason.VOICEMAIL
    assert play.recorded(CallbackOpened)
    assert play.last(CallEnded).outcome is CallOutcome.NO_MESSAGE


def test_who_had_said_nothing_is_missed() -> None:
    play = speaking() >> gone()
    play >> found(file=None)
    play.quiet()
    assert play.last(CallMissed).reason is MissedReason.VOICEMAIL
    assert play.recorded(MessageLeft) == []


def test_who_was_cut_off_while_he_said_too_little_is_missed_for_that() -> None:
    play = speaking() >> gone(restarted=True)
    play >> found(seconds=1.0) << DropTape(file=FILE)
    assert play.last(CallMissed).reason is MissedReason.CUT_OFF


def test_who_had_waited_in_vain_before_is_missed_for_that() -> None:
    routing = centre(queues=[queue(for_at_most=30, on_timeout=TO_BOX)], voicemail={"orders": BOX})
    before = on_duty(Playbook(routing), "1001")
    talk(before >> arrived("c0"), "c0-o1")
    (before >> arrived()).after(30)
    placement = before.last(CallQueued).placement
    play = restarted(
        before, routing, placement=placement, left=VisitOutcome.TIMED_OUT, left_at=before.now
    )
    play >> gone() >> found(file=None)
    assert play.last(CallMissed).reason is MissedReason.TIMED_OUT
    assert (play.last(CallEnded).wait, play.last(CallEnded).queue) == (30.0, "orders")


def test_who_is_there_still_is_asked_anew() -> None:
    play = speaking()
    play >> back(play) << looks(play) << plays("orders-1", "leave_message")


def asked_anew() -> Playbook:
    """He had said all, and is there still when the next engine asks him for a message."""
    play = speaking()
    return play >> back(play)


def test_what_he_had_said_before_is_a_message_if_he_says_no_more() -> None:
    play = asked_anew() >> found()
    play.quiet()
    play >> hung_up()
    assert [each.message.file for each in play.recorded(MessageLeft)] == [FILE]
    assert play.last(MessageLeft).message.id == "c1-m2"
    assert play.last(CallEnded).outcome is CallOutcome.MESSAGE
    assert play.recorded(CallMissed) == []


def test_what_he_had_said_before_is_dropped_when_he_says_it_again() -> None:
    play = asked_anew() >> found() >> prompt_over("orders-1")
    (dropped, taped) = [each for each in play.said if isinstance(each, DropTape | StartTape)]
    assert dropped == DropTape(file=FILE)
    assert isinstance(taped, StartTape)
    assert taped.file.endswith("-3")


def test_what_is_found_when_he_speaks_again_already_is_dropped() -> None:
    play = asked_anew() >> prompt_over("orders-1")
    play >> found() << DropTape(file=FILE)


def test_what_is_found_while_it_goes_on_is_not_dropped_at_its_end() -> None:
    play = asked_anew() >> found(seconds=1.0)
    play >> TapeFinished(call="c1", file=FILE, seconds=9.0, ended_by=TapeEnd.STOPPED)
    play.quiet()
    play >> hung_up()
    assert play.last(MessageLeft).message.seconds == 9.0


def test_the_rest_of_an_earlier_recording_is_dropped() -> None:
    play = asked_anew() >> found()
    earlier = FILE.removesuffix("2") + "1"
    play >> TapeFinished(call="c1", file=earlier, seconds=9.0, ended_by=TapeEnd.STOPPED)
    play << DropTape(file=earlier)


def test_what_has_ended_before_it_is_found_is_the_same() -> None:
    play = asked_anew()
    play >> TapeFinished(call="c1", file=FILE, seconds=9.0, ended_by=TapeEnd.STOPPED) >> found()
    play.quiet()
    play >> hung_up()
    assert len(play.recorded(MessageLeft)) == 1


def test_who_has_said_nothing_before_and_is_asked_anew() -> None:
    play = asked_anew() >> found(file=None)
    play.quiet()
    play >> hung_up()
    assert play.last(CallEnded).outcome is CallOutcome.NO_MESSAGE


def test_who_has_gone_on_to_nobody_keeps_no_recording_in_mind() -> None:
    play = speaking() >> ConfigReplaced(routing=replace(centre(), revision="r2"))
    play >> back(play) >> found()
    assert play.recorded(MessageLeft) == []


@pytest.mark.parametrize("key", ["1", "4"])
@pytest.mark.parametrize("there", [True, False])
def test_what_was_kept_before_the_engine_died_is_kept(there: bool, key: str) -> None:
    before = Playbook(NOBODY_THERE) >> arrived() >> prompt_over("orders-1")
    file = next(each.file for each in before.said if isinstance(each, StartTape))
    before >> TapeFinished(call="c1", file=file, seconds=9.0, ended_by=TapeEnd.DIGIT)
    before >> pressed(key)
    message = before.last(MessageLeft).message
    missed = before.last(CallMissed).reason if before.recorded(CallMissed) else None
    play = restarted(before, messages=(message,), missed=missed)
    if there:
        play >> back(play) << end()
        play >> hung_up()
    else:
        play >> gone()
    play.check()
    assert play.last(CallEnded).outcome is CallOutcome.MESSAGE
    assert play.recorded(MessageLeft) == []
    assert play.recorded(CallMissed) == []


def spoken_on() -> Playbook:
    """He speaks on for an engine that is dead; the next one asks him anew as soon as he pauses."""
    play = speaking()
    play >> back(play)
    play >> TapeFinished(call="c1", file=FILE, seconds=9.0, ended_by=TapeEnd.STOPPED)
    return play.quiet()


def test_what_he_says_while_no_engine_is_there_is_a_message_if_he_says_no_more() -> None:
    play = spoken_on() >> hung_up()
    play.quiet()
    assert [each.message.file for each in play.recorded(MessageLeft)] == [FILE]
    assert play.recorded(CallMissed) == []


def test_what_he_says_when_he_is_asked_anew_stands_for_it() -> None:
    play = spoken_on() >> prompt_over("orders-1")
    (dropped, taped) = [each for each in play.said if isinstance(each, DropTape | StartTape)]
    assert dropped == DropTape(file=FILE)
    assert isinstance(taped, StartTape)
    play >> TapeFinished(call="c1", file=FILE, seconds=9.0, ended_by=TapeEnd.STOPPED)
    play << DropTape(file=FILE)


def test_recording_of_one_who_is_in_no_box_is_dropped() -> None:
    play = on_duty(Playbook(centre()), "1001") >> arrived()
    play >> TapeFinished(call="c1", file=FILE, seconds=9.0, ended_by=TapeEnd.STOPPED)
    play << DropTape(file=FILE)


def test_it_is_looked_for_once() -> None:
    play = speaking()
    play >> gone() << looks(play)
    play >> NodeLost(node=NODE) >> gone()
    play.quiet()
    play >> found() >> found()
    play.quiet()
    assert len(play.recorded(MessageLeft)) == 1


def test_who_was_there_after_all_is_not_taken_for_gone() -> None:
    play = speaking() >> gone() >> NodeLost(node=NODE)
    play >> back(play) >> found()
    play.quiet()
    assert play.recorded(CallEnded) == []
    play >> hung_up()
    assert len(play.recorded(MessageLeft)) == 1
    assert play.last(CallEnded).outcome is CallOutcome.MESSAGE


@pytest.mark.parametrize("file", [FILE, None])
def test_message_for_a_box_that_is_configured_no_more_is_dropped_and_he_is_missed(
    file: str | None,
) -> None:
    play = speaking() >> gone() >> ConfigReplaced(routing=replace(centre(), revision="r2"))
    play >> found(file=file)
    if file is not None:
        play << DropTape(file=file)
    play.quiet()
    assert play.last(CallMissed).reason is MissedReason.ABANDONED


def test_who_was_in_no_box_is_missed_at_once() -> None:
    play = restarted(Playbook(centre()))
    play >> gone()
    play.quiet()
    assert play.last(CallEnded).outcome is CallOutcome.ABANDONED
