"""A lab table: Asterisk, phones and callers that are started when asked for and end together."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from asterisk.lab import sipp
from asterisk.lab.instance import AsteriskInstance, InstancePorts
from asterisk.lab.ports import free_ports
from asterisk.lab.root import Root, cache_folder
from asterisk.lab.sipp import SippRun
from asterisk.lab.softphone import Softphone
from asterisk.prompts.speak import NOTHING, Speaker, build


class Lab:
    """Use it as an async context manager; what was started last is ended first.

    `port_count` bounds the ports of all that stands on the table; RTP takes most of them. The
    folders with all logs stay until the first lab that is opened after this process has ended.
    """

    def __init__(self, root: Root, *, port_count: int = 600) -> None:
        self.root = root
        self.ports = free_ports(port_count)
        self._standing = AsyncExitStack()

    async def asterisk(
        self, name: str = "pbx", files: Mapping[str, str] | None = None, *, rtp_ports: int = 200
    ) -> AsteriskInstance:
        """A running Asterisk with these files beside or in place of its base configuration."""
        ports = InstancePorts.of(self.ports, rtp=rtp_ports)
        instance = AsteriskInstance(self.root, name, files or {}, ports)
        return await self._standing.enter_async_context(instance)

    async def speak(
        self,
        asterisk: AsteriskInstance,
        languages: Sequence[str] = ("zh-CN", "en"),
        added: Mapping[str, Mapping[str, str]] = NOTHING,
    ) -> None:
        """Give Asterisk the prompts, also those of a routing file; spoken once, they are kept in the
        user's cache."""
        speaker = Speaker(cache_folder() / "prompts", self.root.command)
        await asyncio.to_thread(build, asterisk.sounds, languages, speaker=speaker, added=added)

    async def phone(self, name: str, *, tone_hz: int = 440) -> Softphone:
        """A running softphone, not registered yet."""
        phone = Softphone(self.root, name, self.ports, tone_hz=tone_hz)
        return await self._standing.enter_async_context(phone)

    async def callers(
        self,
        name: str,
        asterisk: AsteriskInstance,
        calls: Sequence[tuple[str, str]],
        *,
        rate_per_s: float = 10.0,
        patience_ms: int = sipp.FOREVER_MS,
        talk_ms: int = sipp.FOREVER_MS,
        address: str = sipp.CARRIER,
    ) -> SippRun:
        """Callers who have begun to dial; see `asterisk.lab.sipp.callers`."""
        run = sipp.callers(
            self.root,
            name,
            self.ports,
            f"127.0.0.1:{asterisk.ports.sip}",
            calls,
            rate_per_s=rate_per_s,
            patience_ms=patience_ms,
            talk_ms=talk_ms,
            address=address,
        )
        return await self._standing.enter_async_context(run)

    async def agents(
        self,
        name: str,
        *,
        ring_ms: int = 0,
        talk_ms: int = sipp.FOREVER_MS,
        refuse_with: int | None = None,
        transport: str = "udp",
    ) -> SippRun:
        """Phones of any number of agents on one port; see `asterisk.lab.sipp.agents`."""
        run = sipp.agents(
            self.root,
            name,
            self.ports,
            ring_ms=ring_ms,
            talk_ms=talk_ms,
            refuse_with=refuse_with,
            transport=transport,
        )
        return await self._standing.enter_async_context(run)

    async def register(self, asterisk: AsteriskInstance, phones: Mapping[str, str], at: SippRun) -> None:
        """Register agents' phones (user to password) that stand at the port of a run of agents."""
        target = f"127.0.0.1:{asterisk.ports.sip}"
        run = sipp.register(self.root, f"register-{at.name}", self.ports, target, phones, at)
        await run.start()
        await run.wait()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._standing.aclose()
        self.ports.close()
