"""The callback's table: everything that can change the state of a callback is in this file.

A callback lives from the moment in which it is owed until its one end. What it promises is that each
dialling is made once, that nobody is forgotten, and that a customer is never dialled while he waits or
talks himself:

- `planned`: nothing is done before its time: a retry, a wish, the calling hours of the customer.
- `due`: it stands in line for an agent.
- `held`: the customer has called himself, or another callback to his number is under way. Until he has
  hung up he is not dialled.
- `offered`: an agent's phone rings for it (agent first).
- `asked`: he picked up and hears whom he will call; he may decline by key, or by hanging up.
- `committing`: the attempt is being written to the store. With the customer first an agent is held
  for him meanwhile, and not rung.
- `dialling`: it is in the store, and the customer is dialled. From here on it counts as made,
  whatever happens to this engine.
- `ringing`: the customer's phone rings.
- `joining`: he picked up, and is being joined with the agent, or waits for one before everybody else.
- `talking`: they talk.
- `cancelling`: the dialling was told to stop, because the agent is gone, the customer calls himself, or
  nobody is to call him any more.
- `unclear`: an engine before this one had committed an attempt of which nobody knows what became. Once
  the customer's channel has been looked for it counts as made, its outcome as unknown. If his phone is
  found ringing, that is when it has been silenced: he may have picked up before.
- `closed`: the end; the callback is forgotten. The state stands for every unknown attempt too, and its
  rows say what may lawfully come late.

Events in the first group come from outside; those in the second are told by the machines of calls and
offers; the third are decisions of the core itself, or of people. `dropped` says that it has come to its
end, for a reason that is noted already: where an attempt is under way, the end comes after it. `moved`
says that its time has changed. Where a state has to wait for something before it can follow, its row
does "nothing": what was noted counts when the attempt is over.

Each row says the next state and the one thing to do (a method of `acd.core.callbacks.Callbacks`). What a
state does not list cannot happen, and raises.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from acd.core.tables import Row


class CallbackState(StrEnum):
    """How far a callback has come."""

    PLANNED = "planned"
    DUE = "due"
    HELD = "held"
    OFFERED = "offered"
    ASKED = "asked"
    COMMITTING = "committing"
    DIALLING = "dialling"
    RINGING = "ringing"
    JOINING = "joining"
    TALKING = "talking"
    CANCELLING = "cancelling"
    UNCLEAR = "unclear"
    CLOSED = "closed"


class CallbackEvent(StrEnum):
    """What can happen to a callback, in the table's words."""

    COMMITTED = "committed"
    NOT_COMMITTED = "not_committed"
    RINGING = "ringing"
    PICKED_UP = "picked_up"
    FAILED = "failed"
    UNTRACED = "untraced"

    AGENT_ANSWERED = "agent_answered"
    AGENT_TOLD = "agent_told"
    AGENT_LOST = "agent_lost"
    JOINED = "joined"
    CUSTOMER_LEFT = "customer_left"
    CALLED = "called"
    CALL_OVER = "call_over"

    DUE = "due"
    FOUND = "found"
    AGENT_HELD = "agent_held"
    MOVED = "moved"
    DROPPED = "dropped"


S = CallbackState
E = CallbackEvent

