"""Which state changes a watcher wants to be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from acd.api.problems import invalid
from acd.api.schemas.base import Query
from acd.api.schemas.facts import MODELS, TYPES, type_name
from acd.api.schemas.problem import ErrorItem
from acd.core.callback_words import CallbackOpened
from acd.core.facts import CallQueued, Fact
from acd.core.message_words import MessageLeft
from acd.core.views import AgentView, CallView, QueueView
from acd.imports import unknown as no_such

_BY_NAME: Final = {type_name(fact): fact for fact in MODELS}


class EventsQuery(Query):
    """Which changes. Lists are separated by commas; every given condition must hold, and what has no
    queue (agent, call) meets no condition on it. The snapshot is filtered likewise."""

    types: str | None = None
    """Kinds of changes; the snapshot is not filtered by them."""
    queues: str | None = None
    agents: str | None = None
    calls: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """The conditions; None where there is none."""

    types: frozenset[type] | None
    queues: frozenset[str] | None
    agents: frozenset[str] | None
    calls: frozenset[str] | None

    @classmethod
    def of(cls, query: EventsQuery) -> Filter:
        """Refuses unknown types with 422."""
        names = _split(query.types)
        unknown = sorted((names or frozenset()) - set(TYPES))
        if unknown:
            items = [
                ErrorItem(parameter="types", detail=no_such("type", name, TYPES)) for name in unknown
            ]
            raise invalid("The query does not fit.", *items)
        return cls(
            types=None if names is None else frozenset(_BY_NAME[name] for name in names),
            queues=_split(query.queues),
            agents=_split(query.agents),
            calls=_split(query.calls),
        )

    def wants(self, fact: Fact) -> bool:
        """Whether this change is to be told."""
        return (self.types is None or type(fact) in self.types) and self._meets(fact)

    def shows(self, view: AgentView | QueueView | CallView) -> bool:
        """Whether this stands in the snapshot."""
        return self._meets(view)

    def _meets(self, item: Fact | AgentView | QueueView | CallView) -> bool:
        of = _about(item)
        if self.queues is not None and getattr(of, "queue", None) not in self.queues:
            return False
        if self.agents is not None and getattr(of, "agent", None) not in self.agents:
            return False
        call = getattr(item, "call", None) or getattr(of, "call", None)
        return self.calls is None or call in self.calls


def _about(item: Fact | AgentView | QueueView | CallView) -> object:
    """What has the queue and the agent: the item itself, or what it carries."""
    if type(item) is CallQueued:
        return item.placement
    if type(item) is CallbackOpened:
        return item.callback
    if type(item) is MessageLeft:
        return item.message
    return item


def _split(names: str | None) -> frozenset[str] | None:
    if names is None:
        return None
    return frozenset(name.strip() for name in names.split(",") if name.strip())
