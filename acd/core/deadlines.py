"""When something is due: one heap of deadlines, cancelled lazily."""

from __future__ import annotations


class Deadline:
    """Something due `at` (UTC seconds): `kind` says what, `subject` for whom (a call's, agent's id).

    `generation` is the subject's, for owners that count them. `alive` until cancelled or due.
    """

    __slots__ = ("alive", "at", "generation", "kind", "subject")

    def __init__(self, at: float, kind: str, subject: str, generation: int) -> None:
        self.at = at
        self.kind = kind
        self.subject = subject
        self.generation = generation
        self.alive = True


class Deadlines:
    """Deadlines in the order in which they are due; equal instants in the order of scheduling."""

    def __init__(self) -> None: ...

    def __len__(self) -> int:
        """How many are to come."""
        raise NotImplementedError

    def schedule(self, at: float, kind: str, subject: str, generation: int = 0) -> Deadline:
        """A new deadline; keep it to cancel it. `kind` may be a StrEnum member."""
        raise NotImplementedError

    def cancel(self, deadline: Deadline | None) -> None:
        """It will not come due. Nothing happens if it was cancelled, has been due, or is None."""
        raise NotImplementedError

    def next(self) -> float | None:
        """When the next one is due."""
        raise NotImplementedError

    def pop_due(self, now: float) -> Deadline | None:
        """The next one that is due at `now`, taken out; None when there is none.

        One at a time, so that what one deadline does can cancel the next.
        """
        raise NotImplementedError
