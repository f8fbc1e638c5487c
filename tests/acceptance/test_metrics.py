"""/metrics after a few calls: the numbers are those of the calls that were made."""

from __future__ import annotations

from pathlib import Path

from asterisk.lab.root import Root
from tests.acceptance.hall import crowd, empty, hall, metric, metrics, new_number, stored

BUSY, AGENT, LAZY = "4008001001", "2001", "2002"

ROUTING = """
version: 1
timezone: Asia/Shanghai
languages: [en]
skills: [orders, lazy]
numbers:
  "4008001001": {queue: orders, business: knives}
  "4008001002": {queue: nobody}
  "4008001003": {queue: lazy}
  default: {queue: orders}
businesses:
  knives: {name: Knives}
agents:
  "2001": {skills: {orders: 5}}
  "2002": {skills: {lazy: 5}}
  "2003": {groups: [home]}
rules:
  - name: blacklist
    when: {caller: {in: blacklist}}
    then: {say: system_busy, end: true}
groups: [home]
queues:
  orders: {needs: {orders: 3}, ring: 20s, short_abandon: 0s}
  nobody: {groups: [home], on_nobody: {say: goodbye, then: goodbye}}
  lazy: {needs: {lazy: 1}, ring: 1s, no_answer: {pause: no answer}, short_abandon: 60s}
trunks:
  carrier: {match: ["127.0.0.2"]}
"""


async def test_they_are_those_of_the_calls_made(root: Root, tmp_path: Path) -> None:
    async with hall(root, tmp_path, ROUTING) as made:
        await made.script("quick", AGENT, ring_ms=100, talk_ms=400)
        await made.script("lazy", LAZY, ring_ms=20_000)
        await made.login(AGENT, LAZY)

        answered = await crowd(made, [new_number(), new_number(), new_number()], BUSY)
        left = await crowd(made, [new_number()], BUSY, patience_ms=100)
        unserved = await crowd(made, [new_number()], "4008001002")
        listed = new_number()
        await made.api.put(f"blacklist/{listed}", {"reason": "abuse"})
        blacklisted = await crowd(made, [listed], BUSY)
        short = await crowd(made, [new_number()], "4008001003", patience_ms=2000)
        calls = [*answered.ids, *left.ids, *unserved.ids, *blacklisted.ids, *short.ids]
        records = await stored(made, calls)
        talk = sum(records[call]["talk"] for call in answered.ids)
        waited = sum(records[call]["wait"] for call in answered.ids)

        async def value(name: str, **labels: str) -> float:
            return await metric(made, f"strowger_{name}", **labels)

        knives = {"number": BUSY, "business": "knives"}
        assert await value("calls_entered_total", **knives) == 4  # the blacklisted one apart
        assert await value("calls_ended_total", **knives, outcome="answered") == 3
        assert await value("calls_ended_total", **knives, outcome="abandoned") == 1
        assert await value("calls_ended_total", **knives, outcome="blacklisted") == 1
        missed = await metrics(made, "strowger_calls_missed_total")
        assert sum(number for _, number in missed) == 2
        assert await value("queue_calls_entered_total", queue="orders") == 4
        assert await value("queue_calls_answered_total", queue="orders") == 3
        assert await value("queue_calls_answered_within_service_level_total", queue="orders") == 3
        assert await value("queue_calls_abandoned_total", queue="orders") == 1
        assert await value("queue_calls_abandoned_short_total", queue="lazy") == 1
        assert await value("queue_offers_total", queue="orders", outcome="answered") == 3
        assert await value("queue_offers_total", queue="lazy", outcome="no_answer") == 1
        assert abs(await value("queue_talk_seconds_sum", queue="orders") - talk) < 0.001
        wait = await value("queue_wait_seconds_sum", queue="orders", result="answered")
        assert abs(wait - waited) < 0.001
        assert await value("agents", state="paused") == 1
        assert await value("agents", state="idle") == 1
        assert await value("agents", state="offline") == 1
        assert await value("queue_waiting_calls", queue="orders") == 0
        assert await value("connected", what="ari") == 1
        assert await value("decision_seconds_count", kind="CallArrived") == len(calls)
        assert await value("event_lag_seconds_count") > len(calls)
        assert await value("mailbox_depth") == 0
        assert await value("journal_depth") == 0
        assert await value("spool_active") == 0
        await empty(made)
