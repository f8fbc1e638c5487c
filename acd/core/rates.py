"""How fast a queue's callers are served and how soon they give up, learnt from recent calls.

Both are ratios of what happened to the time in which it could have happened, so that they are right for
any shape of talk times: calls handled to the seconds that agents spent on them (ringing, talking,
wrap-up, and rings that nobody answered), callers who gave up to the seconds that all callers waited.
With each call the past counts less, by the share 1 / `MEMORY`; not with time, so that a quiet night
forgets nothing.

The first calls that are over after a beginning are the short ones. So calls that agents are busy with
count too, by the time that they have taken so far, as much as the memory is still empty: not at all
once it is full, when for each call that began before it one has not ended in it.
"""

from __future__ import annotations

from typing import Final

MEMORY: Final = 300.0
"""So many of the last calls count, on average."""

ENOUGH: Final = 10.0
"""With fewer handled calls there is too little history to say anything by it."""


class Rates:
    """What is known of one queue. Seconds, and events per second.

    `pace` is how long the one who was served last had waited for each place: his delay divided by his
    place when he began to wait. None before the first; who found somebody idle says nothing.
    """

    __slots__ = (
        "_abandoned",
        "_began",
        "_busy",
        "_handled",
        "_keep",
        "_memory",
        "_talks",
        "_waited",
        "pace",
    )

    def __init__(self, memory: float = MEMORY) -> None:
        self._memory = memory
        self._keep = 1.0 - 1.0 / memory
        self._handled = 0.0
        self._busy = 0.0
        self._abandoned = 0.0
        self._waited = 0.0
        self._talks = 0
        self._began = 0.0
        self.pace: float | None = None

    def began(self, at: float) -> None:
        """An agent is taken up by a call from then on (UTC seconds)."""
        self._talks += 1
        self._began += at

    def over(self, began: float) -> None:
        """He who was taken up since then is so no longer."""
        self._talks -= 1
        self._began = self._began - began if self._talks else 0.0

    def handled(self, seconds: float) -> None:
        """An agent was taken up by a call for so long, from its ringing to the end of his wrap-up."""
        self._handled = self._handled * self._keep + 1.0
        self._busy = self._busy * self._keep + seconds

    def wasted(self, seconds: float) -> None:
        """An agent was rung for so long, and did not take the call."""
        self._busy += seconds

    def served(self, wait: float, pace: float | None = None) -> None:
        """A caller was answered after this wait, and so much of it for each place (None: he found
        somebody idle)."""
        self._left(wait, gave_up=0.0)
        if pace is not None:
            self.pace = pace

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

    def handling(self, now: float) -> float:
        """Seconds of an agent's time that a call takes. Only when `known`."""
        going_on = self._talks * now - self._began
        return (self._busy + going_on * (1.0 - self._handled / self._memory)) / self._handled

    @property
    def abandonment(self) -> float:
        """θ: how many of a waiting caller's kind give up per second."""
        return self._abandoned / self._waited if self._waited > 0.0 else 0.0
