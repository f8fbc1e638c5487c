"""The world around a core: callers, telephones, agents and a store, lawful in all that they do.

Every command that reports back is answered at most once, in any order that the wire could bring about;
two Asterisk nodes come and go, the engine dies and is restarted from what the store has. Each action
draws its choices from `pick`, so that Hypothesis or a seeded random may drive it. After each step
`check` scans everything for what must always hold:

- no agent is in two offers or calls, and none is rung while his phone may still ring for another;
- every call ends exactly once, and nothing is remembered of it afterwards;
- no caller waits while an idle agent who meets what he asks for exists, or while nobody could ever come;
- whoever is rung for a call, nobody who waited longer (by the keys) asked for him;
- no deadline comes twice or late;
- a second core that hears the same, with the same seed, says the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, TypeAlias, TypeVar

from acd.core.call import Call
from acd.core.calls_table import CallState
from acd.core.commands import (
    CancelRing,
    Command,
    ConnectCall,
    EndCall,
    PlayPrompt,
    Record,
    RingAgent,
)
from acd.core.dispatcher import Dispatcher
from acd.core.events import (
    AgentActed,
    AgentAnswered,
    AgentHungUp,
    AgentRinging,
    CallArrived,
    CallConnected,
    CallerHungUp,
    ChannelsReconciled,
    ConfigReplaced,
    ConnectFailed,
    Customer,
    DigitPressed,
    Event,
    LiveCall,
    LiveOffer,
    NodeLost,
    PhoneStateChanged,
    PromptFailed,
    PromptFinished,
    RingFailed,
    RingFailure,
)
from acd.core.facts import (
    CallAnswered,
    CallEnded,
    CallEntered,
    Fact,
    OfferEnded,
    OfferMade,
)
from acd.core.floor import Floor
from acd.core.flow_words import (
    LookedUp,
    OutsideAnswered,
    OutsideEnded,
    TapeEnd,
    TapeFailed,
    TapeFailure,
    TapeFinished,
    WaitAnnounced,
)
from acd.core.offers_table import OfferState
from acd.core.tape_words import TapeFound
from agents.model import AgentAct, AgentState, PhoneState
from tests.simulation.speech import Speech, waits_for_something
from tests.simulation.store import Store
from tests.simulation.variants import AGENTS, NODES, VARIANTS, node_of, routing

T = TypeVar("T")
Pick: TypeAlias = Callable[[Sequence[T]], T]

IN_CALL = (AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING)
QUEUED = (CallState.WAITING, CallState.OFFERED, CallState.CONNECTING)
ONCE = (CallEntered, CallEnded, CallAnswered, OfferMade, OfferEnded)
"""Facts that there is at most one of for a call, or an offer."""

AT_MOST = 25
"""So many callers at once."""


class World:
    """Everybody but the core, and the core under test with its twin."""

    def __init__(self) -> None:
        self.core = Dispatcher(routing(0), Random(7))
        self.twin = Dispatcher(routing(0), Random(7))
        self.now = 1_795_000_000.0
        self.numbered = 0
        self.arrivals: dict[str, tuple[CallArrived, float]] = {}
        self.callers: dict[str, str] = {}
        self.legs: dict[str, LiveOffer] = {}
        self.prompts: list[tuple[str, str]] = []
        self.joins: list[tuple[str, str]] = []
        self.down: set[str] = set()
        self.counts: dict[type[Fact], Counter[str]] = {kind: Counter() for kind in ONCE}
        self.variant = 0
        self.store = Store([])
        self.lossy = False
        self.speech = Speech()
        self.told: dict[tuple[str, int], float | None] = {}
        for agent_id in AGENTS[:4]:
            self.tell(AgentActed(agent=agent_id, act=AgentAct.LOG_IN, by="test"))
            self.tell(PhoneStateChanged(agent=agent_id, phone=PhoneState.FREE))

    @property
    def floor(self) -> Floor:
        return self.core._floor

    # the wire

    def tell(self, event: Event) -> None:
        before = self.waiting()
        self.hear(self.core.handle(event, self.now), self.twin.handle(event, self.now), before)

    def hear(self, said: list[Command], twins: list[Command], before: dict[str, Any]) -> None:
        assert said == twins
        after = self.waiting()
        still = {call: after[call] for call in after if before.get(call) == after[call]}
        for command in said:
            self.obey(command)
            if isinstance(command, RingAgent):
                self.in_order(command, still)

    def waiting(self) -> dict[str, tuple[Any, Any]]:
        """Keys and requirements of the calls that wait on nodes that are connected."""
        return {
            call.id: (call.ticket.key, call.asks)
            for call in self.floor.calls.values()
            if call.state is CallState.WAITING and call.ticket and call.node not in self.down
        }

    def in_order(self, ring: RingAgent, still: dict[str, tuple[Any, Any]]) -> None:
        """Nobody who waited all the time and asks for this agent has an earlier key."""
        served, agent = self.floor.calls.get(ring.call), self.floor.roster.get(ring.agent)
        if served is None or served.ticket is None or agent is None:
            return
        for call, (key, asks) in still.items():
            earlier = key < served.ticket.key and any(r.met_by(agent.profile) for r in asks)
            assert not earlier, (ring, call)

    def obey(self, command: Command) -> None:
        match command:
            case RingAgent(offer=offer, call=call, agent=agent_id, node=node):
                assert call in self.callers
                assert node not in self.down
                assert self.callers[call] not in self.down
                busy = [leg for leg in self.legs.values() if leg.agent == agent_id]
                assert not busy or self.lossy, "his phone may still ring for another offer"
                self.legs[offer] = live(offer, call, agent_id)
            case CancelRing(offer=offer):
                assert offer not in self.legs or not self.legs[offer].connected
            case ConnectCall(call=call, offer=offer):
                self.joins.append((call, offer))
            case PlayPrompt(call=call, prompt=prompt):
                self.prompts.append((call, prompt))
            case EndCall(call=call):
                assert call in self.callers or self.arrivals[call][0].node in self.down
            case Record(fact=fact):
                self.remember(fact)
            case _:
                self.speech.obey(command, self.now)

    def remember(self, fact: Fact) -> None:
        self.store.facts.append(fact)
        self.speech.remember(fact, lossy=self.lossy)
        if isinstance(fact, WaitAnnounced):
            self.never_longer(fact)
        if not self.lossy and isinstance(fact, ONCE):
            subject = fact.offer if isinstance(fact, OfferMade | OfferEnded) else fact.call
            self.counts[type(fact)][subject] += 1
            assert self.counts[type(fact)][subject] == 1, fact

    def never_longer(self, told: WaitAnnounced) -> None:
        """While he stays in a queue, no caller is told a longer wait than before."""
        stay = (told.call, self.floor.calls[told.call].visit)
        estimate = self.told.get(stay, told.estimate)
        if told.estimate is not None and estimate is not None:
            assert told.estimate <= estimate, told
        self.told[stay] = estimate if told.estimate is None else told.estimate

    def heard(self, offer: str) -> bool:
        """Whether events about the leg reach the core."""
        return node_of(self.legs[offer].agent) not in self.down

    # callers

    def a_call_arrives(self, pick: Pick[Any]) -> None:
        node = pick(NODES)
        if node in self.down or len(self.callers) >= AT_MOST:
            return
        self.numbered += 1
        call = f"{node}-{self.numbered}"
        customer = Customer(
            number="138",
            tier=pick((None, None, "vip")),
            last_agent=pick((None, None, *AGENTS)),
            last_agent_at=self.now - 60,
        )
        arrived = CallArrived(
            call=call,
            node=node,
            dialled=pick(("orders", "english", "reception", "unknown", "hello", "menu", "menu")),
            caller="138",
            customer=customer,
        )
        self.arrivals[call] = (arrived, self.now)
        self.callers[call] = node
        self.tell(arrived)

    def a_caller_hangs_up(self, pick: Pick[Any]) -> None:
        if self.callers:
            call = pick(sorted(self.callers))
            node = self.callers[call]
            if node not in self.down and call in self.speech.taping and pick((True, False)):
                self.tape_ends(call, TapeEnd.HUNG_UP, pick)
            self.speech.hung_up(call)
            del self.callers[call]
            if node not in self.down:
                self.tell(CallerHungUp(call=call))

    def a_prompt_ends(self, pick: Pick[Any]) -> None:
        if self.prompts:
            call, prompt = self.prompts.pop(0)
            if call in self.callers and self.callers[call] not in self.down:
                works = pick((True, True, False))
                over = PromptFinished(call=call, prompt=prompt)
                self.tell(over if works else PromptFailed(call=call, prompt=prompt, reason="no file"))

    def a_key_is_pressed(self, pick: Pick[Any]) -> None:
        there = sorted(call for call, node in self.callers.items() if node not in self.down)
        if there:
            self.tell(DigitPressed(call=pick(there), digit=pick("12459")))

    # flows

    def a_tape_ends(self, pick: Pick[Any]) -> None:
        taping = sorted(self.speech.taping)
        if self.speech.stopped and pick((True, False)):
            call, file = self.speech.stopped.pop(0)
            self.tell(TapeFinished(call=call, file=file, seconds=1.0, ended_by=TapeEnd.STOPPED))
        elif taping:
            call = pick(taping)
            if pick((True, True, True, False)):
                self.tape_ends(call, pick((TapeEnd.DIGIT, TapeEnd.SILENCE, TapeEnd.LENGTH)), pick)
            else:
                file, failure = self.speech.taping.pop(call), pick(list(TapeFailure))
                seconds = pick((0.0, 9.0))
                self.speech.finished[file] = call
                self.tell(
                    TapeFailed(call=call, file=file, failure=failure, detail="test", seconds=seconds)
                )

    def tape_ends(self, call: str, how: TapeEnd, pick: Pick[Any]) -> None:
        file = self.speech.taping.pop(call)
        self.speech.finished[file] = call
        self.tell(TapeFinished(call=call, file=file, seconds=pick((0.0, 0.5, 3.0, 9.0)), ended_by=how))

    def a_look_up_is_answered(self, pick: Pick[Any]) -> None:
        if self.speech.look_ups:
            call, until = self.speech.look_ups.pop(0)
            values = {"state": pick(("sent", "lost"))} if pick((True, False)) else None
            if self.now <= until:
                self.tell(LookedUp(call=call, values=values))

    def an_outside_call_ends(self, pick: Pick[Any]) -> None:
        if self.speech.outside:
            call = self.speech.outside.pop(0)
            if self.callers[call] in self.down:
                return
            answered = call in self.speech.talks
            self.speech.talks.discard(call)
            self.tell(OutsideEnded(call=call, answered=answered, cause=16))

    def an_outside_number_answers(self, pick: Pick[Any]) -> None:
        rings = [each for each in self.speech.outside if each not in self.speech.talks]
        if rings and self.callers[rings[0]] not in self.down:
            self.speech.talks.add(rings[0])
            self.tell(OutsideAnswered(call=rings[0]))

    # phones

    def a_phone_rings(self, pick: Pick[Any]) -> None:
        silent = sorted(offer for offer, leg in self.legs.items() if not leg.answered)
        if silent:
            offer = pick(silent)
            if self.heard(offer):
                self.tell(AgentRinging(offer=offer))

    def an_agent_answers(self, pick: Pick[Any]) -> None:
        silent = sorted(offer for offer, leg in self.legs.items() if not leg.answered)
        if silent:
            offer = pick(silent)
            leg = self.legs[offer]
            self.legs[offer] = live(offer, leg.call, leg.agent, answered=True)
            if self.heard(offer):
                self.tell(AgentAnswered(offer=offer))

    def a_ring_fails(self, pick: Pick[Any]) -> None:
        silent = sorted(offer for offer, leg in self.legs.items() if not leg.answered)
        if silent:
            offer = pick(silent)
            heard = self.heard(offer)
            del self.legs[offer]
            if heard:
                self.tell(RingFailed(offer=offer, reason=pick(list(RingFailure))))

    def an_agent_hangs_up(self, pick: Pick[Any]) -> None:
        talking = sorted(offer for offer, leg in self.legs.items() if leg.answered)
        if talking:
            offer = pick(talking)
            heard = self.heard(offer)
            del self.legs[offer]
            if heard:
                self.tell(AgentHungUp(offer=offer))

    def a_join_is_done(self, pick: Pick[Any]) -> None:
        if not self.joins:
            return
        call, offer = self.joins.pop(0)
        leg = self.legs.get(offer)
        if leg is None or call not in self.callers:
            return
        works = pick((True, True, True, True, False))
        if works:
            self.legs[offer] = live(offer, call, leg.agent, connected=True)
        if not self.heard(offer) or self.callers[call] in self.down:
            return
        if works:
            self.tell(CallConnected(call=call, offer=offer))
        elif not leg.connected:
            self.tell(ConnectFailed(call=call, offer=offer, reason="test"))

    # agents

    def somebody_acts(self, pick: Pick[Any]) -> None:
        often = (AgentAct.LOG_IN, AgentAct.LOG_IN, AgentAct.RESUME, AgentAct.RESUME)
        self.tell(
            AgentActed(
                agent=pick(AGENTS),
                act=pick((*often, *AgentAct)),
                by="test",
                reason=pick((None, "lunch", "no such reason")),
                channel=pick((None, "ch")),
            )
        )

    def a_phone_changes(self, pick: Pick[Any]) -> None:
        agent_id = pick(AGENTS)
        if node_of(agent_id) not in self.down:
            phone = pick((*[PhoneState.FREE] * 6, *PhoneState))
            self.tell(PhoneStateChanged(agent=agent_id, phone=phone))

    # time and the house

    def time_passes(self, pick: Pick[Any]) -> None:
        while self.speech.sought:
            call = self.speech.sought.pop(0)
            file = f"{call}-found"
            seconds = self.speech.on_disk.setdefault(file, pick((0.0, 0.5, 3.0)))
            self.tell(TapeFound(call=call, file=file if seconds else None, number=1, seconds=seconds))
        until = self.now + pick((0.5, 1.0, 3.0, 5.0, 10.0, 30.0))
        while (due := self.core.next_deadline()) is not None and due <= until:
            assert due == self.twin.next_deadline()
            assert due >= self.now
            self.now = due
            self.expire()
        self.now = until

    def expire(self) -> None:
        before = self.waiting()
        self.hear(self.core.expire(self.now), self.twin.expire(self.now), before)
        after = self.core.next_deadline()
        assert after is None or after > self.now

    def a_new_routing(self, pick: Pick[Any]) -> None:
        self.variant = pick(VARIANTS)
        self.tell(ConfigReplaced(routing=routing(self.variant)))

    def a_node_is_lost(self, pick: Pick[Any]) -> None:
        node = pick(NODES)
        if node not in self.down:
            self.down.add(node)
            for call in [call for call, at in self.callers.items() if at == node]:
                self.speech.forget(call)
            self.tell(NodeLost(node=node))

    def a_node_is_back(self, pick: Pick[Any]) -> None:
        if not self.down:
            return
        node = pick(sorted(self.down))
        restarted = pick((False, False, True))
        self.down.discard(node)
        if restarted:
            self.callers = {call: at for call, at in self.callers.items() if at != node}
            self.legs = {o: leg for o, leg in self.legs.items() if node_of(leg.agent) != node}
        gone = {call for call in self.speech.outside if pick((True, False))}
        self.speech.outside = [
            call for call in self.speech.outside if call in self.callers and call not in gone
        ]
        there = [self.arrivals[call] for call, at in self.callers.items() if at == node]
        self.tell(
            ChannelsReconciled(
                node=node,
                restarted=restarted,
                calls=tuple(LiveCall(arrived=each, created_at=at) for each, at in there),
                offers=tuple(leg for leg in self.legs.values() if node_of(leg.agent) == node),
                phones=tuple((each, PhoneState.FREE) for each in AGENTS if node_of(each) == node),
                outside=tuple(self.speech.outside),
            )
        )
        self.speech.talks &= set(self.speech.outside)
        for call in sorted(self.speech.talks):
            if self.callers[call] == node:
                self.tell(OutsideAnswered(call=call))

    def the_engine_dies(self, pick: Pick[Any]) -> None:
        """A new one starts with what the store has, which may lack the last facts."""
        lost = pick((0, 0, 0, 1, 4))
        self.lossy = self.lossy or lost > 0
        self.told.clear()
        self.store = Store(self.store.facts[: len(self.store.facts) - lost])
        self.core = Dispatcher(routing(self.variant), Random(self.numbered))
        self.twin = Dispatcher(routing(self.variant), Random(self.numbered))
        self.down = set(NODES)
        self.joins.clear()
        self.prompts.clear()
        self.speech.forget_all(self.store.facts)
        self.tell(self.store.restored(self.arrivals))
        self.expire()

    # what must always hold

    def check(self) -> None:
        self.now += 0.001
        self.nobody_is_in_two_calls()
        self.every_call_ends_once()
        self.nothing_is_left_over()
        idle = [
            agent
            for agent in self.floor.roster
            if agent.status.state is AgentState.IDLE and agent.profile.node not in self.down
        ]
        for call in self.floor.calls.values():
            self.is_in_its_place(call)
            waits_for_something(call, self.down)
            if call.state is CallState.WAITING and call.node not in self.down:
                self.waits_for_somebody(call, idle)

    def nobody_is_in_two_calls(self) -> None:
        engaged = Counter(offer.agent.id for offer in self.floor.offers.values())
        assert all(count == 1 for count in engaged.values()), engaged
        for agent in self.floor.roster:
            if agent.profile.node not in self.down:
                assert (agent.status.state in IN_CALL) == (agent.id in engaged), agent.status
            assert agent.offer is None or agent.offer in self.floor.offers

    def every_call_ends_once(self) -> None:
        if not self.lossy:
            lives = set(self.counts[CallEntered]) - set(self.counts[CallEnded])
            assert lives == set(self.floor.calls)
        there = {call for call, node in self.callers.items() if node not in self.down}
        assert there <= set(self.floor.calls)

    def nothing_is_left_over(self) -> None:
        for desk in self.floor.desks.values():
            states = [call.state for call in desk.calls.values()]
            assert desk.waiting == states.count(CallState.WAITING)
            assert all(self.floor.calls[call] for call in desk.calls)
        assert all(
            offer.call is None or self.floor.calls[offer.call.id] is offer.call
            for offer in self.floor.offers.values()
        )
        if not self.floor.calls:
            assert self.floor.matching.waiting == 0

    def is_in_its_place(self, call: Call) -> None:
        assert (call.state in QUEUED) == (call.desk is not None and call.id in call.desk.calls)
        talking = [each for each in call.offers if each.state is OfferState.CONNECTED]
        assert len(talking) == (call.state is CallState.TALKING)
        rung = [each for each in call.offers if each not in talking]
        assert bool(rung) == (call.state in (CallState.OFFERED, CallState.CONNECTING))
        assert call.timer is None or call.state is CallState.WAITING

    def waits_for_somebody(self, call: Call, idle: list[Any]) -> None:
        able = [a.id for a in idle if any(r.met_by(a.profile) for r in call.asks)]
        assert not able, (call.id, able)
        on_duty = (agent for agent in self.floor.roster if agent.logged_in)
        assert any(r.met_by(agent.profile) for agent in on_duty for r in call.reach), call.id
        assert call.stages == self.floor.matching.stages(call.queue or "", call.needs)
        if call.queue_open:
            assert call.asks[call.opened :] == call.stages[call.step].requirements
        if call.desk is not None and call.desk.queue.for_at_most is not None:
            assert call.timer is not None
            assert call.timer.at <= call.joined_at + call.desk.queue.for_at_most


ACTIONS: dict[str, int] = {
    "a_call_arrives": 12,
    "a_caller_hangs_up": 4,
    "a_prompt_ends": 6,
    "a_key_is_pressed": 6,
    "a_tape_ends": 8,
    "a_look_up_is_answered": 3,
    "an_outside_call_ends": 2,
    "an_outside_number_answers": 2,
    "a_phone_rings": 10,
    "an_agent_answers": 10,
    "a_ring_fails": 3,
    "an_agent_hangs_up": 6,
    "a_join_is_done": 12,
    "somebody_acts": 5,
    "a_phone_changes": 6,
    "time_passes": 10,
    "a_new_routing": 1,
    "a_node_is_lost": 1,
    "a_node_is_back": 3,
    "the_engine_dies": 1,
}
"""What can happen, with how often it does where chance alone decides."""


def live(
    offer: str, call: str, agent_id: str, *, answered: bool = False, connected: bool = False
) -> LiveOffer:
    return LiveOffer(
        offer=offer, call=call, agent=agent_id, answered=answered or connected, connected=connected
    )
