"""A switchboard for a test: the adapter on a real Asterisk, with the test in place of the core."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from random import Random
from typing import TypeVar

from acd.core import events as e
from acd.core.commands import RingAgent, TelephonyCommand
from acd.core.events import Event
from acd.core.routing import Routing
from agents.model import PhoneState
from asterisk.ari.settings import AriSettings
from asterisk.lab.instance import AsteriskInstance
from asterisk.lab.lab import Lab
from asterisk.lab.sipp import FOREVER_MS, SippRun
from asterisk.lab.softphone import PhoneCall, Softphone
from asterisk.prompts.catalogue import PROMPTS
from asterisk.provision import Site, phones_of, render
from asterisk.room import Room
from asterisk.secrets import phone_passwords
from asterisk.telephony import AsteriskTelephony
from config.load import load
from tests.unit.asterisk.wire import Counts

NODE = "asterisk"
SITE = Site(node=NODE, media_address="127.0.0.1", nat=False, qualify_s=0)
WITHIN_S = 15.0
CUSTOMER = "13800000001"

YAML = """
version: 1
timezone: Asia/Shanghai
languages: [zh-CN, en]
numbers:
  default: {queue: orders}
agents:
  "1001": {name: One}
  "1002": {name: Two}
queues:
  orders: {ring: 20s}
phones:
  customer: {name: 顾客, number: "13800000001"}
trunks:
  carrier: {match: ["127.0.0.2"]}
"""

SENTENCES = tuple(
    prompt for prompt, texts in PROMPTS.items() if all(len(text) > 4 for text in texts.values())
)
"""Prompts that are more than a word or two: they are told apart for sure."""

E = TypeVar("E", bound=Event)
_numbers = count(1)


class Switchboard:
    """Commands go in by `do`, events come out by `next` and `first`, in their order."""

    def __init__(
        self, lab: Lab, asterisk: AsteriskInstance, routing: Routing, secrets: Mapping[str, str]
    ) -> None:
        self.lab = lab
        self.asterisk = asterisk
        self.counts = Counts()
        self._secrets = secrets
        self._routing = routing
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self.telephony = self._adapter()

    def _adapter(self) -> AsteriskTelephony:
        settings = AriSettings(
            url=self.asterisk.ari_url,
            app=self._routing.app,
            username=self.asterisk.user,
            password=self.asterisk.password,
        )
        return AsteriskTelephony(
            node=NODE,
            settings=settings,
            phones=lambda: self._routing.agents,
            room=Room(self.recordings, min_free_bytes=64 * 1024),
            metrics=self.counts,
            rng=Random(1),
            trunks=lambda: self._routing.trunks,
        )

    @property
    def recordings(self) -> Path:
        return self.asterisk.spool / "recording"

    def prompts(self, *, only: Iterable[str] = SENTENCES) -> dict[str, Path]:
        """The prompts' own files, by LANGUAGE/ID."""
        return {
            f"{language}/{prompt}": self.asterisk.sounds / language / "strowger" / f"{prompt}.wav"
            for prompt in only
            for language in self._routing.languages
        }

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[e.ChannelsReconciled]:
        """The adapter runs; what it found."""
        task = asyncio.create_task(self.telephony.run(self._events.put_nowait))
        try:
            yield await self.first(e.ChannelsReconciled)
        finally:
            task.cancel()
            await asyncio.wait([task])

    @asynccontextmanager
    async def anew(self) -> AsyncIterator[e.ChannelsReconciled]:
        """Another adapter, which knows nothing, in place of one that is gone."""
        self.telephony = self._adapter()
        self._events = asyncio.Queue()
        async with self.connected() as found:
            yield found

    def do(self, *commands: TelephonyCommand) -> None:
        for command in commands:
            self.telephony.execute(command)
        self.telephony.flush()

    async def next(self) -> Event:
        """The next event that isn't about a phone."""
        while True:
            event = await asyncio.wait_for(self._events.get(), WITHIN_S)
            if not isinstance(event, e.PhoneStateChanged):
                return event

    async def first(self, kind: type[E], fits: Callable[[E], bool] = lambda event: True) -> E:
        """The next event of a kind; what comes before it is passed over."""
        seen: list[Event] = []
        try:
            async with asyncio.timeout(WITHIN_S):
                while True:
                    event = await self._events.get()
                    seen.append(event)
                    if isinstance(event, kind) and fits(event):
                        return event
        except TimeoutError as late:
            raise AssertionError(f"no {kind.__name__}, but {seen}") from late

    async def quiet(self, seconds: float) -> list[Event]:
        """What comes within a time, phones aside."""
        await asyncio.sleep(seconds)
        events = []
        while not self._events.empty():
            events.append(self._events.get_nowait())
        return [event for event in events if not isinstance(event, e.PhoneStateChanged)]

    async def phone(self, account: str, *, tone_hz: int = 440, lamp: bool = False) -> Softphone:
        """A phone that is registered, and known to be free where it is an agent's."""
        phone = await self.lab.phone(account, tone_hz=tone_hz)
        server = f"127.0.0.1:{self.asterisk.ports.sip}"
        await phone.register(server, account, self._secrets[account], lamp=lamp)
        if account in self._routing.agents:
            await self.first(
                e.PhoneStateChanged,
                lambda event: event.agent == account and event.phone is PhoneState.FREE,
            )
        return phone

    async def phone_again(self, phone: Softphone, account: str) -> Softphone:
        """It registers anew, as after its power was off."""
        server = f"127.0.0.1:{self.asterisk.ports.sip}"
        await phone.register(server, account, self._secrets[account], lamp=True)
        return phone

    async def caller(self, phone: Softphone, dialled: str = "4008001001") -> tuple[str, PhoneCall]:
        """Somebody calls: his call's id, and his side of it."""
        on = await phone.dial(self.asterisk.sip_uri(dialled))
        return (await self.first(e.CallArrived)).call, on

    async def carrier(
        self,
        *,
        ring_ms: int = 200,
        talk_ms: int = FOREVER_MS,
        refuse_with: int | None = None,
    ) -> SippRun:
        """The far side of outgoing calls, which does the same with each of them."""
        return await self.lab.agents(
            f"carrier-{next(_numbers)}", ring_ms=ring_ms, talk_ms=talk_ms, refuse_with=refuse_with
        )


def through(carrier: SippRun, number: str) -> str:
    """What to dial for a number at a carrier."""
    return f"PJSIP/carrier/sip:{number}@{carrier.address}:{carrier.port}"


@asynccontextmanager
async def switchboard(lab: Lab, folder: Path, yaml: str = YAML) -> AsyncIterator[Switchboard]:
    """A provisioned Asterisk with prompts, and the adapter on it."""
    (folder / "routing.yaml").write_text(yaml, encoding="utf-8")
    loaded = load(folder / "routing.yaml")
    assert loaded.routing is not None, loaded
    secrets = phone_passwords(folder / "phones.json", phones_of(loaded.routing, SITE))
    files = render(loaded.routing, secrets=secrets, site=SITE)
    asterisk = await lab.asterisk(NODE, files)
    await lab.speak(asterisk)
    board = Switchboard(lab, asterisk, loaded.routing, secrets)
    async with board.connected():
        yield board


def ring(offer: str, call: str, caller: str = CUSTOMER) -> RingAgent:
    """Let the phone of 1001 ring."""
    return RingAgent(
        offer=offer,
        call=call,
        agent="1001",
        endpoint="PJSIP/1001",
        node=NODE,
        caller=caller,
        caller_name=None,
        queue="orders",
    )
