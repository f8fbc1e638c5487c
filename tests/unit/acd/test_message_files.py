"""Only files in the folder of messages are touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from acd.message_files import OutsideTheFolder, path_of


def test_a_message_is_in_the_folder_of_messages(tmp_path: Path) -> None:
    assert path_of(tmp_path, "2026/11/18/a") == tmp_path / "messages" / "2026" / "11" / "18" / "a.wav"


@pytest.mark.parametrize("file", ["../secret", "/etc/passwd", "a/../../b", "a\0b", "../messages2/a"])
def test_no_file_outside_is_named(tmp_path: Path, file: str) -> None:
    with pytest.raises(OutsideTheFolder):
        path_of(tmp_path, file)


def test_no_link_leads_outside(tmp_path: Path) -> None:
    (tmp_path / "messages").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "messages" / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutsideTheFolder):
        path_of(tmp_path, "link/a")
