"""What the runtime needs from the outside: protocols that adapters implement and tests can stand in for.

The runtime is one writer on one event loop. Whatever is called on the path from a call's arrival to
the agent's ring must return at once: those methods are plain functions and never block.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from acd.core.callback_words import CommitAttempt, RestoredCallback
from acd.core.commands import Command, TelephonyCommand
from acd.core.events import (
    Blacklisted,
    Customer,
    Event,
    RestoredAgent,
    RestoredCall,
    RestoredOffer,
)
from acd.core.facts import Fact
from acd.core.flow_words import LookUp
from acd.core.message_words import Message
from acd.core.past import PastCall
from acd.core.routing import Routing
from acd.core.views import AgentView, CallbackView, CallView, QueueView, WhyView


class Clock(Protocol):
    """The time, as UTC seconds. Never goes backwards within one process."""

    def now(self) -> float: ...


class FactSink(Protocol):
    """Somebody who is told every fact, in order. Must not block and must not raise."""

    def take(self, facts: Sequence[Fact]) -> None: ...


class Telephony(Protocol):
    """The telephone system. Commands for one call are carried out in the order given.

    Events come back through the sink given to `run`, in the order in which they happened. A command
    that cannot be carried out comes back as the event that says so (see acd.core.commands); none is
    lost silently. The telephony enriches nothing: `CallArrived.customer` and `.blacklisted` are None.
    """

    def execute(self, command: TelephonyCommand) -> None: ...

    def flush(self) -> None:
        """Let everything that was to be executed leave now, together.

        Called after each decision, before its facts are told: nothing stands between a caller's
        arrival and the agent's ring. Without it commands leave a little later."""

    async def run(self, sink: Callable[[Event], None]) -> None:
        """Keep the connection up until cancelled; each (re)connection yields ChannelsReconciled.

        Raises TelephonyError only for what no retry can mend (an unsupported version, a wrong
        password)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a store remembers of what had not ended."""

    agents: tuple[RestoredAgent, ...]
    calls: tuple[RestoredCall, ...]
    callbacks: tuple[RestoredCallback, ...] = ()
    messages: tuple[Message, ...] = ()
    do_not_call: frozenset[str] = frozenset()
    surveyed: tuple[tuple[str, float], ...] = ()
    rings: tuple[RestoredOffer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryEntry:
    """One customer or one blacklisted number, as the directory holds it. `expires_at`: UTC seconds."""

    customer: Customer | None = None
    blacklisted: Blacklisted | None = None
    expires_at: float | None = None


class Journal(FactSink, Protocol):
    """The write-behind side of the store: takes facts at once, writes them in order, in batches.

    While the database is away facts wait in a bounded spool on disk; `healthy` is then False.
    """

    @property
    def depth(self) -> int:
        """Facts taken and not yet in the database, those in the spool included."""

    @property
    def healthy(self) -> bool: ...

    async def flush(self) -> None:
        """Return when every fact taken so far is in the database or in the spool."""

    async def close(self) -> None: ...


class Commits(Protocol):
    """What must be durable before it acts: an attempt to reach somebody, stored before he is dialled."""

    def commit(self, command: CommitAttempt) -> None:
        """Store the attempt at once, in a transaction of its own that is on the disk when it is
        reported: AttemptCommitted, or AttemptNotCommitted where the database does not take it now.
        The same attempt may be given again: it is one attempt. Returns at once."""

    async def run(self, sink: Callable[[Event], None]) -> None:
        """Store what is given, and report it to the sink, until cancelled."""


class Lookups(Protocol):
    """HTTP look-ups for IVR flows."""

    def look_up(self, command: LookUp) -> None:
        """Ask; LookedUp comes back once, at the latest after `command.within` seconds, whatever befalls
        the far side. Returns at once."""


class Memory(Protocol):
    """The reading side of the store that the engine needs when it starts."""

    async def load_open(self, since_day: float, *, surveyed_since: float = math.inf) -> Restored:
        """Calls not ended, agents' sessions and states, and the agents' counters since `since_day`
        (UTC seconds of the last local midnight); open callbacks, messages that are kept, the numbers of
        the do-not-call list, and those asked in a survey since `surveyed_since` (UTC seconds)."""

    async def load_promises(self, *, surveyed_since: float) -> Restored:
        """The same without agents, for an engine that started while the store was away."""

    async def load_past(self, *, since: float, until: float) -> tuple[PastCall, ...]:
        """The last calls (so many as matter) that came from `since` on and were over by `until` (UTC
        seconds), in the order in which they came."""

    async def load_directory(self) -> tuple[Sequence[Customer], Sequence[tuple[str, DirectoryEntry]]]:
        """All customers (with their last agent) and all blacklist entries by number."""

    async def load_do_not_call(self) -> frozenset[str]:
        """The numbers that nobody may dial for a callback."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReloadResult:
    """How taking over a changed routing configuration went. `problems` is empty when it was taken."""

    taken: bool
    revision: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that must be well for the engine to be ready."""

    name: str
    healthy: bool
    detail: str


class Centre(Protocol):
    """The running engine as the API sees it. All plain methods: one event loop, one writer."""

    def submit(self, event: Event) -> Sequence[Command]:
        """Let the core decide on an event; the commands are being carried out when it returns."""

    def now(self) -> float: ...

    def view_agents(self) -> Sequence[AgentView]: ...

    def view_agent(self, agent: str) -> AgentView | None: ...

    def view_calls(self, queue: str | None = None) -> Sequence[CallView]: ...

    def view_call(self, call: str) -> CallView | None: ...

    def view_queues(self) -> Sequence[QueueView]: ...

    def why(self, call: str) -> WhyView | None: ...

    def view_message(self, message: str) -> Message | None:
        """A voicemail message whose file is not deleted."""

    def view_boxes(self, agent: str) -> Sequence[str]:
        """The voicemail boxes that an agent may listen to."""

    def view_callback(self, callback: str) -> CallbackView | None: ...

    @property
    def routing(self) -> Routing: ...

    async def reload(self) -> ReloadResult: ...

    async def settled(self) -> None:
        """Return when every fact so far outlives the engine: it is in the database or, while that is
        away, in the spool. Raises StoreUnavailable where that takes too long."""

    def checks(self) -> Sequence[Check]:
        """What readiness depends on: asterisk connections, database, routing file, event loop."""

    def customer_changed(self, number: str, customer: Customer | None) -> None:
        """The directory in memory follows a change that has been stored; None: deleted. As in the
        archive, the last agent who is known stays where the customer names none."""

    def blacklist_changed(
        self, number: str, entry: Blacklisted | None, expires_at: float | None
    ) -> None: ...

    def watch(self, sink: FactSink) -> Callable[[], None]:
        """Tell `sink` every fact from now on; call what is returned to stop."""


class RuntimeMetrics(Protocol):
    """The engine's own health, as numbers. Each call must cost next to nothing."""

    def decided(self, kind: str, seconds: float) -> None: ...

    def event_lag(self, seconds: float) -> None: ...

    def mailbox_depth(self, depth: int) -> None: ...

    def journal_depth(self, depth: int) -> None: ...

    def spooling(self, active: bool) -> None: ...

    def connected(self, what: str, up: bool) -> None: ...

    def reloaded(self, taken: bool, at: float) -> None: ...

    def bad_input(self, source: str, kind: str) -> None:
        """Something malformed came in: from "ari", "ami", "agi", "api", "yaml", "import"."""

    def request_failed(self, what: str, status: int) -> None: ...
