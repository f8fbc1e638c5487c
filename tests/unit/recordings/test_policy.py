from __future__ import annotations

import pytest

from recordings.policy import is_whole, refusal

GIB = 2**30


def test_there_is_room_as_long_as_so_much_is_free() -> None:
    assert refusal(free_bytes=GIB, min_free_bytes=GIB) is None
    assert refusal(free_bytes=0, min_free_bytes=0) is None
    assert refusal(free_bytes=GIB // 2, min_free_bytes=GIB) == "512.0 MiB free, 1.0 GiB wanted"
    assert refusal(free_bytes=0, min_free_bytes=1536) == "0 bytes free, 1.5 KiB wanted"


@pytest.mark.parametrize(
    ("recorded_s", "lasted_s", "whole"),
    [
        (0.0, 0.2, True),
        (0.0, 2.9, True),
        (0.0, 3.5, False),
        (9.0, 10.4, True),
        (16.0, 25.0, False),
        (3590.0, 3600.0, True),
        (3600.0, 3600.0, True),
        (3300.0, 3600.0, False),
    ],
)
def test_a_recording_is_whole_when_it_went_on_as_long_as_the_talk(
    recorded_s: float, lasted_s: float, whole: bool
) -> None:
    assert is_whole(recorded_s=recorded_s, lasted_s=lasted_s) is whole
