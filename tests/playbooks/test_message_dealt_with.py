"""Playbooks of call-flow.md, 3 and 4: a message whose caller was talked with needs nobody any more."""

from __future__ import annotations

import pytest

from acd.core.callback_words import CallbackAct, CallbackClosed, CallbackOpened, CallbackOutcome
from acd.core.message_words import MessageAct, MessageState
from agents.model import AgentAct
from tests.playbooks.callback_centre import acted, calling, committed, picked_up, rings, told
from tests.playbooks.harness import Playbook
from tests.playbooks.test_messages import ORDERS, act, changed, message, remembering, state
from tests.playbooks.words import act as agent_acts
from tests.playbooks.words import answered, arrived, connected, hung_up, phone, ringing


def called_back() -> tuple[Playbook, str]:
    """1001 asked for it; and the id of the callback."""
    routing = calling(voicemail={ORDERS.name: ORDERS})
    play = remembering(message(), routing=routing) >> act(MessageAct.CALL_BACK, agent="1001")
    return play, play.last(CallbackOpened).callback.id


def talked(play: Playbook, callback: str) -> Playbook:
    """1001 logs in, is rung, and talks with the customer."""
    attempt, offer = f"{callback}-a1", f"{callback}-a1-o1"
    play >> phone("1001") >> agent_acts("1001", AgentAct.LOG_IN)
    play >> ringing(offer) >> answered(offer) >> told(offer) >> committed(attempt)
    play >> rings(attempt) >> picked_up(attempt) >> connected(offer)
    return play >> hung_up(attempt)


def test_who_was_called_back_and_reached_needs_no_second_call() -> None:
    play, callback = called_back()
    talked(play, callback)
    assert play.last(CallbackClosed).outcome is CallbackOutcome.ANSWERED
    closed = changed(
        play, MessageAct.CLOSE, MessageState.CLOSED, by=f"callback:{callback}", agent="1001"
    )
    assert closed in play.facts


def test_who_called_himself_and_was_answered_needs_no_call_either() -> None:
    play, _ = called_back()
    play >> phone("1002") >> agent_acts("1002", AgentAct.LOG_IN)
    play >> arrived("c9") >> ringing("c9-o1") >> answered("c9-o1") >> connected("c9-o1")
    assert play.last(CallbackClosed).outcome is CallbackOutcome.OWN_CALL
    assert state(play) is MessageState.CLOSED


@pytest.mark.parametrize("how", [CallbackAct.CLOSE, CallbackAct.WRONG_NUMBER])
def test_who_was_not_reached_has_still_left_a_message(how: CallbackAct) -> None:
    play, callback = called_back()
    play >> acted(how, callback)
    assert state(play) is MessageState.CALLED_BACK


def test_a_message_that_somebody_has_closed_meanwhile_stays_closed() -> None:
    play, callback = called_back()
    play >> act(MessageAct.CLOSE)
    talked(play, callback)
    assert state(play) is MessageState.CLOSED
