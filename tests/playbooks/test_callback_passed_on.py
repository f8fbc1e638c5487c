"""Playbooks of callbacks whose customer is joined with another agent than was meant to talk with him."""

from __future__ import annotations

from acd.core.callback_words import AttemptEnded, AttemptOutcome
from acd.core.events import RingFailure
from tests.playbooks.callback_centre import (
    ATTEMPT,
    CALLBACK,
    calling,
    committed,
    picked_up,
    rings_for,
    rule,
    rung,
)
from tests.playbooks.harness import Playbook
from tests.playbooks.words import (
    answered,
    connect,
    connected,
    failed,
    hung_up,
    music,
    on_duty,
    release,
    ringing,
)

FIRST, SECOND = f"{ATTEMPT}-o1", f"{ATTEMPT}-o2"


def refused() -> Playbook:
    """The customer was dialled first; 1001, who was kept for him, refuses, and 1002 is rung."""
    play = rung(calling(callback=rule(agent_first=False))) >> committed()
    on_duty(play, "1002")
    play >> picked_up() << rings_for(FIRST) << music(ATTEMPT)
    return play >> failed(FIRST, RingFailure.REFUSED) << rings_for(SECOND, "1002")


def agents(play: Playbook) -> tuple[str | None, str | None]:
    """Who is to talk with him, as it is seen, and as the end of the attempt says."""
    view = play.core.view_callback(CALLBACK)
    ended = play.recorded(AttemptEnded)
    return None if view is None else view.agent, ended[-1].agent if ended else None


def test_attempt_is_of_the_agent_who_talked() -> None:
    play = refused()
    assert agents(play) == ("1002", None)
    play >> ringing(SECOND) >> answered(SECOND) << connect(SECOND)
    play >> connected(SECOND)
    assert agents(play) == ("1002", "1002")


def test_attempt_is_of_the_agent_who_was_rung_last_when_the_customer_does_not_wait_for_him() -> None:
    play = refused() >> ringing(SECOND) >> hung_up(ATTEMPT)
    assert play.last(AttemptEnded).outcome is AttemptOutcome.LOST
    assert agents(play) == (None, "1002")


def test_attempt_is_of_the_agent_who_had_picked_up_when_the_customer_left() -> None:
    play = refused() >> answered(SECOND) >> hung_up(ATTEMPT) << release(SECOND)
    assert play.last(AttemptEnded).outcome is AttemptOutcome.LOST
    assert agents(play) == (None, "1002")


def test_attempt_is_of_the_agent_who_was_kept_where_nobody_else_was_rung() -> None:
    play = rung(calling(callback=rule(agent_first=False))) >> committed() >> picked_up()
    play >> hung_up(ATTEMPT)
    assert agents(play)[1] == "1001"
