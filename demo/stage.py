"""The stage: Asterisk, the engine and the phones of a small call centre, all on loopback."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

from acd.core.explain import one_line
from asterisk.lab.instance import AsteriskInstance
from asterisk.lab.lab import Lab
from asterisk.lab.root import Root, cache_folder
from asterisk.lab.sipp import FOREVER_MS, SippRun
from asterisk.lab.softphone import PhoneCall, Softphone
from asterisk.prompts.speak import Speaker, build
from asterisk.provision import Site, phones_of, render
from asterisk.secrets import phone_passwords
from config.load import load
from demo.engine import Api, EngineProcess, EngineTrouble, Facts

ROUTING = Path(__file__).parent / "routing.yaml"
ZONE = "Asia/Shanghai"
CUSTOMER_TONE_HZ = 440
AGENT_TONE_HZ = 880
PATIENT_MS = 60_000
NODE = "pbx"
SITE = Site(node=NODE, media_address="127.0.0.1")

Report = Callable[[str], None]
Settings = Callable[[AsteriskInstance], Mapping[str, str]]


def routing_text() -> str:
    """The demonstration's routing, in which one business is closed today, whatever the day."""
    today = datetime.now(ZoneInfo(ZONE)).date()
    days = [today + timedelta(days=distance) for distance in (-1, 0, 1)]
    closed = ", ".join(f'"{day.isoformat()}": company outing' for day in days)
    return ROUTING.read_text(encoding="utf-8").replace("closed_on: {}", f"closed_on: {{{closed}}}")


@dataclass(slots=True)
class Caller:
    """A caller at the carrier's: his run of SIPp, his number, and his call once it has arrived."""

    run: SippRun
    number: str
    call: str = ""


