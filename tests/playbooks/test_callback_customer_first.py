"""Playbooks of callbacks in which the customer is dialled while an agent is held for him."""

from __future__ import annotations

from acd.core.callback_words import AttemptEnded, AttemptOutcome, CallbackOutcome
from acd.core.commands import EndCall
from acd.core.events import RingFailure
from agents.model import AgentAct, AgentState
from tests.playbooks.callback_centre import (
    ATTEMPT,
    OFFER,
    calling,
    commits,
    committed,
    dial_failed,
    dials,
    how_it_stands,
    outcome,
    picked_up,
    rings,
    rings_for,
    rule,
    rung,
)
from tests.playbooks.harness import Playbook
from tests.playbooks.seen import state
from tests.playbooks.words import (
    act,
    agent_hung_up,
    answered,
    arrived,
    connect,
    connected,
    end,
    failed,
    hung_up,
    music,
    phone,
    ringing,
    stop_ringing,
)


def first(**changes: object) -> Playbook:
    return rung(calling(callback=rule(agent_first=False, **changes)))


def test_customer_first() -> None:
    play = first()
    assert commits(play).attempt.agent == "1001"
    assert state(play) is AgentState.RESERVED
    play >> committed() << dials()
    play >> rings() >> picked_up() << rings_for() << music(ATTEMPT)
    play >> ringing(OFFER) >> answered(OFFER) << connect(OFFER)
    play >> connected(OFFER)
    assert play.last(AttemptEnded).outcome is AttemptOutcome.ANSWERED
    play >> agent_hung_up(OFFER) << end(ATTEMPT)
    play >> hung_up(ATTEMPT)
    assert outcome(play) is CallbackOutcome.ANSWERED


def test_customer_first_who_is_not_reached_bothers_no_agent() -> None:
    play = first() >> committed() >> dial_failed(AttemptOutcome.BUSY)
    play.quiet()
    assert state(play) is AgentState.IDLE


def test_customer_first_waits_for_another_agent_before_everybody() -> None:
    play = first() >> committed() >> picked_up() >> arrived("c2", caller="13900000002")
    play >> failed(OFFER, RingFailure.NO_ANSWER)
    play.quiet()
    play >> act("1002", AgentAct.LOG_IN) >> phone("1002") << rings_for(f"{ATTEMPT}-o2", "1002")


def test_customer_first_who_gives_up_is_called_again() -> None:
    play = first() >> committed() >> picked_up() >> hung_up(ATTEMPT) << stop_ringing(OFFER)
    assert play.last(AttemptEnded).outcome is AttemptOutcome.LOST
    assert how_it_stands(play) == "planned"


def test_stray_answer_is_hung_up() -> None:
    Playbook(calling()) >> picked_up("nobody-cb-a1") << EndCall(call="nobody-cb-a1")
