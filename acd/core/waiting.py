"""Where a call waits and for whom: joining a queue, first targets, widening, time-outs, overflow.

The key of a call, `(-tier, arrived_at - head_start)`, is fixed when it joins; what it asks for widens
with time. While a phone rings for it, its own deadlines stand still and are caught up with when it
comes back, so that nobody is told "all agents are busy" while an agent reaches for the receiver.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from acd.core import codes
from acd.core.announcing import Announcing
from acd.core.call import Call, QueueDesk
from acd.core.calls_table import CallEvent, CallState
from acd.core.commands import PlayRingback, StartWaiting
from acd.core.considered import (
    near_misses,
    note_choice,
    note_none_idle,
    note_queued,
    states_of_the_away,
    words,
)
from acd.core.facts import CallOutcome, CallQueued, CallWidened, VisitOutcome
from acd.core.offers_table import OfferEvent, OfferState
from acd.core.place import next_due, placement, targets
from acd.core.requirement import Requirement, first
from acd.core.routing import Ending, FirstTarget, Queue, Then
from acd.core.rules import target
from ivr.model import ToFlow, ToVoicemail

if TYPE_CHECKING:
    from acd.core.calls import Calls
    from acd.core.floor import Floor
    from agents.roster import Agent

TIMER = "call"
"""The kind of a waiting call's deadline: the next of hold, widening step and maximum wait."""


FOREMOST = 50
"""The tier of a customer whom we called: he did not ask to wait. Above all that rules can give."""


KEPT: Final = Ending(say="callback_kept", then=Then.GOODBYE)
"""What a caller hears who asked by key to be called back."""