@dataclass(slots=True)
class Stage:
    """Everything that a scenario needs, and the facts that the engine tells."""

    lab: Lab
    asterisk: AsteriskInstance
    engine: EngineProcess
    api: Api
    secrets: Mapping[str, str]
    facts: Facts
    report: Report
    token: str
    phones: dict[str, Softphone] = field(default_factory=dict)
    scripted: dict[str, SippRun] = field(default_factory=dict)
    """Accounts whose phones are not people's but SIPp's."""
    _callers: list[Caller] = field(default_factory=list)
    _readers: list[asyncio.Task[None]] = field(default_factory=list)

    # phones

    async def phone(
        self,
        account: str,
        *,
        tone_hz: int = AGENT_TONE_HZ,
        transport: str = "udp",
        lamp: bool = False,
    ) -> Softphone:
        """The registered softphone of an account of the routing file; started when first asked for.
        With `lamp` it asks whether messages wait."""
        if account not in self.phones:
            phone = await self.lab.phone(account, tone_hz=tone_hz)
            server = f"127.0.0.1:{self.asterisk.ports.sip}"
            await phone.register(server, account, self.secrets[account], transport, lamp=lamp)
            self.phones[account] = phone
        return self.phones[account]

    async def script(
        self,
        name: str,
        *accounts: str,
        ring_ms: int = 0,
        talk_ms: int = FOREVER_MS,
        refuse_with: int | None = None,
        transport: str = "udp",
    ) -> SippRun:
        """Register SIPp as the phones of these accounts; it does the same with each call."""
        run = await self.lab.agents(
            name, ring_ms=ring_ms, talk_ms=talk_ms, refuse_with=refuse_with, transport=transport
        )
        await self.lab.register(self.asterisk, {each: self.secrets[each] for each in accounts}, run)
        self.scripted.update(dict.fromkeys(accounts, run))
        return run

    async def staff(self, *agents: str) -> None:
        """These agents, and nobody else, are logged in and idle, in this order of idleness."""
        for view in (await self.api.get("agents"))["items"]:
            if view["state"] != "offline":
                await self.api.post(f"agents/{view['agent']}/log-out")
        await self.login(*agents)

    async def login(self, *agents: str) -> None:
        """These agents are logged in and idle too, in this order of idleness."""
        for agent in agents:
            if agent not in self.scripted:
                await self.phone(agent)
        for agent in agents:
            mark = len(self.facts.seen)
            view = await self.api.post(f"agents/{agent}/log-in")
            if view["state"] != "idle":
                await self.facts.first("agent_state_changed", since=mark, agent=agent, state="idle")

    async def talk(self, seconds: float = 1.5) -> None:
        """Let those who are connected hear each other for a while."""
        await asyncio.sleep(seconds)

    async def rings(self, agent: str, within_s: float = 10.0) -> PhoneCall:
        """The next call that rings at a phone, an agent's or a customer's."""
        while (call := await self.phones[agent].incoming(within_s)).is_closed:
            pass  # it rang for somebody who is gone
        return call

    async def busy(
        self, agent: str, number: str, dialled: str = "4008001001"
    ) -> tuple[Caller, PhoneCall]:
        """Let an agent, the only one who is idle, talk with a caller."""
        caller = await self.dials(number, dialled)
        call = await self.rings(agent)
        await call.answer()
        return caller, call

    async def customer(self, account: str, dialled: str) -> tuple[PhoneCall, str]:
        """The softphone of a customer dials: his side of the call, and its id."""
        phone = await self.phone(account, tone_hz=CUSTOMER_TONE_HZ)
        mark = len(self.facts.seen)
        on = await phone.dial(self.asterisk.sip_uri(dialled))
        entered = await self.facts.first("call_entered", since=mark, dialled=dialled)
        return on, str(entered["call"])

    def prompts(self, *names: str, language: str = "en") -> dict[str, Path]:
        """The files of these prompts, to be found in what a phone has heard."""
        folder = self.asterisk.sounds / language / "strowger"
        return {name: folder / f"{name}.wav" for name in names}

    # callers

    async def dials(
        self, number: str, dialled: str = "4008001001", *, patience_ms: int = PATIENT_MS
    ) -> Caller:
        """Somebody outside dials; returns when the call has reached the engine."""
        mark = len(self.facts.seen)
        name = f"caller-{len(self._callers)}"
        run = await self.lab.callers(name, self.asterisk, [(number, dialled)], patience_ms=patience_ms)
        caller = Caller(run, number)
        self._callers.append(caller)
        entered = await self.facts.first("call_entered", since=mark, caller=number)
        caller.call = entered["call"]
        return caller

    async def ended(self, caller: Caller) -> dict[str, Any]:
        """The end of a call, as the engine tells it."""
        return await self.facts.first("call_ended", call=caller.call, within_s=40)

    async def clear(self) -> None:
        """Nobody calls any more and nobody is called: ready for the next scenario."""
        for caller in self._callers:
            await caller.run.kill()
        self._callers.clear()
        await self._close_callbacks()
        for call in (await self.api.get("calls/live"))["items"]:
            await self.hang_up(call["call"])
            await self.facts.first("call_ended", call=call["call"])
        await self._close_callbacks()

    async def _close_callbacks(self) -> None:
        closed = {each["callback"] for each in self.facts.seen if each["type"] == "callback_closed"}
        opened = [each["callback"] for each in self.facts.seen if each["type"] == "callback_opened"]
        for callback in [each["id"] for each in opened if each["id"] not in closed]:
            with suppress(EngineTrouble):  # it may have come to its end meanwhile
                await self.api.post(f"callbacks/{callback}/close", {"reason": "the scenario is over"})
            await self.facts.first("callback_closed", callback=callback)

    async def hang_up(self, channel: str) -> None:
        """End a channel from outside, as if its far side had hung up; nothing where it is gone."""
        login = aiohttp.encode_basic_auth(self.asterisk.user, self.asterisk.password)
        url = f"{self.asterisk.ari_url}/channels/{channel}"
        headers = {"Authorization": login}
        async with aiohttp.ClientSession(headers=headers) as session, session.delete(url) as answer:
            if answer.status not in (204, 404):
                raise EngineTrouble(f"{channel} could not be hung up: {answer.status}")

    # why

    def why(self, call: str) -> str:
        """The story of a call in one line, as `acd explain` tells it."""
        reasons = [
            (datetime.fromisoformat(line["at"]).timestamp(), line["code"], *line["arguments"])
            for fact in self.facts.seen
            if fact.get("call") == call
            for line in fact.get("reasons", ())
        ]
        return one_line(reasons)

    async def restart_engine(self) -> None:
        """Start the engine again after its death, and listen to it again."""
        await self.engine.start()
        await self.listen()

    async def listen(self) -> None:
        """Take the facts up with a new stream; what was seen stays seen."""
        seen = self.facts.seen
        self.facts = Facts(await self.api.events())
        self.facts.seen = seen
        self._readers.append(asyncio.create_task(self.facts.read()))

    async def stop_listening(self) -> None:
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)


