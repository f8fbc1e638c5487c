"""Events in, commands and facts out, one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from structlog.testing import capture_logs

from acd.core.call import Call
from acd.core.callback_words import (
    CallbackAsked,
    CallbackClosed,
    CallbackOutcome,
    CallbackSource,
    RefuseCallback,
)
from acd.core.commands import Command, OutsideCommand, PlayPrompt, RefuseAct, TelephonyCommand
from acd.core.dispatcher import Dispatcher
from acd.core.events import (
    AgentActed,
    AgentAnswered,
    AgentHungUp,
    Blacklisted,
    CallArrived,
    CallConnected,
    CallerHungUp,
    ChannelsReconciled,
    ConfigReplaced,
    Customer,
    Event,
    LiveCall,
    PhoneStateChanged,
    PromisesRestored,
    PromptFinished,
)
from acd.core.facts import CallEnded, CallEntered, CallOutcome, Fact
from acd.core.flow_words import DropTape, FlowEntered, LookUp
from acd.core.message_words import Message, MessageAct, MessageActed, RefuseMessageAct
from acd.core.offers import Offers
from acd.core.routing import Business, NumberRoute, SurveyRule
from acd.core.waiting import Waiting
from acd.ports import Check, DirectoryEntry
from acd.runtime.clock import SystemClock
from acd.runtime.directory import Directory, Known
from acd.runtime.engine import Engine
from agents.model import AgentAct, PhoneState
from agents.roster import Agent
from tests.unit.acd.runtime.centre import CALLBACK, Facts, HandClock, Telephone, arrived, routing
from tests.unit.asterisk.wire import Counts


class Notes:
    def __init__(self) -> None:
        self.noted: list[str] = []

    def note(
        self,
        now: float,
        event: Event | None,
        commands: Sequence[Command],
        secret_key: str | None = None,
    ) -> None:
        self.noted.append("time" if event is None else type(event).__name__)


class Rig:
    def __init__(self, *, telephone: Telephone | None = None, for_at_most: float = 60.0) -> None:
        self.telephone = telephone or Telephone()
        self.facts, self.counts, self.notes = Facts(), Counts(), Notes()
        self.clock = SystemClock()
        self.directory = Directory()
        plan = routing(for_at_most=for_at_most)
        self.engine = Engine(
            dispatcher=Dispatcher(plan, Random(1)),
            routing=plan,
            telephony=self.telephone,
            clock=self.clock,
            directory=self.directory,
            sinks=[self.facts],
            metrics=self.counts,
            recorder=self.notes,
        )
        self.engine.post(ChannelsReconciled(node="n1", restarted=False))

    def staffed(self) -> Rig:
        self.engine.post(PhoneStateChanged(agent="1001", phone=PhoneState.FREE))
        self.engine.post(AgentActed(agent="1001", act=AgentAct.LOG_IN, by="test"))
        return self


async def test_a_call_rings_the_idle_agent_and_everybody_is_told() -> None:
    rig = Rig().staffed()
    rig.engine.post(arrived())
    assert rig.telephone.names() == ["RingAgent", "PlayRingback"]
    assert {"CallEntered", "CallQueued", "OfferMade"} <= set(rig.facts.names())
    assert rig.counts.decisions[-1] == "CallArrived"
    assert rig.notes.noted[-1] == "CallArrived"
    rig.engine.close()


async def test_commands_leave_before_their_facts_are_told() -> None:
    order: list[str] = []

    class Watch(Telephone):
        def flush(self) -> None:
            order.extend(self.names())

    rig = Rig(telephone=Watch()).staffed()
    rig.engine.watch(_Told(order))
    order.clear()
    rig.engine.post(arrived())
    assert order == ["RingAgent", "PlayRingback", "facts"]
    rig.engine.close()


class _Told:
    def __init__(self, order: list[str]) -> None:
        self._order = order

    def take(self, facts: Sequence[Fact]) -> None:
        self._order.append("facts")


async def test_what_the_directory_knows_comes_with_the_call() -> None:
    rig = Rig()
    rig.engine.customer_changed("13800138000", Customer(number="13800138000", tier="vip"))
    rig.engine.post(arrived())
    entered = next(fact for fact in rig.facts.taken if isinstance(fact, CallEntered))
    assert entered.customer_tier == "vip"


async def test_calls_found_after_a_connection_are_enriched_too() -> None:
    rig = Rig()
    rig.engine.customer_changed("13800138000", Customer(number="13800138000", tier="vip"))
    live = LiveCall(arrived=arrived(), created_at=rig.clock.now() - 5)
    rig.engine.post(ChannelsReconciled(node="n1", restarted=False, calls=(live,)))
    entered = next(fact for fact in rig.facts.taken if isinstance(fact, CallEntered))
    assert entered.customer_tier == "vip"
    rig.engine.close()


@pytest.mark.parametrize("listed", [True, False])
async def test_a_wish_to_call_a_blacklisted_number_is_known_as_one(listed: bool) -> None:
    rig = Rig()
    if listed:
        entry = Blacklisted(reason="swears", author="boss")
        rig.engine.blacklist_changed("13800138000", entry, None)
    wish = CallbackAsked(
        id="w1", number="13800138000", queue="orders", by="test", source=CallbackSource.API
    )
    rig.engine.submit(wish)
    closed = [fact.by for fact in rig.facts.taken if isinstance(fact, CallbackClosed)]
    assert closed == (["blacklist"] if listed else [])
    rig.engine.close()


def wished(id: str) -> CallbackAsked:
    source = CallbackSource.API
    return CallbackAsked(id=id, number="13800138000", queue="orders", by="test", source=source)


async def test_what_is_owed_to_a_number_ends_when_it_comes_into_the_blacklist() -> None:
    rig = Rig()
    rig.engine.submit(wished("w1"))
    entry = Blacklisted(reason="swears", author="boss")
    rig.engine.blacklist_changed("13800138000", entry, rig.clock.now() - 1)  # has expired
    assert rig.engine.view_callback("w1") is not None
    rig.engine.blacklist_changed("13800138000", entry, None)
    assert rig.engine.view_callback("w1") is None
    closed = [fact for fact in rig.facts.taken if isinstance(fact, CallbackClosed)]
    assert [(each.outcome, each.by, each.reason) for each in closed] == [
        (CallbackOutcome.DO_NOT_CALL, "blacklist", "swears")
    ]
    rig.engine.close()


async def test_what_is_owed_to_numbers_of_a_blacklist_read_anew_ends() -> None:
    rig = Rig()
    rig.engine.submit(wished("w1"))
    entry = DirectoryEntry(blacklisted=Blacklisted(reason="swears", author="boss"))

    async def load() -> Known:
        return (), [("13800138000", entry)]

    await rig.directory.read(load, served_since=0.0)
    rig.engine.close_blacklisted()
    assert rig.engine.view_callback("w1") is None
    rig.engine.close()


async def test_what_the_core_opens_for_a_blacklisted_number_ends_at_once() -> None:
    rig = Rig()
    entry = Blacklisted(reason="swears", author="boss")
    rig.engine.blacklist_changed("13800138000", entry, None)
    message = Message(
        id="m1",
        call="c0",
        box="orders",
        caller="13800138000",
        business=None,
        queue="orders",
        language="en",
        left_at=1.0,
        seconds=5.0,
        file="m1",
    )
    rig.engine.post(PromisesRestored(messages=(message,)))
    rig.engine.post(MessageActed(message="m1", act=MessageAct.CALL_BACK, by="phone", agent="1001"))
    closed = [fact.by for fact in rig.facts.taken if isinstance(fact, CallbackClosed)]
    assert closed == ["blacklist"]
    rig.engine.close()


@pytest.mark.parametrize("listed", [True, False])
async def test_the_list_is_looked_at_when_the_agent_hangs_up(listed: bool) -> None:
    rig = Rig()
    shop = Business(
        name="shop", label="Shop", hours=None, when_closed=CALLBACK, survey=SurveyRule(share=1.0)
    )
    route = NumberRoute(number=None, queue="orders", business="shop")
    plan = replace(routing(), businesses={"shop": shop}, default_route=route)
    rig.engine.post(ConfigReplaced(routing=plan))
    rig.staffed().engine.post(arrived())
    rig.engine.post(AgentAnswered(offer="c1-o1"))
    rig.engine.post(CallConnected(call="c1", offer="c1-o1"))
    if listed:
        entry = Blacklisted(reason="swears", author="boss")
        rig.engine.blacklist_changed("13800138000", entry, None)
    rig.engine.post(AgentHungUp(offer="c1-o1"))
    assert any(isinstance(fact, FlowEntered) for fact in rig.facts.taken) is not listed
    rig.engine.post(AgentHungUp(offer="nobody's"))
    rig.engine.close()


async def test_what_is_known_of_a_found_customer_takes_nothing_away_from_what_was_found() -> None:
    rig = Rig()
    live = LiveCall(arrived=arrived(), created_at=rig.clock.now() - 5, dialled_for="c1", answered=False)
    rig.engine.post(ChannelsReconciled(node="n1", restarted=False, calls=(live,)))
    assert rig.telephone.names() == ["CancelDial"]  # nobody here dialled him
    assert not any(isinstance(fact, CallEntered) for fact in rig.facts.taken)
    rig.engine.close()


async def test_an_event_that_comes_out_of_a_command_waits_its_turn() -> None:
    class Eager(Telephone):
        engine: Engine

        def execute(self, command: TelephonyCommand) -> None:
            super().execute(command)
            if len(self.done) == 1:
                self.engine.post(CallerHungUp(call="c1"))

    telephone = Eager()
    rig = Rig(telephone=telephone).staffed()
    telephone.engine = rig.engine
    rig.engine.post(arrived())
    assert telephone.names() == ["RingAgent", "PlayRingback", "CancelRing"]
    rig.engine.close()


async def test_a_failure_of_the_core_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig().staffed()
    handle = Dispatcher.handle

    def fail(self: Dispatcher, event: Event, now: float) -> list[Command]:
        if isinstance(event, CallArrived) and event.call == "bad":
            raise ZeroDivisionError
        return handle(self, event, now)

    monkeypatch.setattr(Dispatcher, "handle", fail)
    rig.engine.post(arrived("bad"))
    rig.engine.post(arrived("good"))
    assert rig.counts.bad == [("core", "CallArrived")]
    assert rig.telephone.names() == ["RingAgent", "PlayRingback"]
    rig.engine.close()


async def test_deadlines_are_kept() -> None:
    prompted = asyncio.Event()

    class Watch(Telephone):
        def execute(self, command: TelephonyCommand) -> None:
            super().execute(command)
            if type(command).__name__ == "PlayPrompt":
                prompted.set()

    rig = Rig(telephone=Watch(), for_at_most=0.01).staffed()
    rig.engine.post(AgentActed(agent="1001", act=AgentAct.PAUSE, by="test"))
    rig.engine.post(arrived())
    await asyncio.wait_for(prompted.wait(), 30)
    assert "time" in rig.notes.noted
    assert "Deadline" in rig.counts.decisions
    rig.engine.post(PromptFinished(call="c1", prompt="all_busy_recorded"))
    assert rig.telephone.names()[-1] == "EndCall"
    rig.engine.close()


async def test_a_failure_at_a_deadline_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = asyncio.Event()

    def fail(self: Dispatcher, now: float) -> list[Command]:
        failed.set()
        raise ZeroDivisionError

    rig = Rig(for_at_most=0.01).staffed()
    rig.engine.post(AgentActed(agent="1001", act=AgentAct.PAUSE, by="test"))
    monkeypatch.setattr(Dispatcher, "expire", fail)
    rig.engine.post(arrived())
    await asyncio.wait_for(failed.wait(), 30)
    rig.engine.close()
    assert ("core", "Deadline") in rig.counts.bad


async def test_what_was_decided_before_a_failure_is_carried_out(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig().staffed()
    make = Offers.make

    def fail(self: Offers, call: Call, agent: Agent) -> None:
        make(self, call, agent)
        raise ZeroDivisionError

    monkeypatch.setattr(Offers, "make", fail)
    rig.engine.post(arrived())
    rig.engine.close()
    assert ("core", "CallArrived") in rig.counts.bad
    assert rig.telephone.names() == ["RingAgent"]
    assert {"CallEntered", "OfferMade"} <= set(rig.facts.names())


async def test_one_deadline_that_fails_takes_no_other_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    sent, due = asyncio.Event(), Waiting.timer_due

    def fail(self: Waiting, call: Call) -> None:
        due(self, call)
        if call.id == "c2":
            raise ZeroDivisionError

    class Watch(Telephone):
        def execute(self, command: TelephonyCommand) -> None:
            super().execute(command)
            if sum(type(each) is PlayPrompt for each in self.done) == 3:
                sent.set()

    monkeypatch.setattr(Waiting, "timer_due", fail)
    rig = Rig(telephone=Watch(), for_at_most=0.01).staffed()
    rig.engine.post(AgentActed(agent="1001", act=AgentAct.PAUSE, by="test"))
    for call in ("c1", "c2", "c3"):
        rig.engine.post(replace(arrived(), call=call))
    await asyncio.wait_for(sent.wait(), 30)
    rig.engine.close()
    assert rig.counts.bad == [("core", "Deadline")]


async def test_when_asterisk_began_reaches_the_core() -> None:
    rig = Rig().staffed()
    rig.engine.post(arrived())
    rig.engine.post(
        ChannelsReconciled(node="n1", restarted=False, asterisk_started_at=rig.clock.now() + 1)
    )
    rig.engine.close()
    ended = next(fact for fact in rig.facts.taken if isinstance(fact, CallEnded))
    assert ended.outcome is CallOutcome.CUT_OFF


async def test_whoever_asks_learns_what_came_of_it() -> None:
    rig = Rig()
    commands = rig.engine.submit(AgentActed(agent="nobody", act=AgentAct.LOG_IN, by="test"))
    assert any(isinstance(command, RefuseAct) for command in commands)


async def test_watchers_come_and_go() -> None:
    rig, watcher = Rig(), Facts()
    stop = rig.engine.watch(watcher)
    rig.engine.post(arrived())
    seen = len(watcher.taken)
    assert seen
    stop()
    rig.engine.post(CallerHungUp(call="c1"))
    assert len(watcher.taken) == seen


async def test_what_can_be_seen() -> None:
    rig = Rig().staffed()
    rig.engine.post(arrived())
    engine = rig.engine
    assert [view.agent for view in engine.view_agents()] == ["1001"]
    agent, call = engine.view_agent("1001"), engine.view_call("c1")
    assert agent is not None
    assert call is not None
    assert agent.call == "c1"
    assert [view.call for view in engine.view_calls("orders")] == ["c1"]
    assert [view.queue for view in engine.view_queues()] == ["orders"]
    why = engine.why("c1")
    assert why is not None
    assert why.call.call == "c1"
    assert engine.now() > 1_700_000_000
    engine.health.append(lambda: Check(name="x", healthy=True, detail=""))
    assert [check.name for check in engine.checks()] == ["x"]
    engine.close()


async def test_a_new_configuration_is_the_one_that_is_shown() -> None:
    rig = Rig()
    changed = routing(revision="r2")
    rig.engine.post(ConfigReplaced(routing=changed))
    assert rig.engine.routing is changed
    result = await rig.engine.reload()
    assert not result.taken


def test_the_directory_learns_and_forgets() -> None:
    clock, directory = HandClock(), Directory()
    entry = Blacklisted(reason="abuse", author="ops")
    directory.blacklist_changed("13800138000", entry, clock.at + 10)
    assert directory.enrich(arrived(), clock.at).blacklisted == entry
    assert directory.enrich(arrived(), clock.at + 10).blacklisted is None
    directory.blacklist_changed("13800138000", None, None)
    assert directory.enrich(arrived(), clock.at) == arrived()
    assert directory.enrich(arrived(caller=None), clock.at) == arrived(caller=None)


async def test_a_sink_that_fails_keeps_nobody_from_the_facts() -> None:
    class Broken:
        def take(self, facts: Sequence[Fact]) -> None:
            raise ZeroDivisionError

    rig, after = Rig(), Facts()
    rig.engine.watch(Broken())
    rig.engine.watch(after)
    rig.engine.post(arrived())
    assert "CallEntered" in after.names()
    assert ("core", "take") in rig.counts.bad
    assert rig.notes.noted[-1] == "CallArrived"
    rig.engine.close()


def doing(*commands: Command) -> Any:
    """A core that asks for these, whatever it is told."""

    class Core(Dispatcher):
        def handle(self, event: Event, now: float) -> list[Command]:
            return list(commands)

    return Core


LOOK_UP = LookUp(call="c1", url="http://127.0.0.1/", within=1.0)


def asked(
    outside: Mapping[type[OutsideCommand], Callable[[Any], None]], *commands: Command
) -> Telephone:
    """What the telephones are asked for where the core asks for `commands`."""
    telephone, plan = Telephone(), routing()
    engine = Engine(
        dispatcher=doing(*commands)(plan, Random(1)),
        routing=plan,
        telephony=telephone,
        clock=SystemClock(),
        directory=Directory(),
        sinks=[],
        metrics=Counts(),
        outside=outside,
    )
    engine.post(arrived())
    engine.close()
    return telephone


async def test_each_does_what_is_his() -> None:
    looked: list[LookUp] = []
    telephone = asked({LookUp: looked.append}, LOOK_UP, DropTape(file="x"))
    assert looked == [LOOK_UP]
    assert telephone.done == [DropTape(file="x")]


async def test_what_nobody_does_is_told() -> None:
    with capture_logs() as logs:
        telephone = asked({}, LOOK_UP)
    assert not telephone.done
    assert [each["command_type"] for each in logs] == ["LookUp"]


async def test_answers_to_who_asked_go_nowhere_else() -> None:
    telephone = asked(
        {},
        RefuseCallback(callback="b1", why="no"),
        RefuseMessageAct(message="m1", act=MessageAct.HEAR, why="no"),
    )
    assert not telephone.done
