"""One decision of the core, supervised: one event that it fails on must not stop the others."""

from __future__ import annotations

from collections.abc import Sequence

from acd.core.commands import Command
from acd.core.dispatcher import Dispatcher
from acd.core.events import Event


def decide(
    dispatcher: Dispatcher, event: Event | None, now: float
) -> tuple[Sequence[Command], Exception | None]:
    """What the core makes of an event (None: of the passing of time), and what it failed on.

    Where it failed, the commands are those that it had decided on before: others may depend on them.
    """
    try:
        if event is None:
            return dispatcher.expire(now), None
        return dispatcher.handle(event, now), None
    except Exception as error:
        # The mailbox is one of the two supervised places.
        return dispatcher.unfinished(), error
