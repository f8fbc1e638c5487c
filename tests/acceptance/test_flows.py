"""Callers in flows on a real Asterisk: keys, silence, a web service, the survey, an engine that dies,
and who hangs up while something is said."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from asterisk.lab.heard import all_of
from asterisk.lab.root import Root
from asterisk.lab.softphone import PhoneCall
from demo.stage import Stage
from tests.acceptance.hall import crowd, empty, hall, live, new_number, stored, until, until_ready

pytestmark = pytest.mark.asyncio(loop_scope="module")

AGENT, CUSTOMER = "1001", "demo1"
MENU, STATE, ASKED = "4008001001", "4008001002", "4008001003"
NEWS, WELCOME, LOOKS, LONG_MENU = "4008001004", "4008001005", "4008001006", "4008001007"
KEY_FIRST, NEVER_SPOKEN = "4008001008", "4008001009"
HANGS_UP_AFTER_S = 2.5
"""All that is heard in flows of these numbers takes longer."""
PROMPTS = ("please_wait", "invalid_key", "goodbye", "closed", "nobody")

ROUTING = """
version: 1
timezone: Asia/Shanghai
languages: [en]
businesses:
  shop: {survey: {share: 100%, not_within: 1s}}
numbers:
  "4008001001": {flow: main}
  "4008001002": {flow: state}
  "4008001003": {queue: orders, business: shop}
  "4008001004": {flow: news, queue: orders}
  "4008001005": {flow: welcome}
  "4008001006": {flow: looks, queue: orders}
  "4008001007": {flow: long_menu}
  "4008001008": {flow: key_first, queue: orders}
  "4008001009": {flow: never_spoken, queue: orders}
  default: {queue: orders}
flows:
  main:
    menu:
      say: goodbye                # stands for a menu: a prompt that is always there
      keys: {"1": {queue: orders}, "2": told, "3": {flow: state}}
      within: 2s
      tries: 2
      otherwise: hang_up
    told: {say: closed, go: served}
  state:
    ask: {say: nobody, collect: order, at_most: 4, go: look, otherwise: callback}
    look:
      look_up: "http://127.0.0.1:PORT/orders/{order}"
      keep: {days: days}
      say: please_wait
      go: tell
      otherwise: {queue: orders}
    tell: {say: [{number: days}], go: served}
  news: {long: {say: all_busy_recorded, go: served}}
  welcome: {long: {say: all_busy_recorded, go: {queue: orders}}}
  looks:
    long: {say: all_busy_recorded, go: look}
    look: {look_up: "http://127.0.0.1:PORT/orders/nobody", go: served, otherwise: callback}
  long_menu:
    menu: {say: all_busy_recorded, keys: {"1": {queue: orders}}, otherwise: hang_up}
  key_first:
    menu: {say: goodbye, keys: {"1": {flow: news}}, otherwise: hang_up}
  never_spoken: {only: {say: system_busy, go: served}}
agents:
  "1001": {name: Agent}
queues:
  orders: {ring: 20s}
trunks:
  carrier: {match: ["127.0.0.2"]}
phones:
  demo1: {number: "13900000001"}
