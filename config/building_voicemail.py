"""From the voicemail boxes of the document to those that the core knows."""

from __future__ import annotations

from collections.abc import Mapping

from acd.core import routing
from config import document as doc


def box(name: str, section: doc.Voicemail, agents: Mapping[str, doc.Agent]) -> routing.Voicemail:
    """One box, with the groups whose lamps show it resolved to their members."""
    return routing.Voicemail(
        name=name,
        label=section.name or name,
        greeting=section.greeting,
        queue=section.queue,
        agent=section.agent,
        lamp_of=lamp_of(section.lamp, agents),
        at_least=section.at_least,
        at_most=section.at_most,
        silence=section.silence,
        review=section.review,
        keep_for=seconds_kept(section.keep_for),
        mail_to=section.mail,
    )


def seconds_kept(keep_for: doc.KeepFor) -> float | None:
    """None: for good."""
    return None if isinstance(keep_for, str) else keep_for


def lamp_of(lamp: doc.Lamp | None, agents: Mapping[str, doc.Agent]) -> tuple[str, ...]:
    """The agents named and the members of the groups, each once, in the order of the file."""
    if lamp is None:
        return ()
    named, groups = set(lamp.agents or ()), set(lamp.groups or ())
    return tuple(
        id for id, agent in agents.items() if id in named or not groups.isdisjoint(agent.groups)
    )
