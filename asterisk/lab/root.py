"""A private root folder with Asterisk, SIPp, baresip, espeak-ng and sox in it, made once.

The root lies in the user's cache folder under a key of what goes into it. It is built in a
temporary sibling and renamed when it is whole, so a broken build is never taken for a good one.
Programs in it run by `chroot`; they share the machine's network, hence its loopback.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from asterisk.lab import debootstrap
from asterisk.lab.errors import BuildFailed, NeedsRootUser

OLDEST_ASTERISK = (22, 5)
TOOLS = ("asterisk", "sipp", "baresip", "espeak-ng", "sox")
PATH_INSIDE = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SCRATCH_PREFIX = "strowger"

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """A folder that programs see as `/`; the machine's own `/` where that has all tools."""

    folder: Path

    @property
    def is_host(self) -> bool:
        """Whether this is the machine's own root."""
        return self.folder == Path("/")

    def command(self, argv: Sequence[str]) -> list[str]:
        """What to run on the machine in order to run `argv` inside."""
        env = ["/usr/bin/env", f"PATH={PATH_INSIDE}", "LC_ALL=C.UTF-8", *argv]
        if self.is_host:
            return env
        return [shutil.which("chroot") or "/usr/sbin/chroot", str(self.folder), *env]

    def path(self, inside: str | Path) -> Path:
        """Where on the machine the absolute path `inside` of the root lies."""
        return self.folder / str(inside).lstrip("/")

    def resolve(self, inside: str | Path) -> Path:
        """The absolute path inside that `inside` is a link to, if it is one."""
        path = Path(inside)
        while self.path(path).is_symlink():
            path = Path(os.path.normpath(path.parent / self.path(path).readlink()))
        return path

    def inside(self, host_path: Path) -> str:
        """The path by which programs inside know `host_path`, which must lie below the root."""
        return str(Path("/") / host_path.relative_to(self.folder))

    def scratch(self, name: str) -> Path:
        """A new folder (path on the machine) that programs inside can read and write."""
        where = self.path("/tmp")
        prefix = f"{SCRATCH_PREFIX}-{os.getpid()}-{re.sub(r'[^A-Za-z0-9_-]', '_', name)}-"
        return Path(tempfile.mkdtemp(prefix=prefix, dir=where))

    def sweep(self) -> None:
        """Remove the scratch folders of processes that no longer run."""
        for folder in self.path("/tmp").glob(f"{SCRATCH_PREFIX}-*-*"):
            owner = folder.name.split("-")[1]
            if owner.isdigit() and not Path("/proc", owner).exists():
                shutil.rmtree(folder, ignore_errors=True)


def ensure_root(report: Report) -> Root:
    """The root, made now if it isn't there yet; `report` gets a line about each step.

    Raises a `LabError` that says what is missing on this machine.
    """
    if host_is_enough():
        return Root(folder=Path("/"))
    if os.geteuid() != 0:
        raise NeedsRootUser
    root = Root(folder=cache_folder() / f"root-{key()}")
    if not root.folder.is_dir():
        root.folder.parent.mkdir(parents=True, exist_ok=True)
        with _only_builder(root.folder, report):
            if not root.folder.is_dir():
                _build(root, report)
    root.sweep()
    return root


def cache_folder() -> Path:
    """Strowger's folder in the user's cache."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "strowger"


def key() -> str:
    """Names what goes into the root: another recipe is another root."""
    return hashlib.sha256(repr(debootstrap.RECIPE).encode()).hexdigest()[:12]


def host_is_enough() -> bool:
    """Whether the machine itself has all tools and an Asterisk that is new enough."""
    if not all(shutil.which(tool) for tool in TOOLS):
        return False
    return asterisk_version(Root(folder=Path("/"))) >= OLDEST_ASTERISK


def asterisk_version(root: Root) -> tuple[int, ...]:
    """The version of the root's Asterisk, such as `(22, 10, 1)`; empty if it does not run."""
    said = subprocess.run(
        root.command(["asterisk", "-V"]), capture_output=True, text=True, check=False
    ).stdout
    found = re.match(r"Asterisk (?:certified/)?(\d+(?:\.\d+)*)", said)
    return tuple(int(part) for part in found[1].split(".")) if found else ()


def _build(root: Root, report: Report) -> None:
    debootstrap.require_room(root.folder.parent)
    building = root.folder.with_name(root.folder.name + ".building")
    log = root.folder.with_name(root.folder.name + ".log")
    debootstrap.remove(building)
    report(f"Building a private Asterisk root once, in {root.folder} (log: {log})")
    try:
        elapsed_s = debootstrap.build(building, log, report)
        version = asterisk_version(Root(folder=building))
        if version < OLDEST_ASTERISK:
            raise BuildFailed(
                f"The Asterisk in the new root is {'.'.join(map(str, version)) or 'missing'}, "
                f"but {'.'.join(map(str, OLDEST_ASTERISK))} or newer is needed."
            )
        building.rename(root.folder)
    finally:
        debootstrap.remove(building)
    report(f"Asterisk {'.'.join(map(str, version))} is ready after {elapsed_s:.0f} s")


@contextmanager
def _only_builder(folder: Path, report: Report) -> Iterator[None]:
    with folder.with_name(folder.name + ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report("Another process is building the private Asterisk root; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
