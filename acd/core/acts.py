"""What people ask for agents: logging in and out, pauses, the end of a wrap-up.

Asked for by API, console or feature code. What cannot be is refused with a sentence for the person
who asked; a feature code's channel hears a prompt in any case.
"""

from __future__ import annotations

from typing import Final

from acd.core.commands import Announce, RefuseAct
from acd.core.events import AgentActed
from acd.core.floor import Floor
from agents.inputs import EndWrapUp, ExtendWrapUp, Input, LogIn, LogOut, Pause, Resume
from agents.model import AgentAct

PROMPTS: Final = {
    AgentAct.LOG_IN: "logged_in",
    AgentAct.LOG_OUT: "logged_out",
    AgentAct.PAUSE: "paused",
    AgentAct.RESUME: "resumed",
    AgentAct.END_WRAP_UP: "wrap_up_ended",
    AgentAct.EXTEND_WRAP_UP: "wrap_up_extended",
}
"""What a channel that dialled a feature code hears, by what it asked for."""

REFUSED: Final = "refused"
"""What it hears when that cannot be."""

DEFAULT_PAUSE: Final = "break"
"""The reason of a pause for which nobody gave one, where none are configured."""

_SIMPLE: Final[dict[AgentAct, Input]] = {
    AgentAct.LOG_IN: LogIn(),
    AgentAct.LOG_OUT: LogOut(),
    AgentAct.RESUME: Resume(),
    AgentAct.END_WRAP_UP: EndWrapUp(),
    AgentAct.EXTEND_WRAP_UP: ExtendWrapUp(),
}


class Acts:
    """Carries people's wishes to the agents' table."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def acted(self, event: AgentActed) -> None:
        """Do what was asked for, or say why not."""
        why = self._do(event)
        floor = self._floor
        if why is not None:
            floor.commands.append(RefuseAct(agent=event.agent, act=event.act, why=why))
        if event.channel is not None:
            floor.commands.append(
                Announce(
                    channel=event.channel,
                    prompt=PROMPTS[event.act] if why is None else REFUSED,
                    language=event.language or floor.routing.languages[0],
                )
            )

    def _do(self, event: AgentActed) -> str | None:
        """None when it was done, else why it can't be."""
        agent = self._floor.roster.get(event.agent)
        if agent is None or agent.leaving:
            return f"there is no agent {event.agent}"
        what: Input
        if event.act is AgentAct.PAUSE:
            reason = self._pause_reason(event.reason)
            if reason is None:
                return self._unknown_reason(event.reason)
            what = Pause(reason=reason)
        else:
            what = _SIMPLE[event.act]
        refused = self._floor.staff.apply(agent, what, by=event.by)
        if refused is None and event.act is AgentAct.LOG_IN:
            self._floor.messages.light_again(agent.id)
        return None if refused is None else refused.why

    def _pause_reason(self, asked: str | None) -> str | None:
        """The reason as configured; the first one where none is given."""
        known = self._floor.routing.pause_reasons
        if asked is None:
            return known[0] if known else DEFAULT_PAUSE
        return asked if asked in known else None

    def _unknown_reason(self, asked: str | None) -> str:
        known = ", ".join(self._floor.routing.pause_reasons) or "none"
        return f"there is no pause reason {asked!r}; those configured: {known}"
