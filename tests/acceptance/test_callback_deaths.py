"""The engine is killed at every step of an attempt: no phone rings twice for it, nobody is forgotten.

No customer's phone takes part in the counting: the INVITEs are read from the network, and each is of
the attempt in whose time it was sent. What the engine says to Asterisk goes over a line that a test can
hold: so an attempt is on the disk, and nobody has been dialled for it yet.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import inf
from typing import Any

import pytest
import pytest_asyncio

from asterisk.lab.root import Root
from asterisk.lab.sipp import SippRun
from asterisk.lab.siptap import SipTap
from asterisk.lab.softphone import PhoneCall
from demo.stage import Stage
from tests.acceptance.hall import agent_is, crowd, empty, hall, live, rows, until, unwritable
from tests.acceptance.wire import Wire

pytestmark = pytest.mark.asyncio(loop_scope="module")

AGENT = "1001"
CUSTOMERS = tuple(str(number) for number in range(13_800_000_001, 13_800_000_031))
AGENT_FIRST, CUSTOMER_FIRST = "agent_first", "customer_first"
ORDERS = pytest.mark.parametrize("order", [AGENT_FIRST, CUSTOMER_FIRST])

PHONES = "".join(f'  "{number}": {{number: "{number}"}}\n' for number in CUSTOMERS)
RULES = "".join(
    f"""
  {prefix}{order}:
    ring: 20s
    callback: {{order: {order}, attempts: 2, trunk: {trunk}, {times},
               hours: {{from: "00:00", to: "24:00"}}}}"""
    for prefix, trunk, times in (
        ("", "phones", "spacing: [2s], ring: 10s"),
        ("mute_", "mute", "spacing: [1s], ring: 1s"),
    )
    for order in (AGENT_FIRST, CUSTOMER_FIRST)
)
ROUTING = f"""
version: 1
timezone: Asia/Shanghai
languages: [en]
numbers:
  default: {{queue: agent_first}}
agents:
  "{AGENT}": {{}}
queues:{RULES}
phones:
{PHONES}trunks:
  carrier: {{match: ["127.0.0.2"]}}
  mute: {{match: ["127.0.0.3"], dial: "PJSIP/mute/sip:{{number}}@127.0.0.1:MUTE"}}
  phones: {{match: ["127.0.0.4"], dial: "PJSIP/{{number}}"}}
