"""A changed routing file is taken over while calls wait and agents talk; a bad one is not."""

from __future__ import annotations

import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from asterisk.lab.root import Root
from demo.engine import EngineTrouble
from demo.stage import Stage
from tests.acceptance.hall import (
    agent_is,
    crowd,
    empty,
    hall,
    live,
    logged,
    metric,
    new_number,
    ready,
    rung,
    stored,
    until,
    until_ready,
    waiting,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

ORDERS, EXTRA = "4008001001", "4008001002"
SERVES, OTHER = "2001", "2002"

ROUTING = """
version: 1
timezone: Asia/Shanghai
languages: [en]
skills: [orders, chat]
tiers: [vip]
numbers:
  "4008001001": {queue: orders}
  "4008001002": {queue: extra}
  default: {queue: orders}
agents:
  "2001": {skills: {orders: 5}}
  "2002": {skills: {chat: 5}}
rules:
  - name: blacklist
    when: {caller: {in: blacklist}}
    then: {say: system_busy, end: true}
  - name: VIP
    when: {customer: {tier: vip}}
    then: {head_start: 10m}
queues:
  orders: {needs: {orders: 3}, ring: 20s}
  extra: {needs: {orders: 3}, ring: 20s}
trunks:
  carrier: {match: ["127.0.0.2"]}
"""
BROKEN = ROUTING.replace("ring: 20s", "rign: 20s", 1)
BROKEN_AT = f"{BROKEN[: BROKEN.index('rign')].count(chr(10)) + 1}:32"
WITHOUT_EXTRA = ROUTING.replace('  "4008001002": {queue: extra}\n', "").replace(
    "  extra: {needs: {orders: 3}, ring: 20s}\n", ""
)


def _save(made: Stage, text: str) -> None:
    """As editors do: a file is replaced, never seen half-written."""
    file = _file(made)
    beside = file.with_suffix(".new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(file)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(root: Root, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with hall(root, tmp_path_factory.mktemp("reload"), ROUTING) as made:
        await made.script("agents", SERVES, OTHER)
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def centre(made: Stage) -> AsyncIterator[Stage]:
    """Nobody calls, nobody is logged in, and the file is as it was at first."""
    await made.staff()
    yield made
    _save(made, ROUTING)
    await made.api.post("configuration/reload")
    await empty(made)


def _file(made: Stage) -> Path:
    return made.engine.log.parent / "routing.yaml"


async def _revision(made: Stage) -> str:
    return str((await made.api.get("configuration"))["revision"])


async def _taken(made: Stage, before: str) -> str:
    """Wait until another configuration runs; its revision."""

    async def look() -> str | None:
        now = await _revision(made)
        return now if now != before else None

    return str(await until(look, "another configuration"))


async def test_a_saved_file_is_taken_by_itself(centre: Stage) -> None:
    before = await _revision(centre)
    _save(centre, ROUTING.replace("ring: 20s", "ring: 21s"))
    await _taken(centre, before)
    assert "ring: 21s" in (await centre.api.get("configuration"))["text"]


async def test_a_file_put_in_its_place_is_taken_too(centre: Stage) -> None:
    """As editors save: a new file, renamed over the old one."""
    before = await _revision(centre)
    new = _file(centre).with_name("routing.yaml.new")
    new.write_text(ROUTING.replace("ring: 20s", "ring: 22s"), encoding="utf-8")
    new.replace(_file(centre))
    await _taken(centre, before)


async def test_the_api_takes_it_at_once(centre: Stage) -> None:
    before = await _revision(centre)
    mark = len(centre.facts.seen)
    _save(centre, ROUTING.replace("ring: 20s", "ring: 23s"))
    answer = await centre.api.post("configuration/reload")
    assert answer["revision"] != before
    fact = await centre.facts.first("routing_taken", since=mark)
    assert fact["revision"] == answer["revision"] == await _revision(centre)


async def test_a_hangup_signal_takes_what_was_imported(centre: Stage, tmp_path: Path) -> None:
    """`acd import` beside a running engine, then SIGHUP: customers and blacklist are read again."""
    number = new_number()
    listed = tmp_path / "blacklist.csv"
    listed.write_text(f"number,reason\n{number},abuse\n", encoding="utf-8")
    said = await centre.engine.acd("import", "blacklist", str(listed))
    assert re.search(r"\b1 blacklist .*imported", said)
    await centre.staff(SERVES)
    reloads = await metric(centre, "strowger_config_reloads_total", result="taken")
    centre.engine.signal(signal.SIGHUP)

    async def reloaded() -> bool:
        return await metric(centre, "strowger_config_reloads_total", result="taken") > reloads

    await until(reloaded, "reloaded")
    caller = await crowd(centre, [number], ORDERS)
    record = (await stored(centre, caller.ids))[caller.ids[0]]
    assert record["outcome"] == "blacklisted"


async def test_a_bad_file_leaves_the_running_one(centre: Stage) -> None:
    before = await _revision(centre)
    refused = await metric(centre, "strowger_config_reloads_total", result="refused")
    _save(centre, BROKEN)
    await until(lambda: logged(centre, REFUSED), "the log says so")
    assert any(BROKEN_AT in problem for problem in logged(centre, REFUSED)[-1]["problems"])
    with pytest.raises(EngineTrouble, match=rf"422.*{BROKEN_AT}.*did you mean"):
        await centre.api.post("configuration/reload")
    assert await metric(centre, "strowger_config_reloads_total", result="refused") > refused
    assert await metric(centre, "strowger_config_last_reload_successful") == 0
    assert BROKEN_AT in (await ready(centre))["routing"]
    assert await _revision(centre) == before

    await centre.staff(SERVES)
    caller = await crowd(centre, [new_number()], ORDERS)
    await centre.facts.first("call_answered", call=caller.ids[0])
    _save(centre, ROUTING)
    await until_ready(centre)
    assert await metric(centre, "strowger_config_last_reload_successful") == 1


REFUSED = "routing configuration refused, the running one stays"


async def test_those_who_wait_keep_their_places(centre: Stage) -> None:
    """Then another agent may serve them, and does so in their order."""
    await centre.staff(SERVES, OTHER)
    busy = await crowd(centre, [new_number()], ORDERS)
    await centre.facts.first("call_answered", call=busy.ids[0])
    numbers = [new_number() for _ in range(4)]
    await centre.api.put(f"customers/{numbers[2]}", {"tier": "vip"})
    queued = await crowd(centre, numbers, ORDERS)
    order = await waiting(centre, "orders")
    assert order[0] == queued.calls[numbers[2]]
    _save(centre, ROUTING.replace("{orders: 3}, ring: 20s", "{orders: 4}, ring: 9s"))
    await centre.api.post("configuration/reload")
    assert await waiting(centre, "orders") == order
    assert queued.alive() == numbers

    _save(centre, ROUTING.replace("{chat: 5}", "{chat: 5, orders: 5}"))
    await centre.api.post("configuration/reload")
    for place, call in enumerate(order):
        answered = await centre.facts.first("call_answered", call=call)
        assert answered["agent"] == OTHER
        assert await waiting(centre, "orders") == order[place + 1 :]
        await centre.hang_up(call)
    served = [caller for agent, caller in rung(centre.scripted[OTHER]) if caller in numbers]
    assert served[0] == numbers[2]


async def test_a_queue_is_removed_while_callers_wait_in_it(centre: Stage) -> None:
    """They go to the default queue, with the time that they have waited."""
    await centre.staff(SERVES)
    busy = await crowd(centre, [new_number()], ORDERS)
    await centre.facts.first("call_answered", call=busy.ids[0])
    first = await crowd(centre, [new_number(), new_number()], EXTRA)
    second = await crowd(centre, [new_number()], ORDERS)
    order = await waiting(centre, "extra")
    _save(centre, WITHOUT_EXTRA)
    await centre.api.post("configuration/reload")
    assert await waiting(centre, "orders") == [*order, *second.ids]
    assert len(first.alive()) == 2
    with pytest.raises(EngineTrouble, match="404"):
        await centre.api.get("queues/extra")
    await centre.hang_up(busy.ids[0])
    answered = await centre.facts.first("call_answered", call=order[0])
    assert (answered["queue"], answered["agent"]) == ("orders", SERVES)


async def test_an_agent_is_removed_while_he_talks(centre: Stage) -> None:
    await centre.staff(SERVES)
    caller = await crowd(centre, [new_number()], ORDERS)
    await centre.facts.first("call_answered", call=caller.ids[0])
    without = re.sub(r'  "2001".*\n', "", ROUTING).replace("{chat: 5}", "{orders: 5}")
    _save(centre, without.replace("chat", "orders2").replace("[orders, orders2]", "[orders]"))
    await centre.api.post("configuration/reload")
    assert (await live(centre))[caller.ids[0]]["state"] == "talking"
    assert caller.alive()
    await centre.hang_up(caller.ids[0])
    record = (await stored(centre, caller.ids))[caller.ids[0]]
    assert (record["outcome"], record["agent"]) == ("answered", SERVES)

    async def gone() -> bool:
        return SERVES not in {view["agent"] for view in (await centre.api.get("agents"))["items"]}

    await until(gone, "he is not there any more")


async def test_a_new_agent_is_provisioned(root: Root, tmp_path: Path) -> None:
    """`acd provision` gives him an account in the running Asterisk, `acd reload` tells the engine."""
    places: dict[str, str] = {}
    async with hall(root, tmp_path, ROUTING, lambda asterisk: places) as made:
        etc = {
            "STROWGER_ASTERISK_ETC": str(made.asterisk.etc),
            "STROWGER_ASTERISK_SOUNDS": str(made.asterisk.sounds),
        }
        hired = '  "2009": {name: "新人", skills: {orders: 5}}\n'
        _save(made, ROUTING.replace("rules:\n", hired + "rules:\n"))
        code, said, complaint = await made.engine.command(
            "provision", "--no-prompts", "--media-address", "127.0.0.1", **etc
        )
        assert code == 0, complaint
        assert "reloaded: res_pjsip" in said
        code, said, complaint = await made.engine.command("reload", STROWGER_TOKEN=made.token)
        assert code == 0, complaint
        assert await _revision(made) in said
        passwords = made.engine.log.parent / "phones.json"
        assert passwords.stat().st_mode & 0o077 == 0
        phone = await made.lab.phone("2009")
        secret = re.findall(r'"2009":\s*"([^"]+)"', passwords.read_text(encoding="utf-8"))[0]
        await phone.register(f"127.0.0.1:{made.asterisk.ports.sip}", "2009", secret)
        await made.api.post("agents/2009/log-in")
        await agent_is(made, "2009", "idle")
        caller = await crowd(made, [new_number()], ORDERS)
        await (await phone.incoming()).answer()
        await made.facts.first("call_answered", call=caller.ids[0])
