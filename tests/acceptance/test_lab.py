"""The lab itself, on the real thing: if these fail, no other acceptance test means anything."""

from __future__ import annotations

import pytest

from asterisk.lab.errors import PhoneTimeout, ToolFailed
from asterisk.lab.instance import AsteriskInstance
from asterisk.lab.lab import Lab
from asterisk.lab.siptap import SipTap, ring_delays_s
from asterisk.lab.softphone import Softphone
from asterisk.lab.tone import tone_share

ENDPOINT = """
[{name}]
type = endpoint
context = {context}
disallow = all
allow = alaw,ulaw
direct_media = no
media_address = 127.0.0.1
bind_rtp_to_media_address = yes
{more}
"""
PHONE = (
    ENDPOINT
    + """
[{name}]
type = aor
{contact}
[{name}]
type = auth
username = {name}
password = secret-{name}
"""
)
CARRIER = (
    ENDPOINT.format(name="carrier", context="from-carrier", more="")
    + """
[carrier]
type = identify
endpoint = carrier
match = 127.0.0.2
"""
)
DIALPLAN = """
[phones]
exten => _1XXX,1,Dial(PJSIP/${EXTEN},20)
[from-carrier]
exten => 9000,1,Queue(orders,,,,20)
exten => _1XXX,1,Dial(PJSIP/${EXTEN},20)
 same => n,Hangup(${HANGUPCAUSE})
exten => 9001,1,Answer()
 same => n,MusicOnHold()
"""


def phones(*names: str) -> str:
    """Accounts that register."""
    return "".join(
        PHONE.format(
            name=name,
            context="phones",
            more=f"auth={name}\naors={name}",
            contact="max_contacts=1\nremove_existing=yes",
        )
        for name in names
    )


def desks(port: int, *names: str) -> str:
    """Phones that don't register: they stand at a port."""
    return "".join(
        PHONE.format(
            name=name, context="phones", more=f"aors={name}",
            contact=f"contact=sip:{name}@127.0.0.1:{port}",
        )
        for name in names
    )  # fmt: skip


async def two_phones(lab: Lab, pbx: AsteriskInstance) -> tuple[Softphone, Softphone]:
    """1001 over UDP with a tone of 440 Hz, 1002 over TCP with one of 880 Hz."""
    server = f"127.0.0.1:{pbx.ports.sip}"
    one, two = await lab.phone("1001", tone_hz=440), await lab.phone("1002", tone_hz=880)
    await one.register(server, "1001", "secret-1001", "udp")
    await two.register(server, "1002", "secret-1002", "tcp")
    return one, two


@pytest.fixture
async def pbx(lab: Lab) -> AsteriskInstance:
    """An Asterisk with two accounts, a carrier and a plain dialplan."""
    files = {
        "pjsip.d/phones.conf": phones("1001", "1002") + CARRIER,
        "extensions.d/plain.conf": DIALPLAN,
    }
    return await lab.asterisk(files=files)


async def test_two_phones_hear_each_other(lab: Lab, pbx: AsteriskInstance) -> None:
    one, two = await two_phones(lab, pbx)
    caller = await one.dial(pbx.sip_uri("1002"))
    await caller.ringing()
    callee = await two.incoming()
    assert callee.caller == "1001"
    await callee.answer()
    await caller.established()
    await caller.hearing()
    await callee.hearing()
    await pbx.until("core show channels verbose", "00:00:01")
    await caller.hangup()
    await callee.closed()
    for call, voice, other in ((caller, 880, 440), (callee, 440, 880)):
        assert tone_share(call.heard, voice) > 0.8
        assert tone_share(call.heard, other) < 0.05
    assert pbx.complaints() == []


async def test_a_call_can_be_refused_and_given_up(lab: Lab, pbx: AsteriskInstance) -> None:
    one, two = await two_phones(lab, pbx)
    refused = await one.dial(pbx.sip_uri("1002"))
    await (await two.incoming()).reject()
    assert (await refused.closed()).startswith("486")
    given_up = await one.dial(pbx.sip_uri("1002"))
    ringing = await two.incoming()
    await given_up.hangup()
    await ringing.closed()
    with pytest.raises(PhoneTimeout, match="before CALL_ESTABLISHED"):
        await ringing.established()


async def test_a_wrong_password_is_not_let_in(lab: Lab, pbx: AsteriskInstance) -> None:
    phone = await lab.phone("stranger")
    with pytest.raises(ToolFailed, match="401"):
        await phone.register(f"127.0.0.1:{pbx.ports.sip}", "1001", "guessed")
    await phone.register(f"127.0.0.1:{pbx.ports.sip}", "1001", "secret-1001")


