"""What a waiting call asks of an agent, at each step of its queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from acd.core.routing import FirstTarget, Needs, Queue
from agents.model import AgentProfile


class Requirement(NamedTuple):
    """All of it must hold: every skill at its level, member of `group`, the very agent `agent`.

    Calls ask for one or more requirements in order; an agent who meets any of them may serve. A
    tuple, because pools are looked up by it several times a call and a tuple's hash is cheap.
    """

    needs: Needs = ()
    group: str | None = None
    agent: str | None = None

    def met_by(self, profile: AgentProfile) -> bool:
        """Whether an agent with this profile may serve a call that asks for this."""
        if self.agent is not None and self.agent != profile.id:
            return False
        if self.group is not None and self.group not in profile.groups:
            return False
        skills = profile.skills
        return all(skills.get(skill, 0) >= level for skill, level in self.needs)

    def __str__(self) -> str:
        """In words: "orders ≥ 3, english ≥ 1", "group vip", "agent 1001", "anyone"."""
        words = [] if self.agent is None else [f"agent {self.agent}"]
        if self.group is not None:
            words.append(f"group {self.group}")
        words += [f"{skill} ≥ {level}" for skill, level in self.needs]
        return ", ".join(words) or "anyone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """From `after` seconds in the queue on, the queue asks for `requirements` (in this order)."""

    after: float
    requirements: tuple[Requirement, ...]


def merged(needs: Needs, extra: Needs) -> Needs:
    """Both needs at once: of a skill named twice the higher level."""
    if not extra:
        return needs
    levels = dict(needs)
    for skill, level in extra:
        levels[skill] = max(level, levels.get(skill, 0))
    return tuple(sorted(levels.items()))


def stages(queue: Queue, extra: Needs = ()) -> tuple[Stage, ...]:
    """What the queue asks for at first (`after` 0) and after each widening step.

    `extra` are the needs that rules added to the call; they hold for groups too. Groups add up,
    in the order of their steps and by name within one; the last stage is the widest.
    """
    needs = queue.needs
    groups = dict.fromkeys(sorted(queue.groups))
    made = [Stage(after=0.0, requirements=_requirements(needs, groups, extra))]
    for step in queue.widen:
        needs = needs if step.needs is None else step.needs
        groups.update(dict.fromkeys(sorted(step.groups)))
        made.append(Stage(after=step.after, requirements=_requirements(needs, groups, extra)))
    return tuple(made)


def _requirements(needs: Needs | None, groups: dict[str, None], extra: Needs) -> tuple[Requirement, ...]:
    by_skill = () if needs is None else (Requirement(needs=merged(needs, extra)),)
    return (*by_skill, *(Requirement(needs=merged((), extra), group=group) for group in groups))


def first(target: FirstTarget, extra: Needs = ()) -> Requirement:
    """What a first target asks for; `extra` holds for it too.

    ValueError when its last agent has not been resolved to an agent.
    """
    if target.group is None and target.agent is None:
        raise ValueError("the last agent of a first target has not been resolved")
    return Requirement(needs=merged((), extra), group=target.group, agent=target.agent)
