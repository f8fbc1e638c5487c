"""When something is due: one heap of deadlines, cancelled lazily."""

from __future__ import annotations

from heapq import heapify, heappop, heappush

SMALL = 64
"""Heaps shorter than this are not worth compacting."""


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
    """Deadlines in the order in which they are due; equal instants in the order of scheduling.

    Cancelled ones stay in the heap until they come to its top, or until they are more than half of
    it: then it is rebuilt, so that each operation costs O(log n) on average and memory stays bounded
    by what is to come.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Deadline]] = []
        self._scheduled = 0
        self._cancelled = 0

    def __len__(self) -> int:
        """How many are to come."""
        return len(self._heap) - self._cancelled

    def schedule(self, at: float, kind: str, subject: str, generation: int = 0) -> Deadline:
        """A new deadline; keep it to cancel it. `kind` may be a StrEnum member."""
        deadline = Deadline(at, kind, subject, generation)
        self._scheduled += 1
        heappush(self._heap, (at, self._scheduled, deadline))
        return deadline

    def cancel(self, deadline: Deadline | None) -> None:
        """It will not come due. Nothing happens if it was cancelled, has been due, or is None."""
        if deadline is None or not deadline.alive:
            return
        deadline.alive = False
        self._cancelled += 1
        if self._cancelled * 2 > len(self._heap) >= SMALL:
            self._heap = [entry for entry in self._heap if entry[2].alive]
            heapify(self._heap)
            self._cancelled = 0

    def next(self) -> float | None:
        """When the next one is due."""
        heap = self._heap
        while heap:
            if heap[0][2].alive:
                return heap[0][0]
            heappop(heap)
            self._cancelled -= 1
        return None

    def pop_due(self, now: float) -> Deadline | None:
        """The next one that is due at `now`, taken out; None when there is none.

        One at a time, so that what one deadline does can cancel the next.
        """
        at = self.next()
        if at is None or at > now:
            return None
        deadline = heappop(self._heap)[2]
        deadline.alive = False
        return deadline
