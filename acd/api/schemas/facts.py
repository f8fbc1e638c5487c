"""State changes as the WebSocket tells them: one model per fact, made from the fact's own fields."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Annotated, Any, Final, Literal, get_args, get_type_hints

from pydantic import BeforeValidator, create_model

from acd.api.schemas.base import Answer, Instant, Seconds
from acd.api.schemas.live import AgentOut, CallOut, QueueOut, StoryLine, story_lines
from acd.core.callback_words import Callback
from acd.core.facts import Fact
from acd.core.message_words import Message
from acd.core.records import Placement, Reason
from acd.core.routing import FirstTarget

_INSTANTS: Final = frozenset(
    {
        "at",
        "asked_at",
        "since",
        "until",
        "told_at",
        "left_at",
        "created_at",
        "due_at",
        "place",
        "renewed_at",
    }
)
_SECONDS: Final = frozenset(
    {"wait", "talk", "ring", "seconds", "estimate", "actual", "waited", "head_start", "extend"}
)


class FirstTargetOut(Answer):
    """Who is tried before the queue's own agents."""

    group: str | None
    agent: str | None
    last_agent: bool
    hold: Seconds


class PlacementOut(Answer):
    """A call's place in a queue."""

    queue: str
    visit: int
    joined_at: Instant
    tier: int
    head_start: Seconds
    extra_needs: tuple[tuple[str, int], ...]
    firsts: tuple[FirstTargetOut, ...]
    language: str
    business: str | None


def type_name(fact: type) -> str:
    """`CallEntered` as the wire calls it: `call_entered`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", fact.__name__).lower()


def _wire_type(name: str, hint: Any) -> Any:
    if hint == tuple[Reason, ...]:
        return Annotated[tuple[StoryLine, ...], BeforeValidator(story_lines)]
    if hint is Placement:
        return PlacementOut
    if hint in _NESTED:
        return _NESTED[hint]
    if hint == tuple[FirstTarget, ...]:
        return tuple[FirstTargetOut, ...]
    if hint in (float, float | None):
        if name not in _INSTANTS | _SECONDS:
            raise TypeError(f"is {name} an instant or a duration?")
        unit: Any = Instant if name in _INSTANTS else Seconds
        return unit if hint is float else unit | None
    return hint


def _wire_fields(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: (_wire_type(field.name, hints[field.name]), ...) for field in fields(kind)}


def _told(kind: type) -> type[Answer]:
    return create_model(
        f"{kind.__name__}Told", __base__=Answer, __doc__=kind.__doc__, **_wire_fields(kind)
    )


_NESTED: Final[dict[Any, type[Answer]]] = {}
"""What facts carry whole."""
_NESTED.update({kind: _told(kind) for kind in (Callback, Message)})


def _model(fact: type) -> type[Answer]:
    name = type_name(fact)
    definitions: dict[str, Any] = {"type": (Literal[name], name), **_wire_fields(fact)}
    return create_model(f"{fact.__name__}Change", __base__=Answer, __doc__=fact.__doc__, **definitions)


MODELS: Final[dict[type, type[Answer]]] = {fact: _model(fact) for fact in get_args(Fact)}
TYPES: Final = tuple(type_name(fact) for fact in MODELS)


def encode(fact: Fact) -> str:
    """The fact as JSON."""
    return MODELS[type(fact)].model_validate(fact).model_dump_json()


class SnapshotMessage(Answer):
    """What comes first: how things stand. It may come in parts; `more` is false on the last one."""

    type: Literal["snapshot"] = "snapshot"
    at: Instant
    revision: str
    agents: tuple[AgentOut, ...] = ()
    queues: tuple[QueueOut, ...] = ()
    calls: tuple[CallOut, ...] = ()
    more: bool


class ChangesMessage(Answer):
    """What has changed since, in order and without a gap."""

    type: Literal["changes"] = "changes"
    changes: tuple[dict[str, Any], ...]
    """Each has a `type` and the fields of one of the ...Change schemas."""
