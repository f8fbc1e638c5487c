"""What can be seen of a centre after a conversation, for playbooks."""

from __future__ import annotations

from acd.core.facts import CallEnded, CallMissed, CallOutcome, MissedReason
from agents.model import AgentState
from tests.playbooks.harness import Playbook


def state(play: Playbook, agent_id: str = "1001") -> AgentState:
    view = play.core.view_agent(agent_id)
    assert view is not None
    return view.state


def outcome(play: Playbook) -> CallOutcome:
    """How the last call ended."""
    return play.last(CallEnded).outcome


def missed(play: Playbook) -> list[MissedReason]:
    """Why calls were missed, one by one."""
    return [each.reason for each in play.recorded(CallMissed)]
