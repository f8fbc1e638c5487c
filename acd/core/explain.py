"""The story of a call in English: its reasons rendered, in order of time.

The codes stand in `acd.core.codes`. A code that this version doesn't know, and one with arguments that
it doesn't know (a trace written by another version), are shown as they are, never dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from acd.core import codes
from acd.core.records import Reason
from acd.core.routing import Strategy
from acd.core.strategies.meaning import KEY_PARTS

SHOWN: Final = 8
"""So many of the agents who were considered are shown by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One step of a call's story: when (UTC seconds, and seconds since the first step) and what."""

    at: float
    offset: float
    code: str
    text: str


def tell(trace: Sequence[Reason], start: float | None = None) -> list[Line]:
    """Render a trace. Offsets count from `start`, or from the trace's first reason."""
    if not trace:
        return []
    begin = trace[0][0] if start is None else start
    return [
        Line(at=reason[0], offset=reason[0] - begin, code=reason[1], text=text_of(reason))
        for reason in trace
    ]


def text_of(reason: Reason) -> str:
    """One reason in English."""
    at, code, *arguments = reason
    as_it_is = " ".join(map(str, [code, *arguments]))
    render = _TEXTS.get(code)
    if render is None:
        return as_it_is
    try:
        return render(at, *arguments) if code in _TIMED else render(*arguments)
    except (TypeError, ValueError):  # too few, too many, or of another kind
        return as_it_is


def one_line(trace: Sequence[Reason]) -> str:
    """The whole story in one line: only the steps that decided something."""
    return "; ".join(text_of(reason) for reason in trace if reason[1] in _DECISIVE) or "nothing yet"


def duration(seconds: float) -> str:
    """Seconds as people write them: `0.3 s`, `20 s`, `2 min 5 s`, `3 h 2 min`."""
    if seconds < 10 and seconds != int(seconds):
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def key_words(strategy: str, key: Sequence[Any], at: float) -> str:
    """An agent's key under a strategy in words, as of the instant `at`: `idle for 13 s`.

    Places in the file only break ties, and are told only where they are all that counts.
    """
    parts = dict(zip(KEY_PARTS[Strategy(strategy)], key, strict=True))
    words = {
        "free since": lambda value: f"idle for {duration(round(max(0.0, at - value), 1))}",
        "levels": lambda value: f"levels of {abs(value):g} in sum",
        "calls today": lambda value: f"{value:g} calls today",
        "talk today": lambda value: f"{duration(round(value))} of talk today",
        "turn": lambda value: f"turn {value:g}" if value else "not offered yet",
        "weight": lambda value: f"weight {value:g}",
        "place": lambda value: f"place {value + 1:g}" if len(parts) == 1 else "",
    }
    said = [words[part](value) for part, value in parts.items() if part in words]
    return ", ".join(filter(None, said))


def _entered(dialled: str, caller: str | None, node: str) -> str:
    return f"{caller or 'a caller with a withheld number'} dialled {dialled} on {node}"


def _number(dialled: str, business: str | None, queue: str, flow: str | None = None) -> str:
    of = f" of business {business}" if business else ""
    return f"{dialled} is a number{of} for {_where(queue, flow)}"


def _default_route(number: str, queue: str, flow: str | None = None) -> str:
    return f"{number} is no number of ours: the default route, {_where(queue, flow)}"


def _where(queue: str, flow: str | None) -> str:
    return f"queue {queue}" if flow is None else f"flow {flow} (without an engine, queue {queue})"


def _customer(tier: str | None, agent: str | None) -> str:
    words = f"a known customer{f' of tier {tier}' if tier else ''}"
    return f"{words}, last served by {agent}" if agent else words


def _head_start(seconds: float, of: Sequence[tuple[str, float]]) -> str:
    named = ", ".join(f"{rule} {duration(each)}" for rule, each in of)
    largest = ", the largest counts" if len(of) > 1 else ""
    return f"head start {duration(seconds)} ({named}{largest})"


def _no_last_agent(rule: str, agent: str | None) -> str:
    if agent is None:
        return f"rule {rule}: no agent is known to have served the caller before"
    return f"rule {rule}: {agent}, who served the caller last, is no agent any more"


