"""The private root: where things lie in it, and that it is made once, whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from asterisk.lab import __main__ as cli
from asterisk.lab import debootstrap, root
from asterisk.lab.errors import BuildFailed, NeedsRootUser, NoNetwork
from asterisk.lab.root import Root, ensure_root

Build = Callable[[Path, Path, Callable[[str], None]], float]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache on a machine without an Asterisk of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(root, "host_is_enough", lambda: False)
    monkeypatch.setattr(root, "asterisk_version", lambda _: (22, 10, 1))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return tmp_path / "strowger"


def builds(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Replace the build by one that makes a folder with one file; the folders it was asked for."""
    asked: list[Path] = []

    def build(folder: Path, log: Path, report: Callable[[str], None]) -> float:
        asked.append(folder)
        (folder / "tmp").mkdir(parents=True)
        return 1.0

    monkeypatch.setattr(debootstrap, "build", build)
    return asked


def test_paths_go_both_ways() -> None:
    there = Root(folder=Path("/cache/root"))
    assert there.path("/etc/asterisk") == Path("/cache/root/etc/asterisk")
    assert there.inside(Path("/cache/root/tmp/x")) == "/tmp/x"
    with pytest.raises(ValueError, match="not in the subpath"):
        there.inside(Path("/elsewhere"))


def test_the_hosts_own_root_is_itself() -> None:
    here = Root(folder=Path("/"))
    assert here.is_host
    assert here.path("/etc/hosts") == Path("/etc/hosts")
    assert here.inside(Path("/etc/hosts")) == "/etc/hosts"
    assert "chroot" not in " ".join(here.command(["asterisk", "-V"]))


def test_commands_run_by_chroot_with_a_path_and_locale_of_their_own() -> None:
    command = Root(folder=Path("/cache/root")).command(["sipp", "-v"])
    assert command[0].endswith("chroot")
    assert command[1] == "/cache/root"
    assert command[-2:] == ["sipp", "-v"]
    assert "LC_ALL=C.UTF-8" in command


def test_scratch_folders_are_swept_when_their_process_is_gone(tmp_path: Path) -> None:
    there = Root(folder=tmp_path)
    (tmp_path / "tmp").mkdir()
    mine = there.scratch("asterisk one")
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (tmp_path / "tmp" / f"strowger-{gone.pid}-old-abc").mkdir()
    there.sweep()
    assert list((tmp_path / "tmp").iterdir()) == [mine]
    assert "asterisk_one" in mine.name


def test_it_is_made_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = builds(monkeypatch)
    said: list[str] = []
    first = ensure_root(said.append)
    assert first == ensure_root(said.append)
    assert len(asked) == 1
    assert first.folder.parent == cache
    assert any("22.10.1 is ready" in line for line in said)


def test_another_recipe_is_another_root(monkeypatch: pytest.MonkeyPatch) -> None:
    before = root.key()
    monkeypatch.setattr(debootstrap, "RECIPE", debootstrap.Recipe(version=2, suite="sid", packages=()))
    assert root.key() != before


def test_a_failed_build_leaves_nothing_and_the_next_one_starts_anew(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(folder: Path, log: Path, report: Callable[[str], None]) -> float:
        folder.mkdir()
        raise NoNetwork

    monkeypatch.setattr(debootstrap, "build", broken)
    with pytest.raises(NoNetwork):
        ensure_root(lambda _: None)
    assert not [path for path in cache.iterdir() if path.is_dir()]
    builds(monkeypatch)
    assert ensure_root(lambda _: None).folder.is_dir()


def test_a_killed_builders_leftovers_are_removed(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leftover = cache / f"root-{root.key()}.building"
    (leftover / "half").mkdir(parents=True)
    builds(monkeypatch)
    made = ensure_root(lambda _: None)
    assert not leftover.exists()
    assert not (made.folder / "half").exists()


def test_an_asterisk_that_is_too_old_is_refused(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    builds(monkeypatch)
    monkeypatch.setattr(root, "asterisk_version", lambda _: (20, 6))
    with pytest.raises(BuildFailed, match=r"20\.6, but 22\.5 or newer"):
        ensure_root(lambda _: None)


def test_two_builders_wait_for_each_other(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    began, go_on = threading.Event(), threading.Event()
    asked: list[Path] = []

    def slow(folder: Path, log: Path, report: Callable[[str], None]) -> float:
        asked.append(folder)
        began.set()
        assert go_on.wait(10)
        (folder / "tmp").mkdir(parents=True)
        return 1.0

    monkeypatch.setattr(debootstrap, "build", slow)

    def second_says(line: str) -> None:
        if "waiting" in line:
            go_on.set()

    first = threading.Thread(target=ensure_root, args=[lambda _: None])
    first.start()
    assert began.wait(10)
    made = ensure_root(second_says)
    first.join()
    assert made.folder.is_dir()
    assert len(asked) == 1


def test_it_needs_the_root_user(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(NeedsRootUser, match="sudo"):
        ensure_root(lambda _: None)


def test_the_hosts_own_tools_are_used_when_all_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(root, "PATH_INSIDE", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    for tool in root.TOOLS:
        assert not root.host_is_enough()
        (tmp_path / tool).write_text('#!/bin/sh\necho "Asterisk 22.9.0~dfsg"\n')
        (tmp_path / tool).chmod(0o755)
    assert root.host_is_enough()
    assert root.asterisk_version(Root(folder=Path("/"))) == (22, 9, 0)
    assert ensure_root(lambda _: None).is_host
    (tmp_path / "asterisk").write_text('#!/bin/sh\necho "Asterisk 20.6.0"\n')
    assert not root.host_is_enough()


def test_the_command_line_prints_the_folder_or_the_reason(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    builds(monkeypatch)
    assert cli.main(["root"]) == 0
    printed = capsys.readouterr()
    assert Path(printed.out.strip()).is_dir()
    assert "Building" in printed.err
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert cli.main(["root"]) == 2
    assert "error: " in capsys.readouterr().err
