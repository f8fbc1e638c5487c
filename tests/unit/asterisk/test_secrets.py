"""Phones' passwords: made once, kept, and nobody else's to read."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from asterisk.secrets import SecretsError, phone_passwords


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "phones.json"


def test_each_phone_gets_its_own_and_keeps_it(path: Path) -> None:
    first = phone_passwords(path, ["1001", "1002"])
    assert first.keys() == {"1001", "1002"}
    assert first["1001"] != first["1002"]
    assert all(len(word) >= 24 for word in first.values())
    assert phone_passwords(path, ["1002", "1001"]) == first


def test_only_the_owner_may_read_them(path: Path) -> None:
    phone_passwords(path, ["1001"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    with pytest.raises(SecretsError, match=r"mode 0640.*chmod 600"):
        phone_passwords(path, ["1001"])


def test_a_phone_that_comes_back_has_its_old_one(path: Path) -> None:
    before = phone_passwords(path, ["1001", "1002"])
    assert phone_passwords(path, ["1003"]).keys() == {"1003"}
    assert phone_passwords(path, ["1001"])["1001"] == before["1001"]


def test_nothing_is_written_when_nothing_is_new(path: Path) -> None:
    phone_passwords(path, ["1001"])
    written = path.stat().st_mtime_ns
    phone_passwords(path, ["1001"])
    assert path.stat().st_mtime_ns == written
    assert [entry.name for entry in path.parent.iterdir()] == ["phones.json"]


@pytest.mark.parametrize("content", ["not json", "[]", '{"1001": 5}', '"x"'])
def test_a_file_that_is_not_one_is_left_alone(path: Path, content: str) -> None:
    path.parent.mkdir()
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(SecretsError, match=r"phones\.json"):
        phone_passwords(path, ["1001"])
    assert path.read_text() == content


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SecretsError, match="cannot be written"):
        phone_passwords(tmp_path / "file" / "phones.json", ["1001"])


def test_the_file_is_json(path: Path) -> None:
    made = phone_passwords(path, ["1001"])
    assert json.loads(path.read_text()) == made
