"""The simulated world with a carrier, customers with numbers of their own, and people who ask for
callbacks. What must hold for callbacks is checked at each dialling and after each step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from random import Random
from typing import Any

from acd.core.call import Call
from acd.core.callback import OpenCallback
from acd.core.callback_words import (
    AgentPressed,
    AgentPrompted,
    Attempt,
    AttemptCommitted,
    AttemptNotCommitted,
    AttemptOutcome,
    CallbackAct,
    CallbackActed,
    CallbackAsked,
    CallbackClosed,
    CallbackOpened,
    CallbackSource,
    CancelDial,
    CommitAttempt,
    CustomerAnswered,
    CustomerRinging,
    DialCustomer,
    DialFailed,
    DoNotCallChanged,
    PromptAgent,
)
from acd.core.callbacks_table import CallbackState
from acd.core.calls_table import CallState
from acd.core.commands import Command, EndCall, RingAgent
from acd.core.dispatcher import Dispatcher
from acd.core.events import (
    AgentHungUp,
    CallArrived,
    CallerHungUp,
    ChannelsReconciled,
    ConfigReplaced,
    Customer,
    LiveCall,
    RingFailed,
    RingFailure,
)
from acd.core.facts import CallEnded, CallEntered, CallMissed, Fact, OfferEnded, OfferMade
from acd.core.offers_table import OfferState
from acd.core.routing import CallbackRule, CallingHours, Routing, Trunk
from agents.model import AgentState, PhoneState
from tests.simulation.callback_store import CallbackStore
from tests.simulation.hours_oracle import is_his_hour
from tests.simulation.variants import AGENTS, NODES, node_of, routing
from tests.simulation.world import ACTIONS, AT_MOST, Pick, World, live

NUMBERS = ("13801", "13802", "13803", "13804", "13901", "13902")
HOURS = CallingHours(begin=11 * 60, end=13 * 60, zone="UTC", zones=(("139", "Asia/Shanghai"),))
"""The walks begin at 11:06 UTC; nobody of 139 may be called then."""
TRUNK = Trunk(name="carrier", match=("192.0.2.1",), dial="PJSIP/{number}@carrier")
FOREVER = 100_000.0


def calling(variant: int) -> Routing:
    """The usual variants, which call back."""
    plain = routing(variant)
    rules = {
        "orders": CallbackRule(attempts=2, spacing=(20.0, 40.0), within=900.0, ring=20.0, hours=HOURS),
        "reception": CallbackRule(
            agent_first=variant == 2,
            attempts=3,
            spacing=(15.0,),
            reserve=1,
            behind=False,
            within=600.0,
            hours=HOURS,
        ),
        "english": CallbackRule(agent_first=False, attempts=1, within=300.0, hours=HOURS),
    }
    queues = {name: replace(each, callback=rules[name]) for name, each in plain.queues.items()}
    return replace(plain, queues=queues, trunks={"carrier": TRUNK})


class CallbackWorld(World):
    """A world in which customers are called back."""

    store: CallbackStore

    def __init__(self) -> None:
        self.commits: list[CommitAttempt] = []
        self.dialled: dict[str, DialCustomer] = {}
        """What rings at customers, or is about to."""
        self.dialled_at: dict[str, float] = {}
        self.ever: set[str] = set()
        self.prompted: list[tuple[str, str]] = []
        self.attempts: dict[str, int] = {}
        self.kept: set[str] = set()
        """Offers for which an agent is, or was, kept while the customer is dialled."""
        self.groups: list[int] = []
        self.missed: set[str] = set()
        self.closed: dict[str, int] = {}
        self.opened: set[str] = set()
        self.wishes = 0
        self.do_not_call: set[str] = set()
        super().__init__()
        self.store = CallbackStore(self.store.facts)
        self.tell(ConfigReplaced(routing=calling(0)))

    # the wire

    def hear(self, said: list[Command], twins: list[Command], before: dict[str, Any]) -> None:
        self.groups.append(len(self.store.facts))
        super().hear(said, twins, before)
        for command in said:
            if isinstance(command, CommitAttempt):
                after = self.waiting()
                still = {call: after[call] for call in after if before.get(call) == after[call]}
                self.keeps_in_order(command.attempt, still)

    def keeps_in_order(self, attempt: Attempt, still: dict[str, tuple[Any, Any]]) -> None:
        """Who is kept for a customer to be dialled is chosen in order, as one who is rung. When that
        customer has picked up he is rung for him, whoever has come to wait meanwhile."""
        call = self.floor.calls.get(attempt.id)
        for offer in call.offers if call is not None else ():
            if offer.state is OfferState.HELD:
                self.kept.add(offer.id)
                self.callback_in_order(attempt.callback, offer.agent.id, still)

    def in_order(self, ring: RingAgent, still: dict[str, tuple[Any, Any]]) -> None:
        """Nobody who waited all the time and asks for this agent has an earlier key than the customer
        of a callback either."""
        if ring.callback is None:
            super().in_order(ring, still)
            return
        callback = self.floor.callbacks.open.get(ring.callback)
        if callback is None or callback.state is not CallbackState.JOINING:
            self.callback_in_order(ring.callback, ring.agent, still)
        elif ring.offer not in self.kept:
            super().in_order(ring, still)

    def callback_in_order(
        self, callback_id: str, agent_id: str, still: dict[str, tuple[Any, Any]]
    ) -> None:
        callback = self.floor.callbacks.open.get(callback_id)
        agent = self.floor.roster.get(agent_id)
        if callback is None or callback.ticket is None or agent is None:
            return
        for call, (key, asks) in still.items():
            earlier = key < callback.ticket.key and any(r.met_by(agent.profile) for r in asks)
            assert not earlier, (callback_id, agent_id, call)

    def obey(self, command: Command) -> None:
        match command:
            case RingAgent(callback=str(), offer=offer, call=call, agent=agent_id, node=node):
                assert node not in self.down
                busy = [leg for leg in self.legs.values() if leg.agent == agent_id]
                assert not busy or self.lossy
                self.legs[offer] = live(offer, call, agent_id)
            case CommitAttempt():
                self.commits.append(command)
            case DialCustomer():
                self.dial(command)
            case CancelDial():
                pass  # it fails, or he is quicker: chance says which
            case PromptAgent(offer=offer, prompt=prompt):
                self.prompted.append((offer, prompt))
            case EndCall(call=call) if call not in self.arrivals:
                raise AssertionError(command)
            case _:
                super().obey(command)

    def dial(self, command: DialCustomer) -> None:
        """Where everything is checked that a customer could complain of."""
        attempt, number = command.attempt, command.number
        assert attempt not in self.ever, "dialled twice"
        self.ever.add(attempt)
        commit = self.store.committed[attempt]
        assert command.node not in self.down
        if not (self.down and self.lossy):
            engaged = [call for call in self.callers if self.arrivals[call][0].caller == number]
            assert not engaged, "he waits, or talks"
            assert number not in [each.number for each in self.dialled.values()], "he is dialled"
        callback = self.floor.callbacks.open[commit.callback.id]
        rule = self.floor.callbacks.rule(callback)
        made = self.attempts[callback.id] = self.attempts.get(callback.id, 0) + 1
        assert self.lossy or made <= commit.attempt.number_of
        assert commit.attempt.number_of <= max(rule.attempts, callback.now.granted)
        assert is_his_hour(rule.hours, number, self.now), "outside his hours"
        assert number not in self.do_not_call
        self.dialled[attempt] = command
        self.dialled_at[attempt] = self.now

    def remember(self, fact: Fact) -> None:
        super().remember(fact)
        match fact:
            case CallMissed(call=call):
                self.missed.add(call)
            case CallbackOpened(callback=callback):
                self.opened.add(callback.id)
            case CallbackClosed(callback=callback_id):
                self.closed[callback_id] = self.closed.get(callback_id, 0) + 1
                assert self.lossy or self.closed[callback_id] == 1, fact
            case _:
                pass

    # customers

    def a_call_arrives(self, pick: Pick[Any]) -> None:
        node = pick(NODES)
        if node in self.down or len(self.callers) >= AT_MOST:
            return
        self.numbered += 1
        call, number = f"{node}-{self.numbered}", pick((None, *NUMBERS))
        customer = Customer(number=number or "", tier=pick((None, None, "vip")))
        arrived = CallArrived(
            call=call,
            node=node,
            dialled=pick(("orders", "english", "reception", "unknown", "hello")),
            caller=number,
            customer=customer,
        )
        self.arrivals[call] = (arrived, self.now)
        self.callers[call] = node
        self.tell(arrived)

    def a_customer_rings(self, pick: Pick[Any]) -> None:
        if self.dialled:
            attempt = pick(sorted(self.dialled))
            if self.dialled[attempt].node not in self.down:
                self.tell(CustomerRinging(attempt=attempt))

    def a_customer_answers(self, pick: Pick[Any]) -> None:
        if not self.dialled:
            return
        attempt = pick(sorted(self.dialled))
        command = self.dialled.pop(attempt)
        arrived = CallArrived(call=attempt, node=command.node, dialled="orders", caller=command.number)
        self.arrivals[attempt] = (arrived, self.now)
        self.callers[attempt] = command.node
        if command.node not in self.down:
            self.tell(CustomerAnswered(attempt=attempt))

    def a_dial_fails(self, pick: Pick[Any]) -> None:
        if not self.dialled:
            return
        attempt = pick(sorted(self.dialled))
        how = pick(
            (
                AttemptOutcome.BUSY,
                AttemptOutcome.NO_ANSWER,
                AttemptOutcome.FAILED,
                AttemptOutcome.REFUSED,
            )
        )
        self.dial_fails(attempt, how)

    def dial_fails(self, attempt: str, how: AttemptOutcome) -> None:
        command = self.dialled.pop(attempt)
        if command.node not in self.down:
            self.tell(DialFailed(attempt=attempt, outcome=how))

    def a_commit_is_done(self, pick: Pick[Any]) -> None:
        if not self.commits:
            return
        commit = self.commits.pop(0)
        if pick((True, True, True, False)):
            self.store.committed[commit.attempt.id] = commit
            self.tell(AttemptCommitted(attempt=commit.attempt.id))
        else:
            self.tell(AttemptNotCommitted(attempt=commit.attempt.id, why="test"))

    def an_agent_has_heard(self, pick: Pick[Any]) -> None:
        if self.prompted:
            offer, prompt = self.prompted.pop(0)
            if offer in self.legs and self.heard(offer):
                self.tell(AgentPrompted(offer=offer, prompt=prompt))

    def an_agent_presses(self, pick: Pick[Any]) -> None:
        there = sorted(offer for offer, leg in self.legs.items() if leg.answered and self.heard(offer))
        if there:
            self.tell(AgentPressed(offer=pick(there), digit=pick("*#5")))

    # people

    def somebody_asks(self, pick: Pick[Any]) -> None:
        self.wishes += 1
        self.tell(
            CallbackAsked(
                id=f"w{self.wishes}",
                number=pick(NUMBERS),
                queue=pick(("orders", "reception", "nowhere")),
                by="test",
                source=pick((CallbackSource.API, CallbackSource.AGENT)),
                at=pick((None, self.now + 30)),
                agent=pick((None, None, *AGENTS)),
            )
        )

    def somebody_acts_on_a_callback(self, pick: Pick[Any]) -> None:
        known = sorted(self.floor.callbacks.open) or ["nobody"]
        self.tell(
            CallbackActed(
                callback=pick(known),
                act=pick(tuple(CallbackAct)),
                by="test",
                reason=pick((None, "test")),
                until=pick((None, self.now + 50)),
            )
        )

    def the_list_changes(self, pick: Pick[Any]) -> None:
        number, listed = pick(NUMBERS), pick((True, False, False))
        (self.do_not_call.add if listed else self.do_not_call.discard)(number)
        self.tell(DoNotCallChanged(number=number, listed=listed))

    # the house

    def a_new_routing(self, pick: Pick[Any]) -> None:
        self.variant = pick((0, 1, 2))
        self.tell(ConfigReplaced(routing=calling(self.variant)))

    def a_node_is_back(self, pick: Pick[Any]) -> None:
        if not self.down:
            return
        node = pick(sorted(self.down))
        restarted = pick((False, False, True))
        self.down.discard(node)
        if restarted:
            self.callers = {call: at for call, at in self.callers.items() if at != node}
            self.legs = {o: leg for o, leg in self.legs.items() if node_of(leg.agent) != node}
            self.dialled = {a: each for a, each in self.dialled.items() if each.node != node}
        self.tell(
            ChannelsReconciled(
                node=node,
                restarted=restarted,
                calls=tuple(self.listed(node)),
                offers=tuple(leg for leg in self.legs.values() if node_of(leg.agent) == node),
                phones=tuple((each, PhoneState.FREE) for each in AGENTS if node_of(each) == node),
            )
        )

    def listed(self, node: str) -> Iterable[LiveCall]:
        for call, at in self.callers.items():
            if at == node:
                arrived, since = self.arrivals[call]
                attempt = call if call in self.ever else None
                yield LiveCall(arrived=arrived, created_at=since, dialled_for=attempt)
        for attempt, each in self.dialled.items():
            if each.node == node:
                arrived = CallArrived(call=attempt, node=node, dialled="orders", caller=each.number)
                yield LiveCall(arrived=arrived, created_at=self.now, dialled_for=attempt, answered=False)

    def the_engine_dies(self, pick: Pick[Any]) -> None:
        """A new one starts; the facts of the last decisions may not have been written, attempts are."""
        lost = pick((0, 0, 0, 1, 2))
        self.lossy = self.lossy or lost > 0
        facts = self.store.facts
        if lost:
            facts = facts[: self.groups[-min(lost, len(self.groups))]]
        for commit in self.commits:
            if pick((True, False)):  # it was written, and nobody was left to be told so
                self.store.committed[commit.attempt.id] = commit
        self.commits.clear()
        self.prompted.clear()
        self.kept.clear()
        self.told.clear()
        self.store = CallbackStore(facts, self.store.committed)
        self.groups.clear()
        self.core = Dispatcher(calling(self.variant), Random(self.numbered))
        self.twin = Dispatcher(calling(self.variant), Random(self.numbered))
        self.down = set(NODES)
        self.joins.clear()
        self.prompts.clear()
        self.speech.forget_all(self.store.facts)
        restored = self.store.restored(self.arrivals)
        self.tell(replace(restored, do_not_call=frozenset(self.do_not_call)))
        self.expire()

    def time_passes(self, pick: Pick[Any]) -> None:
        due = self.core.next_deadline()
        if due is not None and due < self.now:  # steps take a moment too
            self.expire()
        super().time_passes(pick)
        for attempt, command in list(self.dialled.items()):
            if self.dialled_at[attempt] + command.ring_s <= self.now:  # Asterisk rings no longer
                self.dial_fails(attempt, AttemptOutcome.NO_ANSWER)

    # what must always hold

    def every_call_ends_once(self) -> None:
        if not self.lossy:
            lives = set(self.counts[CallEntered]) - set(self.counts[CallEnded])
            real = {c.id for c in self.floor.calls.values() if not _to_be(c)}
            assert lives == real
        there = {call for call, node in self.callers.items() if node not in self.down}
        gone = {call for call in there if call in self.ever}  # being hung up after a restart
        assert there - gone <= set(self.floor.calls)

    def is_in_its_place(self, call: Call) -> None:
        if call.state is CallState.DIALLED:
            assert call.desk is None or call.id not in call.desk.calls
        elif call.callback is None or call.state is not CallState.CONNECTING or call.desk is not None:
            super().is_in_its_place(call)

    def check(self) -> None:
        super().check()
        callbacks = self.floor.callbacks
        owed = [
            (each.now.number, each.now.business)
            for each in callbacks.open.values()
            if each.verdict is None and each.state is not CallbackState.TALKING
        ]
        assert len(set(owed)) == len(owed), "one for each number and business"
        engaged: dict[str, int] = {}
        for call in self.floor.calls.values():
            if call.arrived.caller is not None:
                engaged[call.arrived.caller] = engaged.get(call.arrived.caller, 0) + 1
        for each in callbacks.open.values():
            if each.state is CallbackState.UNCLEAR and each.call is None:
                engaged[each.now.number] = engaged.get(each.now.number, 0) + 1
        assert engaged == callbacks.engaged
        for each in callbacks.open.values():
            self.stands_well(each)
        due = sum(each.state is CallbackState.DUE for each in callbacks.open.values())
        assert self.floor.matching.promises.due == due

    def stands_well(self, each: OpenCallback) -> None:
        number, floor = each.now.number, self.floor
        if each.state is CallbackState.HELD:
            assert floor.callbacks.engaged.get(number)
        elif each.state in (CallbackState.PLANNED, CallbackState.DUE):
            assert not floor.callbacks.engaged.get(number)
            assert each.timer is not None or each.state is CallbackState.DUE
            assert each.call is None
        if each.state is CallbackState.DUE and not floor.matching.promises.paused:
            self.nobody_is_free_for(each)

    def nobody_is_free_for(self, each: OpenCallback) -> None:
        """Whoever is idle and meets it is kept in reserve."""
        floor = self.floor
        stage, _ = floor.callbacks.stage(each)
        reserve = 0 if each.now.kept or each.now.agent else floor.callbacks.rule(each).reserve
        for requirement in floor.callbacks.asks(each, stage):
            idle = [
                agent.id
                for agent in floor.roster
                if agent.status.state is AgentState.IDLE
                and agent.profile.node not in self.down
                and requirement.met_by(agent.profile)
            ]
            assert len(idle) <= reserve, (each.id, idle)

    # the end of a walk

    def run_out(self) -> None:
        """Everybody goes home, every dialling fails: all that is owed comes to an end."""
        for _ in range(400):
            while self.down:
                self.a_node_is_back(lambda choices: choices[0])
            for call in list(self.callers):
                del self.callers[call]
                self.tell(CallerHungUp(call=call))
            for offer, leg in list(self.legs.items()):
                del self.legs[offer]
                failed = RingFailed(offer=offer, reason=RingFailure.NO_ANSWER)
                self.tell(AgentHungUp(offer=offer) if leg.answered else failed)
            while self.dialled:
                self.a_dial_fails(lambda choices: choices[0])
            while self.commits:
                self.a_commit_is_done(lambda choices: choices[0])
            self.prompted.clear()
            self.time_passes(lambda choices: choices[-1])
            if not self.floor.callbacks.open and not self.floor.calls:
                break
        assert not self.floor.callbacks.open
        assert not self.floor.calls
        assert not self.floor.callbacks.by_number
        assert not self.floor.callbacks.attempts
        assert not self.floor.callbacks.engaged
        if not self.lossy:
            assert self.opened == set(self.closed)
            assert {f"{call}-cb" for call in self.missed} <= set(self.closed)
            assert set(self.counts[OfferMade]) == set(self.counts[OfferEnded])


def _to_be(call: Call) -> bool:
    return call.state is CallState.DIALLED and not call.picked_up


CALLBACK_ACTIONS: dict[str, int] = {
    **ACTIONS,
    "a_call_arrives": 5,
    "a_caller_hangs_up": 10,
    "a_ring_fails": 1,
    "somebody_acts": 3,
    "a_customer_rings": 4,
    "a_customer_answers": 5,
    "a_dial_fails": 5,
    "a_commit_is_done": 14,
    "an_agent_has_heard": 16,
    "an_agent_presses": 3,
    "somebody_asks": 2,
    "somebody_acts_on_a_callback": 2,
    "the_list_changes": 1,
}
