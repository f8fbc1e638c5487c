"""What a waiting call asks of an agent, at each step of its queue."""

from __future__ import annotations

from dataclasses import dataclass

from acd.core.routing import FirstTarget, Needs, Queue
from agents.model import AgentProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """All of it must hold: every skill at its level, member of `group`, the very agent `agent`.

    Calls ask for one or more requirements in order; an agent who meets any of them may serve.
    """

    needs: Needs = ()
    group: str | None = None
    agent: str | None = None

    def met_by(self, profile: AgentProfile) -> bool:
        """Whether an agent with this profile may serve a call that asks for this."""
        raise NotImplementedError

    def __str__(self) -> str:
        """In words: "orders ≥ 3, english ≥ 1", "group vip", "agent 1001", "anyone"."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """From `after` seconds in the queue on, the queue asks for `requirements` (in this order)."""

    after: float
    requirements: tuple[Requirement, ...]


def merged(needs: Needs, extra: Needs) -> Needs:
    """Both needs at once: of a skill named twice the higher level."""
    raise NotImplementedError


def stages(queue: Queue, extra: Needs = ()) -> tuple[Stage, ...]:
    """What the queue asks for at first (`after` 0) and after each widening step.

    `extra` are the needs that rules added to the call; they hold for groups too. Groups add up,
    in the order of their steps and by name within one; the last stage is the widest.
    """
    raise NotImplementedError


def first(target: FirstTarget, extra: Needs = ()) -> Requirement:
    """What a first target asks for. ValueError when its last agent has not been resolved."""
    raise NotImplementedError
