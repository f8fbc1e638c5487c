from __future__ import annotations

from acd.archive import CallFilter, StoredVisit
from acd.storage import tables as t
from acd.storage.selecting import columns_of, equal, within

NAMES = (("caller", 5), ("queue", 100))


def test_a_record_is_read_from_the_columns_it_is_named_for() -> None:
    expected = ["queue", "visit", "joined_at", "left_at", "outcome", "wait"]
    assert [column.key for column in columns_of(t.queue_visits, StoredVisit)] == expected


def test_what_a_filter_gives_must_be_equal_as_far_as_it_could_be_stored() -> None:
    (condition,) = equal(t.calls, CallFilter(caller="1234567"), NAMES)
    assert condition.compile().params == {"caller_1": "12345"}
    assert len(equal(t.calls, CallFilter(caller="1", queue="orders", agent="1001"), NAMES)) == 2
    assert equal(t.calls, CallFilter(), NAMES) == []


def test_a_time_has_a_beginning_and_an_end_or_neither() -> None:
    at = t.calls.c.arrived_at
    assert [str(each) for each in within(at, 1.0, 2.0)] == [
        "calls.arrived_at >= :arrived_at_1",
        "calls.arrived_at < :arrived_at_1",
    ]
    assert within(at, None, None) == []
    assert len(within(at, 1.0, None)) == len(within(at, None, 2.0)) == 1
