"""The rendered configuration in a real Asterisk: with an engine there, and while it is away."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from acd.core.routing import Routing
from asterisk.lab.instance import AsteriskInstance
from asterisk.lab.lab import Lab
from asterisk.lab.softphone import PhoneCall, Softphone
from asterisk.lab.tone import read_wav, tone_share
from asterisk.provision import Site, phones_of, render
from asterisk.secrets import phone_passwords
from config.load import load

SITE = Site(media_address="127.0.0.1", nat=False, qualify_s=0)
YAML = """
version: 1
timezone: Asia/Shanghai
languages: [zh-CN, en]
skills: [orders]
groups: [late]
numbers:
  "4008001001": {queue: orders}
  "4008001002": {queue: orders, language: en}
  default: {queue: reception}
agents:
  "1001": {name: '坐席; "一"', skills: {orders: 8}}
  "1002": {name: Two, skills: {orders: 2}}
  "1003": {name: Three, groups: [late]}
queues:
  orders:
    needs: {orders: 3}
    widen: [{after: 1s, needs: {orders: 1}}]
    ring: 5s
    waiting: {for_at_most: 30s}
    on_timeout: {say: all_busy_recorded, then: callback}
    on_nobody: {say: nobody, then: callback}
  reception:
    groups: [late]
    on_nobody: {queue: orders}
trunks:
  carrier: {match: ["127.0.0.2"]}
phones:
  customer: {name: 顾客, number: "13800000001"}
"""

# What Asterisk says of each call while no engine is there.
AWAY = r"outbound websocket per-call config|Stasis app 'strowger' doesn't exist|Unable to join queue"


class Office:
    """An Asterisk as provisioned, and phones with the passwords that were made."""

    def __init__(self, lab: Lab, pbx: AsteriskInstance, passwords: dict[str, str]) -> None:
        self.pbx = pbx
        self._lab = lab
        self._passwords = passwords

    async def phone(self, name: str, *, tone_hz: int = 440, transport: str = "udp") -> Softphone:
        phone = await self._lab.phone(name, tone_hz=tone_hz)
        server = f"127.0.0.1:{self.pbx.ports.sip}"
        await phone.register(server, name, self._passwords[name], transport)
        return phone

    async def dial(self, phone: Softphone, extension: str) -> PhoneCall:
        return await phone.dial(self.pbx.sip_uri(extension))


@pytest.fixture
def routing(tmp_path: Path) -> Routing:
    (tmp_path / "routing.yaml").write_text(YAML, encoding="utf-8")
    loaded = load(tmp_path / "routing.yaml")
    assert loaded.routing is not None
    return loaded.routing


@pytest.fixture
async def office(lab: Lab, routing: Routing, tmp_path: Path) -> Office:
    passwords = phone_passwords(tmp_path / "phones.json", phones_of(routing, SITE))
    pbx = await lab.asterisk(files=render(routing, secrets=passwords, site=SITE))
    await lab.speak(pbx)
    return Office(lab, pbx, passwords)


async def test_asterisk_takes_it_without_a_word(office: Office) -> None:
    assert office.pbx.complaints() == []
    members = await office.pbx.cli("queue show strowger-orders")
    assert "1001" in members
    assert "penalty 2" in members.replace("with ", "")
    assert "13800000001" in await office.pbx.cli("pjsip show endpoint customer")
    assert "State:Unavailable" in await office.pbx.cli("core show hint 1001")


async def test_while_the_engine_is_away_callers_reach_the_same_agents(lab: Lab, office: Office) -> None:
    agent = await office.phone("1001", tone_hz=880, transport="tcp")
    callers = await lab.callers("carrier", office.pbx, [("13900000001", "4008001001")])
    call = await agent.incoming()
    assert call.caller == "13900000001"
    await call.answer()
    await call.hangup()
    assert (await callers.wait()).successful == 1
    assert callers.events()[-1].what == "ended"


async def test_a_customers_phone_calls_as_if_from_outside(office: Office) -> None:
    agent = await office.phone("1001", tone_hz=880)
    customer = await office.phone("customer", tone_hz=440)
    call = await office.dial(customer, "4008001002")
    ringing = await agent.incoming()
    assert ringing.caller == "13800000001"
    await ringing.answer()
    await ringing.hearing()
    await office.pbx.until("core show channels verbose", "00:00:01")
    await ringing.hangup()
    await call.closed()
    assert tone_share(ringing.heard, 440) > 0.5


async def test_the_fallback_widens_as_time_passes(lab: Lab, office: Office) -> None:
    first, second = await office.phone("1001"), await office.phone("1002")
    customer = await office.phone("customer")
    await office.dial(customer, "4008001001")
    await (await first.incoming()).answer()
    callers = await lab.callers("carrier", office.pbx, [("139", "4008001001")])
    ringing = await second.incoming()
    waited_s = time.time() - callers.events()[0].at
    assert ringing.caller == "139"
    assert 0.9 < waited_s < 5


async def test_whoever_might_serve_later_is_asked_when_nobody_else_is_there(office: Office) -> None:
    late = await office.phone("1002")
    customer = await office.phone("customer")
    call = await office.dial(customer, "4008001001")
    ringing = await late.incoming()
    await ringing.answer()
    await call.hangup()


async def test_with_nobody_there_the_caller_is_told(lab: Lab, office: Office) -> None:
    callers = await lab.callers("carrier", office.pbx, [("139", "+8610"), ("138", "4008001001")])
    assert (await callers.wait()).successful == 2
    assert [event.what for event in callers.events()].count("ended") == 2
    log = office.pbx.log.read_text(encoding="utf-8")
    # The first dialled an unknown number, whose queue hands over to the other where nobody is.
    assert log.count("Playing 'strowger/nobody.slin' (language 'zh-CN')") == 2
    assert office.pbx.complaints(expected=AWAY) == []


async def test_agents_call_each_other(office: Office) -> None:
    one, two = await office.phone("1001", tone_hz=440), await office.phone("1002", tone_hz=880)
    call = await office.dial(one, "1002")
    ringing = await two.incoming()
    assert ringing.caller == "1001"
    assert ringing.display.replace(" ", "") == "坐席一"
    await ringing.answer()
    assert "State:InUse" in (await office.pbx.cli("core show hint 1001")).replace(" ", "")
    await call.hangup()


@pytest.mark.parametrize("code", ["*11", "*15", "4711"])
async def test_an_agent_hears_that_something_cannot_be(office: Office, code: str) -> None:
    phone = await office.phone("1001")
    call = await office.dial(phone, code)
    await call.established()
    await call.closed(20)
    samples, rate_hz = read_wav(call.heard)
    assert len(samples) > rate_hz
    assert max(samples) > 3000
    assert office.pbx.complaints(expected=AWAY) == []


@asynccontextmanager
async def engine(pbx: AsteriskInstance, app: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """Somebody who stands in for the engine: he listens to what comes."""
    where = f"{pbx.ari_url}/events?app={app}&api_key={pbx.user}:{pbx.password}"
    async with aiohttp.ClientSession() as session, session.ws_connect(where) as socket:
        yield socket


async def start_of(socket: aiohttp.ClientWebSocketResponse) -> tuple[list[str], str]:
    """What Stasis() was given for the next call, and its caller's number."""
    while True:
        event = await socket.receive_json(timeout=10)
        if event["type"] == "StasisStart":
            return event["args"], event["channel"]["caller"]["number"]


