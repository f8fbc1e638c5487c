"""The scenarios: each is one thing that a call centre relies on, done by real phones.

Each function stages it, says what is expected and returns what was seen. The callers' numbers differ,
so that no scenario meets the customers of another.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from asterisk.lab.tone import tone_share
from demo.entry import AUDIBLE, Rows, Seen
from demo.entry import seen_of as _seen
from demo.stage import AGENT_TONE_HZ, CUSTOMER_TONE_HZ, Caller, Stage

ROWS = Rows()
scenario = ROWS.scenario


async def _answered_by(stage: Stage, caller: Caller, *agents: str) -> str:
    """Let whichever of the agents rings answer and hang up; who it was."""
    made = await stage.facts.first("offer_made", call=caller.call)
    agent = str(made["agent"])
    if agent not in agents:
        return agent
    call = await stage.rings(agent)
    await call.answer()
    await stage.facts.first("call_answered", call=caller.call)
    await call.hangup()
    await stage.ended(caller)
    return agent


@scenario("idle agent, two softphones, sound both ways", "1002 answers; each hears the other's tone")
async def idle_agent(stage: Stage) -> Seen:
    await stage.staff("1002")
    customer = await stage.phone("demo1", tone_hz=CUSTOMER_TONE_HZ)
    mark = len(stage.facts.seen)
    outgoing = await customer.dial(stage.asterisk.sip_uri("4008001001"))
    incoming = await stage.rings("1002")
    await incoming.answer()
    await outgoing.established()
    answered = await stage.facts.first("call_answered", since=mark)
    await outgoing.hearing()
    await incoming.hearing()
    await stage.talk()
    await incoming.hangup()
    await outgoing.closed()
    await stage.facts.first("call_ended", call=answered["call"])
    customer_heard = tone_share(outgoing.heard, AGENT_TONE_HZ)
    agent_heard = tone_share(incoming.heard, CUSTOMER_TONE_HZ)
    text = (
        f"{answered['agent']} answered; customer heard {AGENT_TONE_HZ} Hz ({customer_heard:.0%}), "
        f"agent {CUSTOMER_TONE_HZ} Hz ({agent_heard:.0%})"
    )
    good = answered["agent"] == "1002" and min(customer_heard, agent_heard) > AUDIBLE
    return Seen(text=text, good=good, call=answered["call"])


@scenario("unknown number", "goes to the default queue, reception, and is answered")
async def unknown_number(stage: Stage) -> Seen:
    await stage.staff("1003")
    caller = await stage.dials("13900000002", "4009999999")
    agent = await _answered_by(stage, caller, "1003")
    queued = stage.facts.find("call_queued", call=caller.call) or {}
    queue = queued.get("placement", {}).get("queue")
    return _seen(f"queue {queue}, answered by {agent}", queue == "reception", caller)


@scenario("blacklisted", "hears that the system is busy, is released; no queue, no agent")
async def blacklisted(stage: Stage) -> Seen:
    await stage.staff("1002")
    await stage.api.put("blacklist/13900000003", {"reason": "abuse"})
    caller = await stage.dials("13900000003")
    ended = await stage.ended(caller)
    queued = stage.facts.find("call_queued", call=caller.call)
    text = f"outcome {ended['outcome']}, {'queued' if queued else 'never queued'}"
    return _seen(text, ended["outcome"] == "blacklisted" and not queued, caller)


@scenario("closed", "hears the closed prompt, is recorded for a call back")
async def closed(stage: Stage) -> Seen:
    await stage.staff("1002")
    caller = await stage.dials("13900000004", "4008001009")
    missed = await stage.facts.first("call_missed", call=caller.call)
    ended = await stage.ended(caller)
    good = (ended["outcome"], missed["reason"]) == ("closed", "closed")
    return _seen(f"outcome {ended['outcome']}, missed call: {missed['reason']}", good, caller)


@scenario("VIP, the group free", "1001 of the VIP group, though 1002 is idle for longer")
async def vip_free(stage: Stage) -> Seen:
    await stage.staff("1002", "1001")
    await stage.api.put("customers/13900000005", {"tier": "vip"})
    caller = await stage.dials("13900000005")
    agent = await _answered_by(stage, caller, "1001", "1002")
    return _seen(f"answered by {agent}", agent == "1001", caller)


@scenario("VIP, the group busy", "overtakes two callers who came before him")
async def vip_busy(stage: Stage) -> Seen:
    await stage.staff("1001")
    _, first = await stage.busy("1001", "13900000060")
    await stage.login("1002")
    _, second = await stage.busy("1002", "13900000061")
    ordinary = [await stage.dials(number) for number in ("13900000062", "13900000063")]
    await stage.api.put("customers/13900000064", {"tier": "vip"})
    vip = await stage.dials("13900000064")
    mark = len(stage.facts.seen)
    await second.hangup()
    made = await stage.facts.first("offer_made", since=mark)
    order = {vip.call: "the VIP", ordinary[0].call: "the first caller"}
    who = order.get(made["call"], made["call"])
    await (await stage.rings("1002")).answer()
    await first.hangup()
    return _seen(f"1002 became free and was offered {who}", made["call"] == vip.call, vip)


@scenario(
    "returning customer, his agent free", "1003 who served him last, though 1002 is idle for longer"
)
async def returning_free(stage: Stage) -> Seen:
    await stage.staff("1002", "1003")
    await stage.api.put("customers/13900000007", _served_by("1003"))
    caller = await stage.dials("13900000007")
    agent = await _answered_by(stage, caller, "1002", "1003")
    return _seen(f"answered by {agent}", agent == "1003", caller)


@scenario("returning customer, his agent busy", "waits 2 s for 1003 alone, then 1002")
async def returning_busy(stage: Stage) -> Seen:
    await stage.staff("1003")
    _, talking = await stage.busy("1003", "13900000080")
    await stage.login("1002")
    await stage.api.put("customers/13900000081", _served_by("1003"))
    caller = await stage.dials("13900000081")
    agent = await _answered_by(stage, caller, "1002")
    answered = stage.facts.find("call_answered", call=caller.call) or {"wait": 0.0}
    await talking.hangup()
    wait = float(answered["wait"])
    return _seen(f"answered by {agent} after {wait:.1f} s", agent == "1002" and wait >= 2, caller)


@scenario("widening by skill level", "1004 has level 1 of 3; after 2 s level 1 is enough")
async def widening(stage: Stage) -> Seen:
    await stage.staff("1004")
    caller = await stage.dials("13900000009")
    agent = await _answered_by(stage, caller, "1004")
    answered = stage.facts.find("call_answered", call=caller.call) or {"wait": 0.0}
    wait = float(answered["wait"])
    return _seen(f"answered by {agent} after {wait:.1f} s", agent == "1004" and wait >= 2, caller)


@scenario("timeout", "after 2 s the prompt, then released and recorded for a call back")
async def timeout(stage: Stage) -> Seen:
    await stage.staff("1002")
    _, talking = await stage.busy("1002", "13900000100")
    caller = await stage.dials("13900000101", "4008001003")
    missed = await stage.facts.first("call_missed", call=caller.call)
    ended = await stage.ended(caller)
    await talking.hangup()
    heard = (_instant(ended) - _instant(missed)).total_seconds()
    text = f"outcome {ended['outcome']}, missed call: {missed['reason']}, prompt of {heard:.1f} s"
    good = (ended["outcome"], missed["reason"]) == ("timed_out", "timed_out") and heard > 3
    return _seen(text, good, caller)


@scenario("abandoned", "hangs up while waiting, is recorded for a call back")
async def abandoned(stage: Stage) -> Seen:
    await stage.staff("1002")
    _, talking = await stage.busy("1002", "13900000110")
    caller = await stage.dials("13900000111", patience_ms=1500)
    missed = await stage.facts.first("call_missed", call=caller.call)
    ended = await stage.ended(caller)
    await talking.hangup()
    good = (ended["outcome"], missed["reason"]) == ("abandoned", "abandoned")
    text = f"outcome {ended['outcome']}, missed call: {missed['reason']} after {ended['wait']:.1f} s"
    return _seen(text, good, caller)


@scenario("an agent does not answer", "1002 is paused, the caller keeps his place and is served first")
async def no_answer(stage: Stage) -> Seen:
    await stage.staff("1002")
    caller = await stage.dials("13900000120")
    await stage.rings("1002")
    later = await stage.dials("13900000121")
    await stage.facts.first("offer_ended", call=caller.call, outcome="no_answer")
    paused = await stage.api.get("agents/1002")
    mark = len(stage.facts.seen)
    await stage.login("1003")
    made = await stage.facts.first("offer_made", since=mark)
    first = made["call"] == caller.call
    await (await stage.rings("1003")).answer()
    text = (
        f"1002 {paused['state']} ({paused['reason']}); 1003 was offered "
        f"{'him' if first else 'the later caller'} first"
    )
    del later
    return _seen(text, first and paused["state"] == "paused", caller)


@scenario("nobody logged in", "recorded for a call back at once")
async def nobody(stage: Stage) -> Seen:
    await stage.staff()
    caller = await stage.dials("13900000130")
    missed = await stage.facts.first("call_missed", call=caller.call)
    ended = await stage.ended(caller)
    good = (ended["outcome"], missed["reason"]) == ("nobody", "nobody")
    return _seen(f"outcome {ended['outcome']}, missed call: {missed['reason']}", good, caller)


@scenario("the engine is killed", "nobody is dropped; those who wait are served in their old order")
async def killed(stage: Stage) -> Seen:
    await stage.staff("1002")
    _, talking = await stage.busy("1002", "13900000140")
    waiting = [await stage.dials(number) for number in ("13900000141", "13900000142")]
    await stage.engine.kill()
    await stage.restart_engine()
    kept = [caller for caller in waiting if await _lives(stage, caller.call)]
    mark = len(stage.facts.seen)
    await talking.hangup()
    made = await stage.facts.first("offer_made", since=mark)
    await (await stage.rings("1002")).answer()
    text = f"{len(kept)} of 2 still wait; 1002 was then offered the {_nth(waiting, made)} of them"
    return _seen(text, len(kept) == 2 and made["call"] == waiting[0].call, waiting[0])


def _nth(callers: list[Caller], made: dict[str, Any]) -> str:
    names = {caller.call: name for caller, name in zip(callers, ("first", "second"), strict=True)}
    return names.get(made["call"], "wrong one")


async def _lives(stage: Stage, call: str) -> bool:
    live = (await stage.api.get("calls/live"))["items"]
    return any(view["call"] == call for view in live)


def _instant(fact: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(fact["at"])


def _served_by(agent: str) -> dict[str, str]:
    """A customer who ordered from this agent a day ago."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    return {"last_agent": agent, "last_order_at": yesterday.isoformat(timespec="seconds")}
