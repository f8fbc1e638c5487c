"""Playbooks of an engine that starts: agents have their state back."""

from __future__ import annotations

from typing import Any

import pytest

from acd.core.commands import RefuseAct
from acd.core.facts import AgentStateChanged
from agents.model import AgentAct, AgentState
from tests.playbooks.harness import START
from tests.playbooks.memory import back, leg, remembered, start, talking
from tests.playbooks.seen import state
from tests.playbooks.words import act, agent_hung_up, end


def refuse_to_extend(agent_id: str, why: str) -> RefuseAct:
    return RefuseAct(agent=agent_id, act=AgentAct.EXTEND_WRAP_UP, why=why)


def test_what_was_asked_for_during_a_call_takes_effect_after_it() -> None:
    asked = {"pending": AgentAct.PAUSE, "pending_reason": "lunch"}
    play = start(talking(), agents=[remembered(state=AgentState.TALKING, **asked)])
    play >> back("c1", offers=(leg(),)) >> agent_hung_up() << end()
    assert state(play) is AgentState.PAUSED


def test_what_was_asked_for_is_void_for_who_is_in_no_call() -> None:
    agents = [remembered(pending=AgentAct.LOG_OUT)]
    play = start(agents=agents) >> back()
    assert state(play) is AgentState.IDLE


@pytest.mark.parametrize(
    ("remembered_state", "after"),
    [
        (AgentState.IDLE, AgentState.IDLE),
        (AgentState.UNAVAILABLE, AgentState.IDLE),
        (AgentState.RESERVED, AgentState.IDLE),
        (AgentState.RINGING, AgentState.IDLE),
        (AgentState.TALKING, AgentState.IDLE),
        (AgentState.PAUSED, AgentState.PAUSED),
        (AgentState.OFFLINE, AgentState.OFFLINE),
        (AgentState.WRAP_UP, AgentState.IDLE),
    ],
)
def test_agents_have_their_state_back(remembered_state: AgentState, after: AgentState) -> None:
    play = start(agents=[remembered(state=remembered_state, calls_today=7, talk_today=70.0)])
    play >> back()
    play.after(0)
    view = play.core.view_agent("1001")
    assert view is not None
    assert view.state is after
    assert (view.calls_today, view.talk_today) == (7, 70)


def test_wrap_up_can_be_extended_after_a_restart_but_once_in_all() -> None:
    """An extension that was there before counts; no other event says by how much it may be."""
    wrap_up: dict[str, Any] = {"state": AgentState.WRAP_UP, "wrap_up_until": START + 15, "extend": 30.0}
    agents = [remembered(**wrap_up), remembered("1002", **wrap_up, extended=True)]
    play = start(agents=agents) >> back()
    play >> act("1001", AgentAct.EXTEND_WRAP_UP)
    (
        play
        >> act("1002", AgentAct.EXTEND_WRAP_UP)
        << refuse_to_extend("1002", "the wrap-up has been extended already")
    )
    changed = [fact for fact in play.facts if isinstance(fact, AgentStateChanged)]
    assert [(each.agent, each.until, each.extend, each.extended) for each in changed] == [
        ("1001", START + 45, 30.0, True)
    ]
    play.after(44)
    assert (state(play), state(play, "1002")) == (AgentState.WRAP_UP, AgentState.IDLE)
    play.after(1)
    assert state(play) is AgentState.IDLE


def test_wrap_up_that_could_not_be_extended_cannot_be_after_a_restart() -> None:
    play = start(agents=[remembered(state=AgentState.WRAP_UP, wrap_up_until=START + 15)]) >> back()
    (
        play
        >> act("1001", AgentAct.EXTEND_WRAP_UP)
        << refuse_to_extend("1001", "the wrap-up of this queue cannot be extended")
    )


def test_session_without_a_known_beginning_began_with_the_state() -> None:
    play = start(agents=[remembered(logged_in_at=None), remembered("9999")])
    view = play.core.view_agent("1001")
    assert view is not None
    assert view.logged_in_at == START - 20
