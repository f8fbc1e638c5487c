"""Makes the private root: debootstrap of Debian unstable, then the packages of the lab."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from asterisk.lab.errors import BuildFailed, DiskFull, NoNetwork

ROOM_BYTES = 1_500_000_000
SAY_EVERY_S = 3.0
NETWORK_COMPLAINTS = (
    "Couldn't download",
    "Failed getting release",
    "Temporary failure resolving",
    "Could not resolve",
    "Failed to fetch",
    "Network is unreachable",
    "Could not connect",
    "Unable to connect",
    "unable to resolve host",
)

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """All that decides what the root holds; its `repr` is what the cache key is made of."""

    version: int
    suite: str
    packages: tuple[str, ...]


RECIPE = Recipe(
    version=1,
    suite="sid",
    packages=(
        "asterisk",
        "asterisk-config",
        "asterisk-core-sounds-en-wav",
        "asterisk-moh-opsound-wav",
        "asterisk-modules",
        "baresip-core",
        "espeak-ng",
        "sip-tester",
        "sox",
    ),
)

DPKG_OPTIONS = """\
force-unsafe-io
path-exclude /usr/share/doc/*
path-exclude /usr/share/man/*
path-exclude /usr/share/locale/*
"""
# Without it the package starts an Asterisk of its own inside the new root, which takes the ports.
POLICY = "#!/bin/sh\nexit 101\n"


def build(folder: Path, log: Path, report: Report) -> float:
    """Make the root in `folder`, everything that is said going to `log`; seconds it took."""
    with log.open("wb") as output:
        steps = Steps(output=output, log=log, report=report)
        if shutil.which("debootstrap") is None:
            _install_debootstrap(steps)
        steps.run(
            "Debian base system",
            ["debootstrap", "--variant=minbase", RECIPE.suite, str(folder)],
        )
        _before_packages(folder)
        # No update: the lists that debootstrap just fetched and left are minutes old.
        apt = ["chroot", str(folder), "apt-get", "-y", "-o", "Acquire::Retries=3"]
        steps.run(
            "Asterisk and phones",
            [*apt, "install", "--no-install-recommends", *RECIPE.packages],
        )
        steps.run("tidying up", ["chroot", str(folder), "apt-get", "clean"])
        _after_packages(folder)
    return steps.elapsed_s()


def require_room(folder: Path) -> None:
    """Refuse early where the disk that holds `folder` is too full for the root."""
    free = shutil.disk_usage(folder).free
    if free < ROOM_BYTES:
        raise DiskFull(
            f"{folder} has {free / 1e9:.1f} GB left, the private root needs "
            f"{ROOM_BYTES / 1e9:.1f} GB while it is built. Free some, or set XDG_CACHE_HOME."
        )


def remove(folder: Path) -> None:
    """Remove a half-made root, first unmounting what a killed debootstrap left mounted in it."""
    if not folder.exists():
        return
    mounts = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    points = [line.split()[1] for line in mounts]
    for point in sorted((p for p in points if Path(p).is_relative_to(folder)), reverse=True):
        subprocess.run(["umount", "--lazy", point], check=True)
    shutil.rmtree(folder)


@dataclass(slots=True, kw_only=True)
class Steps:
    """Runs one program after another and says how far they are."""

    output: IO[bytes]
    log: Path
    report: Report
    started: float = field(default_factory=time.monotonic)

    def elapsed_s(self) -> float:
        """Seconds since the first step began."""
        return time.monotonic() - self.started

    def run(self, title: str, argv: Sequence[str]) -> None:
        """Run `argv`; its last line is reported every few seconds, its failure explained."""
        self.say(title)
        env = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
        try:
            with subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                env=env,
            ) as program:  # fmt: skip
                tail = self._follow(title, program)
        except FileNotFoundError as missing:
            raise BuildFailed(f"{argv[0]} is not on this machine, but {title} needs it.") from missing
        if program.returncode:
            raise _explained(title, program.returncode, tail, self.log)

    def say(self, text: str) -> None:
        """One progress line with the time since the start."""
        self.report(f"{self.elapsed_s():4.0f} s  {text}")

    def _follow(self, title: str, program: subprocess.Popen[bytes]) -> str:
        assert program.stdout is not None
        tail = b""
        said = time.monotonic()
        while True:
            ready, _, _ = select.select([program.stdout], [], [], SAY_EVERY_S)
            if ready:
                chunk = os.read(program.stdout.fileno(), 65536)
                if not chunk:
                    return tail.decode(errors="replace")
                self.output.write(chunk)
                tail = (tail + chunk)[-8000:]
            if time.monotonic() - said >= SAY_EVERY_S:
                said = time.monotonic()
                self.say(f"{title}: {last_line(tail)}")


def last_line(output: bytes) -> str:
    """The last whole line of `output`, short enough for a progress line."""
    lines = [line for line in output.decode(errors="replace").splitlines() if line.strip()]
    return lines[-1].strip()[:70] if lines else "..."


def _explained(title: str, code: int, tail: str, log: Path) -> BuildFailed | NoNetwork | DiskFull:
    what = "\n".join(line for line in tail.splitlines()[-6:] if line.strip())
    said = f"{title} failed (exit code {code}); the whole log is in {log}\n{what}"
    if "No space left on device" in tail:
        return DiskFull(said)
    if any(complaint in tail for complaint in NETWORK_COMPLAINTS):
        return NoNetwork(f"{NoNetwork.__doc__}\n{said}")
    return BuildFailed(said)


def _install_debootstrap(steps: Steps) -> None:
    """By the machine's own package tool, which on a fresh machine needs its lists first."""
    packages = ["debootstrap", "debian-archive-keyring"]
    install = ["apt-get", "-y", "install", "--no-install-recommends", *packages]
    try:
        steps.run("installing debootstrap", install)
    except (BuildFailed, NoNetwork):
        steps.run("the machine's package lists", ["apt-get", "-y", "update"])
        steps.run("installing debootstrap", install)


def _before_packages(folder: Path) -> None:
    policy = folder / "usr/sbin/policy-rc.d"
    policy.write_text(POLICY, encoding="utf-8")
    policy.chmod(0o755)
    (folder / "etc/dpkg/dpkg.cfg.d/strowger").write_text(DPKG_OPTIONS, encoding="utf-8")


def _after_packages(folder: Path) -> None:
    """Names resolve from a file only: otherwise each call stalls five seconds in a look-up."""
    names = f"localhost {os.uname().nodename}"
    (folder / "etc/hosts").write_text(f"127.0.0.1 {names}\n::1 {names}\n", encoding="utf-8")
    resolver = folder / "etc/resolv.conf"
    resolver.unlink(missing_ok=True)
    resolver.write_text("", encoding="utf-8")
