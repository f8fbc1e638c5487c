"""The builder of the root: what it runs, what it says meanwhile, how it explains a failure."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections import namedtuple
from pathlib import Path

import pytest

from acd.errors import OperatorError
from asterisk.lab import debootstrap
from asterisk.lab.debootstrap import Steps, last_line
from asterisk.lab.errors import BuildFailed, DiskFull, NoNetwork

# Stands in for every program that the builder calls: notes how it was called, makes a tree.
FAKE = """#!/bin/sh
echo "$(basename "$0") $*" >> "$CALLS"
case "$(basename "$0") $*" in
  debootstrap*) mkdir -p "$3/usr/sbin" "$3/etc/dpkg/dpkg.cfg.d" ;;
esac
echo done
"""


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def steps(tmp_path: Path, said: list[str]) -> Steps:
    return Steps(output=io.BytesIO(), log=tmp_path / "log", report=said.append)


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which debootstrap, chroot and apt-get are fakes; the file of their calls."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("debootstrap", "chroot", "apt-get"):
        (programs / name).write_text(FAKE)
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    return tmp_path / "calls"


def test_a_root_is_a_base_system_and_the_packages(calls: Path, tmp_path: Path) -> None:
    folder = tmp_path / "root"
    assert debootstrap.build(folder, tmp_path / "log", lambda _: None) >= 0
    made = calls.read_text().splitlines()
    assert made[0] == f"debootstrap --variant=minbase sid {folder}"
    assert made[1].startswith(f"chroot {folder} apt-get -y")
    assert made[1].endswith(" ".join(debootstrap.RECIPE.packages))
    assert "exit 101" in (folder / "usr/sbin/policy-rc.d").read_text()
    assert (folder / "etc/resolv.conf").read_text() == ""
    assert "127.0.0.1 localhost" in (folder / "etc/hosts").read_text()
    assert "done" in (tmp_path / "log").read_text()


def test_a_machine_without_debootstrap_gets_it_and_its_lists_where_needed(
    calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    (tmp_path / "bin" / "apt-get").write_text(
        FAKE + 'grep -q "apt-get.* update" "$CALLS" || { echo "E: Unable to locate"; exit 100; }\n'
    )
    debootstrap.build(tmp_path / "root", tmp_path / "log", lambda _: None)
    made = [line.split()[0:3] for line in calls.read_text().splitlines()]
    assert made[:3] == [
        ["apt-get", "-y", "install"],
        ["apt-get", "-y", "update"],
        ["apt-get", "-y", "install"],
    ]
    assert made[3][0] == "debootstrap"


@pytest.mark.parametrize(
    ("output", "error"),
    [
        ("tar: write error: No space left on device", DiskFull),
        ("E: Failed getting release file http://mirror/sid/Release", NoNetwork),
        ("Temporary failure resolving 'mirror'", NoNetwork),
        ("dpkg: error processing package", BuildFailed),
    ],
)
def test_a_failure_is_explained_with_the_last_lines_and_the_log(
    steps: Steps, output: str, error: type[OperatorError]
) -> None:
    with pytest.raises(error) as raised:
        steps.run("unpacking", ["sh", "-c", f'echo "{output}"; exit 3'])
    assert output in str(raised.value)
    assert "exit code 3" in str(raised.value)
    assert str(steps.log) in str(raised.value)


def test_a_program_that_is_not_there_is_named(steps: Steps) -> None:
    with pytest.raises(BuildFailed, match="no-such-program is not on this machine"):
        steps.run("unpacking", ["no-such-program"])


def test_a_long_step_says_what_it_is_doing(
    steps: Steps, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(debootstrap, "SAY_EVERY_S", 0.01)
    steps.run("unpacking", ["sh", "-c", "echo tar of things; sleep 0.1"])
    assert said[0].endswith("unpacking")
    assert any("unpacking: tar of things" in line for line in said[1:])


def test_progress_shows_the_last_line_that_says_something() -> None:
    assert last_line(b"one\ntwo \n\n") == "two"
    assert last_line(b"") == "..."
    assert len(last_line(b"x" * 500)) == 70


def test_a_full_disk_is_noticed_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 10**12, 10**8))
    with pytest.raises(DiskFull, match=r"0\.1 GB left"):
        debootstrap.require_room(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 0, 10**12))
    debootstrap.require_room(tmp_path)


def test_what_a_killed_build_left_mounted_is_unmounted_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "half"
    (folder / "proc").mkdir(parents=True)
    ran: list[list[str]] = []

    def run(argv: list[str], *, check: bool) -> None:
        assert check
        assert folder.exists()
        ran.append(argv)

    mounts = f"proc /proc proc rw 0 0\nproc {folder}/proc proc rw 0 0\n"
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: mounts)
    monkeypatch.setattr(subprocess, "run", run)
    debootstrap.remove(folder)
    assert ran == [["umount", "--lazy", f"{folder}/proc"]]
    assert not folder.exists()
    debootstrap.remove(folder)
