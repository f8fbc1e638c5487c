"""One real Asterisk: its own folders, ports and configuration, in the foreground of the root."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import shutil
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from asterisk.lab import program
from asterisk.lab.errors import PhoneTimeout, ToolFailed
from asterisk.lab.ports import PortBlock
from asterisk.lab.root import Root

BASE = Path(__file__).parent / "base"
BOOT_S = 30.0
USER = "strowger"
ASK_EVERY_S = 0.05
PLACEHOLDER = re.compile(r"@([a-z_]+)@")
ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class InstancePorts:
    """Where one Asterisk listens on 127.0.0.1. SIP is both UDP and TCP; a call leg needs 2 of rtp."""

    sip: int
    http: int
    ami: int
    rtp: range

    @classmethod
    def of(cls, block: PortBlock, *, rtp: int = 200) -> Self:
        """Take them from a block of free ports, with `rtp` ports for RTP."""
        return cls(sip=block.take(), http=block.take(), ami=block.take(), rtp=block.span(rtp))


class AsteriskInstance:
    """An Asterisk that can be started, stopped, killed and started again in the same folders.

    `files` are added to the base configuration (asterisk/lab/base) or replace files of it, by
    name relative to the configuration folder. The base includes `pjsip.d/*.conf`,
    `extensions.d/*.conf`, `queues.d/*.conf`, `musiconhold.d/*.conf`, `manager.d/*.conf`,
    `ari.d/*.conf` and `modules.d/*.conf`. `@name@` in a file is replaced by a value of `values`.
    """

    def __init__(self, root: Root, name: str, files: Mapping[str, str], ports: InstancePorts) -> None:
        self.root = root
        self.name = name
        self.ports = ports
        self.user = USER
        self.password = secrets.token_urlsafe(16)
        self.folder = root.scratch(f"asterisk-{name}")
        self.etc = self.folder / "etc"
        self.spool = self.folder / "spool"
        self.sounds = self.folder / "data" / "sounds"
        self.log = self.folder / "log" / "messages.log"
        self.console = self.folder / "console"
        self._process: asyncio.subprocess.Process | None = None
        self._make_folders()
        self.write({path.name: path.read_text(encoding="utf-8") for path in BASE.glob("*.conf")})
        self.write(files)

    @property
    def values(self) -> dict[str, str]:
        """What `@name@` stands for in configuration files."""
        return {
            "name": self.name,
            "folder": self.root.inside(self.folder),
            "modules": self.root.inside(_modules(self.root)),
            "sip_port": str(self.ports.sip),
            "http_port": str(self.ports.http),
            "ami_port": str(self.ports.ami),
            "rtp_first": str(self.ports.rtp.start),
            "rtp_last": str(self.ports.rtp.stop - 1),
            "user": self.user,
            "password": self.password,
        }

    @property
    def ari_url(self) -> str:
        """The base address of ARI; user and password are `user` and `password`, as for AMI."""
        return f"http://127.0.0.1:{self.ports.http}/ari"

    @property
    def http_url(self) -> str:
        """The address of its HTTP server."""
        return f"http://127.0.0.1:{self.ports.http}"

    @property
    def pid(self) -> int:
        """The process id of the running Asterisk."""
        return self._running().pid

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.returncode is None

    def sip_uri(self, extension: str) -> str:
        """How a phone dials an extension."""
        return f"sip:{extension}@127.0.0.1:{self.ports.sip}"

    def write(self, files: Mapping[str, str]) -> None:
        """Put files into the configuration folder; a running Asterisk has to be told to reload."""
        values = self.values
        for name, text in files.items():
            path = self.etc / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(
                PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text),
                encoding="utf-8",
            )

    async def start(self, within_s: float = BOOT_S) -> None:
        """Start it, and return when it says itself that it has fully booted."""
        if self.is_running:
            raise ToolFailed(f"Asterisk {self.name} is running already.")
        with _ReadySocket() as ready:
            self._process = await program.start(
                self.root,
                ["asterisk", "-f", "-n", "-C", self._conf],
                output=self.console,
                env=[f"NOTIFY_SOCKET={ready.address}"],
            )
            booted = asyncio.ensure_future(ready.wait())
            ended = asyncio.ensure_future(self._process.wait())
            await asyncio.wait({booted, ended}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
            finished = booted.done()
            for waiting in (booted, ended):
                waiting.cancel()
            await asyncio.gather(booted, ended, return_exceptions=True)
        if not finished:
            await program.stop(self._process)
            raise ToolFailed(f"Asterisk {self.name} did not start.\n{self.tail()}")

    async def stop(self) -> None:
        """End it at once, hanging up its calls (SIGTERM); nothing if it does not run."""
        if self._process is not None:
            await program.stop(self._process)

    async def kill(self) -> None:
        """End it as a crash or the power does (SIGKILL)."""
        process = self._running()
        process.kill()
        await process.wait()

    async def restart(self) -> None:
        """Stop and start, in the same folders and on the same ports."""
        await self.stop()
        await self.start()

    async def cli(self, command: str, within_s: float = 10.0) -> str:
        """What Asterisk's console answers to a command."""
        argv = self.root.command(["asterisk", "-C", self._conf, "-rx", command])
        process = await asyncio.create_subprocess_exec(
            *argv, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        try:
            printed, _ = await asyncio.wait_for(process.communicate(), within_s)
        except TimeoutError as late:
            process.kill()
            await process.wait()
            raise PhoneTimeout(f"Asterisk {self.name} did not answer {command!r}.") from late
        text = ESCAPES.sub("", printed.decode(errors="replace"))
        if process.returncode:
            raise ToolFailed(f"Asterisk {self.name} did not take {command!r}: {text}")
        return text

    async def until(self, command: str, pattern: str, within_s: float = 10.0) -> str:
        """Ask its console again and again until the answer has the regular expression in it."""
        answer = ""
        try:
            async with asyncio.timeout(within_s):
                while not re.search(pattern, answer):
                    await asyncio.sleep(ASK_EVERY_S)
                    answer = await self.cli(command)
        except TimeoutError as late:
            raise PhoneTimeout(f"{command!r} never showed {pattern!r} but:\n{answer}") from late
        return answer

    def complaints(self, *, expected: str = r"(?!)") -> list[str]:
        """The warnings and errors in its log so far, but for those that match `expected`."""
        if not self.log.exists():
            return []
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        complaint, known = re.compile(r"\] (WARNING|ERROR)\["), re.compile(expected)
        return [line for line in lines if complaint.search(line) and not known.search(line)]

    def tail(self, lines: int = 30) -> str:
        """The end of its log, or what it printed where it never got as far as logging."""
        return program.tail(self.log, lines) or program.tail(self.console, lines)

    def remove(self) -> None:
        """Delete its folders, logs included."""
        shutil.rmtree(self.folder, ignore_errors=True)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    @property
    def _conf(self) -> str:
        return self.root.inside(self.etc / "asterisk.conf")

    def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            raise ToolFailed(f"Asterisk {self.name} is not running.")
        return self._process

    def _make_folders(self) -> None:
        for name in ("etc", "cache", "db", "run", "log", "spool/recording", "lib/keys", "data/sounds"):
            (self.folder / name).mkdir(parents=True)
        shared = Path("/usr/share/asterisk")
        _link_all(self.root, shared, self.folder / "data")
        # A folder of its own, to which prompts in English can be added.
        (self.sounds / "en").mkdir()
        _link_all(self.root, self.root.resolve(shared / "sounds" / "en"), self.sounds / "en")
        _link_all(self.root, shared / "sounds", self.sounds)


class _ReadySocket:
    """Where Asterisk says READY=1, in the protocol of sd_notify, when it has fully booted."""

    def __init__(self) -> None:
        self.name = f"strowger-{secrets.token_hex(8)}"
        # An abstract name: it is the same inside and outside of a chroot.
        self.address = f"@{self.name}"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)

    def __enter__(self) -> Self:
        self._socket.bind(f"\0{self.name}")
        self._socket.setblocking(False)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    async def wait(self) -> None:
        loop = asyncio.get_running_loop()
        while b"READY=1" not in await loop.sock_recv(self._socket, 4096):
            pass


def _modules(root: Root) -> Path:
    for pattern in ("usr/lib/*/asterisk/modules", "usr/lib/asterisk/modules"):
        if found := sorted(root.folder.glob(pattern)):
            return found[0]
    raise ToolFailed(f"There are no Asterisk modules below {root.folder}/usr/lib.")


def _link_all(root: Root, inside: Path, folder: Path) -> None:
    """Links in `folder` to all that is in a folder of the root, but for what it already has."""
    for entry in root.path(inside).iterdir():
        link = folder / entry.name
        if not os.path.lexists(link):
            link.symlink_to(inside / entry.name)
