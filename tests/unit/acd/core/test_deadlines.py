from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from acd.core.deadlines import SMALL, Deadline, Deadlines


def due(deadlines: Deadlines, now: float) -> list[str]:
    found = []
    while deadline := deadlines.pop_due(now):
        found.append(deadline.subject)
    return found


def test_comes_due_in_order_and_equal_ones_in_the_order_of_scheduling() -> None:
    deadlines = Deadlines()
    for at, subject in ((5.0, "c"), (3.0, "a"), (3.0, "b"), (9.0, "d")):
        deadlines.schedule(at, "ring", subject, generation=2)
    assert deadlines.next() == 3.0
    assert due(deadlines, 2.9) == []
    assert due(deadlines, 5.0) == ["a", "b", "c"]
    assert len(deadlines) == 1
    assert due(deadlines, 100.0) == ["d"]
    assert deadlines.next() is None


def test_a_deadline_says_what_it_is_about() -> None:
    deadlines = Deadlines()
    made = deadlines.schedule(1.0, "wrap_up", "1001", 7)
    assert (made.at, made.kind, made.subject, made.generation, made.alive) == (
        1.0,
        "wrap_up",
        "1001",
        7,
        True,
    )
    assert deadlines.pop_due(1.0) is made
    assert not made.alive


def test_one_that_is_due_can_cancel_the_next() -> None:
    deadlines = Deadlines()
    deadlines.schedule(1.0, "ring", "a")
    other = deadlines.schedule(1.0, "ring", "b")
    assert deadlines.pop_due(2.0) is not None
    deadlines.cancel(other)
    assert deadlines.pop_due(2.0) is None
    assert len(deadlines) == 0


def test_cancelling_twice_or_late_or_nothing_is_fine() -> None:
    deadlines = Deadlines()
    made = deadlines.schedule(1.0, "ring", "a")
    kept = deadlines.schedule(2.0, "ring", "b")
    deadlines.cancel(made)
    deadlines.cancel(made)
    deadlines.cancel(None)
    assert len(deadlines) == 1
    assert deadlines.next() == 2.0
    assert deadlines.pop_due(2.0) is kept
    deadlines.cancel(kept)
    assert len(deadlines) == 0


def test_cancelled_deadlines_do_not_pile_up() -> None:
    deadlines = Deadlines()
    far = deadlines.schedule(1e9, "late", "far")
    for n in range(10_000):
        deadlines.cancel(deadlines.schedule(1e6 + n, "ring", str(n)))
        assert len(deadlines._heap) <= SMALL
    assert len(deadlines) == 1
    assert deadlines.pop_due(1e9) is far


steps = st.lists(
    st.one_of(
        st.tuples(st.just("schedule"), st.integers(0, 50)),
        st.tuples(st.just("cancel"), st.integers(0, 300)),
        st.tuples(st.just("pass"), st.integers(0, 5)),
    ),
    max_size=300,
)


@given(steps, st.integers(0, 100))
def test_none_is_due_twice_or_early_or_after_it_was_cancelled(
    taken: list[tuple[str, int]], before: int
) -> None:
    deadlines = Deadlines()
    made: list[Deadline] = []
    to_come: dict[int, Deadline] = {}
    now = 0.0

    def schedule(at: float) -> None:
        to_come[len(made)] = deadlines.schedule(at, "ring", str(len(made)))
        made.append(to_come[len(made)])

    for n in range(before):
        schedule(float(n % 7))
    for what, value in taken:
        if what == "schedule":
            schedule(now + value)
        elif what == "cancel" and value < len(made):
            deadlines.cancel(made[value])
            to_come.pop(value, None)
        elif what == "pass":
            now += value
            expected = sorted((d.at, n) for n, d in to_come.items() if d.at <= now)
            assert due(deadlines, now) == [str(n) for _, n in expected]
            for _, n in expected:
                del to_come[n]
        assert len(deadlines) == len(to_come)
        assert deadlines.next() == min((d.at for d in to_come.values()), default=None)
