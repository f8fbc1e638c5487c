"""How fast a queue's callers are served and how soon they give up, learnt from recent calls.

Both are ratios of what happened to the time in which it could have happened, so that they are right for
any shape of talk times: calls handled to the seconds that agents spent on them (ringing, talking,
wrap-up, and rings that nobody answered), callers who gave up to the seconds that all callers waited.
With each call the past counts less, by the share 1 / `MEMORY`; not with time, so that a quiet night
forgets nothing.
"""

from __future__ import annotations

from typing import Final

MEMORY: Final = 300.0
"""So many of the last calls count, on average."""

ENOUGH: Final = 10.0
"""With fewer handled calls there is too little history to say anything by it."""


class Rates:
    """What is known of one queue. Seconds, and events per second.

    `last_delay` is how long the caller waited who was served last; None before the first.
    """

    __slots__ = ("_abandoned", "_busy", "_handled", "_keep", "_waited", "last_delay")

    def __init__(self, memory: float = MEMORY) -> None:
        self._keep = 1.0 - 1.0 / memory
        self._handled = 0.0
        self._busy = 0.0
        self._abandoned = 0.0
        self._waited = 0.0
        self.last_delay: float | None = None

    def handled(self, seconds: float) -> None:
        """An agent was taken up by a call for so long, from its ringing to the end of his wrap-up."""
        self._handled = self._handled * self._keep + 1.0
        self._busy = self._busy * self._keep + seconds

    def wasted(self, seconds: float) -> None:
        """An agent was rung for so long, and did not take the call."""
        self._busy += seconds

    def served(self, wait: float) -> None:
        """A caller was answered after this wait."""
        self._left(wait, gave_up=0.0)
        self.last_delay = wait

    def gave_up(self, wait: float) -> None:
        """A caller hung up after this wait."""
        self._left(wait, gave_up=1.0)

    def _left(self, wait: float, *, gave_up: float) -> None:
        self._abandoned = self._abandoned * self._keep + gave_up
        self._waited = self._waited * self._keep + wait

    @property
    def known(self) -> bool:
        """Whether there is enough history."""
        return self._handled >= ENOUGH and self._busy > 0.0

    @property
    def handling(self) -> float:
        """Seconds of an agent's time that a call takes. Only when `known`."""
        return self._busy / self._handled

    @property
    def abandonment(self) -> float:
        """θ: how many of a waiting caller's kind give up per second."""
        return self._abandoned / self._waited if self._waited > 0.0 else 0.0
