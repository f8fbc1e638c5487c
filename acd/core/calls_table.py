"""The call's table: everything that can change the state of a call is in this file.

A call lives from the arrival of the caller's channel until that channel is gone. Its states say what
the caller experiences, not what the code is busy with:

- `entering`: the decision where it goes is being made. No time passes here, except after a restart of
  the engine: a call that the store knows but that had no place yet rests here until its Asterisk is
  connected again.
- `dialled`: he is to be called back: an agent is being asked or held for him, or his phone rings. He has
  no channel that could be spoken to (`acd.core.callbacks_table` says what is being done).
- `announcing`: he hears prompts and then joins the queue he is meant for (a rule's `say`, an overflow).
- `waiting`: he has a place in a queue and no phone rings for him. The call stands in the heaps of
  everything that it asks for. He hears music, and from time to time how far he is and what he may
  choose by a key.
- `offered`: at least one agent's phone rings for him (several with ring_all). He keeps his key but
  stands in no heap, so that nobody else can be chosen for him. What was being said to him was cut off.
  A key that chooses something does so no more (`offered` + `digit`): he would lose the agent who
  reaches for the receiver. If nobody answers he may press it again.
- `connecting`: an agent picked up and both are being joined. Fails rarely; then he waits again.
- `talking`: caller and agent hear each other.
- `in_flow`: he is in an IVR flow, is asked for a message, or (after his talk) for his opinion. What he
  presses, says and hears to its end goes to the flow, which leads him on or releases him.
- `outside`: a flow has put him through to an outside number, which rings or talks. Who hangs up
  before it has answered was not served, and is missed. A new engine may find somebody there of whom
  the store believes that he waits, or is on his way.
- `leaving`: he hears his last prompt. What becomes of him is decided and recorded already, so that
  hanging up now loses nothing.
- `releasing`: his channel was told to hang up.
- `gone`: the end; the call is forgotten. The state stands for every unknown call too, and its rows say
  what may lawfully come late: events cross commands on their way.

Events in the first group come from outside; those in the second are told by the offers' machine, the
third by decisions of the core itself. Each row says the next state and the one thing to do (a method
of `acd.core.calls.Calls`). What a state does not list cannot happen, and raises.

`told` is what a flow waits for besides keys and prompts: a look-up's answer, a recording of the caller,
the end of a time. It may come when he has left the flow. `hung_up_unseen` and `cut_off_unseen`: so it
was while no engine was there, and now it is known what message he had left.

`prompt_done` is for the prompt that is being played; one for any other prompt is `prompt_stale`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from acd.core.tables import Row


class CallState(StrEnum):
    """What the caller experiences."""

    ENTERING = "entering"
    DIALLED = "dialled"
    ANNOUNCING = "announcing"
    WAITING = "waiting"
    OFFERED = "offered"
    CONNECTING = "connecting"
    TALKING = "talking"
    IN_FLOW = "in_flow"
    OUTSIDE = "outside"
    LEAVING = "leaving"
    RELEASING = "releasing"
    GONE = "gone"


class CallEvent(StrEnum):
    """What can happen to a call, in the table's words."""

    HUNG_UP = "hung_up"
    CUT_OFF = "cut_off"
    PROMPT_DONE = "prompt_done"
    PROMPT_STALE = "prompt_stale"
    DIGIT = "digit"
    TOLD = "told"
    OUTSIDE_ANSWERED = "outside_answered"
    OUTSIDE_ENDED = "outside_ended"
    NODE_BACK = "node_back"
    HUNG_UP_UNSEEN = "hung_up_unseen"
    CUT_OFF_UNSEEN = "cut_off_unseen"

    FOUND = "found"
    UNANSWERED = "unanswered"
    ANSWERED = "answered"
    CONNECTED = "connected"
    UNCONNECTED = "unconnected"
    AGENT_LEFT = "agent_left"
    ADOPTED = "adopted"
    REACHED = "reached"
    REACHED_ALONE = "reached_alone"
    NOT_REACHED = "not_reached"

    TO_FLOW = "to_flow"
    FLOW_LEFT = "flow_left"
    PUT_THROUGH = "put_through"
    ANNOUNCED = "announced"
    JOINED = "joined"
    MOVED = "moved"
    SENT_AWAY = "sent_away"
    RELEASED = "released"