async def test_a_burst_of_twenty_reaches_the_agents_of_a_queue(lab: Lab) -> None:
    desk = await lab.agents("desk", ring_ms=100, talk_ms=500)
    names = [str(number) for number in range(1101, 1111)]
    files = {
        "pjsip.d/desks.conf": desks(desk.port, *names) + CARRIER,
        "extensions.d/plain.conf": DIALPLAN,
        "queues.d/orders.conf": "[orders]\nstrategy=rrmemory\nretry=1\nringinuse=no\n"
        + "".join(f"member => PJSIP/{name}\n" for name in names),
    }
    pbx = await lab.asterisk(files=files)
    numbers = [f"1380000{number:04}" for number in range(20)]
    async with SipTap([pbx.ports.sip]) as tap:
        burst = await lab.callers("burst", pbx, [(n, "9000") for n in numbers], rate_per_s=100)
        stats = await burst.wait()
    assert (stats.successful, stats.failed) == (20, 0)
    answered = {event.caller for event in desk.events() if event.what == "answered"}
    assert answered == set(numbers)
    assert {event.callee for event in desk.events()} <= set(names)
    delays = ring_delays_s(tap.messages, pbx.ports.sip)
    assert delays.keys() == set(numbers)
    assert all(delay > 0 for delay in delays.values())
    ended = [event.caller for event in burst.events() if event.what == "ended"]
    assert sorted(ended) == numbers
    assert pbx.complaints() == []


async def test_callers_give_up_and_agents_refuse_as_told(lab: Lab) -> None:
    asleep = await lab.agents("asleep", ring_ms=60_000)
    grumpy = await lab.agents("grumpy", ring_ms=50, refuse_with=603)
    files = {
        "pjsip.d/desks.conf": desks(asleep.port, "1201") + desks(grumpy.port, "1202") + CARRIER,
        "extensions.d/plain.conf": DIALPLAN,
    }
    pbx = await lab.asterisk(files=files)
    impatient = await lab.callers("impatient", pbx, [("138001", "1201")], patience_ms=400)
    brief = await lab.callers("brief", pbx, [("138002", "9001")], patience_ms=700)
    turned_away = await lab.callers("turned-away", pbx, [("138003", "1202")])
    for run in (impatient, brief, turned_away):
        assert (await run.wait()).failed == 0
    told = {event.what: event.at for event in impatient.events()}
    assert list(told) == ["invite", "ringing", "gave-up"]
    assert 0.39 < told["gave-up"] - told["invite"] < 0.7
    assert [event.what for event in asleep.events()] == ["invite", "cancelled"]
    told = {event.what: event.at for event in brief.events()}
    assert list(told) == ["invite", "answered", "hung-up"]
    assert 0.69 < told["hung-up"] - told["invite"] < 1.0
    assert turned_away.events()[-1].what.startswith("refused-")
    assert [event.what for event in grumpy.events()] == ["invite", "refused"]


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_many_phones_on_one_port_register_with_passwords(lab: Lab, transport: str) -> None:
    desk = await lab.agents("desk", talk_ms=100, transport=transport)
    names = [str(number) for number in range(1301, 1306)]
    files = {
        "pjsip.d/phones.conf": phones(*names) + CARRIER,
        "extensions.d/plain.conf": DIALPLAN,
    }
    pbx = await lab.asterisk(files=files)
    await lab.register(pbx, {name: f"secret-{name}" for name in names}, desk)
    calls = [(f"13800{name}", name) for name in names]
    stats = await (await lab.callers("callers", pbx, calls)).wait()
    assert stats.successful == 5
    assert {event.callee for event in desk.events()} == set(names)
    with pytest.raises(ToolFailed, match="401 Unauthorized"):
        await lab.register(pbx, {"1301": "guessed"}, desk)


async def test_after_a_kill_it_starts_again(lab: Lab, pbx: AsteriskInstance) -> None:
    one, two = await two_phones(lab, pbx)
    cut_off = await one.dial(pbx.sip_uri("1002"))
    await (await two.incoming()).answer()
    await cut_off.established()
    pid = pbx.pid
    await pbx.kill()
    assert not pbx.is_running
    with pytest.raises(ToolFailed, match="did not take"):
        await pbx.cli("core show uptime")
    await pbx.start()
    assert pbx.pid != pid
    # It writes registrations to its disk once a second: these died with it.
    await one.register(f"127.0.0.1:{pbx.ports.sip}", "1001", "secret-1001", "udp")
    await two.register(f"127.0.0.1:{pbx.ports.sip}", "1002", "secret-1002", "tcp")
    call = await one.dial(pbx.sip_uri("1002"))
    await (await two.incoming()).answer()
    await call.established()
    await call.hangup()
    assert pbx.complaints() == []


async def test_registrations_outlive_a_restart(lab: Lab, pbx: AsteriskInstance) -> None:
    one, two = await two_phones(lab, pbx)
    await pbx.restart()
    assert "1001/sip:" in await pbx.cli("pjsip show contacts")
    await two.register(f"127.0.0.1:{pbx.ports.sip}", "1002", "secret-1002", "udp")
    call = await two.dial(pbx.sip_uri("1001"))
    await (await one.incoming()).answer()
    await call.hangup()


async def test_an_asterisk_that_cannot_start_shows_why(lab: Lab) -> None:
    with pytest.raises(ToolFailed, match=r"did not start[\s\S]*modules.conf' invalid or missing"):
        await lab.asterisk(files={"asterisk.conf": "[directories]\nastetcdir => /no-such-folder\n"})


async def test_two_instances_stand_side_by_side(lab: Lab, pbx: AsteriskInstance) -> None:
    other = await lab.asterisk("other")
    assert f"127.0.0.1:{other.ports.sip}" in await other.cli("pjsip show transports")
    assert f"127.0.0.1:{pbx.ports.sip}" in await pbx.cli("pjsip show transports")
    assert "System name:                 other" in await other.cli("core show settings")
    assert other.complaints() == pbx.complaints() == []
