"""Everything is settled first; only then do calls look for agents and agents for calls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from acd.core.floor import Floor


@contextmanager
def gathered(floor: Floor) -> Iterator[None]:
    """Nobody takes a call until the block is left: then waiting calls look for agents in the order of
    their keys, free agents take calls, and who waits after all is told so. All of that is done when
    the block fails, too: nobody may be left standing for the fault of one."""
    waiting, staff = floor.call_machine.waiting, floor.staff
    with ExitStack() as at_last:
        at_last.callback(waiting.settle)
        at_last.callback(staff.disperse)
        at_last.callback(waiting.disperse)
        floor.callbacks.gather()
        staff.gather()
        waiting.gather()
        yield
