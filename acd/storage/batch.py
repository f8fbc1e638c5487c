"""From facts to rows: what one transaction of the journal writes.

A call, a visit or an offer that begins and ends within one batch becomes one complete row; an agent's
several changes of state become one row of `agents_now`. Rows stand in the order of `Statement.columns`.
This runs on the event loop for every fact, so it is written for speed: plain lists, one function per
kind of fact. Pure: no I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from acd.core import facts as f
from acd.core.callback_words import CallbackOutcome
from acd.core.records import Reason
from acd.storage.bounds import ID, NAME, NUMBER, TEXT, fit, fit_optional
from acd.storage.codec import encode_text
from acd.storage.reach_rows import OWN_CALL, REACH, REACHED
from acd.storage.steps import Step

Row: TypeAlias = list[Any] | tuple[Any, ...]

# Places in a row of `calls` (see tables.py) that change after the call has entered.
_BUSINESS, _LANGUAGE, _QUEUE, _AGENT, _OFFER, _ANSWERED_AT, _WITHIN = 6, 8, 10, 11, 12, 13, 14
_ENDED_AT, _OUTCOME, _WAIT, _TALK, _SHORT = 15, 16, 17, 18, 19


class Batch:
    """Rows to be written together, by step; `facts` were added, the last one being `last_seq`."""

    __slots__ = (
        "_calls",
        "_events",
        "_now",
        "_offers",
        "_progress",
        "_visits",
        "facts",
        "last_seq",
        "rows",
    )

    def __init__(self) -> None:
        self.facts = 0
        self.last_seq = 0
        self.rows: dict[Step, list[Row]] = {}
        self._calls: dict[str, list[Any]] = {}
        self._progress: dict[str, list[Any]] = {}
        self._visits: dict[tuple[str, int], list[Any]] = {}
        self._offers: dict[str, list[Any]] = {}
        self._events: dict[str, tuple[int, float, list[Reason]]] = {}
        self._now: dict[str, Row] = {}

    def add(self, seq: int, fact: f.Fact) -> None:
        """Take one fact in; `seq` grows from fact to fact."""
        add = _ADD.get(type(fact))
        if add is not None:
            add(self, seq, fact)
        self.facts += 1
        self.last_seq = seq

    def steps(self, writer: int) -> list[tuple[Step, list[Row]]]:
        """What to run, in order, ending with the note that `writer` has written all of it."""
        rows = self.rows
        for step, drafts in (
            (Step.CALL_ENTERED, self._calls),
            (Step.CALL_PROGRESS, self._progress),
            (Step.VISIT_JOINED, self._visits),
            (Step.OFFER_MADE, self._offers),
            (Step.AGENT_NOW, self._now),
        ):
            if drafts:
                rows[step] = list(drafts.values())
        if self._events:
            rows[Step.EVENTS] = [
                (call, seq, at, encode_text(reasons))
                for call, (seq, at, reasons) in self._events.items()
            ]
        rows[Step.WRITTEN] = [(writer, self.last_seq)]
        return sorted(rows.items())

    def append(self, step: Step, row: Row) -> None:
        """One more row of a step."""
        self.rows.setdefault(step, []).append(row)

    def note(self, seq: int, call: str, at: float, reasons: tuple[Reason, ...]) -> None:
        """What a call's trace says."""
        if not reasons:
            return
        known = self._events.get(call)
        if known is None:
            self._events[call] = (seq, at, list(reasons))
        else:
            known[2].extend(reasons)

    def _progress_of(self, call: str) -> list[Any]:
        """Changes of a call that entered in an earlier batch."""
        draft = self._progress.get(call)
        if draft is None:
            draft = self._progress[call] = [None, None, None, None, None, None, None, call]
        return draft

    def entered(self, seq: int, fact: f.CallEntered) -> None:
        call = fit(fact.call, ID)
        self._calls[call] = [
            call,
            fit(fact.node, ID),
            fit(fact.dialled, NUMBER),
            fit_optional(fact.caller, NUMBER),
            fit_optional(fact.caller_name, TEXT),
            fit_optional(fact.customer_tier, NAME),
            fit_optional(fact.business, NAME),
            fit_optional(fact.campaign, NAME),
            fit(fact.language, NAME),
            fact.at,
            *(None,) * 10,
            "in" if fact.callback is None else "out",
            fit_optional(fact.callback, ID),
        ]

    def queued(self, seq: int, fact: f.CallQueued) -> None:
        call = fit(fact.call, ID)
        placement = fact.placement
        queue = fit(placement.queue, NAME)
        language = fit(placement.language, NAME)
        draft = self._calls.get(call)
        if draft is not None:
            draft[_QUEUE] = queue
            draft[_LANGUAGE] = language
        else:
            changes = self._progress_of(call)
            changes[0] = queue
            changes[1] = language
        self._visits[call, placement.visit] = [
            call,
            placement.visit,
            queue,
            placement.joined_at,
            encode_text(placement),
            None,
            None,
            None,
        ]
        self.note(seq, call, fact.at, fact.reasons)

    def widened(self, seq: int, fact: f.CallWidened) -> None:
        self.note(seq, fit(fact.call, ID), fact.at, fact.reasons)

    def queue_left(self, seq: int, fact: f.QueueLeft) -> None:
        call = fit(fact.call, ID)
        draft = self._visits.get((call, fact.visit))
        if draft is not None:
            draft[5:] = (fact.at, fact.outcome.value, fact.wait)
        else:
            self.append(Step.VISIT_LEFT, (fact.at, fact.outcome.value, fact.wait, call, fact.visit))

    def offer_made(self, seq: int, fact: f.OfferMade) -> None:
        call = fit(fact.call, ID)
        offer = fit(fact.offer, ID)
        self._offers[offer] = [
            call,
            offer,
            fit(fact.agent, ID),
            fit(fact.queue, NAME),
            fact.at,
            None,
            None,
            None,
        ]
        self.note(seq, call, fact.at, fact.reasons)

    def offer_ended(self, seq: int, fact: f.OfferEnded) -> None:
        call = fit(fact.call, ID)
        offer = fit(fact.offer, ID)
        draft = self._offers.get(offer)
        if draft is not None:
            draft[5:] = (fact.at, fact.outcome.value, fact.ring)
        else:
            self.append(Step.OFFER_ENDED, (fact.at, fact.outcome.value, fact.ring, call, offer))
        self.note(seq, call, fact.at, fact.reasons)

    def answered(self, seq: int, fact: f.CallAnswered) -> None:
        call = fit(fact.call, ID)
        agent = fit(fact.agent, ID)
        queue = fit(fact.queue, NAME)
        offer = fit(fact.offer, ID)
        draft = self._calls.get(call)
        if draft is not None:
            draft[_QUEUE : _WITHIN + 1] = (queue, agent, offer, fact.at, fact.within_service_level)
            draft[_WAIT] = fact.wait
        else:
            changes = self._progress_of(call)
            changes[0] = queue
            changes[2:7] = (agent, offer, fact.at, fact.within_service_level, fact.wait)
        if fact.caller is not None:
            caller = fit(fact.caller, NUMBER)
            business = fit(fact.business or "", NAME)
            self.append(
                Step.MISSED_ANSWERED,
                (
                    "closed",
                    fact.at,
                    call,
                    REACHED,
                    OWN_CALL,
                    call,
                    CallbackOutcome.ANSWERED.value,
                    CallbackOutcome.OWN_CALL.value,
                    caller,
                    business,
                    fact.at,
                ),
            )
            self.append(Step.SERVED, (caller, agent, fact.at))

    def recording_began(self, seq: int, fact: f.RecordingBegan) -> None:
        call = fit(fact.call, ID)
        self.append(Step.RECORDING_BEGAN, (call, fit(fact.offer, ID), fit(fact.file, TEXT), fact.at))
        self.note(seq, call, fact.at, fact.reasons)

    def recording_ended(self, seq: int, fact: f.RecordingEnded) -> None:
        call = fit(fact.call, ID)
        self.append(
            Step.RECORDING_ENDED,
            (
                call,
                fit(fact.offer, ID),
                fit(fact.file, TEXT),
                fact.at,
                fact.outcome.value,
                fact.seconds,
                fit_optional(fact.detail, TEXT),
            ),
        )
        self.note(seq, call, fact.at, fact.reasons)

    def ended(self, seq: int, fact: f.CallEnded) -> None:
        call = fit(fact.call, ID)
        queue = fit_optional(fact.queue, NAME)
        agent = fit_optional(fact.agent, ID)
        draft = self._calls.get(call)
        if draft is not None:
            draft[_QUEUE] = queue
            draft[_AGENT] = agent
            draft[_ENDED_AT : _SHORT + 1] = (
                fact.at,
                fact.outcome.value,
                fact.wait,
                fact.talk,
                fact.short,
            )
        else:
            self.append(
                Step.CALL_ENDED,
                (fact.at, fact.outcome.value, queue, agent, fact.wait, fact.talk, fact.short, call),
            )
        self.note(seq, call, fact.at, fact.reasons)

    def missed(self, seq: int, fact: f.CallMissed) -> None:
        self.append(
            Step.MISSED,
            (
                fit(fact.call, ID),
                fact.at,
                fit_optional(fact.caller, NUMBER),
                fit(fact.dialled, NUMBER),
                fit_optional(fact.business, NAME),
                fit_optional(fact.queue, NAME),
                fact.wait,
                fact.reason.value,
                "open",
            ),
        )

    def state_changed(self, seq: int, fact: f.AgentStateChanged) -> None:
        agent = fit(fact.agent, ID)
        reason = fit_optional(fact.reason, TEXT)
        state = fact.state.value
        self.append(
            Step.AGENT_STATES,
            (
                agent,
                fact.at,
                seq,
                state,
                fact.previous.value,
                fact.since,
                reason,
                fit_optional(fact.call, ID),
                fit_optional(fact.by, TEXT),
                fact.until,
            ),
        )
        self._now[agent] = (agent, state, fact.at, reason, fact.until, fact.extend, fact.extended)

    def pending(self, seq: int, fact: f.AgentPending) -> None:
        act = None if fact.act is None else fact.act.value
        reason = fit_optional(fact.reason, TEXT)
        self.append(Step.AGENT_PENDING, (fit(fact.agent, ID), "offline", fact.at, act, reason))

    def session_started(self, seq: int, fact: f.AgentSessionStarted) -> None:
        agent = fit(fact.agent, ID)
        self.append(Step.SESSION_STARTED, (agent, fact.at, fit(fact.by, TEXT)))
        self.append(Step.AGENT_SESSION, (agent, "offline", fact.at, fact.at))

    def session_ended(self, seq: int, fact: f.AgentSessionEnded) -> None:
        agent = fit(fact.agent, ID)
        self.append(Step.SESSION_ENDED, (agent, fact.since, fact.at, fit(fact.by, TEXT)))
        self.append(Step.AGENT_SESSION, (agent, "offline", fact.at, None))

    def routing_taken(self, seq: int, fact: f.RoutingTaken) -> None:
        self.append(Step.ROUTING, (seq, fact.at, fit(fact.revision, ID)))


_ADD: dict[type[f.Fact], Callable[[Batch, int, Any], None]] = {
    f.CallEntered: Batch.entered,
    f.CallQueued: Batch.queued,
    f.CallWidened: Batch.widened,
    f.QueueLeft: Batch.queue_left,
    f.OfferMade: Batch.offer_made,
    f.OfferEnded: Batch.offer_ended,
    f.CallAnswered: Batch.answered,
    f.RecordingBegan: Batch.recording_began,
    f.RecordingEnded: Batch.recording_ended,
    f.CallEnded: Batch.ended,
    f.CallMissed: Batch.missed,
    f.AgentStateChanged: Batch.state_changed,
    f.AgentPending: Batch.pending,
    f.AgentSessionStarted: Batch.session_started,
    f.AgentSessionEnded: Batch.session_ended,
    f.RoutingTaken: Batch.routing_taken,
    **REACH,
}
"""What is not here (PhoneSeen, StaleEventSeen) is for the metrics and the watchers only."""
