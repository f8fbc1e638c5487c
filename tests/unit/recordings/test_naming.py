from __future__ import annotations

import re

import pytest

from recordings.naming import (
    Side,
    file_of,
    file_of_message,
    file_of_side,
    folders_of_messages,
    message_file_of,
    message_of_file,
    number_of_message,
)

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


def test_a_message_lies_in_the_folder_of_its_day() -> None:
    file = message_file_of(at=AT, box="orders", call="pbx1-1795292190.12", number=2)
    assert file == "2026/11/21/20261121T201634Z_orders_pbx1-1795292190.12-2"
    other = message_file_of(at=AT, box="../订购", call="../" + "c" * 200, number=3)
    assert re.fullmatch(r"2026/11/21/[A-Za-z0-9_.+-]+-3", other)
    assert len(other.rsplit("/", 1)[1]) < 250


def test_messages_have_a_folder_of_their_own() -> None:
    assert message_of_file(file_of_message("2026/11/21/x")) == "2026/11/21/x"
    assert message_of_file("2026-11-21/x") is None
    assert message_of_file("messages/") is None


def test_recordings_of_a_call_are_known_by_their_names() -> None:
    name = message_file_of(at=AT, box="sales team", call="pbx1-17.5", number=12).rpartition("/")[2]
    assert number_of_message(name, box="sales team", call="pbx1-17.5") == 12
    assert number_of_message(name, box="sales team", call="pbx1-17.50") is None
    assert number_of_message(name, box="team", call="pbx1-17.5") is None
    assert number_of_message(f"{name}x", box="sales team", call="pbx1-17.5") is None


def test_folders_of_messages_are_those_of_the_days() -> None:
    assert folders_of_messages(AT, AT) == ["2026/11/21"]
    later = AT + 2 * 86400
    assert folders_of_messages(AT, later) == ["2026/11/23", "2026/11/22", "2026/11/21"]
    assert folders_of_messages(later, AT) == []