async def test_calls_and_codes_go_to_the_engine_when_it_is_there(
    lab: Lab, office: Office, routing: Routing
) -> None:
    phone = await office.phone("1001")
    async with engine(office.pbx, routing.app) as socket:
        await lab.callers("carrier", office.pbx, [("139", "4008001001")])
        assert await start_of(socket) == (["inbound", "4008001001"], "139")
        await lab.callers("stranger", office.pbx, [("138", "+8610")])
        assert await start_of(socket) == (["inbound", "+8610"], "138")
        await office.dial(phone, "*13")
        assert await start_of(socket) == (["feature", "*13"], "1001")
    assert phone.is_silent


async def test_a_changed_routing_is_reloaded(office: Office, routing: Routing, tmp_path: Path) -> None:
    changed = YAML.replace('"1003"', '"1009"')
    (tmp_path / "routing.yaml").write_text(changed, encoding="utf-8")
    after = load(tmp_path / "routing.yaml").routing
    assert after is not None
    passwords = phone_passwords(tmp_path / "phones.json", phones_of(after, SITE))
    office.pbx.write(render(after, secrets=passwords, site=SITE))
    for module in ("res_pjsip.so", "pbx_config.so", "app_queue.so"):
        await office.pbx.cli(f"module reload {module}")
    assert "1009" in await office.pbx.cli("pjsip show endpoints")
    assert "1003" not in await office.pbx.cli("pjsip show endpoints")
    assert "1009" in await office.pbx.cli("queue show strowger-reception")
    assert "Dial(PJSIP/1009,60)" in await office.pbx.cli("dialplan show 1009@strowger-phones")
