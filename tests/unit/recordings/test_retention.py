"""Which files have had their time."""

from __future__ import annotations

from recordings.retention import Kept, overdue


def kept(id: str, since: float, keep_for: float | None) -> Kept:
    return Kept(id=id, file=f"2026/11/18/{id}", since=since, keep_for=keep_for)


def test_due_files_come_oldest_first_and_others_not_at_all() -> None:
    files = [
        kept("new", 95, 10),
        kept("just", 90, 10),
        kept("old", 10, 10),
        kept("same age", 10, 10),
        kept("for good", 0, None),
        kept("at once", 100, 0),
    ]
    assert [each.id for each in overdue(files, 100)] == ["old", "same age", "just", "at once"]
    assert overdue([], 100) == []
