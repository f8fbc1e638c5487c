"""Playbooks of attempts of which nobody knows what became: they count as made in the end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from acd.core.callback_words import (
    AttemptEnded,
    AttemptOutcome,
    CallbackClosed,
    CallbackOutcome,
    RestoredCallback,
)
from acd.core.commands import RingAgent
from acd.core.events import ChannelsReconciled
from agents.model import AgentState
from tests.playbooks.callback_centre import calling, how_it_stands, rule, said
from tests.playbooks.callback_memory import UNFINISHED, back, outbound, owed, started
from tests.playbooks.centre import agent


def unclear_elsewhere(**changes: Any) -> RestoredCallback:
    """Its attempt was dialled on a node that does not come back."""
    attempt = replace(UNFINISHED, agent="2001")
    return RestoredCallback(callback=owed(**changes), unfinished=attempt)


def test_attempt_on_a_node_that_is_configured_no_more_counts_as_made() -> None:
    play = started(unclear_elsewhere(node="old"), state=AgentState.IDLE)
    assert how_it_stands(play) == "unclear"
    back(play)
    assert play.last(AttemptEnded).outcome is AttemptOutcome.UNKNOWN
    assert how_it_stands(play) == "planned"


def test_attempt_on_a_node_that_stays_away_counts_as_made_in_the_end() -> None:
    routing = calling(agents=[agent("1001"), agent("2001", node="pbx2")], callback=rule(within=600))
    play = back(started(unclear_elsewhere(), routing=routing))
    play.after(3599)
    assert how_it_stands(play) == "unclear"
    play.after(1)
    assert play.last(AttemptEnded).outcome is AttemptOutcome.UNKNOWN
    assert play.last(CallbackClosed).outcome is CallbackOutcome.EXPIRED


@pytest.mark.parametrize("first", [False, True])
def test_nobody_is_dialled_while_another_attempt_may_be_ringing_him(first: bool) -> None:
    routing = calling(agents=[agent("1001"), agent("2001", node="pbx2")])
    shop = RestoredCallback(callback=owed(id="shop", business="shop"))
    both = (unclear_elsewhere(business="tv"), shop)
    play = started(*(both if first else both[::-1]), routing=routing, state=AgentState.IDLE)
    back(play).quiet()
    view = play.core.view_callback("shop")
    assert view is not None
    assert view.state == "held"
    play >> ChannelsReconciled(node="pbx2", restarted=False)
    assert [each.callback for each in said(play, RingAgent)] == ["shop"]


def test_talk_that_is_found_is_not_given_up_for_the_time_it_took() -> None:
    play = started(RestoredCallback(callback=owed(), unfinished=UNFINISHED), calls=(outbound(),))
    back(play, customer=True, leg="connected")
    play.after(500_000)
    assert how_it_stands(play) == "talking"
