"""The reasons about agents: who was chosen and by which key, who else was idle, why nobody was.

Looks at a bounded number of agents, and shares what many calls' stories have in common, so that a
waiting call's story costs about a kilobyte whatever the size of the centre.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import nsmallest
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from acd.core import codes
from acd.core.routing import Strategy
from agents.model import AgentProfile, AgentState
from agents.states import Unavailable

if TYPE_CHECKING:
    from acd.core.call import Call, QueueDesk
    from acd.core.floor import Floor
    from acd.core.requirement import Requirement
    from agents.roster import Agent

CONSIDERED: Final = 8
"""So many agents are named at most in one reason."""

NEAR: Final = 256
"""So many agents who lack least are looked at for some who are logged in."""

FAR: Final = 10
"""Being in no group that is asked for counts like so many levels."""

_FREE_BY_THEMSELVES: Final = frozenset(
    {
        AgentState.IDLE,
        AgentState.RESERVED,
        AgentState.RINGING,
        AgentState.TALKING,
        AgentState.WRAP_UP,
    }
)
_UNAVAILABLE: Final = {
    Unavailable.PHONE_BUSY: "busy",
    Unavailable.PHONE_UNREACHABLE: "phone unreachable",
    Unavailable.RESTING: "resting",
}

LOOKED_AT: Final = 200
"""So many agents are looked at for near misses; in a centre up to this size that is everybody."""

REMEMBERED: Final = 4096
"""So many requirements are remembered in words."""


class Interned:
    """Values that the stories of many calls share. Cleared when a new routing is taken."""

    __slots__ = ("near", "states", "words")

    def __init__(self) -> None:
        self.near: dict[tuple[Requirement, ...], tuple[tuple[Agent, tuple[str, str]], ...]] = {}
        self.states: dict[tuple[str, str], tuple[str, str]] = {}
        self.words: dict[int, tuple[tuple[Requirement, ...], tuple[str, ...]]] = {}


def words(floor: Floor, requirements: tuple[Requirement, ...]) -> tuple[str, ...]:
    """Requirements in words. Those of a queue's stage are one object for all its calls."""
    known = floor.interned.words.get(id(requirements))
    if known is None or known[0] is not requirements:
        known = (requirements, tuple([str(each) for each in requirements]))
        if len(floor.interned.words) >= REMEMBERED:
            floor.interned.words.clear()
        floor.interned.words[id(requirements)] = known
    return known[1]


def note_queued(floor: Floor, call: Call, desk: QueueDesk) -> None:
    """The call takes its place."""
    asks = words(floor, call.stages[0].requirements)
    call.note(floor.now, codes.QUEUED, desk.queue.name, call.tier, call.head_start, desk.waiting, asks)


def note_choice(floor: Floor, call: Call, agents: tuple[Agent, ...]) -> None:
    """The call chose among those who are idle."""
    assert call.desk is not None
    assert call.ticket is not None
    if call.desk.queue.strategy is Strategy.RING_ALL:
        call.note(floor.now, codes.RING_ALL, tuple([agent.id for agent in agents[:CONSIDERED]]))
        return
    rows, more = floor.matching.rivals(call.ticket, CONSIDERED)
    strategy, key = floor.matching.won(call.ticket, agents[0])
    call.note(floor.now, codes.CHOSEN, agents[0].id, strategy.value, key, tuple(rows), more)


def note_none_idle(floor: Floor, call: Call) -> None:
    """Nobody was idle: once for each thing that the call asks for."""
    if call.ticket is None or call.looked_for == call.asks:
        return
    call.looked_for = call.asks
    rows, more = floor.matching.ruled_out(call.ticket, CONSIDERED)
    share = floor.interned.states.setdefault
    states: list[tuple[str, str]] = []
    for pair in rows:
        if pair[1] is AgentState.UNAVAILABLE:
            shown = (pair[0], _state_in_words(floor, *pair))
            states.append(share(shown, shown))
        else:
            states.append(share(pair, pair))
    call.note(floor.now, codes.NONE_IDLE, tuple(states), more, near_misses(floor, call.asks))


def _state_in_words(floor: Floor, agent_id: str, state: AgentState) -> str:
    agent = floor.roster.get(agent_id) if state is AgentState.UNAVAILABLE else None
    return _UNAVAILABLE[agent.status.unavailable[0]] if agent and agent.status.unavailable else state


def states_of_the_away(floor: Floor, call: Call, requirement: Requirement) -> str:
    """What those do who meet it, where none of them will be free by himself; else ""."""
    states = []
    for agent in floor.matching.members(call.queue or "", (requirement,)):
        status = agent.status
        if status.state in _FREE_BY_THEMSELVES or (
            status.state is AgentState.UNAVAILABLE
            and Unavailable.PHONE_UNREACHABLE not in status.unavailable
        ):
            return ""
        if agent.logged_in:
            states.append(_state_in_words(floor, agent.id, status.state))
    return " or ".join(dict.fromkeys(states))


def near_misses(floor: Floor, requirements: tuple[Requirement, ...]) -> tuple[tuple[str, str], ...]:
    """Agents who are logged in but meet none of the requirements, with what they lack; those who
    lack least come first. Who lacks what is worked out once for each routing and requirement."""
    near = floor.interned.near
    meant = [each.agent for each in requirements if each.agent is not None]
    if meant:  # another one for each caller
        requirements = tuple([each for each in requirements if each.agent is None])
    known = near.get(requirements)
    if known is None:
        if len(near) >= REMEMBERED:
            near.clear()
        asked = _looked_at(floor, requirements)
        lacking = [(_lack(requirements, agent.profile), agent) for agent in asked]
        known = near[requirements] = tuple(
            [
                (agent, (agent.id, lack[2]))
                for lack, agent in nsmallest(NEAR, lacking, key=lambda each: each[0][:2])
                if lack[0]
            ]
        )
    here = []
    for agent, pair in known:
        if agent.logged_in and agent.id not in meant:
            here.append(pair)
            if len(here) == CONSIDERED:
                break
    return tuple(here)


def _looked_at(floor: Floor, requirements: tuple[Requirement, ...]) -> Iterator[Agent]:
    """A bounded number of agents, those first who have some of what is asked for: a look at all of
    a large centre would stand still for a tenth of a second while somebody calls."""
    roster = floor.roster
    skilled = [roster.skilled(skill) for each in requirements for skill, _ in each.needs]
    return islice(
        dict.fromkeys(chain(*[few[:LOOKED_AT] for few in skilled], islice(roster, LOOKED_AT))), LOOKED_AT
    )


def _lack(requirements: tuple[Requirement, ...], profile: AgentProfile) -> tuple[int, int, str]:
    """How many things, and levels, the agent lacks of the requirement that he is next to, in words.
    Of one who could serve: (0, ...)."""
    lacks = []
    for each in requirements:
        if each.met_by(profile):
            return (0, 0, "")
        short = [
            (level - have, f"{skill} {have} < {level}")
            for skill, level in each.needs
            if (have := profile.skills.get(skill, 0)) < level
        ]
        if each.group is not None and each.group not in profile.groups:
            short.append((FAR, f"not in group {each.group}"))
        lacks.append((len(short), sum(by for by, _ in short), ", ".join(word for _, word in short)))
    return min(lacks, default=(0, 0, ""))
