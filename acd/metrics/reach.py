"""Counts the facts of callbacks, voicemail, surveys and flows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from prometheus_client import CollectorRegistry

from acd.core.callback_words import (
    AttemptEnded,
    AttemptOutcome,
    CallbackClosed,
    CallbackCorrected,
    CallbackOpened,
    CallbackOutcome,
    CallbackSource,
)
from acd.core.flow_words import FlowEntered, FlowLeft, SurveyTaken
from acd.core.message_words import MessageLeft, MessageNotLeft, NoMessage
from acd.core.routing import Routing
from acd.metrics import reach_families as f
from acd.metrics.capped import OTHER, Capped


class ReachCounter:
    """`count` says who takes which kind of fact."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._opened = f.CALLBACKS_OPENED.counter(registry)
        self._closed = f.CALLBACKS_CLOSED.counter(registry)
        self._corrected = f.CALLBACKS_CORRECTED.counter(registry)
        self._reached = f.CALLBACK_REACHED.histogram(registry)
        attempts = f.CALLBACK_ATTEMPTS.counter(registry)
        self._attempts = {o: attempts.labels(o.value).inc for o in AttemptOutcome}
        self._left = f.MESSAGES_LEFT.counter(registry)
        self._not_left = f.MESSAGES_NOT_LEFT.counter(registry)
        self._surveys = f.SURVEYS.counter(registry)
        self._satisfaction = f.SATISFACTION.histogram(registry)
        self._solved = f.SOLVED.counter(registry)
        self._flows_entered = Capped(f.FLOWS_ENTERED.counter(registry), 1)
        self._flows_left = Capped(f.FLOWS_LEFT.counter(registry), 2)
        self._queues: set[str] = set()
        self._boxes: set[str] = set()
        self.count: dict[type, Callable[[Any], None]] = {
            CallbackOpened: self._callback_opened,
            CallbackClosed: self._callback_closed,
            CallbackCorrected: self._callback_corrected,
            AttemptEnded: self._attempt_ended,
            MessageLeft: self._message_left,
            MessageNotLeft: self._message_not_left,
            SurveyTaken: self._survey_taken,
            FlowEntered: self._flow_entered,
            FlowLeft: self._flow_left,
        }

    def configure(self, routing: Routing) -> None:
        """Let everything configured exist from 0."""
        self._queues |= routing.queues.keys()
        self._boxes |= routing.voicemail.keys()
        for queue in routing.queues:
            for source in CallbackSource:
                self._opened.labels(queue, source.value)
            for outcome in CallbackOutcome:
                self._closed.labels(queue, outcome.value)
            self._reached.labels(queue)
            self._corrected.labels(queue)
        for box in routing.voicemail:
            self._left.labels(box)
            for why in NoMessage:
                self._not_left.labels(box, why.value)

    def _queue(self, name: str | None) -> str:
        return name if name in self._queues and name is not None else OTHER

    def _box(self, name: str) -> str:
        return name if name in self._boxes else OTHER

    def _callback_opened(self, fact: CallbackOpened) -> None:
        callback = fact.callback
        self._opened.labels(self._queue(callback.queue), callback.source.value).inc()

    def _callback_closed(self, fact: CallbackClosed) -> None:
        queue = self._queue(fact.queue)
        self._closed.labels(queue, fact.outcome.value).inc()
        if fact.outcome is CallbackOutcome.ANSWERED:
            self._reached.labels(queue).observe(fact.waited)

    def _callback_corrected(self, fact: CallbackCorrected) -> None:
        self._corrected.labels(self._queue(fact.end.queue)).inc()

    def _attempt_ended(self, fact: AttemptEnded) -> None:
        self._attempts[fact.outcome]()

    def _message_left(self, fact: MessageLeft) -> None:
        self._left.labels(self._box(fact.message.box)).inc()

    def _message_not_left(self, fact: MessageNotLeft) -> None:
        self._not_left.labels(self._box(fact.box), fact.why.value).inc()

    def _survey_taken(self, fact: SurveyTaken) -> None:
        queue = self._queue(fact.queue)
        self._surveys.labels(queue, fact.outcome.value).inc()
        if fact.satisfaction is not None:
            self._satisfaction.labels(queue).observe(fact.satisfaction)
        if fact.solved is not None:
            self._solved.labels(queue, "yes" if fact.solved else "no").inc()

    def _flow_entered(self, fact: FlowEntered) -> None:
        self._flows_entered[fact.flow,].inc()

    def _flow_left(self, fact: FlowLeft) -> None:
        self._flows_left[fact.flow, fact.exit].inc()
