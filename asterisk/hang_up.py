"""Hanging up until it is done: nobody may wait for ever for the end of a channel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import structlog

from asterisk.ari.errors import AriGone
from asterisk.ari.protocol import Reply, Response
from asterisk.ari.requests import Request
from asterisk.line import Line, lost

log = structlog.get_logger(__name__)

AGAIN_S = (1.0, 2.0, 4.0)
"""How long to wait after each time that Asterisk could not, before it is asked again."""

Later = Callable[[float, Callable[[], None]], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    """What to ask, and of whom. `needed` says whether the channel is still known, and asking again
    makes sense. `gone` is called when there is no such channel, or Asterisk could not to the last;
    `done` when Asterisk did it, of which its events tell too where the channel is known."""

    request: Request
    what: str
    needed: Callable[[], bool]
    gone: Callable[[], None]
    done: Callable[[], None] = lambda: None


class HangUps:
    """Asks Asterisk for the end of channels, and again where it was too busy or did not answer."""

    def __init__(self, line: Line, later: Later) -> None:
        self._line = line
        self._later = later

    def ask(self, wanted: HangUp, waits_s: tuple[float, ...] = AGAIN_S) -> None:
        """Hang up; again after each of `waits_s` as long as that fails."""
        self._line.send(wanted.request, partial(self._replied, wanted, waits_s))

    def _replied(self, wanted: HangUp, waits_s: tuple[float, ...], reply: Reply) -> None:
        if isinstance(reply, Response):
            wanted.done()
        elif isinstance(reply, AriGone):
            wanted.gone()
        elif not lost(reply):
            self._line.failed(wanted.what, reply)
            if waits_s:
                self._later(waits_s[0], partial(self._again, wanted, waits_s[1:]))
            elif wanted.needed():
                log.error("cannot hang up", node=self._line.node, request=str(wanted.request))
                wanted.gone()

    def _again(self, wanted: HangUp, waits_s: tuple[float, ...]) -> None:
        if wanted.needed():
            self.ask(wanted, waits_s)
