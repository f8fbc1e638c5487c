"""A caller in a flow, for tests that read like the conversation. Nothing is played, nothing waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from ivr.interpreter import begin, go_on
from ivr.model import Destination, Flow
from ivr.turns import (
    Action,
    Ask,
    Elapsed,
    Input,
    Leave,
    Listen,
    LookedUp,
    Note,
    PlainWorld,
    Play,
    Played,
    Pressed,
    Recorded,
    RecordFailed,
    Session,
    Stop,
    Tape,
    Turn,
    World,
)


class Talk:
    """Begins in a flow; each method is a line of the conversation. What the flow did at the last turn
    must be told before the next input, except for its notes and times."""

    def __init__(
        self,
        flow: Flow,
        world: World | None = None,
        *,
        collected: tuple[tuple[str, str], ...] = (),
        secret: frozenset[str] = frozenset(),
    ) -> None:
        self.flow = flow
        self.world = world or PlainWorld()
        self.notes: list[tuple[object, ...]] = []
        self.session: Session | None = None
        self.limit: float | None = None
        self.left: Leave | None = None
        self._untold: list[Action] = []
        self.secret_keys: list[str | None] = []
        """To which secret input each key belonged."""
        self._take(begin(flow, self.world, collected=collected, secret=secret))

    # --- what the caller does

    def presses(self, keys: str) -> Self:
        """One key after the other; all that the flow does between them must be times and silence."""
        for number, key in enumerate(keys):
            self._give(Pressed(digit=key), between=number > 0)
        return self

    def listens_to_the_end(self) -> Self:
        return self._give(Played())

    def stays_silent(self) -> Self:
        """Until the time is over that the flow has set."""
        assert self.limit is not None, "the flow doesn't wait for a key"
        return self._give(Elapsed())

    def speaks_for(
        self, seconds: float, ended_by: Literal["digit", "silence", "length", "stopped"] = "silence"
    ) -> Self:
        return self._give(Recorded(seconds=seconds, ended_by=ended_by))

    def cannot_be_recorded(self, why: str) -> Self:
        return self._give(RecordFailed(why=why))

    def is_answered(self, **values: str) -> Self:
        """The look-up comes back with an object."""
        return self._give(LookedUp(values=values))

    def is_not_answered(self) -> Self:
        return self._give(LookedUp(values=None))

    def gives(self, given: Input) -> Self:
        """Any input at all."""
        return self._give(given)

    # --- what the flow does

    def hears(self, *sounds: str, tape: str | None = None, shown: tuple[str, ...] | None = None) -> Self:
        return self._told(Play(sounds=sounds, tape=tape, shown=shown))

    def is_cut_off(self) -> Self:
        """What was being played is."""
        return self._told(Stop())

    def asks(self, url: str, within: float = 2.0, *, shown: str | None = None) -> Self:
        return self._told(Ask(url=url, within=within, shown=shown))

    def records(self, name: str) -> Self:
        tape = self._untold.pop(0)
        assert isinstance(tape, Tape), tape
        assert tape.name == name
        return self

    def leaves(self, to: Destination, *secret: str, **collected: str) -> Self:
        """And nothing more is done. `secret`: the names of what nobody may be told."""
        values = tuple(collected.items())
        self._told(Leave(to=to, collected=values, secret=frozenset(secret)))
        assert self.session is None
        return self.nothing_else()

    def nothing_else(self) -> Self:
        assert self._untold == []
        return self

    # --- behind the scenes

    def _give(self, given: Input, *, between: bool = False) -> Self:
        assert self._untold == [], f"not told yet{' between two keys' * between}: {self._untold}"
        assert self.session is not None, "the caller has left"
        turn = go_on(self.flow, self.session, given, self.world)
        if isinstance(given, Pressed):
            self.secret_keys.append(turn.secret_key)
        self._take(turn)
        return self

    def _take(self, turn: Turn) -> None:
        self.session = turn.session
        for action in turn.actions:
            if isinstance(action, Note):
                self.notes.append((action.code, *action.arguments))
            elif isinstance(action, Listen):
                self.limit = action.seconds
            else:
                self._untold.append(action)

    def _told(self, action: Action) -> Self:
        assert self._untold, f"the flow did nothing more, expected {action}"
        assert self._untold.pop(0) == action
        return self


def values(talk: Talk) -> Mapping[str, str]:
    """What has been collected so far."""
    return dict(talk.session.collected) if talk.session else {}
