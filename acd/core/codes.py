"""The codes of the reasons that calls collect: one short constant per kind of step in a decision.

A reason is `(at, CODE, *arguments)`, see `acd.core.records.Reason`; the comment beside each code
names its arguments. `acd.core.explain` renders them. Codes are stored with calls: never rename one.
"""

from __future__ import annotations

from typing import Final

# the entry
ENTERED: Final = "entered"  # dialled, caller or None, node
NUMBER: Final = "number"  # dialled, business or None, queue, and the flow before it, if any
DEFAULT_ROUTE: Final = "default_route"  # dialled, queue, and the flow before it, if any
CUSTOMER: Final = "customer"  # tier or None, last agent or None
RULE: Final = "rule"  # rule, what it adds (words)
NO_RULE: Final = "no_rule"  # rule, why not (words)
RULES_STOPPED: Final = "rules_stopped"  # by which rule, how many are left
OPEN: Final = "open"  # business, why (words)
CLOSED: Final = "closed"  # business, why (words)
HEAD_START: Final = "head_start"  # seconds, ((rule, seconds), ...)
NO_LAST_AGENT: Final = "no_last_agent"  # rule, the agent who is gone or None

# the queue
QUEUED: Final = "queued"  # queue, tier, head start, how many wait there, requirements (words)
FIRST_BUSY: Final = "first_busy"  # target, seconds that the call waits for it
FIRST_OFFLINE: Final = "first_offline"  # target
FIRST_AWAY: Final = "first_away"  # target, states of its agents (words)
HOLD_OVER: Final = "hold_over"  # target
NONE_IDLE: Final = "none_idle"  # ((agent, his state), ...), how many more, ((agent, what he lacks), ...)
CHOSEN: Final = "chosen"  # agent, strategy, his key, ((agent, key of one idle too), ...), how many more
RING_ALL: Final = "ring_all"  # (agent, ...)
FREED: Final = "freed"  # agent, how many others wait in the queue
WIDENED: Final = "widened"  # step, requirements (words)
TIMED_OUT: Final = "timed_out"  # queue, seconds
NOBODY: Final = "nobody"  # queue, ((agent logged in, what he lacks), ...)
FULL: Final = "full"  # queue, how many wait
TOLD_WAIT: Final = "told_wait"  # queue, position, seconds of wait expected or None
TOLD_OFFER: Final = "told_offer"  # key, what it leads to
CHOSE: Final = "chose"  # key, what it leads to, its name or None
OVERFLOW: Final = "overflow"  # from queue, to queue
OVERFLOW_LOOP: Final = "overflow_loop"  # queue that the call has been in
QUEUE_GONE: Final = "queue_gone"  # queue that vanished, queue instead

# offers and talk
NO_ANSWER: Final = "no_answer"  # agent, seconds that it rang
REFUSED: Final = "refused"  # agent
UNREACHABLE: Final = "unreachable"  # agent
WITHDRAWN: Final = "withdrawn"  # agent
TAKEN: Final = "taken"  # agent
CALLER_GONE: Final = "caller_gone"  # agent
ANSWERED: Final = "answered"  # agent, seconds of wait
CONNECT_FAILED: Final = "connect_failed"  # agent, why
AGENT_LOST: Final = "agent_lost"  # agent who hung up before he was joined
AGENT_HUNG_UP: Final = "agent_hung_up"  # agent
CALLER_HUNG_UP: Final = "caller_hung_up"  # state of the call then
RECORDING: Final = "recording"  # file
RECORDED: Final = "recorded"  # seconds
NOT_RECORDED: Final = "not_recorded"  # failure, what went wrong

# IVR flows, noted by `ivr.notes`
FLOW_STEP: Final = "flow_step"  # flow, step
FLOW_PRESSED: Final = "flow_pressed"  # step, digit
FLOW_WRONG: Final = "flow_wrong"  # step, what was entered, which try, of how many
FLOW_SILENCE: Final = "flow_silence"  # step, which try, of how many
FLOW_COLLECTED: Final = "flow_collected"  # step, name, value
FLOW_BRANCH: Final = "flow_branch"  # step, what holds (words) or None, where to (words)
FLOW_LOOKED_UP: Final = "flow_looked_up"  # step, ((name, value), ...)
FLOW_LOOK_UP_FAILED: Final = "flow_look_up_failed"  # step, what was missing (words) or None
FLOW_RECORDED: Final = "flow_recorded"  # step, seconds
FLOW_TOO_SHORT: Final = "flow_too_short"  # step, seconds, at least how many
FLOW_NOT_RECORDED: Final = "flow_not_recorded"  # step, why
FLOW_STUCK: Final = "flow_stuck"  # flow, after how many steps without a sound
FLOW_LEFT: Final = "flow_left"  # flow, where to (words)

# what the core does about flows, messages and the survey
FLOW: Final = "flow"  # flow, purpose
PAST_FLOW: Final = "past_flow"  # flow, queue that he goes to instead
FLOW_GONE: Final = "flow_gone"  # "flow x" or "voicemail x" that is configured no more
FLOW_LOOP: Final = "flow_loop"  # flow, how many followed one another without a key
FLOW_AGAIN: Final = "flow_again"  # flow that begins anew
NO_TRUNK: Final = "no_trunk"  # number that no trunk can dial
PUT_THROUGH: Final = "put_through"  # number, trunk
OUTSIDE_ANSWERED: Final = "outside_answered"
OUTSIDE_ENDED: Final = "outside_ended"  # whether it answered, cause
MESSAGE_LEFT: Final = "message_left"  # box, seconds
NO_MESSAGE: Final = "no_message"  # box, why
SURVEYED: Final = "surveyed"  # satisfaction or None, solved or None

# callbacks
CALLBACK: Final = "callback"  # source, which attempt, seconds since it was owed
CALLBACK_ASKED: Final = "callback_asked"  # agent
CALLBACK_DECLINED: Final = "callback_declined"  # agent, reason or None
CALLBACK_NOT_DIALLED: Final = "callback_not_dialled"
CALLBACK_DIALLED: Final = "callback_dialled"  # which attempt, trunk
CALLBACK_PICKED_UP: Final = "callback_picked_up"
CALLBACK_NOT_REACHED: Final = "callback_not_reached"  # outcome
CALLBACK_OPENED: Final = "callback_opened"  # callback
CALLBACK_OWN_CALL: Final = "callback_own_call"  # callback

# ends, and what the engine went through
SAID: Final = "said"  # prompt
PROMPT_FAILED: Final = "prompt_failed"  # prompt, why
UNHEARD: Final = "unheard"
MISSED: Final = "missed"  # reason
ENDED: Final = "ended"  # outcome
NODE_LOST: Final = "node_lost"  # node
NODE_BACK: Final = "node_back"  # node
CUT_OFF: Final = "cut_off"  # node
TAKEN_OVER: Final = "taken_over"  # node, when its channel began
ADOPTED: Final = "adopted"  # agent
LEFT_OUT: Final = "left_out"  # how many steps