S = CallState
E = CallEvent

CALL_TABLE: Final[Mapping[CallState, Mapping[CallEvent, Row[CallState]]]] = {
    S.ENTERING: {
        E.ANNOUNCED: Row(S.ANNOUNCING, "play_next"),
        E.JOINED: Row(S.WAITING, "nothing"),
        E.SENT_AWAY: Row(S.LEAVING, "play_last"),
        E.RELEASED: Row(S.RELEASING, "hang_up"),
        E.ADOPTED: Row(S.TALKING, "answered"),
        E.TO_FLOW: Row(S.IN_FLOW, "begin_flow"),
        E.PUT_THROUGH: Row(S.OUTSIDE, "found_outside"),
        E.NODE_BACK: Row(S.ENTERING, "enter"),
        E.HUNG_UP: Row(S.GONE, "abandoned"),
        E.CUT_OFF: Row(S.GONE, "cut_off"),
        E.HUNG_UP_UNSEEN: Row(S.GONE, "flow_hung_up"),
        E.CUT_OFF_UNSEEN: Row(S.GONE, "flow_cut_off"),
        E.DIGIT: Row(S.ENTERING, "nothing"),
        E.TOLD: Row(S.ENTERING, "stale"),
    },
    S.DIALLED: {
        E.ANSWERED: Row(S.DIALLED, "agent_there"),
        E.UNANSWERED: Row(S.DIALLED, "agent_lost"),
        E.REACHED: Row(S.CONNECTING, "connect"),
        E.REACHED_ALONE: Row(S.WAITING, "wait_for_agent"),
        E.NOT_REACHED: Row(S.GONE, "nothing"),
        E.RELEASED: Row(S.RELEASING, "hang_up"),
        E.ADOPTED: Row(S.TALKING, "answered"),
        E.NODE_BACK: Row(S.DIALLED, "nothing"),
        E.HUNG_UP: Row(S.DIALLED, "untraced"),
        E.CUT_OFF: Row(S.DIALLED, "untraced"),
        E.PROMPT_STALE: Row(S.DIALLED, "stale"),
        E.DIGIT: Row(S.DIALLED, "nothing"),
    },
    S.ANNOUNCING: {
        E.PROMPT_DONE: Row(S.ENTERING, "go_on"),
        E.PUT_THROUGH: Row(S.OUTSIDE, "found_outside"),
        E.NODE_BACK: Row(S.ENTERING, "go_on"),
        E.HUNG_UP: Row(S.GONE, "abandoned"),
        E.CUT_OFF: Row(S.GONE, "cut_off"),
        E.PROMPT_STALE: Row(S.ANNOUNCING, "stale"),
        E.DIGIT: Row(S.ANNOUNCING, "nothing"),
        E.TOLD: Row(S.ANNOUNCING, "stale"),
    },
    S.WAITING: {
        E.FOUND: Row(S.OFFERED, "nothing"),
        E.MOVED: Row(S.ENTERING, "leave_queue"),
        E.SENT_AWAY: Row(S.LEAVING, "play_last"),
        E.RELEASED: Row(S.RELEASING, "hang_up"),
        E.PUT_THROUGH: Row(S.OUTSIDE, "found_outside"),
        E.NODE_BACK: Row(S.WAITING, "stand_again"),
        E.ADOPTED: Row(S.TALKING, "answered"),
        E.HUNG_UP: Row(S.GONE, "abandoned"),
        E.CUT_OFF: Row(S.GONE, "cut_off"),
        E.PROMPT_DONE: Row(S.WAITING, "wait_on"),
        E.PROMPT_STALE: Row(S.WAITING, "stale"),
        E.DIGIT: Row(S.WAITING, "choose"),
        E.TOLD: Row(S.WAITING, "stale"),
    },
    S.OFFERED: {
        E.FOUND: Row(S.OFFERED, "nothing"),
        E.UNANSWERED: Row(S.WAITING, "go_back"),
        E.ANSWERED: Row(S.CONNECTING, "connect"),
        E.NODE_BACK: Row(S.OFFERED, "nothing"),
        E.HUNG_UP: Row(S.GONE, "abandoned"),
        E.CUT_OFF: Row(S.GONE, "cut_off"),
        E.PROMPT_STALE: Row(S.OFFERED, "stale"),
        E.DIGIT: Row(S.OFFERED, "nothing"),
        E.TOLD: Row(S.OFFERED, "stale"),
    },
    S.CONNECTING: {
        E.CONNECTED: Row(S.TALKING, "answered"),
        E.UNCONNECTED: Row(S.WAITING, "go_back"),
        E.NODE_BACK: Row(S.CONNECTING, "connect"),
        E.HUNG_UP: Row(S.GONE, "abandoned"),
        E.CUT_OFF: Row(S.GONE, "cut_off"),
        E.PROMPT_STALE: Row(S.CONNECTING, "stale"),
        E.DIGIT: Row(S.CONNECTING, "nothing"),
        E.TOLD: Row(S.CONNECTING, "stale"),
    },
    S.TALKING: {
        E.AGENT_LEFT: Row(S.RELEASING, "hang_up"),
        E.NODE_BACK: Row(S.TALKING, "nothing"),
        E.HUNG_UP: Row(S.GONE, "talk_over"),
        E.CUT_OFF: Row(S.GONE, "cut_off"),
        E.PROMPT_STALE: Row(S.TALKING, "stale"),
        E.DIGIT: Row(S.TALKING, "nothing"),
        E.TOLD: Row(S.TALKING, "stale"),
        E.TO_FLOW: Row(S.IN_FLOW, "begin_flow"),
    },
    S.IN_FLOW: {
        E.PROMPT_DONE: Row(S.IN_FLOW, "flow_played"),
        E.DIGIT: Row(S.IN_FLOW, "flow_pressed"),
        E.TOLD: Row(S.IN_FLOW, "flow_told"),
        E.NODE_BACK: Row(S.IN_FLOW, "flow_node_back"),
        E.FLOW_LEFT: Row(S.ENTERING, "nothing"),
        E.PUT_THROUGH: Row(S.OUTSIDE, "dial_outside"),
        E.HUNG_UP: Row(S.GONE, "flow_hung_up"),
        E.CUT_OFF: Row(S.GONE, "flow_cut_off"),
        E.PROMPT_STALE: Row(S.IN_FLOW, "nothing"),
    },
    S.OUTSIDE: {
        E.OUTSIDE_ANSWERED: Row(S.OUTSIDE, "outside_answered"),
        E.OUTSIDE_ENDED: Row(S.ENTERING, "outside_ended"),
        E.NODE_BACK: Row(S.OUTSIDE, "nothing"),
        E.HUNG_UP: Row(S.GONE, "outside_hung_up"),
        E.CUT_OFF: Row(S.GONE, "cut_off"),
        E.PROMPT_STALE: Row(S.OUTSIDE, "stale"),
        E.DIGIT: Row(S.OUTSIDE, "nothing"),
        E.TOLD: Row(S.OUTSIDE, "stale"),
    },
    S.LEAVING: {
        E.PROMPT_DONE: Row(S.RELEASING, "hang_up"),
        E.NODE_BACK: Row(S.RELEASING, "hang_up"),
        E.HUNG_UP: Row(S.GONE, "end"),
        E.CUT_OFF: Row(S.GONE, "end"),
        E.PROMPT_STALE: Row(S.LEAVING, "stale"),
        E.DIGIT: Row(S.LEAVING, "nothing"),
        E.TOLD: Row(S.LEAVING, "stale"),
    },
    S.RELEASING: {
        E.NODE_BACK: Row(S.RELEASING, "hang_up"),
        E.HUNG_UP: Row(S.GONE, "end"),
        E.CUT_OFF: Row(S.GONE, "end"),
        E.PROMPT_STALE: Row(S.RELEASING, "stale"),
        E.DIGIT: Row(S.RELEASING, "nothing"),
        E.TOLD: Row(S.RELEASING, "stale"),
        E.OUTSIDE_ENDED: Row(S.RELEASING, "stale"),
    },
    S.GONE: {
        E.HUNG_UP: Row(S.GONE, "stale"),
        E.PROMPT_STALE: Row(S.GONE, "stale"),
        E.DIGIT: Row(S.GONE, "stale"),
        E.TOLD: Row(S.GONE, "stale"),
        E.OUTSIDE_ANSWERED: Row(S.GONE, "stale"),
        E.OUTSIDE_ENDED: Row(S.GONE, "stale"),
    },
}