CALLBACK_TABLE: Final[Mapping[CallbackState, Mapping[CallbackEvent, Row[CallbackState]]]] = {
    S.PLANNED: {
        E.DUE: Row(S.DUE, "stand"),
        E.CALLED: Row(S.HELD, "rest"),
        E.CALL_OVER: Row(S.PLANNED, "nothing"),
        E.MOVED: Row(S.PLANNED, "plan"),
        E.DROPPED: Row(S.CLOSED, "close"),
    },
    S.DUE: {
        E.FOUND: Row(S.OFFERED, "ring"),
        E.AGENT_HELD: Row(S.COMMITTING, "hold_and_commit"),
        E.CALLED: Row(S.HELD, "rest"),
        E.DUE: Row(S.DUE, "stand"),
        E.MOVED: Row(S.PLANNED, "plan"),
        E.DROPPED: Row(S.CLOSED, "close"),
    },
    S.HELD: {
        E.CALLED: Row(S.HELD, "nothing"),
        E.CALL_OVER: Row(S.PLANNED, "plan"),
        E.MOVED: Row(S.HELD, "nothing"),
        E.DROPPED: Row(S.CLOSED, "close"),
    },
    S.OFFERED: {
        E.AGENT_ANSWERED: Row(S.ASKED, "ask"),
        E.AGENT_LOST: Row(S.PLANNED, "go_back"),
        E.UNTRACED: Row(S.OFFERED, "nothing"),
        E.CALLED: Row(S.OFFERED, "stop_ringing"),
        E.MOVED: Row(S.OFFERED, "stop_ringing"),
        E.DROPPED: Row(S.OFFERED, "stop_ringing"),
    },
    S.ASKED: {
        E.AGENT_TOLD: Row(S.COMMITTING, "commit"),
        E.AGENT_LOST: Row(S.PLANNED, "hung_up_on"),
        E.UNTRACED: Row(S.ASKED, "nothing"),
        E.CALLED: Row(S.ASKED, "stop_ringing"),
        E.MOVED: Row(S.ASKED, "stop_ringing"),
        E.DROPPED: Row(S.ASKED, "stop_ringing"),
    },
    S.COMMITTING: {
        E.COMMITTED: Row(S.DIALLING, "dial"),
        E.NOT_COMMITTED: Row(S.PLANNED, "not_committed"),
        E.AGENT_TOLD: Row(S.COMMITTING, "nothing"),
        E.AGENT_LOST: Row(S.COMMITTING, "nothing"),
        E.UNTRACED: Row(S.COMMITTING, "nothing"),
        E.CALLED: Row(S.COMMITTING, "nothing"),
        E.MOVED: Row(S.COMMITTING, "nothing"),
        E.DROPPED: Row(S.COMMITTING, "nothing"),
    },
    S.DIALLING: {
        E.RINGING: Row(S.RINGING, "rings"),
        E.PICKED_UP: Row(S.JOINING, "join"),
        E.FAILED: Row(S.PLANNED, "attempt_over"),
        E.UNTRACED: Row(S.PLANNED, "unknown"),
        E.AGENT_TOLD: Row(S.DIALLING, "nothing"),
        E.AGENT_LOST: Row(S.CANCELLING, "cancel"),
        E.CALLED: Row(S.CANCELLING, "cancel"),
        E.MOVED: Row(S.DIALLING, "nothing"),
        E.DROPPED: Row(S.CANCELLING, "cancel"),
    },
    S.RINGING: {
        E.RINGING: Row(S.RINGING, "nothing"),
        E.PICKED_UP: Row(S.JOINING, "join"),
        E.FAILED: Row(S.PLANNED, "attempt_over"),
        E.UNTRACED: Row(S.PLANNED, "unknown"),
        E.AGENT_TOLD: Row(S.RINGING, "nothing"),
        E.AGENT_LOST: Row(S.CANCELLING, "cancel"),
        E.CALLED: Row(S.CANCELLING, "cancel"),
        E.MOVED: Row(S.RINGING, "nothing"),
        E.DROPPED: Row(S.CANCELLING, "cancel"),
    },
    S.JOINING: {
        E.JOINED: Row(S.TALKING, "joined"),
        E.CUSTOMER_LEFT: Row(S.PLANNED, "attempt_over"),
        E.RINGING: Row(S.JOINING, "stale"),
        E.PICKED_UP: Row(S.JOINING, "stale"),
        E.FAILED: Row(S.JOINING, "stale"),
        E.CALLED: Row(S.JOINING, "nothing"),
        E.CALL_OVER: Row(S.JOINING, "nothing"),
        E.MOVED: Row(S.JOINING, "nothing"),
        E.DROPPED: Row(S.JOINING, "nothing"),
    },
    S.TALKING: {
        E.CUSTOMER_LEFT: Row(S.CLOSED, "close"),
        E.RINGING: Row(S.TALKING, "stale"),
        E.PICKED_UP: Row(S.TALKING, "stale"),
        E.FAILED: Row(S.TALKING, "stale"),
        E.CALLED: Row(S.TALKING, "nothing"),
        E.CALL_OVER: Row(S.TALKING, "nothing"),
        E.DROPPED: Row(S.TALKING, "nothing"),
    },
    S.CANCELLING: {
        E.RINGING: Row(S.CANCELLING, "stale"),
        E.PICKED_UP: Row(S.JOINING, "join_late"),
        E.FAILED: Row(S.PLANNED, "withdrawn"),
        E.UNTRACED: Row(S.PLANNED, "unknown"),
        E.CALLED: Row(S.CANCELLING, "nothing"),
        E.MOVED: Row(S.CANCELLING, "nothing"),
        E.DROPPED: Row(S.CANCELLING, "nothing"),
    },
    S.UNCLEAR: {
        E.JOINED: Row(S.TALKING, "joined"),
        E.RINGING: Row(S.UNCLEAR, "stale"),
        E.PICKED_UP: Row(S.PLANNED, "let_go"),
        E.FAILED: Row(S.PLANNED, "unknown"),
        E.UNTRACED: Row(S.PLANNED, "unknown"),
        E.CALLED: Row(S.UNCLEAR, "nothing"),
        E.MOVED: Row(S.UNCLEAR, "nothing"),
        E.DROPPED: Row(S.UNCLEAR, "nothing"),
    },
    S.CLOSED: {
        E.COMMITTED: Row(S.CLOSED, "stale"),
        E.NOT_COMMITTED: Row(S.CLOSED, "stale"),
        E.RINGING: Row(S.CLOSED, "stale"),
        E.PICKED_UP: Row(S.CLOSED, "stray_answer"),
        E.FAILED: Row(S.CLOSED, "stale"),
    },
}