def _queued(queue: str, tier: int, head_start: float, waiting: int, asks: Sequence[str]) -> str:
    extra = [f"tier {tier}"] * bool(tier) + [f"head start {duration(head_start)}"] * bool(head_start)
    key = f" ({', '.join(extra)})" if extra else ""
    return f"joins queue {queue}{key}, {waiting} wait there; it asks for {' or '.join(asks)}"


def _pairs(pairs: Sequence[tuple[str, Any]], more: int, show: Callable[[Any], str]) -> str:
    told = [(agent, show(what)) for agent, what in pairs[:SHOWN]]
    shown = ", ".join(f"{agent} ({words})" if words else agent for agent, words in told)
    rest = max(0, len(pairs) - SHOWN) + more
    return shown + (f" and {rest} more" if rest else "")


def _chosen(
    at: float, agent: str, strategy: str, key: Any, others: Sequence[tuple[str, Any]], more: int
) -> str:
    words = key_words(strategy, key, at)
    text = f"{agent} is chosen by {strategy}" + (f" ({words})" if words else "")
    if others:
        text += f"; also idle: {_pairs(others, more, lambda each: key_words(strategy, each, at))}"
    return text


def _none_idle(
    states: Sequence[tuple[str, str]], more: int, near: Sequence[tuple[str, str]] = ()
) -> str:
    text = "nobody who may serve it is idle"
    return (f"{text}: {_pairs(states, more, str)}" if states else text) + _near(near)


def _told_wait(queue: str, position: int, estimate: float | None) -> str:
    words = f"is told: number {position} in queue {queue}"
    return words if estimate is None else f"{words}, expected wait {duration(round(estimate))}"


def _nobody(queue: str, near: Sequence[tuple[str, str]] = ()) -> str:
    return f"nobody is logged in who could ever serve it in queue {queue}{_near(near)}"


def _near(near: Sequence[tuple[str, str]]) -> str:
    return f"; logged in, but not enough: {_pairs(near, 0, str)}" if near else ""


def _freed(agent: str, others: int) -> str:
    words = f"{agent} became idle, and of the calls that he may serve this one has the earliest key"
    if not others:
        return words
    return f"{words}; {'1 other waits' if others == 1 else f'{others} others wait'} in its queue"


def _of_tries(tried: int, tries: int) -> str:
    return f"try {tried} of {tries}"


def _flow_branch(step: str, why: str | None, to: str) -> str:
    return f"at {step}: {why or 'none of the cases holds'}, goes on to {to}"


def _flow_looked_up(step: str, values: Sequence[tuple[str, str]]) -> str:
    found = ", ".join(f"{name} is {value}" for name, value in values)
    return f"at {step}: the look-up answered{f': {found}' if found else ''}"


def _flow_look_up_failed(step: str, missing: str | None) -> str:
    why = "was late or failed" if missing is None else f"answered without {missing}"
    return f"at {step}: the look-up {why}"


def _flow(flow: str, purpose: str) -> str:
    if purpose == "ivr":
        return f"goes into flow {flow}"
    return "is asked about his call" if purpose == "survey" else f"is asked for a message for {flow}"


def _surveyed(satisfaction: int | None, solved: bool | None) -> str:
    if satisfaction is None:
        return "does not say how satisfied he is"
    words = f"satisfaction {satisfaction}"
    return words if solved is None else f"{words}, {'solved' if solved else 'not solved'}"


_TIMED: Final = frozenset({codes.CHOSEN})
"""Codes whose words depend on when they were noted."""

