"""Music: a class is a name and a folder; Asterisk's own classes stay its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import load
from config.printing import printed
from tests.unit.config.files import check_mistakes, text, write

QUEUES = "queues:\n  main: {needs: {orders: 1}, groups: [vip, back], waiting: {music: jazz}}"


def test_a_queue_has_music_of_its_own(tmp_path: Path) -> None:
    whole = text(queues=QUEUES, music="music:\n  jazz: {folder: /srv/jazz}\n  lounge: {}")
    routing = load(write(tmp_path, whole)).routing
    assert routing.queues["main"].music == "jazz"
    assert routing.music == {"jazz": "/srv/jazz", "lounge": None}
    again = load(write(tmp_path, printed(routing))).routing
    assert again.music == routing.music


def test_a_misspelled_class_is_told_with_the_nearest(tmp_path: Path) -> None:
    check_mistakes(
        tmp_path,
        text(queues=QUEUES.replace("jazz", "§jaz"), music="music:\n  jazz: {}"),
        "unknown music class 'jaz', expected a class of the section music, or default, "
        "did you mean 'jazz'?",
    )


def test_music_that_cannot_be_read_is_the_only_mistake(tmp_path: Path) -> None:
    check_mistakes(
        tmp_path, text(queues=QUEUES, music="music: §5"), "5 does not fit, expected a mapping"
    )


@pytest.mark.parametrize(
    ("music", "mistake"),
    [
        ("§default: {folder: /srv/jazz}", "'default' stands in Asterisk's own musiconhold.conf"),
        ("§General: {}", "'General' stands in Asterisk's own musiconhold.conf"),
        ("jazz: {}\n  §Jazz: {}", "'Jazz' and 'jazz' are the same to Asterisk"),
        ("jazz: {folder: §'a;b'}", "'a;b' does not fit, expected a folder such as"),
        (
            "jazz: {§folde: /srv/jazz}",
            "unknown key 'folde' in music jazz, expected one of folder, did you mean 'folder'?",
        ),
    ],
)
def test_music_that_asterisk_would_mistake(tmp_path: Path, music: str, mistake: str) -> None:
    check_mistakes(tmp_path, text(music=f"music:\n  {music}"), mistake)