"""


class Shop:
    """A web service that knows of orders."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        if request.path.endswith("404"):
            raise web.HTTPNotFound
        return web.json_response({"days": 21, "more": None})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop(unused_tcp_port_factory: Callable[[], int]) -> AsyncIterator[Shop]:
    shop = Shop(unused_tcp_port_factory())
    app = web.Application()
    app.router.add_get("/orders/{order}", shop.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", shop.port).start()
    yield shop
    await runner.cleanup()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(root: Root, tmp_path_factory: pytest.TempPathFactory, shop: Shop) -> AsyncIterator[Stage]:
    routing = ROUTING.replace("PORT", str(shop.port))
    async with hall(root, tmp_path_factory.mktemp("flows"), routing) as made:
        await made.phone(CUSTOMER)
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def centre(made: Stage) -> AsyncIterator[Stage]:
    yield made
    await empty(made)


async def dials(made: Stage, number: str) -> tuple[PhoneCall, str]:
    """A customer's phone dials; its call, and the engine's."""
    mark = len(made.facts.seen)
    on = await made.phones[CUSTOMER].dial(made.asterisk.sip_uri(number))
    entered = await made.facts.first("call_entered", since=mark)
    return on, entered["call"]


async def ended(made: Stage, on: PhoneCall, call: str) -> dict[str, Any]:
    """The caller is gone; how his call ended."""
    await on.closed(30)
    return await made.facts.first("call_ended", call=call)


def heard(made: Stage, on: PhoneCall) -> list[str]:
    folder = made.asterisk.sounds / "en" / "strowger"
    names = (*PROMPTS, "num_20", "survey_satisfaction", "survey_thanks")
    return all_of({name: folder / f"{name}.wav" for name in names}, on.heard)


async def test_a_key_leads_to_the_queue(centre: Stage) -> None:
    await centre.staff(AGENT)
    on, call = await dials(centre, MENU)
    await on.hearing()
    await on.dtmf("1")
    ringing = await centre.rings(AGENT)
    left = await centre.facts.first("flow_left", call=call)
    assert (left["flow"], left["exit"]) == ("main", "queue orders")
    await ringing.answer()
    await centre.facts.first("call_answered", call=call)
    await on.hangup()
    assert (await ended(centre, on, call))["outcome"] == "answered"


async def test_served_and_told_so(centre: Stage) -> None:
    await centre.staff()
    on, call = await dials(centre, MENU)
    await on.hearing()
    await on.dtmf("2")
    assert (await ended(centre, on, call))["outcome"] == "served"
    assert heard(centre, on)[-1] == "closed"


async def test_a_wrong_key_and_silence_end_after_the_tries(centre: Stage) -> None:
    await centre.staff()
    on, call = await dials(centre, MENU)
    await on.hearing()
    await on.dtmf("9")
    assert (await ended(centre, on, call))["outcome"] == "ivr_left"
    missed = await centre.facts.first("call_missed", call=call)
    assert missed["reason"] == "abandoned"
    assert "invalid_key" in heard(centre, on)
    told = centre.why(call)
    assert "hung up" in told


async def test_a_web_service_is_asked(centre: Stage, shop: Shop) -> None:
    await centre.staff()
    on, call = await dials(centre, STATE)
    await on.hearing()
    await on.dtmf("7788")
    assert (await ended(centre, on, call))["outcome"] == "served"
    left = await centre.facts.first("flow_left", call=call)
    assert dict(left["collected"]) == {"order": "7788", "days": "21"}
    assert shop.asked[-1] == "/orders/7788"
    assert [sound for sound in heard(centre, on) if sound == "num_20"] == ["num_20"]


async def test_a_web_service_that_does_not_know_leads_elsewhere(centre: Stage) -> None:
    await centre.staff(AGENT)
    on, call = await dials(centre, STATE)
    await on.hearing()
    await on.dtmf("404#")
    await centre.rings(AGENT)
    await on.hangup()
    assert (await ended(centre, on, call))["outcome"] == "abandoned"


async def hangs_up_in(made: Stage, number: str, keys: str = "") -> str:
    """A caller who presses these keys, and hangs up in the midst of what he hears then; his call."""
    on, call = await dials(made, number)
    await on.hearing()
    await on.dtmf(keys)
    await made.talk(HANGS_UP_AFTER_S)
    await on.hangup()
    ending = await made.facts.first("call_ended", call=call)
    assert ending["outcome"] == "ivr_left"
    code, told, _ = await made.engine.command("explain", call)
    assert (code, "the caller hung up while in_flow" in told) == (0, True)
    assert "could not be played" not in told
    return call


async def test_who_hangs_up_while_he_is_told_is_not_served(centre: Stage) -> None:
    await centre.staff()
    call = await hangs_up_in(centre, NEWS)
    assert centre.facts.find("call_missed", call=call) is None


async def test_none_of_many_who_hang_up_while_they_are_told_is_served(centre: Stage) -> None:
    await centre.staff()
    numbers = [new_number() for _ in range(30)]
    those = await crowd(centre, numbers, NEWS, talk_ms=int(HANGS_UP_AFTER_S * 1000))
    outcomes = [
        (await centre.facts.first("call_ended", call=call, within_s=30))["outcome"] for call in those.ids
    ]
    assert outcomes == ["ivr_left"] * 30


async def test_who_hangs_up_before_the_queue_does_not_join_it(centre: Stage) -> None:
    await centre.staff(AGENT)
    call = await hangs_up_in(centre, WELCOME)
    for fact in ("call_queued", "offer_made", "call_missed"):
        assert centre.facts.find(fact, call=call) is None
    assert centre.phones[AGENT].is_silent


async def test_nothing_is_looked_up_for_who_has_hung_up(centre: Stage, shop: Shop) -> None:
    await centre.staff()
    shop.asked.clear()
    call = await hangs_up_in(centre, LOOKS)
    assert (shop.asked, centre.facts.find("call_missed", call=call)) == ([], None)


async def test_who_hangs_up_before_a_menu_has_asked_him_is_not_missed(centre: Stage) -> None:
    await centre.staff()
    call = await hangs_up_in(centre, LONG_MENU)
    assert centre.facts.find("call_missed", call=call) is None


async def test_who_pressed_a_key_and_hangs_up_in_the_next_flow_is_missed(centre: Stage) -> None:
    await centre.staff()
    call = await hangs_up_in(centre, KEY_FIRST, "1")
    assert (await centre.facts.first("call_missed", call=call))["reason"] == "abandoned"


async def test_who_cannot_be_told_is_missed_and_not_served(centre: Stage) -> None:
    await centre.staff()
    for file in (centre.asterisk.sounds / "en" / "strowger").glob("system_busy.*"):
        file.unlink()
    on, call = await dials(centre, NEVER_SPOKEN)
    assert (await ended(centre, on, call))["outcome"] == "ivr_left"
    assert (await centre.facts.first("flow_left", call=call))["exit"] == "not heard"
    assert (await centre.facts.first("call_missed", call=call))["reason"] == "abandoned"
    assert "could not be played: playback failed" in (await centre.engine.command("explain", call))[1]


async def test_after_the_agent_has_hung_up_the_caller_is_asked(centre: Stage) -> None:
    await centre.staff(AGENT)
    on, call = await dials(centre, ASKED)
    ringing = await centre.rings(AGENT)
    await ringing.answer()
    await centre.facts.first("call_answered", call=call)
    await centre.talk(1)
    await ringing.hangup()
    await centre.facts.first("flow_entered", call=call, purpose="survey")
    assert (await live(centre))[call]["state"] == "in_flow"
    await centre.talk(1)
    await on.dtmf("5")
    await centre.talk(1)
    await on.dtmf("1")
    assert (await ended(centre, on, call))["outcome"] == "answered"
    taken = await centre.facts.first("survey_taken", call=call)
    assert (taken["satisfaction"], taken["solved"], taken["agent"]) == (5, True, AGENT)
    assert heard(centre, on)[-1] == "survey_thanks"
    row = (await stored(centre, [call]))[call]
    assert 0.5 < row["talk"] < 5


async def test_a_flow_begins_anew_when_the_engine_is_back(centre: Stage) -> None:
    await centre.staff(AGENT)
    on, call = await dials(centre, MENU)
    await on.hearing()
    await centre.facts.first("flow_entered", call=call)
    await centre.talk(1)
    await centre.engine.kill()
    await centre.restart_engine()
    await until_ready(centre)

    async def in_flow() -> bool:
        view = (await live(centre)).get(call)
        return view is not None and view["state"] == "in_flow"

    await until(in_flow, "in the flow again")
    await on.dtmf("1")
    await centre.rings(AGENT)
    await on.hangup()
    assert (await ended(centre, on, call))["outcome"] == "abandoned"