"""

_customers = iter(CUSTOMERS)


@dataclass(slots=True, kw_only=True)
class Centre:
    """The stage, what passes on its network, and how customers behave who are registered there."""

    made: Stage
    tap: SipTap
    wire: Wire
    stays: SippRun
    """Picks up at once, and hangs up never."""
    rings: SippRun
    """Never picks up."""
    picks_up: SippRun
    """Picks up after half a second."""

    async def at(self, phones: SippRun, number: str) -> None:
        """From now on the customer's phone is one of these."""
        await self.made.lab.register(self.made.asterisk, {number: self.made.secrets[number]}, phones)

    def dialled(self, number: str) -> list[float]:
        """When the customer's phone was called: repeated INVITEs are of one call."""
        self.tap.read()
        first: dict[str, float] = {}
        for message in self.tap.messages:
            from_asterisk = message.source_port == self.made.asterisk.ports.sip
            if from_asterisk and message.is_invite and message.to_user == number:
                first.setdefault(message.call_id, message.at)
        return list(first.values())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def built(root: Root, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    folder = tmp_path_factory.mktemp("deaths")
    async with AsyncExitStack() as stack:
        mute = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        mute.bind(("127.0.0.1", 0))
        routing = ROUTING.replace("MUTE", str(mute.getsockname()[1]))
        wire = await stack.enter_async_context(Wire())
        made = await stack.enter_async_context(
            hall(root, folder, routing, lambda pbx: {"STROWGER_ARI_URL": wire.to(pbx.ports.http)})
        )
        tap = await stack.enter_async_context(SipTap([made.asterisk.ports.sip]))
        yield Centre(
            made=made,
            tap=tap,
            wire=wire,
            stays=await made.lab.agents("stays"),
            rings=await made.lab.agents("rings", ring_ms=60_000),
            picks_up=await made.lab.agents("picks-up", ring_ms=500),
        )


@pytest_asyncio.fixture(loop_scope="module")
async def centre(built: Centre) -> AsyncIterator[Centre]:
    """The agent is idle and nobody else is there; afterwards nobody is."""
    await built.made.staff(AGENT)
    yield built
    await empty(built.made)


# --- what a test does


@dataclass(slots=True, kw_only=True)
class Attempt:
    """A callback that is on its way to its first attempt, or in it."""

    centre: Centre
    order: str
    number: str
    callback: str
    agent: PhoneCall | None = None

    async def is_now(self, state: str) -> None:
        """Wait until the callback has come so far."""
        seen: list[str] = []

        async def look() -> bool:
            told: dict[str, Any] = await self.centre.made.api.get(f"callbacks/{self.callback}")
            seen.append(told["callback"]["now"])
            return bool(seen[-1] == state)

        await until(look, f"{self.callback} is {state}", within_s=10)

    async def in_store(self) -> None:
        """Wait until its attempt is."""
        await until(self.attempts, f"{self.callback} has an attempt")

    def attempts(self) -> list[dict[str, Any]]:
        sql = "SELECT * FROM callback_attempts WHERE callback = ? ORDER BY number_of"
        return [dict(row) for row in rows(self.centre.made, sql, self.callback)]

    async def call_is_known(self, so: str) -> None:
        """Wait until the store knows so much of the call that the first attempt has become."""
        sql = f"SELECT 1 FROM calls WHERE call = ? AND {so}"
        await until(lambda: rows(self.centre.made, sql, self.attempts()[0]["attempt"]), f"stored: {so}")

    async def answered_by_agent(self) -> PhoneCall:
        """The agent's phone rings for it; he picks up."""
        agent = await self.centre.made.rings(AGENT, within_s=20)
        await agent.answer()
        assert agent.caller == self.number
        return agent

    async def dies(self, then: SippRun | None = None) -> None:
        """The engine is killed; the next time the customer is called he may behave otherwise."""
        await self.centre.made.engine.kill()
        if then is not None:
            await self.centre.at(then, self.number)

    async def is_let_go(self) -> None:
        """The agent who was on the line for the attempt is so no more."""
        if self.agent is not None:
            await self.agent.closed()

    async def is_made_again(self) -> None:
        """The next attempt reaches him; he talks with the agent, who hangs up then."""
        made = self.centre.made
        mark = len(made.facts.seen)
        agent = await self.answered_by_agent()
        if self.order == AGENT_FIRST:
            await agent.dtmf("#")
        await made.facts.first("call_answered", since=mark)
        await agent.hangup()

    async def ends(self, outcome: str, *attempts: tuple[str, int]) -> None:
        """The callback's end, and of each attempt the outcome and how often his phone was called."""
        closed = await self.centre.made.facts.first(
            "callback_closed", callback=self.callback, within_s=20
        )
        assert (closed["outcome"], closed["attempts"]) == (outcome, len(attempts))
        await until(lambda: all(each["outcome"] for each in self.attempts()), "all of it stored")
        stored = self.attempts()
        began = [*(each["made_at"] for each in stored), inf]
        at = self.centre.dialled(self.number)
        calls = [sum(first <= each < last for each in at) for first, last in pairwise(began)]
        assert list(zip([each["outcome"] for each in stored], calls, strict=True)) == list(attempts)
        assert sum(calls) == len(at)
        made, sql = self.centre.made, "SELECT outcome FROM callbacks WHERE callback = ?"
        await until(lambda: rows(made, sql, self.callback)[0]["outcome"] == outcome, "its end is stored")


async def asked(centre: Centre, order: str, number: str, queue: str, in_s: float = 0.0) -> Attempt:
    """Somebody is to be called back, so many seconds from now."""
    due = datetime.now(UTC) + timedelta(seconds=in_s)
    wish = {"number": number, "queue": queue, "at": due.isoformat()}
    made = await centre.made.api.post("callbacks", wish)
    return Attempt(centre=centre, order=order, number=number, callback=made["callback"])


async def begun(centre: Centre, order: str, phones: SippRun | None, *, held: bool = False) -> Attempt:
    """Somebody is to be called back, and all is done for it that comes before the commit. `held`: from
    then on Asterisk hears nothing."""
    number = next(_customers)
    if phones is not None:
        await centre.at(phones, number)
    queue = order if phones is not None else f"mute_{order}"
    if order == CUSTOMER_FIRST and held:
        centre.wire.hold()
    attempt = await asked(centre, order, number, queue)
    if order == AGENT_FIRST:
        attempt.agent = await attempt.answered_by_agent()
        if held:
            centre.wire.hold()
        await attempt.agent.dtmf("#")
    return attempt


# --- the steps


@ORDERS
async def test_before_the_commit(centre: Centre, order: str) -> None:
    """The store takes nothing just then: nothing was made, and it is made once when it can be."""
    attempt = await asked(centre, order, next(_customers), order, in_s=1.0)
    await centre.at(centre.stays, attempt.number)
    if order == AGENT_FIRST:
        attempt.agent = await attempt.answered_by_agent()
    with unwritable(centre.made):
        if attempt.agent is not None:
            await attempt.agent.dtmf("#")
        await attempt.is_now("committing")
        await attempt.dies()
    assert attempt.attempts() == []
    assert centre.dialled(attempt.number) == []
    await centre.made.restart_engine()
    await attempt.is_let_go()
    await attempt.is_made_again()
    await attempt.ends("answered", ("answered", 1))


async def test_before_anything_of_it_is_stored(centre: Centre) -> None:
    """Not even the callback is. A call that has not ended, as far as the store knows, is missed anew."""
    made, number = centre.made, next(_customers)
    await centre.at(centre.stays, number)
    await made.api.post(f"agents/{AGENT}/pause")
    caller = await crowd(made, [number], "4008001001")
    (call,) = caller.ids
    attempt = Attempt(centre=centre, order=AGENT_FIRST, number=number, callback=f"{call}-cb")
    waits = "SELECT 1 FROM queue_visits WHERE call = ?"
    await until(lambda: rows(made, waits, call), "he waits, says the store")
    with unwritable(made):
        await made.hang_up(call)
        await made.facts.first("call_ended", call=call, outcome="abandoned")
        await made.api.post(f"agents/{AGENT}/resume")
        attempt.agent = await attempt.answered_by_agent()
        await attempt.dies()
    assert rows(made, "SELECT 1 FROM callbacks WHERE callback = ?", attempt.callback) == []
    await made.restart_engine()
    await attempt.is_let_go()
    if (await made.api.get(f"agents/{AGENT}"))["state"] == "paused":
        await made.api.post(f"agents/{AGENT}/resume")
    await attempt.is_made_again()
    await attempt.ends("answered", ("answered", 1))


@ORDERS
@pytest.mark.parametrize("heard", ["never", "when it is dead", "when the next one is there"])
async def test_after_the_commit(centre: Centre, order: str, heard: str) -> None:
    """What it said to Asterisk never arrives; or arrives late, and a customer's phone rings for nobody:
    the next engine silences it, even if that is after it has looked what is there."""
    attempt = await begun(centre, order, centre.rings, held=True)
    await attempt.in_store()
    await attempt.is_now("dialling")
    assert centre.wire.held_bytes > 0
    assert centre.dialled(attempt.number) == []
    await attempt.dies()
    if heard == "never":
        centre.wire.cut()
    elif heard == "when it is dead":
        await rings_for_the_dead(attempt)
    await centre.made.restart_engine()
    if heard == "when the next one is there":
        await rings_for_the_dead(attempt)
    await centre.at(centre.stays, attempt.number)
    await attempt.is_let_go()
    if heard != "never":
        await until(lambda: has_ended(centre.rings, attempt.number), "he rings no more", within_s=5)
    await attempt.is_made_again()
    await attempt.ends("answered", ("unknown", 0 if heard == "never" else 1), ("answered", 1))


async def rings_for_the_dead(attempt: Attempt) -> None:
    """What was held arrives, and the customer is dialled for an engine that is no more."""
    attempt.centre.wire.let_go()
    await until(lambda: attempt.centre.dialled(attempt.number), "the INVITE is out")


@ORDERS
async def test_dialling(centre: Centre, order: str) -> None:
    """The INVITE is out, and nobody has said anything; not then, and not the next time."""
    attempt = await begun(centre, order, None)
    await until(lambda: centre.dialled(attempt.number), "the INVITE is out")
    await attempt.is_now("dialling")
    await attempt.dies()
    await centre.made.restart_engine()
    await attempt.is_let_go()
    if order == AGENT_FIRST:
        await (await attempt.answered_by_agent()).dtmf("#")
    await attempt.ends("expired", ("unknown", 1), ("no_answer", 1))


@ORDERS
async def test_ringing(centre: Centre, order: str) -> None:
    attempt = await begun(centre, order, centre.rings)
    await attempt.is_now("ringing")
    await attempt.dies(then=centre.stays)
    await centre.made.restart_engine()
    await until(lambda: has_ended(centre.rings, attempt.number), "he rings no more", within_s=5)
    await attempt.is_let_go()
    await attempt.is_made_again()
    await attempt.ends("answered", ("unknown", 1), ("answered", 1))


@pytest.mark.parametrize(
    ("order", "stored"),
    [(AGENT_FIRST, True), (AGENT_FIRST, False), (CUSTOMER_FIRST, False)],
    ids=["agent first, stored", "agent first, not stored", "customer first, not stored"],
)
async def test_answered_and_not_joined(centre: Centre, order: str, stored: bool) -> None:
    """He has picked up, and Asterisk does not hear with whom he is to be joined."""
    attempt = await begun(centre, order, centre.picks_up)
    await attempt.is_now("ringing")
    centre.wire.hold()
    with nullcontext() if stored else unwritable(centre.made):
        await attempt.is_now("joining")
        if stored:
            await attempt.call_is_known("caller IS NOT NULL")
        await attempt.dies(then=centre.stays)
    centre.wire.cut()
    await centre.made.restart_engine()
    await attempt.is_let_go()
    await until(lambda: has_ended(centre.picks_up, attempt.number), "he is released")
    await attempt.is_made_again()
    await attempt.ends("answered", ("unknown", 1), ("answered", 1))


async def test_answered_and_waiting_for_the_agent(centre: Centre) -> None:
    """Customer first: he has a place among those who wait, before them all, and keeps it."""
    attempt = await begun(centre, CUSTOMER_FIRST, centre.stays)
    ringing = await centre.made.rings(AGENT)
    await attempt.call_is_known("answered_at IS NULL")
    visit = "SELECT 1 FROM queue_visits WHERE call = ?"
    await until(lambda: rows(centre.made, visit, attempt.attempts()[0]["attempt"]), "his place stored")
    await attempt.dies()
    await centre.made.restart_engine()
    await until(lambda: ringing.is_closed, "the agent's phone is quiet")
    await attempt.is_made_again()
    await attempt.ends("answered", ("answered", 1))
    assert has_ended(centre.stays, attempt.number)


@ORDERS
@pytest.mark.parametrize("stored", [True, False], ids=["stored", "not stored"])
async def test_bridged(centre: Centre, order: str, stored: bool) -> None:
    """They talk on, and it is an answered call."""
    made = centre.made
    attempt = await begun(centre, order, centre.picks_up)
    await attempt.is_now("ringing")
    with nullcontext() if stored else unwritable(made):
        talks = attempt.agent or await attempt.answered_by_agent()
        await attempt.is_now("talking")
        if stored:
            await attempt.call_is_known("answered_at IS NOT NULL")
        await attempt.dies()
    await made.restart_engine()
    (view,) = (await live(made)).values()
    assert (view["state"], view["agent"]) == ("talking", AGENT)
    await agent_is(made, AGENT, "talking")
    assert not talks.is_closed
    assert not has_ended(centre.picks_up, attempt.number)
    await talks.hangup()
    await attempt.ends("answered", ("answered", 1))
    assert has_ended(centre.picks_up, attempt.number)


def has_ended(phones: SippRun, number: str) -> bool:
    """Whether his call at this phone is over, or has stopped ringing."""
    ends = ("ended", "cancelled")
    return any(each.callee == number and each.what in ends for each in phones.events())
