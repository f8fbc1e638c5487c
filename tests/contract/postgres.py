"""A PostgreSQL server to throw away: own folder, own port on loopback, own death.

The server refuses to run as root, so under root everything runs as the user `postgres`, whom the
Debian package `postgresql` makes. Its folder stands directly in the system's temporary folder, since
that user must be able to reach it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import asyncpg

USER = "strowger"


def programs() -> Path:
    """The folder of initdb and pg_ctl: that of the newest server installed by Debian, else of PATH."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3])
    )
    if debian:
        return debian[-1].parent
    found = shutil.which("pg_ctl")
    if found is None:
        raise FileNotFoundError("No PostgreSQL server is installed: apt-get install postgresql")
    return Path(found).resolve().parent


class ThrowAwayPostgres:
    """One server process and its databases; `remove` leaves nothing behind."""

    def __init__(self) -> None:
        self._programs = programs()
        self._folder = Path(tempfile.mkdtemp(prefix="strowger-postgres-"))
        self._data = self._folder / "data"
        self._user = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        if self._user is not None:
            os.chown(self._folder, self._user.pw_uid, self._user.pw_gid)
        self.port = free_port()
        self._run(
            "initdb", "-D", self._data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "-N"
        )

    def start(self) -> None:
        """Return when it takes connections."""
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' "
            "-c fsync=off -c max_connections=40 -c shared_buffers=16MB"
        )
        self._run("pg_ctl", "-D", self._data, "-l", self._folder / "log", "-w", "-o", options, "start")

    def kill(self) -> None:
        """End it at once, without a word to its clients; return when it is gone."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")

    def remove(self) -> None:
        if (self._data / "postmaster.pid").exists():
            self.kill()
        shutil.rmtree(self._folder)

    def url(self, database: str) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    async def empty_database(self) -> str:
        """The URL of a database with nothing in it; what an earlier test left there is dropped.

        The same one each time: making a database writes some seven megabytes."""
        connection = await asyncpg.connect(self.url("postgres"))
        try:
            await connection.execute("DROP SCHEMA public CASCADE")
            await connection.execute("CREATE SCHEMA public")
        finally:
            await connection.close()
        return self.url("postgres")

    def _run(self, program: str, *arguments: str | Path) -> None:
        done = subprocess.run(
            [self._programs / program, *arguments],
            user=None if self._user is None else self._user.pw_uid,
            group=None if self._user is None else self._user.pw_gid,
            extra_groups=None if self._user is None else [],
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # the server inherits it; a pipe would never end
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode != 0:
            log = self._folder / "log"
            said = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise RuntimeError(f"{program} failed with {done.returncode}. {said}")


def free_port() -> int:
    """A TCP port of loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
