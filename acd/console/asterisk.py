"""`acd provision`: Asterisk's part of the configuration, rendered from the routing and reloaded."""

from __future__ import annotations

import asyncio
import os
import secrets
import stat
import tempfile
from pathlib import Path
from random import Random

from acd.console.screen import err, out
from acd.errors import OperatorError, TelephonyError
from acd.routing_source import RoutingSource
from asterisk.ami.client import AmiClient, AmiHandlers, AmiSettings
from asterisk.prompts.speak import Speaker, build
from asterisk.provision import MODULES, Site, phones_of, render
from asterisk.secrets import phone_passwords
from config.settings import Settings

CONNECT_S = 10.0


async def provision(
    settings: Settings, *, dry_run: bool, prompts: bool, media_address: str | None
) -> None:
    """Write the rendered files into Asterisk's configuration folder and reload what reads them."""
    routing = RoutingSource.configured(settings).load()
    site = Site(node=settings.node, media_address=media_address)
    passwords = phone_passwords(settings.data_dir / "phones.json", phones_of(routing, site))
    files = render(routing, secrets=passwords, site=site)
    if dry_run:
        for name, text in files.items():
            out.print(f"; --- {name}\n{text}")
        return
    _demand_includes(settings.asterisk_etc, files)
    for name, text in files.items():
        _write(settings.asterisk_etc / name, text)
        out.print(f"written: {settings.asterisk_etc / name}")
    out.print(f"phones' passwords: {settings.data_dir / 'phones.json'}")
    if prompts:
        speaker = Speaker(settings.data_dir / "prompt-cache", lambda argv: argv)
        own = settings.prompts_dir if settings.prompts_dir.is_dir() else None
        build(
            settings.asterisk_sounds,
            routing.languages,
            speaker=speaker,
            own=own,
            added=routing.prompts,
            report=lambda line: out.print(line),
        )
    await _reload(settings)


def _demand_includes(etc: Path, files: dict[str, str]) -> None:
    """Asterisk's own files must include ours: say which line is missing where, all at once."""
    problems = []
    for name in files:
        folder = name.partition("/")[0]
        own = etc / f"{folder.removesuffix('.d')}.conf"
        try:
            text = own.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            problems.append(f"{own}: {error.strerror}; expected Asterisk's configuration there")
            continue
        included = (f'include "{folder}/', f"include {folder}/", f"include => {folder}/")
        if not any(form in text for form in included):
            problems.append(f'{own}: expected the line  #tryinclude "{folder}/*.conf"  at its end')
    if problems:
        raise OperatorError("\n".join(problems))


def _write(path: Path, text: str) -> None:
    """Whole or not at all; readable by Asterisk's group, since it holds passwords."""
    try:
        if not path.parent.is_dir():
            _make_folder(path.parent)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            owner = path.parent.stat()
            os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
            os.fchmod(file.fileno(), 0o640)
            file.write(text)
        Path(name).replace(path)
    except OSError as error:
        raise OperatorError(f"{path} cannot be written: {error.strerror}") from error


def _make_folder(folder: Path) -> None:
    """Asterisk must be able to read it, who is hardly the one who makes it."""
    folder.mkdir()
    owner = folder.parent.stat()
    os.chown(folder, owner.st_uid, owner.st_gid)
    folder.chmod(stat.S_IMODE(owner.st_mode))


class _Ready(AmiHandlers):
    def __init__(self) -> None:
        self.connected = asyncio.Event()

    def on_connected(self) -> None:
        self.connected.set()

    def on_attempt_failed(self, error: TelephonyError, retry_in_s: float) -> None:
        err.print(f"manager interface: {error}; again in {retry_in_s:.1f} s")


async def _reload(settings: Settings) -> None:
    ready = _Ready()
    client = AmiClient(
        AmiSettings(
            host=settings.ami_host,
            port=settings.ami_port,
            username=settings.ami_user,
            secret=settings.secret("ami_secret"),
        ),
        ready,
        rng=Random(secrets.randbits(64)),
    )
    running = asyncio.ensure_future(client.run())
    connected = asyncio.ensure_future(ready.connected.wait())
    try:
        done, _ = await asyncio.wait(
            {running, connected}, timeout=CONNECT_S, return_when=asyncio.FIRST_COMPLETED
        )
        if running in done:
            running.result()
        if connected not in done:
            where = f"{settings.ami_host}:{settings.ami_port}"
            raise OperatorError(f"the files are written, but nothing was reloaded: no AMI at {where}")
        for module in MODULES:
            await client.reload(module)
            out.print(f"reloaded: {module}")
    finally:
        running.cancel()
        connected.cancel()
        await asyncio.gather(running, connected, return_exceptions=True)
