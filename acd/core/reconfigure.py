"""A new routing takes the place of the running one, while calls wait and agents talk.

Waiting calls keep their keys. What a call asks for is worked out anew from its queue; calls of a queue
that is configured no more go to the default route's queue. Agents whom the file doesn't name any more
are logged out after their call.
"""

from __future__ import annotations

from acd.core.call import QueueDesk
from acd.core.calls_table import CallState
from acd.core.considered import Interned
from acd.core.entry import Entry
from acd.core.estimating import estimates_for
from acd.core.events import ConfigReplaced
from acd.core.facts import RoutingTaken
from acd.core.floor import Floor
from acd.core.gathered import gathered
from acd.core.routing import Routing
from agents.inputs import LogIn, LogOut
from agents.model import AgentAct, AgentState

BY_FILE = "configuration"
"""Who logs out an agent whom the file doesn't name any more."""


class Reconfigure:
    """Takes new routings."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._dismissed: set[str] = set()

    def replaced(self, event: ConfigReplaced) -> None:
        """Take a new routing, all of it at once."""
        floor, routing = self._floor, event.routing
        before = floor.routing
        floor.record(RoutingTaken(at=floor.now, revision=routing.revision))
        nodes = {agent.id: agent.profile.node for agent in floor.roster}
        floor.routing = routing
        floor.entry = Entry(routing)
        floor.interned = Interned()
        removed = floor.roster.replace(routing.agents).removed
        floor.matching.configure(routing)
        floor.estimates = estimates_for(routing, floor.estimates)
        self._take_desks(routing)
        for agent in removed:
            if agent.status.state is AgentState.OFFLINE:
                floor.roster.forget(agent.id)
            elif floor.staff.apply(agent, LogOut(), by=BY_FILE) is None:
                self._dismissed.add(agent.id)
        self._named_again()
        floor.messages.configured()
        self._place_again(before, nodes)

    def _named_again(self) -> None:
        """Who was to be logged out only because the file dropped him stays, if it names him again."""
        floor = self._floor
        leaving = {agent.id for agent in floor.roster.leaving}
        for agent_id in sorted(self._dismissed - leaving):
            agent = floor.roster.get(agent_id)
            if agent is not None and agent.status.pending is AgentAct.LOG_OUT:
                floor.staff.apply(agent, LogIn(), by=BY_FILE)
        self._dismissed &= leaving

    def _take_desks(self, routing: Routing) -> None:
        """Desks of queues that remain keep their calls; those of others are left by their calls."""
        floor = self._floor
        desks: dict[str, QueueDesk] = {}
        for name, queue in routing.queues.items():
            desk = desks[name] = floor.desks.get(name) or QueueDesk(queue)
            desk.queue = queue
        floor.desks = desks

    def _agents_moved(self, nodes: dict[str, str]) -> None:
        """Idle agents whose phone is on another node now are idle there, if it is connected."""
        floor = self._floor
        for agent in floor.roster:
            node = agent.profile.node
            if nodes.get(agent.id, node) != node and agent.status.state is AgentState.IDLE:
                floor.matching.unready(agent)
                floor.staff.ready(agent)

    def _place_again(self, before: Routing, nodes: dict[str, str]) -> None:
        """Every call in a queue asks for what its queue asks for now; in the order of the keys. Agents
        who are somewhere else now take calls after that, as callbacks may have stayed in line."""
        floor = self._floor
        waiting = floor.call_machine.waiting
        with gathered(floor):
            self._agents_moved(nodes)
            for call in list(floor.calls.values()):
                if call.ticket is None:
                    continue
                if call.desk is not None and floor.desks.get(call.desk.queue.name) is call.desk:
                    waiting.ask_anew(call)
                if call.state is CallState.WAITING:
                    waiting.resume(call)
            floor.callbacks.reconfigured(before)
