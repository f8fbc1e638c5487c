"""Customers who were missed are called back on real phones, also by an engine that is killed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from asterisk.lab.root import Root
from asterisk.lab.softphone import PhoneCall
from asterisk.lab.tone import tone_share
from demo.stage import AGENT_TONE_HZ, CUSTOMER_TONE_HZ, Stage
from tests.acceptance.hall import agent_is, empty, hall, rows, until, until_ready

pytestmark = pytest.mark.asyncio(loop_scope="module")

AGENT, CUSTOMER = "1001", "13900000001"
"""The customer's account has his number: so the trunk can dial him."""
SHOP = "4008001001"

ROUTING = """
version: 1
timezone: Asia/Shanghai
languages: [zh-CN, en]
numbers:
  "4008001001": {queue: orders}
  default: {queue: orders}
agents:
  "1001": {name: Agent}
queues:
  orders:
    ring: 20s
    waiting: {for_at_most: 1s}
    on_timeout: {say: goodbye, then: callback}
    callback:
      order: agent_first
      attempts: 3
      spacing: [3s]
      ring: 15s
      hours: {from: "00:00", to: "24:00"}
phones:
  "13900000001": {number: "13900000001"}
trunks:
  carrier: {match: ["127.0.0.2"], dial: "PJSIP/{number}"}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(root: Root, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with hall(root, tmp_path_factory.mktemp("callbacks"), ROUTING) as made:
        await made.phone(AGENT, tone_hz=AGENT_TONE_HZ)
        await made.phone(CUSTOMER, tone_hz=CUSTOMER_TONE_HZ)
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def centre(made: Stage) -> AsyncIterator[Stage]:
    """The agent is there but paused, so that a customer times out."""
    await made.staff(AGENT)
    await made.api.post(f"agents/{AGENT}/pause")
    yield made
    await empty(made)


async def times_out(made: Stage) -> str:
    """The customer calls, waits in vain and is owed a call: the callback's id."""
    mark = len(made.facts.seen)
    call = await made.phones[CUSTOMER].dial(made.asterisk.sip_uri(SHOP))
    await call.closed(within_s=20)
    opened = await made.facts.first("callback_opened", since=mark)
    return str(opened["callback"]["id"])


async def rings_back(made: Stage) -> tuple[PhoneCall, PhoneCall]:
    """The agent picks up, and the customer's phone rings."""
    agent = await made.rings(AGENT, within_s=30)
    await agent.answer()
    await agent.dtmf("#")
    return agent, await made.phones[CUSTOMER].incoming(within_s=20)


async def resumes(made: Stage) -> None:
    """The agent takes calls again, and the engine has written that down."""
    resumed = "SELECT 1 FROM agents_now WHERE agent = ? AND state <> 'paused'"
    await made.api.post(f"agents/{AGENT}/resume")
    await until(lambda: rows(made, resumed, AGENT), "the resumption stored")


async def closed(made: Stage, callback: str) -> dict[str, object]:
    fact = await made.facts.first("callback_closed", within_s=30, callback=callback)
    return dict(fact)


async def test_who_timed_out_is_called_back_and_talks_with_the_agent(centre: Stage) -> None:
    callback = await times_out(centre)
    await centre.api.post(f"agents/{AGENT}/resume")
    agent, customer = await rings_back(centre)
    assert agent.caller == CUSTOMER
    await customer.answer()
    await agent_is(centre, AGENT, "talking")
    await centre.talk(2)
    await customer.hangup()
    await agent.closed()
    assert tone_share(customer.heard, AGENT_TONE_HZ, skip_s=0.5) > 0.8
    end = await closed(centre, callback)
    assert (end["outcome"], end["attempts"], end["agent"]) == ("answered", 1, AGENT)


@pytest.mark.parametrize("moment", ["agent rings", "customer rings", "customer answered"])
async def test_an_engine_that_is_killed_dials_nobody_twice_for_one_attempt(
    centre: Stage, moment: str
) -> None:
    callback = await times_out(centre)
    await resumes(centre)
    if moment == "agent rings":
        agent = await centre.rings(AGENT, within_s=30)
    else:
        agent, customer = await rings_back(centre)
        if moment == "customer answered":
            await customer.answer()
            await agent_is(centre, AGENT, "talking")
    await centre.engine.kill()
    await centre.restart_engine()
    await until_ready(centre)
    if moment == "customer answered":
        await centre.talk(1)
        assert not customer.is_closed
        await customer.hangup()
        await agent.closed()
    else:
        if moment == "customer rings":
            await customer.closed()
        await agent.closed()
        again, customer = await rings_back(centre)
        await customer.answer()
        await agent_is(centre, AGENT, "talking")
        await customer.hangup()
        await again.closed()
    end = await closed(centre, callback)
    assert end["outcome"] == "answered"

    def attempts() -> list[str]:
        wanted = "SELECT * FROM callback_attempts WHERE callback = ? ORDER BY number_of"
        found = rows(centre, wanted, callback)
        outcomes = [row["outcome"] for row in found]
        return outcomes if all(outcomes) else []

    expected = {
        "agent rings": ["answered"],
        "customer rings": ["unknown", "answered"],
        "customer answered": ["answered"],
    }
    assert await until(attempts, "all attempts ended") == expected[moment]
    assert centre.phones[CUSTOMER].is_silent
