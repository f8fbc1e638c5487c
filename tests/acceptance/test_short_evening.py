"""A spot brings more callers than three agents can serve: each is reached, or comes to a stated end."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from itertools import pairwise
from math import inf
from pathlib import Path

from asterisk.lab.root import Root
from asterisk.lab.siptap import SipTap
from demo.stage import Stage
from tests.acceptance.hall import crowd, hall, new_number, rows, stored, until

SPOT = "4008001001"
AGENTS = ("2001", "2002", "2003")
CUSTOMERS = tuple(new_number() for _ in range(40))
AWAY, BUSY, AGAIN = CUSTOMERS[:6], CUSTOMERS[6:9], CUSTOMERS[9:13]
"""Who never picks up when he is called back; who is busy then; who hangs up and calls again himself."""
IMPATIENT = (*CUSTOMERS[13:18], *BUSY, *AWAY[:3], *AGAIN)
ARRIVES_S = 0.1
"""Within this time of a caller's arrival a dialling may still be on its way to his phone."""

ROUTING = f"""
version: 1
timezone: Asia/Shanghai
languages: [en]
numbers:
  default: {{queue: evening}}
agents:
{"".join(f'  "{agent}": {{}}' + chr(10) for agent in AGENTS)}
queues:
  evening:
    ring: 20s
    waiting: {{for_at_most: 3s}}
    on_timeout: {{say: goodbye, then: callback}}
    callback:
      order: customer_first
      attempts: 2
      spacing: [2s]
      ring: 2s
      hours: {{from: "00:00", to: "24:00"}}
phones:
{"".join(f'  "{number}": {{number: "{number}"}}' + chr(10) for number in CUSTOMERS)}
trunks:
  carrier: {{match: ["127.0.0.2"], dial: "PJSIP/{{number}}"}}
"""


async def test_everybody_is_reached_or_at_a_stated_end(root: Root, tmp_path: Path) -> None:
    async with hall(root, tmp_path, ROUTING, rtp_ports=400) as made:
        await made.script("agents", *AGENTS, ring_ms=20, talk_ms=900)
        await made.script(
            "home", *[each for each in CUSTOMERS if each not in (*AWAY, *BUSY)], ring_ms=50
        )
        await made.script("away", *AWAY, ring_ms=60_000)
        await made.script("busy", *BUSY, refuse_with=486)
        await made.login(*AGENTS)
        async with SipTap([made.asterisk.ports.sip]) as tap:
            calls = await evening(made)
            await until(lambda: not still_owed(made), "nobody is owed a call any more", within_s=40)
            tap.read()
            dialled = customers_dialled(tap, made.asterisk.ports.sip)
        records = await stored(made, calls)
        check_ends(made, records)
        attempts = await attempts_with_ends(made)
        check_once_for_each_attempt(attempts, dialled)
        check_nobody_in_a_call(made, dialled)


async def evening(made: Stage) -> list[str]:
    """All call within a second; four of those who hang up call again."""
    patient = [number for number in CUSTOMERS if number not in IMPATIENT]
    first = await crowd(made, patient[:6], SPOT, rate_per_s=60)  # the agents talk with them twice over
    hasty = await crowd(made, IMPATIENT, SPOT, rate_per_s=60, patience_ms=1000)
    rest = await crowd(made, patient[6:], SPOT, rate_per_s=60)
    for number in AGAIN:
        await made.facts.first("call_ended", call=hasty.calls[number], outcome="abandoned")
    mark = len(made.facts.seen)
    await made.lab.callers("again", made.asterisk, [(number, SPOT) for number in AGAIN], rate_per_s=60)
    second = [
        (await made.facts.first("call_entered", since=mark, caller=number, dialled=SPOT))["call"]
        for number in AGAIN
    ]
    return [*first.ids, *hasty.ids, *rest.ids, *second]


def still_owed(made: Stage) -> list[str]:
    """Calls without an end and callbacks without one."""
    return [
        row[0]
        for sql in (
            "SELECT call FROM calls WHERE ended_at IS NULL",
            "SELECT callback FROM callbacks WHERE closed_at IS NULL",
        )
        for row in rows(made, sql)
    ]


async def attempts_with_ends(made: Stage) -> dict[str, list[sqlite3.Row]]:
    """By customer, in their order."""

    def look() -> list[sqlite3.Row] | None:
        found = rows(made, "SELECT * FROM callback_attempts ORDER BY made_at")
        return found if all(row["outcome"] for row in found) else None

    by_number: dict[str, list[sqlite3.Row]] = defaultdict(list)
    for row in await until(look, "each attempt has its end"):
        by_number[row["number"]].append(row)
    return by_number


def customers_dialled(tap: SipTap, asterisk_port: int) -> dict[str, list[float]]:
    """When each customer's phone was called; a repeated INVITE is no other call."""
    calls: dict[str, dict[str, float]] = defaultdict(dict)
    for message in tap.messages:
        if message.is_invite and message.source_port == asterisk_port and message.to_user in CUSTOMERS:
            calls[message.to_user].setdefault(message.call_id, message.at)
    return {number: list(first.values()) for number, first in calls.items()}


def check_ends(made: Stage, records: dict[str, sqlite3.Row]) -> None:
    """Each call that was missed led to a callback, and each callback to an end that fits."""
    missed = {call: row for call, row in records.items() if row["outcome"] != "answered"}
    assert {row["outcome"] for row in missed.values()} == {"abandoned", "timed_out"}
    owed = {row["call"]: row for row in rows(made, "SELECT * FROM callbacks")}
    assert owed.keys() >= missed.keys()
    ends = {row["number"]: row["outcome"] for row in owed.values() if row["outcome"] != "merged"}
    for call in missed:
        number, end = owed[call]["number"], owed[call]["outcome"]
        own = ("own_call", "merged") if number in AGAIN else ()
        wanted = "expired" if number in (*AWAY, *BUSY) else "answered"
        assert end in (wanted, *own), (number, end)
        assert number in ends, "what a callback was merged with has an end of its own"
    assert {"answered", "expired"} <= set(ends.values())


def check_once_for_each_attempt(
    attempts: dict[str, list[sqlite3.Row]], dialled: dict[str, list[float]]
) -> None:
    """No phone was called twice for one attempt, and none without one."""
    assert dialled.keys() <= attempts.keys()
    for number, made in attempts.items():
        began = [*(row["made_at"] for row in made), inf]
        at = dialled.get(number, [])
        calls = [sum(first <= each < last for each in at) for first, last in pairwise(began)]
        assert sum(calls) == len(at), number
        # Committed and not dialled: the customer called in that very moment.
        assert all(
            each == 1 or row["outcome"] == "failed" for each, row in zip(calls, made, strict=True)
        )
        assert max(calls) <= 1, number
        most = Counter(row["callback"] for row in made)
        assert max(most.values()) <= 2, number
    outcomes = {row["outcome"] for each in attempts.values() for row in each}
    assert outcomes >= {"answered", "no_answer", "busy"}


def check_nobody_in_a_call(made: Stage, dialled: dict[str, list[float]]) -> None:
    """While a customer waited or talked his phone was not called."""
    sql = "SELECT call, caller, arrived_at, ended_at FROM calls"
    for row in rows(made, sql):
        for at in dialled.get(row["caller"], []):
            assert not row["arrived_at"] + ARRIVES_S < at < row["ended_at"], (row["call"], at)