_TEXTS: Final[Mapping[str, Callable[..., str]]] = {
    codes.ENTERED: _entered,
    codes.NUMBER: _number,
    codes.DEFAULT_ROUTE: _default_route,
    codes.CUSTOMER: _customer,
    codes.RULE: lambda rule, adds: f"rule {rule} matches: {adds}",
    codes.NO_RULE: lambda rule, why: f"rule {rule} doesn't match: {why}",
    codes.RULES_STOPPED: lambda rule, left: f"rule {rule} stops the list; {left} rules are not asked",
    codes.OPEN: lambda business, why: f"{business} is open: {why}",
    codes.CLOSED: lambda business, why: f"{business} is closed: {why}",
    codes.HEAD_START: _head_start,
    codes.NO_LAST_AGENT: _no_last_agent,
    codes.QUEUED: _queued,
    codes.FIRST_BUSY: lambda target, hold: (
        f"{target} is busy: the call waits {duration(hold)} for it alone"
        if hold
        else f"{target} is busy: the others are asked at once"
    ),
    codes.FIRST_OFFLINE: lambda target: f"{target} is not logged in: no time is spent on it",
    codes.FIRST_AWAY: lambda target, states: f"{target} is {states}: no time is spent on it",
    codes.HOLD_OVER: lambda target: f"the time for {target} alone is over",
    codes.RING_ALL: lambda agents: "rings all who are idle: " + ", ".join(agents),
    codes.NONE_IDLE: _none_idle,
    codes.CHOSEN: _chosen,
    codes.FREED: _freed,
    codes.WIDENED: lambda step, words: f"widened to step {step}: asks for " + " or ".join(words),
    codes.TIMED_OUT: lambda queue, seconds: f"waited {duration(seconds)} in queue {queue}: the maximum",
    codes.NOBODY: _nobody,
    codes.FULL: lambda queue, waiting: f"queue {queue} is full: {waiting} calls wait",
    codes.TOLD_WAIT: _told_wait,
    codes.TOLD_OFFER: lambda key, then: f"is told: {key} for {then}",
    codes.CHOSE: lambda key, then, name: f"presses {key}: {then}{f' {name}' if name else ''}",
    codes.OVERFLOW: lambda old, new: f"goes on from queue {old} to queue {new}",
    codes.OVERFLOW_LOOP: lambda queue: f"has been in queue {queue} already: recorded for a callback",
    codes.QUEUE_GONE: lambda old, new: f"queue {old} is configured no more: queue {new} instead",
    codes.NO_ANSWER: lambda agent, ring: f"{agent} didn't answer within {duration(ring)}",
    codes.REFUSED: lambda agent: f"{agent} refused the call",
    codes.UNREACHABLE: lambda agent: f"{agent}'s phone could not be reached",
    codes.WITHDRAWN: lambda agent: f"the offer to {agent} was withdrawn",
    codes.TAKEN: lambda agent: f"another agent was quicker than {agent}",
    codes.CALLER_GONE: lambda agent: f"the caller hung up while it rang at {agent}",
    codes.ANSWERED: lambda agent, wait: f"{agent} answered after a wait of {duration(wait)}",
    codes.CONNECT_FAILED: lambda agent, why: f"could not be joined with {agent}: {why}",
    codes.AGENT_LOST: lambda agent: f"{agent} hung up before both were joined",
    codes.AGENT_HUNG_UP: lambda agent: f"{agent} hung up",
    codes.CALLER_HUNG_UP: lambda state: f"the caller hung up while {state}",
    codes.RECORDING: lambda file: f"the talk is being recorded as {file}",
    codes.RECORDED: lambda seconds: f"{duration(seconds)} of talk were recorded",
    codes.NOT_RECORDED: lambda failure, why: f"the talk is not recorded ({failure}): {why}",
    codes.FLOW_STEP: lambda flow, step: f"flow {flow}: comes to {step}",
    codes.FLOW_PRESSED: lambda step, digit: f"at {step}: presses {digit}",
    codes.FLOW_WRONG: lambda step, entered, tried, tries: (
        f"at {step}: {entered or 'nothing'} is no answer ({_of_tries(tried, tries)})"
    ),
    codes.FLOW_SILENCE: lambda step, tried, tries: (
        f"at {step}: presses nothing ({_of_tries(tried, tries)})"
    ),
    codes.FLOW_COLLECTED: lambda step, name, value: f"at {step}: enters {name} {value}",
    codes.FLOW_BRANCH: _flow_branch,
    codes.FLOW_LOOKED_UP: _flow_looked_up,
    codes.FLOW_LOOK_UP_FAILED: _flow_look_up_failed,
    codes.FLOW_RECORDED: lambda step, seconds: f"at {step}: speaks for {duration(seconds)}",
    codes.FLOW_TOO_SHORT: lambda step, seconds, least: (
        f"at {step}: speaks for {duration(seconds)}, less than {duration(least)}"
    ),
    codes.FLOW_NOT_RECORDED: lambda step, why: f"at {step}: could not be recorded: {why}",
    codes.FLOW_STUCK: lambda flow, steps: f"flow {flow}: goes in a circle of {steps} steps: released",
    codes.FLOW_LEFT: lambda flow, to: f"leaves flow {flow}: {to}",
    codes.FLOW: _flow,
    codes.PAST_FLOW: lambda flow, queue: f"goes past flow {flow}, to queue {queue}",
    codes.FLOW_GONE: lambda what: f"{what} is configured no more",
    codes.FLOW_LOOP: lambda flow, flows: f"{flows} flows without a key: goes no further, to {flow}",
    codes.FLOW_AGAIN: lambda flow: f"flow {flow} begins anew: what happened meanwhile is not known",
    codes.NO_TRUNK: lambda number: f"no trunk can dial {number}",
    codes.PUT_THROUGH: lambda number, trunk: f"is put through to {number} by trunk {trunk}",
    codes.OUTSIDE_ANSWERED: lambda: "the outside number has answered",
    codes.OUTSIDE_ENDED: lambda answered, cause: (
        f"the outside number {'hung up' if answered else 'was not reached'} (cause {cause})"
    ),
    codes.MESSAGE_LEFT: lambda box, seconds: f"leaves a message of {duration(seconds)} in {box}",
    codes.NO_MESSAGE: lambda box, why: f"leaves no message in {box}: {why.replace('_', ' ')}",
    codes.SURVEYED: _surveyed,
    codes.CALLBACK: lambda source, attempt, after: (
        f"a callback ({source}), attempt {attempt}, {duration(max(0.0, after))} after it was owed"
    ),
    codes.CALLBACK_ASKED: lambda agent: f"{agent} hears whom he will call",
    codes.CALLBACK_DECLINED: lambda agent, why: f"{agent} declines" + (f": {why}" if why else ""),
    codes.CALLBACK_NOT_DIALLED: lambda: "stored, but not to be dialled any more",
    codes.CALLBACK_DIALLED: lambda attempt, trunk: f"attempt {attempt} is dialled through {trunk}",
    codes.CALLBACK_PICKED_UP: lambda: "the customer picked up",
    codes.CALLBACK_NOT_REACHED: lambda outcome: f"the customer was not reached: {outcome}",
    codes.CALLBACK_OPENED: lambda callback: f"is to be called back: {callback}",
    codes.CALLBACK_OWN_CALL: lambda callback: f"callback {callback} is not needed any more",
    codes.SAID: lambda prompt: f"hears {prompt}",
    codes.PROMPT_FAILED: lambda prompt, why: f"{prompt} could not be played: {why}",
    codes.UNHEARD: lambda: "he was not told what was to serve him",
    codes.MISSED: lambda reason: f"recorded for a callback: {reason}",
    codes.ENDED: lambda outcome: f"ended: {outcome}",
    codes.NODE_LOST: lambda node: f"the connection to {node} was lost",
    codes.NODE_BACK: lambda node: f"the connection to {node} is back; the call keeps its place",
    codes.CUT_OFF: lambda node: f"cut off when {node} restarted",
    codes.TAKEN_OVER: lambda node, since: f"found on {node} where nobody had decided on it yet",
    codes.ADOPTED: lambda agent: f"found talking with {agent}",
    codes.LEFT_OUT: lambda steps: f"({steps} steps are left out here)",
}

_DECISIVE: Final = frozenset(
    {
        codes.DEFAULT_ROUTE,
        codes.RULE,
        codes.CLOSED,
        codes.FIRST_BUSY,
        codes.FIRST_OFFLINE,
        codes.FIRST_AWAY,
        codes.WIDENED,
        codes.TIMED_OUT,
        codes.NOBODY,
        codes.FULL,
        codes.CHOSE,
        codes.OVERFLOW,
        codes.CHOSEN,
        codes.RING_ALL,
        codes.FREED,
        codes.NO_ANSWER,
        codes.REFUSED,
        codes.UNREACHABLE,
        codes.ANSWERED,
        codes.CUT_OFF,
        codes.FLOW,
        codes.PAST_FLOW,
        codes.FLOW_LEFT,
        codes.MESSAGE_LEFT,
        codes.NO_MESSAGE,
        codes.FLOW_WRONG,
        codes.FLOW_SILENCE,
        codes.TOLD_WAIT,
        codes.SURVEYED,
        codes.CALLBACK,
        codes.CALLBACK_DIALLED,
        codes.CALLBACK_NOT_REACHED,
        codes.CALLBACK_OWN_CALL,
        codes.MISSED,
        codes.ENDED,
    }
)
