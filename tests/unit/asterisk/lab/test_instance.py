"""The parts of an Asterisk instance that need no Asterisk: its folders and configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from asterisk.lab.errors import ToolFailed
from asterisk.lab.instance import AsteriskInstance, InstancePorts
from asterisk.lab.ports import free_ports
from asterisk.lab.root import Root

PORTS = InstancePorts(sip=5060, http=8088, ami=5038, rtp=range(10000, 10010))


@pytest.fixture
def root(tmp_path: Path) -> Root:
    """A root in which there are sounds and modules, and no program."""
    for folder in ("tmp", "etc", "usr/share/asterisk/sounds/en_US/digits", "usr/share/asterisk/moh"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "etc/prompt-en").symlink_to("../usr/share/asterisk/sounds/en_US")
    (tmp_path / "usr/share/asterisk/sounds/en").symlink_to("/etc/prompt-en")
    (tmp_path / "usr/lib/x86_64-linux-gnu/asterisk/modules").mkdir(parents=True)
    return Root(folder=tmp_path)


def test_it_has_folders_of_its_own_and_the_roots_sounds(root: Root) -> None:
    one, two = (AsteriskInstance(root, "same", {}, PORTS) for _ in range(2))
    assert one.folder != two.folder
    conf = (one.etc / "asterisk.conf").read_text()
    assert f"astspooldir => {root.inside(one.folder)}/spool" in conf
    assert "astmoddir => /usr/lib/x86_64-linux-gnu/asterisk/modules" in conf
    assert "systemname = same" in conf
    assert "@" not in conf
    sounds = Path("/usr/share/asterisk/sounds")
    assert (one.sounds / "en_US").readlink() == sounds / "en_US"
    assert (one.sounds / "en" / "digits").readlink() == sounds / "en_US" / "digits"
    assert not (one.sounds / "en").is_symlink()
    assert (one.folder / "data/moh").readlink() == Path("/usr/share/asterisk/moh")
    assert one.sounds.is_dir()
    assert not one.sounds.is_symlink()
    one.remove()
    assert not one.folder.exists()


def test_files_are_added_and_replace_those_of_the_base(root: Root) -> None:
    files = {"pjsip.d/phones.conf": "at @sip_port@, mail a@b.c @unknown@", "rtp.conf": "mine\n"}
    one = AsteriskInstance(root, "one", files, PORTS)
    assert (one.etc / "pjsip.d/phones.conf").read_text() == "at 5060, mail a@b.c @unknown@"
    assert (one.etc / "rtp.conf").read_text() == "mine\n"
    assert "bindport = 8088" in (one.etc / "http.conf").read_text()
    assert f"password = {one.password}" in (one.etc / "ari.conf").read_text()


def test_no_base_file_has_a_placeholder_without_a_value(root: Root) -> None:
    one = AsteriskInstance(root, "one", {}, PORTS)
    for path in one.etc.rglob("*.conf"):
        assert not [word for word in path.read_text().split() if word.startswith("@")], path


def test_addresses(root: Root) -> None:
    one = AsteriskInstance(root, "one", {}, PORTS)
    assert one.ari_url == "http://127.0.0.1:8088/ari"
    assert one.sip_uri("100") == "sip:100@127.0.0.1:5060"


def test_ports_of_a_block_differ() -> None:
    block = free_ports(400)
    taken = InstancePorts.of(block, rtp=100)
    assert len({taken.sip, taken.http, taken.ami, *taken.rtp}) == 103
    block.close()


async def test_what_needs_a_running_asterisk_says_that_there_is_none(root: Root) -> None:
    one = AsteriskInstance(root, "one", {}, PORTS)
    assert not one.is_running
    await one.stop()
    with pytest.raises(ToolFailed, match="one is not running"):
        await one.kill()
    with pytest.raises(ToolFailed, match="not running"):
        _ = one.pid
    assert one.complaints() == []
    assert one.tail() == ""


def test_complaints_are_the_warnings_and_errors(root: Root) -> None:
    one = AsteriskInstance(root, "one", {}, PORTS)
    one.log.write_text(
        "[2026-01-01 00:00:00.000] NOTICE[1] a.c: fine\n"
        "[2026-01-01 00:00:00.000] WARNING[1] b.c: odd\n"
        "[2026-01-01 00:00:00.000] ERROR[1] c.c: broken\n"
    )
    assert [line.rsplit(" ", 1)[1] for line in one.complaints()] == ["odd", "broken"]
    assert one.tail(1).endswith("broken")


def test_a_root_without_modules_is_refused(tmp_path: Path) -> None:
    for folder in ("tmp", "usr/share/asterisk/sounds/en"):
        (tmp_path / folder).mkdir(parents=True)
    with pytest.raises(ToolFailed, match="no Asterisk modules"):
        AsteriskInstance(Root(folder=tmp_path), "one", {}, PORTS)
