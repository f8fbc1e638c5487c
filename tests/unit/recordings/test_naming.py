from __future__ import annotations

import re

import pytest

from recordings.naming import Side, file_of, file_of_side

AT = 1795292194.9
"""2026-11-21 20:16:34.9 UTC."""
TALK = "pbx1-1795292190.12-o1"


def test_a_name_says_when_who_and_which_call() -> None:
    file = file_of(at=AT, agent="1001", talk=TALK)
    assert file == f"2026-11-21/20261121T201634Z_1001_{TALK}"
    assert [file_of_side(file, side) for side in Side] == [f"{file}_caller", f"{file}_agent"]


@pytest.mark.parametrize(
    ("agent", "safe"),
    [
        ("../../etc/passwd", "..-..-etc-passwd"),
        ("坐席 1001", "-1001"),
        ("a,b;c|d\n\0e", "a-b-c-d-e"),
        ("+86_1%20", "+86-1-20"),
        ("", ""),
    ],
)
def test_what_is_unsafe_in_a_path_a_query_or_a_dialplan_is_replaced(agent: str, safe: str) -> None:
    assert file_of(at=AT, agent=agent, talk=TALK) == f"2026-11-21/20261121T201634Z_{safe}_{TALK}"


def test_a_name_of_any_length_fits_a_file_system_and_keeps_what_tells_talks_apart() -> None:
    file = file_of_side(file_of(at=AT, agent="a" * 500, talk="p" * 500 + "-1.2-o7"), Side.CALLER)
    folder, name = file.split("/")
    assert len(f"{name}.wav") < 255
    assert name.endswith("p-1.2-o7_caller")
    assert re.fullmatch(r"[A-Za-z0-9_.+-]+", name)
    assert folder == "2026-11-21"
