"""A centre and an archive in memory, small and honest enough for the API to be tried on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from acd.api.secrets import hash_secret
from acd.archive import (
    BlacklistEntry,
    CallFilter,
    Page,
    Role,
    StoredCall,
    StoredMissedCall,
    StoredOffer,
    StoredRecording,
    StoredStory,
    StoredVisit,
    TokenRecord,
)
from acd.core.callback_words import CallbackActed, CallbackAsked, DoNotCallChanged
from acd.core.commands import Command, Record, RefuseAct
from acd.core.events import AgentActed, Blacklisted, Customer, Event
from acd.core.facts import AgentStateChanged, Fact
from acd.core.message_words import Message, MessageActed
from acd.core.numbering import Numbering
from acd.core.routing import Ending, NumberRoute, Queue, Routing, Then, Voicemail
from acd.core.tapes import TapeListened
from acd.core.views import AgentView, CallbackView, CallView, QueueView, WhyView
from acd.errors import BadCursor, StoreUnavailable
from acd.ports import Check, FactSink, ReloadResult
from acd.voicemail import MessageFilter, MessageStory, StoredMessage
from agents.model import AgentAct, AgentProfile, AgentState, PhoneState
from tests.unit.acd.api.fake_messages import LiveMessages, StoredMessages, left
from tests.unit.acd.api.promised import PromisedArchive, Promises

NOW = 1_795_262_400.0
"""2026-11-21 12:00 UTC."""
END = Ending(say=None, then=Then.CALLBACK)
T = TypeVar("T")
LEFT = (
    left("m1", "orders", NOW - 300),
    left("m2", "service", NOW - 200),
    left("m3", "orders", NOW - 100, caller=None),
)


def routing(revision: str = "r1") -> Routing:
    return Routing(
        revision=revision,
        timezone="Asia/Shanghai",
        languages=("en",),
        businesses={},
        numbers={"400": NumberRoute(number="400", queue="orders")},
        default_route=NumberRoute(number=None, queue="orders"),
        agents={
            name: AgentProfile(id=name, name=f"Agent {name}", endpoint=f"PJSIP/{name}", node="a")
            for name in ("1001", "1002")
        },
        rules=(),
        queues={
            name: Queue(
                name=name, label=name.title(), needs=(), on_timeout=END, on_nobody=END, on_full=END
            )
            for name in ("orders", "service")
        },
        tiers=frozenset({"vip"}),
        pause_reasons=("lunch", "training"),
        voicemail={
            "orders": Voicemail(name="orders", label="Orders", queue="orders", lamp_of=("1001",)),
            "service": Voicemail(name="service", label="Service", queue="service"),
        },
    )


def agent(name: str) -> AgentView:
    return AgentView(
        agent=name,
        name=f"Agent {name}",
        state=AgentState.IDLE,
        since=NOW - 60,
        until=None,
        reason=None,
        pending=None,
        phone=PhoneState.FREE,
        call=None,
        skills={"orders": 5},
        groups=("vip",),
        logged_in_at=NOW - 3600,
        calls_today=3,
        talk_today=120.5,
    )


def live_call(name: str, position: int | None, queue: str = "orders") -> CallView:
    return CallView(
        call=name,
        node="a",
        state="waiting" if position else "talking",
        dialled="400",
        caller="13800138000",
        caller_name="<script>alert(1)</script>",
        customer_tier=None,
        business=None,
        queue=queue,
        language="en",
        arrived_at=NOW - 30,
        joined_at=NOW - 29.5,
        position=position,
        tier=0,
        head_start=0.0,
        agent=None if position else "1002",
        answered_at=None if position else NOW - 5,
        asks_for=("orders >= 3",),
    )


class FakeCentre:
    """Two agents, two queues, two calls that wait and one that talks."""

    def __init__(self) -> None:
        self.agents = {name: agent(name) for name in ("1001", "1002")}
        self.calls = {
            view.call: view for view in (live_call("c2", 2), live_call("c1", 1), live_call("c3", None))
        }
        self.events: list[Event] = []
        self.sinks: list[FactSink] = []
        self.refuse: str | None = None
        self.reload_result = ReloadResult(taken=True, revision="r2")
        self.health = [Check(name="database", healthy=True, detail="answers")]
        self.customers: dict[str, Customer | None] = {}
        self.blacklisted: dict[str, tuple[Blacklisted | None, float | None]] = {}
        self.promises = Promises()
        self.settles = True
        self.settled_times = 0
        self._routing = routing()
        self.messages = LiveMessages(self._routing, NOW)
        self.messages.remember(*LEFT)

    def submit(self, event: Event) -> Sequence[Command]:
        if isinstance(event, MessageActed):
            return self.messages.submit(event)
        self.events.append(event)
        if isinstance(event, CallbackAsked):
            return self.promises.asked(event)
        if isinstance(event, CallbackActed):
            return self.promises.acted(event)
        if isinstance(event, DoNotCallChanged | TapeListened):
            return []
        assert isinstance(event, AgentActed)
        if self.refuse is not None:
            return [RefuseAct(agent=event.agent, act=event.act, why=self.refuse)]
        if event.act is not AgentAct.PAUSE:
            return []
        before = self.agents[event.agent]
        self.agents[event.agent] = replace(
            before, state=AgentState.PAUSED, since=NOW, reason=event.reason
        )
        changed = AgentStateChanged(
            agent=event.agent,
            at=NOW,
            state=AgentState.PAUSED,
            previous=before.state,
            since=before.since,
            reason=event.reason,
            call=None,
            by=event.by,
            until=None,
        )
        self.tell(changed)
        return [Record(fact=changed)]

    def tell(self, *facts: Fact) -> None:
        for sink in self.sinks:
            sink.take(facts)

    def now(self) -> float:
        return NOW

    def view_agents(self) -> Sequence[AgentView]:
        return list(self.agents.values())

    def view_agent(self, agent: str) -> AgentView | None:
        return self.agents.get(agent)

    def view_calls(self, queue: str | None = None) -> Sequence[CallView]:
        return [call for call in self.calls.values() if queue in (None, call.queue)]

    def view_call(self, call: str) -> CallView | None:
        return self.calls.get(call)

    def view_queues(self) -> Sequence[QueueView]:
        return [self._queue(name) for name in self._routing.queues]

    def _queue(self, name: str) -> QueueView:
        waiting = [call for call in self.view_calls(name) if call.position is not None]
        waiting.sort(key=lambda call: call.position or 0)
        return QueueView(
            queue=name,
            label=name.title(),
            waiting=tuple(call.call for call in waiting),
            ringing=0,
            talking=1,
            longest_wait=29.5,
            logged_in=2,
            idle=1,
        )

    def open_callbacks(self) -> Mapping[str, int]:
        return {"orders": len(self.promises.open)}

    def view_callback(self, callback: str) -> CallbackView | None:
        return self.promises.open.get(callback)

    async def settled(self) -> None:
        self.settled_times += 1
        if not self.settles:
            raise StoreUnavailable("What was decided is not written yet.")

    def why(self, call: str) -> WhyView | None:
        view = self.calls.get(call)
        if view is None:
            return None
        return WhyView(
            call=view,
            trace=(
                (NOW - 30, "entered", "400", "13800138000", "a"),
                (NOW - 29.5, "node_lost", "a"),
            ),
            candidates=tuple((f"10{n:02}", "talking") for n in range(1, 8)),
            ahead=(view.position or 1) - 1,
        )

    def view_message(self, message: str) -> Message | None:
        return self.messages.get(message)

    def view_boxes(self, agent: str) -> Sequence[str]:
        return self.messages.boxes_of(agent)

    @property
    def routing(self) -> Routing:
        return self._routing

    def writes(self, numbering: Numbering) -> None:
        """From now on the routing says how numbers are written."""
        self._routing = replace(self._routing, numbering=numbering)

    async def reload(self) -> ReloadResult:
        return self.reload_result

    def checks(self) -> Sequence[Check]:
        return self.health

    def customer_changed(self, number: str, customer: Customer | None) -> None:
        self.customers[number] = customer

    def blacklist_changed(
        self, number: str, entry: Blacklisted | None, expires_at: float | None
    ) -> None:
        self.blacklisted[number] = (entry, expires_at)

    def watch(self, sink: FactSink) -> Callable[[], None]:
        self.sinks.append(sink)
        return lambda: self.sinks.remove(sink)


STORED = StoredCall(
    call="c9",
    node="a",
    dialled="400",
    caller="13800138000",
    caller_name=None,
    customer_tier="vip",
    business=None,
    campaign=None,
    language="en",
    arrived_at=NOW - 600,
    queue="orders",
    agent="1001",
    answered_at=NOW - 590,
    ended_at=NOW - 500,
    outcome="answered",
    wait=10.0,
    talk=90.0,
)
STORY = StoredStory(
    call=STORED,
    visits=[
        StoredVisit(
            queue="orders",
            visit=1,
            joined_at=NOW - 600,
            left_at=NOW - 590,
            outcome="answered",
            wait=10.0,
        )
    ],
    offers=[
        StoredOffer(
            offer="c9-o1",
            agent="1001",
            queue="orders",
            made_at=NOW - 595,
            ended_at=NOW - 590,
            outcome="answered",
            ring=5.0,
        )
    ],
    recordings=[
        StoredRecording(
            offer="c9-o1",
            file="2026-11-21/20261121T120000Z_1001_c9-o1",
            began_at=NOW - 590,
            ended_at=NOW - 500,
            outcome="recorded",
            seconds=90.0,
            detail=None,
        )
    ],
    trace=[(NOW - 600, "entered", "400", None, "a"), (NOW - 590, "a_new_code", 1)],
)
MISSED = StoredMissedCall(
    id=7,
    call="c8",
    at=NOW - 100,
    caller=None,
    dialled="400",
    business=None,
    queue="orders",
    wait=61.0,
    reason="timed_out",
    state="open",
    closed_at=None,
    closed_why=None,
)


class FakeArchive(PromisedArchive):
    """Everything in memory. While `down` is set nothing can be asked."""

    def __init__(self) -> None:
        super().__init__()
        self.down = False
        self.stored = [replace(STORED, call=f"c9-{n}") for n in range(5)]
        self.wheres: list[CallFilter] = []
        self.missed = {7: MISSED}
        self.known_customers: dict[str, Customer] = {}
        self.entries: dict[str, BlacklistEntry] = {}
        self.token_records: dict[int, TokenRecord] = {}
        self.hashes: dict[bytes, int] = {}
        self.look_ups = 0
        self.messages_kept = StoredMessages(*LEFT)

    def add_token(self, secret: str, name: str, role: Role, agent: str | None = None) -> int:
        return self._add_token(hash_secret(secret), name, role, agent, NOW).id

    def _add_token(
        self, secret_hash: bytes, name: str, role: Role, agent: str | None, at: float
    ) -> TokenRecord:
        id = len(self.token_records) + 1
        record = TokenRecord(id=id, name=name, role=role, agent=agent, created_at=at, revoked_at=None)
        self.token_records[id] = record
        self.hashes[secret_hash] = id
        return record

    def _demand_up(self) -> None:
        if self.down:
            raise StoreUnavailable

    def _page(self, items: Sequence[T], limit: int, cursor: str | None) -> Page[T]:
        self._demand_up()
        if cursor is not None and not cursor.isdigit():
            raise BadCursor
        at = int(cursor or 0)
        more = at + limit < len(items)
        return Page(items=items[at : at + limit], next_cursor=str(at + limit) if more else None)

    async def calls(
        self, where: CallFilter, *, limit: int, cursor: str | None = None
    ) -> Page[StoredCall]:
        self.wheres.append(where)
        return self._page(self.stored, limit, cursor)

    async def story(self, call: str) -> StoredStory | None:
        self._demand_up()
        return STORY if call == "c9" else None

    async def missed_calls(
        self, *, state: str | None, business: str | None, limit: int, cursor: str | None = None
    ) -> Page[StoredMissedCall]:
        found = [call for call in self.missed.values() if state in (None, call.state)]
        return self._page([call for call in found if business in (None, call.business)], limit, cursor)

    async def close_missed_call(self, id: int, *, why: str, at: float) -> bool:
        found = self.missed.get(id)
        if found is None or found.state != "open":
            return False
        self.missed[id] = replace(found, state="closed", closed_at=at, closed_why=why)
        return True

    async def messages(
        self, where: MessageFilter, *, limit: int, cursor: str | None = None
    ) -> Page[StoredMessage]:
        return self._page(self.messages_kept.matching(where), limit, cursor)

    async def message(self, message: str) -> MessageStory | None:
        self._demand_up()
        return self.messages_kept.story(message)

    async def customers(
        self, *, tier: str | None, limit: int, cursor: str | None = None
    ) -> Page[Customer]:
        found = [c for c in self.known_customers.values() if tier in (None, c.tier)]
        return self._page(found, limit, cursor)

    async def customer(self, number: str) -> Customer | None:
        self._demand_up()
        return self.known_customers.get(number)

    async def put_customers(self, customers: Iterable[Customer]) -> int:
        self._demand_up()
        new = [self._with_last_agent(customer) for customer in customers]
        self.known_customers |= {customer.number: customer for customer in new}
        return len(new)

    def _with_last_agent(self, customer: Customer) -> Customer:
        known = self.known_customers.get(customer.number)
        if known is None or customer.last_agent is not None:
            return customer
        return replace(known, name=customer.name, tier=customer.tier)

    async def delete_customer(self, number: str) -> bool:
        return self.known_customers.pop(number, None) is not None

    async def blacklist(self, *, limit: int, cursor: str | None = None) -> Page[BlacklistEntry]:
        return self._page(list(self.entries.values()), limit, cursor)

    async def put_blacklist(self, entries: Iterable[BlacklistEntry]) -> int:
        self._demand_up()
        new = {entry.number: entry for entry in entries}
        self.entries |= new
        return len(new)

    async def delete_blacklist(self, number: str) -> bool:
        return self.entries.pop(number, None) is not None

    async def create_token(
        self, *, name: str, role: Role, agent: str | None, secret_hash: bytes, at: float
    ) -> TokenRecord:
        return self._add_token(secret_hash, name, role, agent, at)

    async def find_token(self, secret_hash: bytes) -> TokenRecord | None:
        self._demand_up()
        self.look_ups += 1
        id = self.hashes.get(secret_hash)
        record = self.token_records[id] if id is not None else None
        return record if record is not None and record.revoked_at is None else None

    async def tokens(self) -> Sequence[TokenRecord]:
        self._demand_up()
        return list(self.token_records.values())

    async def revoke_token(self, id: int, at: float) -> bool:
        record = self.token_records.get(id)
        if record is None or record.revoked_at is not None:
            return False
        self.token_records[id] = replace(record, revoked_at=at)
        return True

    async def ping(self) -> None:
        self._demand_up()
