from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from acd.core.facts import Fact, RoutingTaken
from acd.storage.codec import encode
from acd.storage.errors import SpoolInUse, UnknownFact
from acd.storage.spool import Spool, SpoolFull, line_of
from tests.contract import made_facts as made


def facts(first: int, last: int) -> list[tuple[int, Fact]]:
    return [(seq, RoutingTaken(at=float(seq), revision="x" * 50)) for seq in range(first, last + 1)]


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    opened = Spool(tmp_path, segment_bytes=500)
    opened.open()
    yield opened
    opened.close()


def read_all(spool: Spool, limit: int = 3) -> list[tuple[int, int]]:
    """(writer, seq) of everything, taken out of the spool."""
    found: list[tuple[int, int]] = []
    while (spooled := spool.read(limit)) is not None:
        assert 1 <= len(spooled.facts) <= limit
        found.extend((spooled.writer, seq) for seq, _ in spooled.facts)
        spool.advance()
    return found


def segments(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.facts"))


def test_facts_come_out_in_their_order_and_leave_no_file(spool: Spool, tmp_path: Path) -> None:
    for first in range(1, 40, 4):
        spool.append(7, facts(first, first + 3))
    assert spool.depth == 40
    assert len(segments(tmp_path)) > 3
    assert read_all(spool) == [(7, seq) for seq in range(1, 41)]
    assert (spool.depth, spool.size_bytes, segments(tmp_path)) == (0, 0, [])
    spool.append(7, facts(41, 42))
    assert read_all(spool) == [(7, 41), (7, 42)]


def test_facts_come_out_as_they_went_in(spool: Spool) -> None:
    story = list(enumerate(made.whole_call("c1"), 1))
    spool.append(1, story)
    spooled = spool.read(100)
    assert spooled is not None
    assert list(spooled.facts) == story


def test_what_was_not_advanced_over_is_read_again(spool: Spool) -> None:
    spool.append(7, facts(1, 5))
    first = spool.read(3)
    assert spool.read(3) == first
    assert spool.depth == 5
    spool.advance()
    assert spool.depth == 2
    assert read_all(spool) == [(7, 4), (7, 5)]


def test_writing_goes_on_while_reading(spool: Spool) -> None:
    spool.append(7, facts(1, 2))
    assert spool.read(10) is not None
    spool.append(7, facts(3, 4))
    spool.advance()
    assert read_all(spool) == [(7, 3), (7, 4)]


def test_facts_of_two_runs_are_not_mixed_in_one_reading(tmp_path: Path) -> None:
    for writer in (1, 2):
        spool = Spool(tmp_path)
        spool.open()
        spool.append(writer, facts(writer * 10, writer * 10 + 1))
        spool.close()
    spool = Spool(tmp_path)
    spool.open()
    assert spool.depth == 4
    spool.append(3, facts(30, 31))
    assert read_all(spool, limit=100) == [(1, 10), (1, 11), (2, 20), (2, 21), (3, 30), (3, 31)]
    spool.close()


def test_one_at_a_time(spool: Spool, tmp_path: Path) -> None:
    with pytest.raises(SpoolInUse):
        Spool(tmp_path).open()
    spool.close()
    other = Spool(tmp_path)
    other.open()
    other.close()


@pytest.mark.parametrize("cut", range(1, 60))
def test_a_torn_tail_is_dropped_and_the_rest_is_kept(tmp_path: Path, cut: int) -> None:
    spool = Spool(tmp_path)
    spool.open()
    spool.append(7, facts(1, 3))
    spool.close()
    (segment,) = tmp_path.glob("*.facts")
    segment.write_bytes(segment.read_bytes()[:-cut])
    spool = Spool(tmp_path)
    spool.open()
    spool.append(8, facts(9, 9))
    assert read_all(spool) == [(7, 1), (7, 2), (8, 9)]
    assert (spool.damaged, spool.depth, segments(tmp_path)) == (1, 0, [])
    spool.close()


def test_a_changed_byte_costs_one_fact(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.open()
    spool.append(7, facts(1, 3))
    spool.close()
    (segment,) = tmp_path.glob("*.facts")
    lines = segment.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b"RoutingTaken", b"RoutingToken")
    segment.write_bytes(b"".join(lines))
    spool = Spool(tmp_path)
    spool.open()
    assert read_all(spool) == [(7, 1), (7, 3)]
    assert (spool.damaged, spool.depth) == (1, 0)
    spool.close()


def test_a_fact_of_a_newer_version_stops_the_reading_and_stays(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.open()
    spool.append(7, facts(1, 2))
    spool.close()
    (segment,) = tmp_path.glob("*.facts")

    segment.write_bytes(segment.read_bytes() + line_of(encode([7, 3, "CallBeamedUp", {}])))
    spool = Spool(tmp_path)
    spool.open()
    for _ in range(2):
        with pytest.raises(UnknownFact, match="CallBeamedUp"):
            read_all(spool, limit=100)
    assert spool.depth == 3
    assert len(segments(tmp_path)) == 1
    spool.close()


def test_a_full_spool_takes_nothing_more_and_keeps_what_it_has(tmp_path: Path) -> None:
    spool = Spool(tmp_path, max_bytes=1000)
    spool.open()
    spool.append(7, facts(1, 5))
    size = spool.size_bytes
    with pytest.raises(SpoolFull):
        spool.append(7, facts(6, 20))
    assert (spool.depth, spool.size_bytes) == (5, size)
    spool.append(7, facts(6, 6))
    assert read_all(spool) == [(7, seq) for seq in range(1, 7)]
    spool.append(7, facts(7, 11))
    spool.close()


def test_a_write_that_fails_half_way_leaves_no_half(spool: Spool) -> None:
    """As a full disk does."""
    spool.append(7, facts(1, 1))
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (spool.size_bytes + 150, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            spool.append(7, facts(2, 5))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert spool.depth == 1
    spool.append(7, facts(2, 3))
    assert read_all(spool) == [(7, 1), (7, 2), (7, 3)]
    assert spool.damaged == 0


def test_a_fact_that_could_not_be_read_back_is_kept_aside(spool: Spool, tmp_path: Path) -> None:
    odd = RoutingTaken(at=float("nan"), revision="odd \udc80")
    reasons = made.ended("c1", reasons=((1.0, "x", object()),))
    spool.append(7, [*facts(1, 1), (2, odd), (3, reasons), *facts(4, 4)])
    assert (spool.depth, spool.refused) == (2, 2)
    assert read_all(spool) == [(7, 1), (7, 4)]
    kept = (tmp_path / "refused.jsonl").read_text()
    assert kept.count("\n") == 2
    assert "revision='odd" in kept


def test_a_refused_fact_that_cannot_be_kept_either_is_only_logged(spool: Spool, tmp_path: Path) -> None:
    (tmp_path / "refused.jsonl").mkdir()
    spool.refuse(7, 1, facts(1, 1)[0][1])
    assert spool.refused == 1
