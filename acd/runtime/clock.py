"""The time, as UTC seconds that never go backwards within one process."""

from __future__ import annotations

import time


class SystemClock:
    """Wall-clock time taken once, then carried on by the monotonic clock.

    A step of the machine's clock (by hand, by NTP) therefore changes no duration and fires no timer;
    the difference to the wall clock lasts until the next start.
    """

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()

    def now(self) -> float:
        return self._offset + time.monotonic()