class Waiting:
    """Gives calls their places and looks for agents for them."""

    def __init__(self, floor: Floor, calls: Calls) -> None:
        self._floor = floor
        self._calls = calls
        self._holding: dict[str, Call] = {}
        """Those who wait for a first target alone, for a while."""
        self._gathered: list[Call] | None = None
        self._unsettled: list[Call] | None = None
        self.announcing = Announcing(floor, self)

    def join(self, call: Call) -> None:
        """Give an entering call its place in `call.queue`, or do what the queue says if it can't."""
        floor = self._floor
        name = self._queue_of(call)
        desk = floor.desks[name]
        queue = desk.queue
        call.seen += (name,)
        self._ask(call, name)
        if not floor.matching.anyone(name, call.reach):
            call.note(floor.now, codes.NOBODY, name, near_misses(floor, call.reach))
            self._leave(call, queue.on_nobody, CallOutcome.NOBODY)
            return
        if queue.at_most is not None and desk.waiting >= queue.at_most and not self._idle(call):
            call.note(floor.now, codes.FULL, name, desk.waiting)
            self._leave(call, queue.on_full, CallOutcome.QUEUE_FULL)
            return
        call.desk = desk
        call.visit += 1
        call.joined_at = floor.now
        call.step, call.opened, call.queue_open, call.hold_until = 0, 0, False, 0.0
        call.asks = ()
        self._take_place(call, desk)
        note_queued(floor, call, desk)
        floor.record(
            CallQueued(call=call.id, at=floor.now, placement=placement(call), reasons=call.untold())
        )
        self._calls.fire(call, CallEvent.JOINED)
        self.seek(call)
        call.stood = self._stands(call)

    def stand(self, call: Call) -> None:
        """Give a call that the store remembers its place back; it looks for an agent later."""
        floor = self._floor
        desk = call.desk
        if desk is None:
            fallback = floor.desks[floor.routing.default_route.queue].queue
            desk = call.desk = QueueDesk(replace(fallback, name=call.queue or ""))
        else:
            call.seen = (desk.queue.name,)
            self.ask_anew(call)
        self._take_place(call, desk)
        desk.waiting += 1

    def take_up(self, call: Call) -> None:
        """A customer whom we called has picked up and no agent is on the line: he stands in his queue
        before everybody, and the agent who is held for him is rung."""
        floor = self._floor
        name = self._queue_of(call)
        desk = call.desk = floor.desks[name]
        call.seen += (name,)
        call.visit += 1
        call.joined_at, call.tier, call.head_start = floor.now, FOREMOST, 0.0
        self._ask(call, name)
        call.step, call.opened, call.queue_open = 0, len(call.firsts), True
        call.asks = targets(call) + call.stages[0].requirements
        self._take_place(call, desk)
        desk.waiting += 1
        floor.record(
            CallQueued(call=call.id, at=floor.now, placement=placement(call), reasons=call.untold())
        )
        held = next((each for each in call.offers if each.state is OfferState.HELD), None)
        if held is None:
            self.resume(call)
            return
        self._calls.fire(call, CallEvent.FOUND)
        floor.offer_machine.fire(held, OfferEvent.RUNG)
        self._play_music(call, desk.queue)

    def ask_anew(self, call: Call) -> None:
        """Work out from the queue, as it is configured now, what a call in it asks for."""
        self._ask(call, call.queue or "")
        call.step = min(call.step, len(call.stages) - 1)
        call.asks = targets(call)[: call.opened]
        if call.queue_open:
            call.asks += call.stages[call.step].requirements

    def resume(self, call: Call) -> None:
        """Look for an agent again, after times in which the last who could serve may have gone."""
        floor = self._floor
        if self._gathered is not None:
            self._gathered.append(call)
        elif call.desk is not None and floor.desks.get(call.desk.queue.name) is not call.desk:
            self._queue_vanished(call, call.desk.queue.name)
        elif call.node in floor.lost or floor.matching.anyone(call.queue or "", call.reach):
            self.seek(call)
        else:
            self.nobody_left(call)

    def gather(self) -> None:
        """From now on calls only note that they want an agent, until `disperse`."""
        self._gathered = []

    def disperse(self) -> None:
        """Those who noted that look for an agent now, in the order of their keys.

        What those hear who find nobody is left to `settle`: an agent may take them at once.
        """
        gathered, self._gathered, self._unsettled = self._gathered or [], None, []
        calls = {call.ticket.key: call for call in gathered if call.ticket is not None}
        turns: list[tuple[tuple[int, float, int], Callable[..., None], Any]] = [
            (key, self.resume, call) for key, call in calls.items()
        ]
        turns += self._floor.callbacks.turns()
        with ExitStack() as in_turn:  # the last one first, and each whatever befalls another
            for _, act, subject in sorted(turns, key=itemgetter(0), reverse=True):
                in_turn.callback(act, subject)

    def settle(self) -> None:
        """Those who wait after all are told so."""
        unsettled, self._unsettled = self._unsettled or [], None
        for call in unsettled:
            if call.state is CallState.WAITING and call.desk is not None:
                self._rest(call, call.desk.queue)

    def seek(self, call: Call) -> None:
        """Look for an agent for a waiting call; without one, it waits for the next thing to happen."""
        floor = self._floor
        if self._gathered is not None:
            self._gathered.append(call)
            return
        if call.node in floor.lost or call.ticket is None or call.desk is None:
            return
        queue = call.desk.queue
        longest = queue.for_at_most
        if longest is not None and floor.now >= call.joined_at + longest:
            call.note(floor.now, codes.TIMED_OUT, queue.name, floor.now - call.joined_at)
            self._leave(call, queue.on_timeout, CallOutcome.TIMED_OUT)
            return
        self._widen(call)
        agents: tuple[Agent, ...] = ()
        if call.asks:
            agents = floor.matching.place(call.ticket, call.asks, call.reach)
        if not agents and not call.queue_open and floor.now >= call.hold_until:
            self._open(call)
            agents = floor.matching.place(call.ticket, call.asks, call.reach)
        if agents:
            self.found(call, agents)
            return
        self._wait(call, queue)

    def found(self, call: Call, agents: tuple[Agent, ...], *, freed: bool = False) -> None:
        """Ring agents whom the matching has taken out of the idle for this call.

        `freed`: the agent became idle and took the call; otherwise the call chose him.
        """
        floor = self._floor
        floor.deadlines.cancel(call.timer)
        call.timer = None
        if freed:
            others = call.desk.waiting - 1 if call.desk is not None else 0
            call.note(floor.now, codes.FREED, agents[0].id, others)
        else:
            note_choice(floor, call, agents)
        for agent in agents:
            self._calls.fire(call, CallEvent.FOUND)
            floor.offer_machine.make(call, agent)
        # Only now, so that the agent's phone rings before anything else is asked of the telephones.
        if not call.hears:
            if call.picked_up and call.desk is not None:
                self._play_music(call, call.desk.queue)
            else:
                call.hears = "ringback"
                floor.commands.append(PlayRingback(call=call.id))
        elif call.hears == "prompt":
            self.announcing.hush(call)
            self.entertain(call)
        if call.callback is not None:
            floor.callbacks.passed_to(call, agents[-1])

    def timer_due(self, call: Call) -> None:
        """The call's deadline came. One for a call on a lost node waits for the node."""
        call.timer = None
        self.seek(call)

    def nobody_left(self, call: Call) -> None:
        """The last agent who could ever have served a waiting call has logged out."""
        assert call.desk is not None, "whoever waits stands in a queue"
        near = near_misses(self._floor, call.reach)
        call.note(self._floor.now, codes.NOBODY, call.desk.queue.name, near)
        self._leave(call, call.desk.queue.on_nobody, CallOutcome.NOBODY)

    def choose(self, call: Call) -> None:
        """Do what the queue offers for the key that a waiting caller pressed, if it offers anything."""
        offer = self.announcing.choice(call, call.pressed)
        if offer is None:
            return
        chosen = offer.queue or offer.voicemail or offer.flow
        call.note(self._floor.now, codes.CHOSE, offer.key, offer.then.value, chosen)
        self.announcing.acted(call)
        if offer.then is Then.QUEUE and offer.queue is not None:
            self._overflow(call, offer.queue, None)
        elif offer.then is Then.CALLBACK:
            self._floor.callbacks.keep_place(call)
            self._calls.left(call, VisitOutcome.CALLBACK, self._floor.now)
            self._calls.send_away(call, KEPT, CallOutcome.CALLBACK)
        else:
            to = ToFlow(flow=offer.flow) if offer.flow is not None else ToVoicemail(box=chosen or "")
            passage = self._calls.flows.bind(call, to)
            passage.chose = passage.asked = True
            self._calls.fire(call, CallEvent.MOVED)
            self._calls.flows.go(call)

    def entertain(self, call: Call) -> None:
        """Let a caller who waits hear music."""
        assert call.desk is not None, "whoever waits stands in a queue"
        self._play_music(call, call.desk.queue)

    def target_away(self, agent: Agent) -> None:
        """An agent will not be free by himself any more: who waited for him alone asks others too."""
        floor, groups = self._floor, agent.profile.groups
        for call in list(self._holding.values()):
            each = call.firsts[call.opened - 1]
            if each.agent != agent.id and each.group not in groups:
                continue
            if call.queue not in floor.desks:  # it is about to go to another queue
                continue
            if self._will_be_free(call, each, first(each, call.needs)):
                continue
            call.hold_until = floor.now
            if call.state is CallState.WAITING:
                self.seek(call)

    def holds_no_longer(self, call: Call) -> None:
        """A call leaves its queue, or asks further."""
        call.hold_until = 0.0
        self._holding.pop(call.id, None)

    # what these are made of

    def _ask(self, call: Call, name: str) -> None:
        call.stages = self._floor.matching.stages(name, call.needs)
        call.reach = targets(call) + call.stages[-1].requirements

    def _take_place(self, call: Call, desk: QueueDesk) -> None:
        desk.calls[call.id] = call
        call.ticket = self._floor.matching.ticket(
            call.id,
            desk.queue.name,
            tier=call.tier,
            arrived_at=call.arrived_at,
            head_start=call.head_start,
        )

    def _queue_of(self, call: Call) -> str:
        """The queue that the call is meant for, if it is still configured."""
        floor = self._floor
        fallback = floor.routing.default_route.queue
        name = call.queue or fallback
        if name not in floor.desks:
            call.note(floor.now, codes.QUEUE_GONE, name, fallback)
            name = fallback
        call.queue = name
        return name

    def _queue_vanished(self, call: Call, name: str) -> None:
        """The queue in which the call waits is configured no more: it goes on in the default one."""
        self._calls.fire(call, CallEvent.MOVED)
        self.join(call)

    def _idle(self, call: Call) -> bool:
        """Whether somebody could be rung at once, so that the call would not have to wait."""
        name = call.queue or ""
        asked = (*targets(call), *call.stages[0].requirements)
        return any(self._floor.matching.idle(name, each) for each in asked)

    def _stands(self, call: Call) -> tuple[float, int] | None:
        """Since when a call that has just joined waits for its queue's agents, and at which place."""
        floor, ticket = self._floor, call.ticket
        if floor.estimates is None or ticket is None or not (ticket.waiting and call.queue_open):
            return None
        return floor.now, floor.matching.position(ticket)

    def _wait(self, call: Call, queue: Queue) -> None:
        floor = self._floor
        if self._unsettled is None:
            self._rest(call, queue)
        else:
            self._unsettled.append(call)
        if queue.announcements is not None or queue.offers or call.notices is not None:
            self.announcing.wait(call, queue)
        due = next_due(call, queue)
        if call.timer is not None and call.timer.at == due:
            return
        floor.deadlines.cancel(call.timer)
        call.timer = None if due is None else floor.deadlines.schedule(due, TIMER, call.id)

    def _rest(self, call: Call, queue: Queue) -> None:
        if call.hears != "music" and call.playing is None:
            self._play_music(call, queue)
        note_none_idle(self._floor, call)

    def _play_music(self, call: Call, queue: Queue) -> None:
        call.hears, call.picked_up = "music", True
        self._floor.commands.append(StartWaiting(call=call.id, music=queue.music))

    def _open(self, call: Call) -> None:
        """Ask for the next first target, for more of them, or for the queue's own agents too."""
        floor, name = self._floor, call.queue or ""
        if call.hold_until:
            call.note(floor.now, codes.HOLD_OVER, target(call.firsts[call.opened - 1]))
            self._record_widened(call)
            self.holds_no_longer(call)
        while call.opened < len(call.firsts):
            each = call.firsts[call.opened]
            call.opened += 1
            requirement = first(each, call.needs)
            call.asks += (requirement,)
            if floor.matching.idle(name, requirement):
                return
            if self._hold(call, each, requirement):
                return
        call.queue_open = True
        call.asks += call.stages[call.step].requirements

    def _hold(self, call: Call, each: FirstTarget, requirement: Requirement) -> bool:
        """Whether the call waits for this target alone: because it is there, only busy, and will be free
        by itself. Nobody knows when a pause ends, or when a phone that is gone comes back."""
        floor = self._floor
        if not self._will_be_free(call, each, requirement):
            return False
        call.note(floor.now, codes.FIRST_BUSY, target(each), each.hold)
        if not each.hold:
            return False
        call.hold_until = floor.now + each.hold
        self._holding[call.id] = call
        return True

    def _will_be_free(self, call: Call, each: FirstTarget, requirement: Requirement) -> bool:
        """Whether one of the target will be; else why not is noted."""
        floor = self._floor
        if not floor.matching.logged_in(call.queue or "", requirement):
            call.note(floor.now, codes.FIRST_OFFLINE, target(each))
            return False
        away = states_of_the_away(floor, call, requirement)
        if away:
            call.note(floor.now, codes.FIRST_AWAY, target(each), away)
            return False
        return True

    def _widen(self, call: Call) -> None:
        """Take every widening step whose time has come."""
        floor = self._floor
        waited = floor.now - call.joined_at
        while call.step + 1 < len(call.stages) and waited >= call.stages[call.step + 1].after:
            call.step += 1
            stage = call.stages[call.step]
            if call.queue_open:
                call.asks = call.asks[: call.opened] + stage.requirements
            call.note(floor.now, codes.WIDENED, call.step, words(floor, stage.requirements))
            self._record_widened(call)

    def _record_widened(self, call: Call) -> None:
        self._floor.record(
            CallWidened(
                call=call.id,
                at=self._floor.now,
                queue=call.queue or "",
                step=call.step,
                reasons=call.untold(),
            )
        )

    def _leave(self, call: Call, ending: Ending, outcome: CallOutcome) -> None:
        """Do what the queue says for a call that it cannot serve."""
        floor = self._floor
        if ending.then is Then.QUEUE and ending.queue is not None:
            if ending.queue not in call.seen:
                self._overflow(call, ending.queue, ending.say)
                return
            call.note(floor.now, codes.OVERFLOW_LOOP, ending.queue)
            ending = Ending(say=ending.say, then=Then.CALLBACK)
        if call.state is CallState.WAITING:
            visit = VisitOutcome.TIMED_OUT if outcome is CallOutcome.TIMED_OUT else VisitOutcome.NOBODY
            self._calls.left(call, visit, floor.now)
        self._calls.send_away(call, ending, outcome)

    def _overflow(self, call: Call, queue: str, prompt: str | None) -> None:
        call.note(self._floor.now, codes.OVERFLOW, call.queue, queue)
        there = self._floor.desks.get(queue)
        if call.desk is not None and there is not None and there.queue.music != call.desk.queue.music:
            call.hears = ""
        if call.state is CallState.WAITING:
            self._calls.fire(call, CallEvent.MOVED)
        call.queue = queue
        if prompt is not None:
            self._calls.announce(call, (prompt,))
        else:
            self.join(call)