@asynccontextmanager
async def stage(
    root: Root,
    folder: Path,
    report: Report,
    *,
    routing: str | None = None,
    settings: Settings | None = None,
    rtp_ports: int = 200,
    site: Site = SITE,
) -> AsyncIterator[Stage]:
    """Build the stage. `folder` keeps the routing file, the database and the engine's log.

    Each call with an agent takes 4 of `rtp_ports`, one that waits takes 2. `settings` are
    the engine's, beside or in place of the usual ones.
    """
    path = folder / "routing.yaml"
    path.write_text(routing or routing_text(), encoding="utf-8")
    plan = load(path, node=NODE).routing
    async with AsyncExitStack() as stack:
        lab = await stack.enter_async_context(Lab(root, port_count=rtp_ports + 400))
        report("Asterisk: starting, with accounts, dialplan and fallback queues from the routing file")
        secrets = phone_passwords(folder / "phones.json", phones_of(plan, site))
        asterisk = await lab.asterisk(
            NODE, render(plan, secrets=secrets, site=site), rtp_ports=rtp_ports
        )
        report("prompts: spoken by espeak-ng, kept in the cache")
        speaker = Speaker(cache_folder() / "prompts", root.command)
        await asyncio.to_thread(
            build, asterisk.sounds, plan.languages, speaker=speaker, added=plan.prompts
        )
        report("engine: starting, with SQLite")
        engine = EngineProcess(
            folder,
            path,
            {
                "STROWGER_ARI_URL": asterisk.ari_url.removesuffix("/ari"),
                "STROWGER_ARI_USER": asterisk.user,
                "STROWGER_ARI_PASSWORD": asterisk.password,
                "STROWGER_AMI_PORT": str(asterisk.ports.ami),
                "STROWGER_AMI_USER": asterisk.user,
                "STROWGER_AMI_SECRET": asterisk.password,
                "STROWGER_NODE": asterisk.name,
                "STROWGER_RECORDINGS_DIR": str(asterisk.spool / "recording"),
                **(settings(asterisk) if settings is not None else {}),
            },
            lab.ports.take(),
        )
        token = await _token(folder / "token", engine)
        stack.push_async_callback(engine.stop)
        await engine.start()
        api = await stack.enter_async_context(Api(engine.api_url, token))
        made = Stage(lab, asterisk, engine, api, secrets, Facts(await api.events()), report, token)
        stack.push_async_callback(made.stop_listening)
        await made.listen()
        yield made


async def _token(path: Path, engine: EngineProcess) -> str:
    """A token for the API: made once for a folder, as a token of that name can be, and kept there."""
    token = _kept(path)
    if token is None:
        token = (await engine.acd("token", "create", "demo", "--role", "admin")).strip()
        _keep(path, token)
    return token


def _kept(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _keep(path: Path, token: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(token)
