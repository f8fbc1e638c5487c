"""The engine: one mailbox, one writer, no locks.

Everything that happens comes in as an event, is decided on by the core, and goes out as commands.
All on one event loop and without awaiting, so that the time from a call's arrival to the agent's ring
holds nothing but the decision and the writing of a request.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, get_args

import structlog

from acd.core.callback_words import CallbackAsked, CallbackOpened, NumberBlacklisted, RefuseCallback
from acd.core.commands import Command, OutsideCommand, Record, RefuseAct, TelephonyCommand
from acd.core.dispatcher import Dispatcher
from acd.core.events import (
    AgentHungUp,
    Blacklisted,
    CallArrived,
    ChannelsReconciled,
    ConfigReplaced,
    Customer,
    Event,
)
from acd.core.facts import Fact
from acd.core.message_words import Message, RefuseMessageAct
from acd.core.routing import Routing
from acd.core.views import AgentView, CallbackView, CallView, QueueView, WhyView
from acd.errors import StoreUnavailable
from acd.ports import Check, Clock, FactSink, ReloadResult, RuntimeMetrics, Telephony
from acd.runtime.deciding import decide
from acd.runtime.directory import Directory
from acd.runtime.reload import Reloader

log = structlog.get_logger(__name__)

SETTLED_WITHIN = 5.0
"""Seconds that somebody waits for what he asked for to be written."""

_FOR_WHO_ASKED = frozenset({RefuseAct, RefuseCallback, RefuseMessageAct})
"""Answers to the person who asked: `submit` hands them back."""


def _not_done(command: OutsideCommand) -> None:
    """Nobody was named who does it."""
    log.error("nobody does what the core asks for", command_type=type(command).__name__)


class Recorder(Protocol):
    """Somebody who keeps the event stream (the flight recorder)."""

    def note(
        self,
        now: float,
        event: Event | None,
        commands: Sequence[Command],
        secret_key: str | None = None,
    ) -> None:
        """An event and what the core made of it; None stands for the passing of time. `secret_key`: see
        `Dispatcher.secret_key`, if the event is a key."""


class Engine:
    """Carries events to the core and commands to those who execute them.

    `sinks` are told every fact in order: the journal, the metrics, the directory, the API's watchers.
    `outside` does what is done by neither the telephones nor the journal, by the type of the command; a
    handler returns at once, and what it has to report it posts later.
    """

    def __init__(
        self,
        *,
        dispatcher: Dispatcher,
        routing: Routing,
        telephony: Telephony,
        clock: Clock,
        directory: Directory,
        sinks: Sequence[FactSink],
        metrics: RuntimeMetrics,
        recorder: Recorder | None = None,
        outside: Mapping[type[OutsideCommand], Callable[[Any], None]] | None = None,
    ) -> None:
        self.reloader: Reloader | None = None
        self.flush: Callable[[], Awaitable[None]] | None = None
        self.health: list[Callable[[], Check]] = []
        self._dispatcher = dispatcher
        self._routing = routing
        self._telephony = telephony
        self._clock = clock
        self._directory = directory
        self._sinks = [directory, *sinks]
        self._metrics = metrics
        self._recorder = recorder
        self._doers: dict[Any, Callable[[Any], None]] = {
            **dict.fromkeys(get_args(TelephonyCommand), telephony.execute),
            **dict.fromkeys(get_args(OutsideCommand), _not_done),
            **(outside or {}),
        }
        self._mailbox: deque[Event] = deque()
        self._deciding = False
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = float("inf")
        self._closed = False

    # --- events in

    def post(self, event: Event) -> None:
        """Take an event; decided on at once, or after the one that is being decided on.

        After `close` nothing is decided any more: what comes then is the next engine's business.
        """
        if self._closed:
            return
        if self._deciding:
            self._mailbox.append(event)
            self._metrics.mailbox_depth(len(self._mailbox))
            return
        self._decide_all(event)

    def submit(self, event: Event) -> Sequence[Command]:
        """Like `post`, for somebody who wants to know what the core made of his event.

        Never called from within a decision: only the API and the reload use it.
        """
        return self._decide_all(event)

    def _decide_all(self, event: Event) -> Sequence[Command]:
        self._deciding = True
        try:
            first = self._decide(event)
            while self._mailbox:
                self._decide(self._mailbox.popleft())
                self._metrics.mailbox_depth(len(self._mailbox))
        finally:
            self._deciding = False
        self._arm()
        return first

    def _decide(self, event: Event) -> Sequence[Command]:
        now = self._clock.now()
        event = self._enrich(event, now)
        started = time.perf_counter()
        commands, error = decide(self._dispatcher, event, now)
        if error is not None:
            log.error("the core failed on an event", event_type=type(event).__name__, exc_info=error)
            self._metrics.bad_input("core", type(event).__name__)
        self._metrics.decided(type(event).__name__, time.perf_counter() - started)
        if type(event) is ConfigReplaced:
            self._routing = event.routing
        self._carry_out(now, event, commands)
        return commands

    def _enrich(self, event: Event, now: float) -> Event:
        if type(event) is CallArrived:
            return self._directory.enrich(event, now)
        if type(event) is ChannelsReconciled:
            calls = tuple(
                replace(call, arrived=self._directory.enrich(call.arrived, now)) for call in event.calls
            )
            return replace(event, calls=calls)
        if type(event) is AgentHungUp:
            caller = self._dispatcher.caller_of(event.offer)
            listed = None if caller is None else self._directory.blacklisted(caller, now)
            return event if listed is None else replace(event, blacklisted=listed)
        if type(event) is CallbackAsked:
            entry = self._directory.blacklisted(event.number, now)
            return event if entry is None else replace(event, blacklisted=entry.reason)
        return event

    # --- commands out

    def _carry_out(self, now: float, event: Event | None, commands: Sequence[Command]) -> None:
        facts: list[Fact] = []
        for command in commands:
            if type(command) is Record:
                facts.append(command.fact)
            elif type(command) not in _FOR_WHO_ASKED:
                self._guarded(self._doers[type(command)], command)
        if len(facts) < len(commands):
            self._guarded(self._telephony.flush)
        if facts:
            for sink in self._sinks:
                self._guarded(sink.take, facts)
            for fact in facts:
                if type(fact) is CallbackOpened:
                    self._close_if_blacklisted(fact.callback.number)
        if self._recorder is not None:
            self._guarded(self._recorder.note, now, event, commands, self._dispatcher.secret_key)

    def _guarded(self, what: Callable[..., None], *arguments: object) -> None:
        """One who fails must not keep the others from what they are told: the mailbox's supervision."""
        try:
            what(*arguments)
        except Exception:
            log.exception("failed on what the core decided", what=what.__qualname__)
            self._metrics.bad_input("core", what.__name__)

    # --- time

    def _arm(self) -> None:
        """One timer for the core's next deadline. An early firing does no harm, a late one would."""
        due = self._dispatcher.next_deadline()
        if due is None or due >= self._timer_at:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = due
        delay = max(0.0, due - self._clock.now())
        self._timer = asyncio.get_running_loop().call_later(delay, self._expire)

    def _expire(self) -> None:
        self._timer = None
        self._timer_at = float("inf")
        now = self._clock.now()
        self._deciding = True
        started = time.perf_counter()
        commands, error = decide(self._dispatcher, None, now)
        if error is not None:  # what else is due follows at once, by the timer
            log.error("the core failed on a deadline", exc_info=error)
            self._metrics.bad_input("core", "Deadline")
        self._metrics.decided("Deadline", time.perf_counter() - started)
        self._carry_out(now, None, commands)
        self._deciding = False
        if self._mailbox:
            self._decide_all(self._mailbox.popleft())
        else:
            self._arm()

    def close(self) -> None:
        """Decide nothing any more. The calls stay as they are."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # --- what can be seen

    def now(self) -> float:
        return self._clock.now()

    @property
    def routing(self) -> Routing:
        return self._routing

    def view_agents(self) -> Sequence[AgentView]:
        return self._dispatcher.view_agents()

    def view_agent(self, agent: str) -> AgentView | None:
        return self._dispatcher.view_agent(agent)

    def view_calls(self, queue: str | None = None) -> Sequence[CallView]:
        return self._dispatcher.view_calls(queue)

    def view_call(self, call: str) -> CallView | None:
        return self._dispatcher.view_call(call)

    def view_queues(self) -> Sequence[QueueView]:
        return self._dispatcher.view_queues()

    def why(self, call: str) -> WhyView | None:
        return self._dispatcher.why(call)

    def view_message(self, message: str) -> Message | None:
        return self._dispatcher.view_message(message)

    def view_messages(self) -> Sequence[Message]:
        return self._dispatcher.view_messages()

    def view_boxes(self, agent: str) -> Sequence[str]:
        return self._dispatcher.view_boxes(agent)

    def open_callbacks(self) -> Mapping[str, int]:
        return self._dispatcher.open_callbacks()

    def view_callback(self, callback: str) -> CallbackView | None:
        return self._dispatcher.view_callback(callback)

    async def settled(self) -> None:
        if self.flush is None:
            return
        try:
            async with asyncio.timeout(SETTLED_WITHIN):
                await self.flush()
        except TimeoutError as error:
            raise StoreUnavailable("What was decided is not written yet.") from error

    async def reload(self) -> ReloadResult:
        if self.reloader is None:
            return ReloadResult(
                taken=False, revision=self._routing.revision, problems=("started without a file",)
            )
        return await self.reloader.reload()

    def checks(self) -> Sequence[Check]:
        return [check() for check in self.health]

    def customer_changed(self, number: str, customer: Customer | None) -> None:
        self._directory.customer_changed(number, customer)

    def blacklist_changed(
        self, number: str, entry: Blacklisted | None, expires_at: float | None
    ) -> None:
        self._directory.blacklist_changed(number, entry, expires_at)
        self._close_if_blacklisted(number)

    def close_blacklisted(self) -> None:
        """The blacklist was read: nobody who is in it is called back any more."""
        for number in list(self._dispatcher.owed):
            self._close_if_blacklisted(number)

    def _close_if_blacklisted(self, number: str) -> None:
        entry = self._directory.blacklisted(number, self._clock.now())
        if entry is not None and number in self._dispatcher.owed:
            self.post(NumberBlacklisted(number=number, reason=entry.reason))

    @property
    def do_not_call(self) -> frozenset[str]:
        return self._dispatcher.do_not_call

    def watch(self, sink: FactSink) -> Callable[[], None]:
        """Tell `sink` every fact from now on; call what is returned to stop."""
        self._sinks.append(sink)
        return lambda: self._sinks.remove(sink)
