"""What waiting callers are told and offered: what it means, and what cannot be."""

from __future__ import annotations

from pathlib import Path

from acd.core.routing import Announcements, Queue, Then, WaitOffer
from config.printing import printed
from tests.unit.config.files import check_mistakes, loaded, text, warnings


def waiting(line: str) -> str:
    """A file whose first queue has this section waiting."""
    return text(queues=f"queues:\n  main: {{groups: [vip, back], waiting: {line}}}\n  other: {{}}")


def built(folder: Path, line: str) -> Queue:
    return loaded(folder, waiting(line)).routing.queues["main"]


def test_nothing_is_told_where_nothing_is_said(tmp_path: Path) -> None:
    queue = built(tmp_path, "{}")
    assert (queue.announcements, queue.offers) == (None, ())


def test_announcements_with_their_defaults(tmp_path: Path) -> None:
    assert built(tmp_path, "{announce: {}}").announcements == Announcements()


def test_everything_that_can_be_announced(tmp_path: Path) -> None:
    line = "{announce: {first: 5s, every: 20s, position: false, better_by: 30s, at_most: 9m}}"
    assert built(tmp_path, line).announcements == Announcements(
        first=5, every=20, position=False, better_by=30, at_most=540
    )


def test_offers(tmp_path: Path) -> None:
    line = (
        "{offers: {'1': {then: callback}, "
        "'*': {then: {queue: other}, say: goodbye, after: 5s, every: 9s}, "
        "'0': {then: {queue: other}, once: true}}}"
    )
    assert built(tmp_path, line).offers == (
        WaitOffer(key="1", then=Then.CALLBACK, say="offer_callback"),
        WaitOffer(key="*", then=Then.QUEUE, say="goodbye", after=5, every=9, queue="other"),
        WaitOffer(key="0", then=Then.QUEUE, say="offer_queue", every=None, queue="other"),
    )


def test_they_survive_being_printed(tmp_path: Path) -> None:
    first = loaded(
        tmp_path,
        waiting(
            "{announce: {position: false}, offers: {'1': {then: callback, once: true}, "
            "'2': {then: {queue: other}, say: goodbye}}}"
        ),
    ).routing
    second = loaded(tmp_path, printed(first)).routing
    assert second.queues == first.queues


def test_what_cannot_be(tmp_path: Path) -> None:
    check_mistakes(
        tmp_path,
        waiting("{announce: §{position: false, estimate: false}}"),
        "neither position nor estimate is told",
    )
    check_mistakes(
        tmp_path,
        waiting("{offers: {'1': {then: §callbak}}}"),
        "'callbak' cannot be offered, expected callback, {queue: NAME}, {voicemail: NAME} or "
        "{flow: NAME}, did you mean 'callback'?",
    )
    check_mistakes(
        tmp_path,
        waiting("{offers: {'1': {then: §goodbye}}}"),
        "'goodbye' cannot be offered, expected callback",
    )
    check_mistakes(
        tmp_path,
        waiting("{offers: {'1': {then: §voicemail}}}"),
        "voicemail of which name? expected {voicemail: NAME}",
    )
    check_mistakes(
        tmp_path,
        waiting("{offers: {'1': {then: {queue: §main}}}}"),
        "key 1 leads from the queue 'main' into itself",
    )
    check_mistakes(
        tmp_path,
        waiting("{offers: {'1': {then: callback, every: 5s, once: §true}}}"),
        "told once only, and again and again",
    )


def test_what_nobody_would_hear(tmp_path: Path) -> None:
    line = (
        "{for_at_most: 30s, announce: {}, "
        "offers: {'1': {then: callback}, '2': {then: {queue: other}, after: 5s}}}"
    )
    assert not any("other" in each for each in warnings(tmp_path, waiting(line)))
    found = [each for each in warnings(tmp_path, waiting(line)) if "nobody hears" in each]
    assert len(found) == 2
    assert "the first announcement comes at 30s" in found[0]
    assert "it is told at 1m" in found[1]
