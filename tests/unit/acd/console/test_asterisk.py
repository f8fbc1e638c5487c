"""`acd provision`: files into Asterisk's folder, whole or not at all, then a reload over AMI."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from acd.console import asterisk as provisioning
from acd.errors import OperatorError, TelephonyError
from asterisk.ami.client import AmiClient
from asterisk.ami.errors import AmiError
from asterisk.prompts.catalogue import PROMPTS
from asterisk.provision import MODULES
from tests.unit.acd.console.installation import Installation
from tests.unit.asterisk.ami.fake_manager import FakeManager, error
from tests.unit.config.files import text

FILES = ("pjsip", "extensions", "queues", "queuerules", "musiconhold")


@pytest.fixture
def etc(installation: Installation) -> Path:
    """Asterisk's folder, whose files include ours; AMI is down."""
    folder = installation.folder / "etc"
    folder.mkdir()
    for name in FILES:
        (folder / f"{name}.conf").write_text(f'; own\n#tryinclude "{name}.d/*.conf"\n')
    installation.set(
        asterisk_etc=folder,
        asterisk_sounds=installation.folder / "sounds",
        ami_port=1,
        ami_secret="secret",
    )
    return folder


@pytest.fixture
async def manager(installation: Installation, etc: Path) -> AsyncIterator[FakeManager]:
    manager = FakeManager()
    await manager.start()
    installation.set(ami_port=manager.port)
    yield manager
    await manager.stop()


async def provision(installation: Installation, *, prompts: bool = False) -> str:
    await provisioning.provision(
        installation.settings(), dry_run=False, prompts=prompts, media_address=None
    )
    return installation.said()


def private(etc: Path) -> os.stat_result:
    """Asterisk's folder is for its group alone; one of ours is there already."""
    etc.chmod(0o750)
    (etc / "queues.d").mkdir()
    return etc.stat()


def written(etc: Path) -> dict[str, str]:
    return {str(path.relative_to(etc)): path.read_text() for path in sorted(etc.glob("*.d/*"))}


def test_a_dry_run_shows_and_writes_nothing(installation: Installation, etc: Path) -> None:
    said = installation.good("provision", "--dry-run", "--media-address", "192.0.2.7")
    for name in FILES:
        assert f"; --- {name}.d/" in said
    assert "192.0.2.7" in said
    assert written(etc) == {}


async def test_everything_is_written_and_reloaded(
    installation: Installation, etc: Path, manager: FakeManager
) -> None:
    said = await provision(installation)
    files = written(etc)
    assert {name.partition(".")[0] for name in files} == set(FILES)
    passwords = installation.folder / "var" / "phones.json"
    assert stat.S_IMODE(passwords.stat().st_mode) == 0o600
    for name, content in files.items():
        path = etc / name
        assert f"written: {path}" in said
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        assert content.endswith("\n")
    assert json.loads(passwords.read_text())["1"] in files["pjsip.d/strowger.conf"]
    assert [(await manager.ask_of("Reload"))["Module"] for _ in MODULES] == [*MODULES]
    assert said.splitlines()[-1] == f"reloaded: {MODULES[-1]}"

    await provision(installation)
    assert written(etc) == files


async def test_folders_and_files_are_for_asterisk_to_read(
    installation: Installation, etc: Path, manager: FakeManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    owners: list[tuple[str, int, int]] = []

    def chown(path: Path, user: int, group: int) -> None:
        owners.append((path.name, user, group))

    monkeypatch.setattr(os, "chown", chown)
    owner = private(etc)
    await provision(installation)
    made = [f"{name}.d" for name in FILES if name != "queues"]
    assert owners == [(name, owner.st_uid, owner.st_gid) for name in made]
    assert stat.S_IMODE((etc / "pjsip.d").stat().st_mode) == 0o750


async def test_the_application_and_the_node_are_the_installations(
    installation: Installation, etc: Path, manager: FakeManager
) -> None:
    installation.set(ari_app="shop")
    await provision(installation)
    assert "Stasis(shop,inbound," in written(etc)["extensions.d/strowger.conf"]


async def test_prompts_are_spoken_and_own_recordings_go_before(
    installation: Installation, etc: Path, manager: FakeManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = installation.folder / "bin"
    programs.mkdir()
    for name in ("espeak-ng", "sox"):
        program = programs / name
        program.write_text("#!/bin/sh\ncat\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    own = installation.folder / "var" / "prompts" / "en"
    own.mkdir(parents=True)
    (own / "closed.wav").write_bytes(b"our own voice.")
    said = await provision(installation, prompts=True)
    assert f"Prompts in en: {len(PROMPTS)} texts, 1 recordings" in said
    closed = installation.folder / "sounds" / "en" / "strowger" / "closed.wav"
    assert b"our own voice." in closed.read_bytes()
    assert (closed.parent / "goodbye.wav16").exists()


async def test_prompts_that_cannot_be_made(
    installation: Installation, etc: Path, manager: FakeManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(installation.folder))
    with pytest.raises(OperatorError, match="espeak-ng, which makes the prompts, cannot be run"):
        await provision(installation, prompts=True)


def test_all_missing_includes_are_told_at_once(installation: Installation, etc: Path) -> None:
    (etc / "pjsip.conf").write_text("; nothing\n")
    (etc / "queues.conf").unlink()
    said = installation.bad("provision", "--no-prompts")
    assert f'{etc}/pjsip.conf: expected the line  #tryinclude "pjsip.d/*.conf"  at its end' in said
    assert f"{etc}/queues.conf: No such file or directory; expected Asterisk's configuration" in said
    assert "extensions" not in said
    assert written(etc) == {}


def test_a_folder_that_cannot_be_written(installation: Installation, etc: Path) -> None:
    (etc / "pjsip.d").write_text("a file")
    assert "cannot be written: File exists" in installation.bad("provision", "--no-prompts")


def test_a_routing_with_mistakes_changes_nothing(installation: Installation, etc: Path) -> None:
    installation.routing.write_text(text(queues=""))
    assert f"{installation.routing}:" in installation.bad("provision")
    assert written(etc) == {}


def test_passwords_that_others_may_read(installation: Installation, etc: Path) -> None:
    passwords = installation.folder / "var" / "phones.json"
    passwords.parent.mkdir()
    passwords.write_text("{}")
    passwords.chmod(0o644)
    assert "can be read by others" in installation.bad("provision")


def test_nobody_answers_at_the_manager_interface(
    installation: Installation, etc: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provisioning, "CONNECT_S", 0.2)
    said = installation.bad("provision", "--no-prompts")
    assert "manager interface: Cannot reach the manager interface" in said
    assert said.endswith("the files are written, but nothing was reloaded: no AMI at 127.0.0.1:1\n")
    assert written(etc)


def test_without_the_managers_secret(installation: Installation, etc: Path) -> None:
    installation.set(ami_secret="")
    assert "STROWGER_AMI_SECRET is not set" in installation.bad("provision", "--no-prompts")


async def test_a_module_that_does_not_reload(installation: Installation, manager: FakeManager) -> None:
    manager.answers["Reload"] = lambda asked: error(asked, "No such module")
    with pytest.raises(AmiError, match="Reload: No such module"):
        await provision(installation)


async def test_a_client_that_breaks_is_not_waited_for(
    installation: Installation, etc: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(self: object) -> None:
        raise TelephonyError("broken")

    monkeypatch.setattr(AmiClient, "run", broken)
    with pytest.raises(TelephonyError, match="broken"):
        await provision(installation)
