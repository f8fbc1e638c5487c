"""Nobody is lost: who was not served is called back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from asterisk.lab.softphone import PhoneCall
from asterisk.lab.tone import tone_share
from demo.entry import AUDIBLE, Rows, Seen
from demo.flows import heard, hears
from demo.stage import AGENT_TONE_HZ, CUSTOMER_TONE_HZ, Stage
from ivr import saying

ROWS = Rows()
SPOT, HURRIED = "4008001011", "4008001012"
AGENT = "1002"
WITHIN_S = 30.0
AGENTS_LANGUAGE = "zh-CN"
"""The first of the routing file."""


@dataclass(slots=True, kw_only=True)
class Reached:
    """A customer who was called back: both ends of the talk, and the call."""

    agent: PhoneCall
    customer: PhoneCall
    call: str

    @property
    def audible(self) -> bool:
        """Whether each has heard the other."""
        return self.heard_by_customer > AUDIBLE and self.heard_by_agent > AUDIBLE / 2

    @property
    def heard_by_customer(self) -> float:
        return tone_share(self.customer.heard, AGENT_TONE_HZ)

    @property
    def heard_by_agent(self) -> float:
        """Beside whom he will call, which he hears before."""
        return tone_share(self.agent.heard, CUSTOMER_TONE_HZ)

    def told(self) -> str:
        return (
            f"customer heard {AGENT_TONE_HZ} Hz ({self.heard_by_customer:.0%}), agent "
            f"{CUSTOMER_TONE_HZ} Hz ({self.heard_by_agent:.0%})"
        )


async def agent_first(
    stage: Stage, callback: str, account: str, agent: str = AGENT, *, listens: bool = False
) -> Reached:
    """The agent picks up and passes over whom he will call, unless he `listens`; the customer picks up;
    they talk."""
    ringing = await stage.rings(agent, WITHIN_S)
    await ringing.answer()
    if listens:
        await hears(stage, *_whom(account), language=AGENTS_LANGUAGE)
    else:
        await ringing.dtmf("#")
    customer = await stage.rings(account, WITHIN_S)
    await customer.answer()
    return await _talk(stage, callback, ringing, customer)


def _whom(number: str) -> tuple[str, ...]:
    """What an agent is told before a callback."""
    return ("callback_to", *saying.digits(number, AGENTS_LANGUAGE))


async def _customer_first(stage: Stage, callback: str, account: str) -> Reached:
    customer = await stage.rings(account, WITHIN_S)
    await customer.answer()
    ringing = await stage.rings(AGENT, WITHIN_S)
    await ringing.answer()
    return await _talk(stage, callback, ringing, customer)


async def _talk(stage: Stage, callback: str, agent: PhoneCall, customer: PhoneCall) -> Reached:
    entered = await stage.facts.first("call_entered", callback=callback)
    await stage.facts.first("call_answered", call=entered["call"])
    await stage.talk(2.5)
    await customer.hangup()
    await agent.closed()
    await stage.facts.first("call_ended", call=entered["call"])
    return Reached(agent=agent, customer=customer, call=entered["call"])


async def closed(stage: Stage, callback: str) -> dict[str, Any]:
    """The one end of a callback."""
    return await stage.facts.first("callback_closed", callback=callback)


async def owed(stage: Stage, since: int) -> dict[str, Any]:
    """The callback that was opened first after the `since`-th fact."""
    opened = await stage.facts.first("callback_opened", since=since)
    callback: dict[str, Any] = opened["callback"]
    return callback


def _seen(reached: Reached, text: str, good: bool, call: str, end: dict[str, Any]) -> Seen:
    """Somebody was called back, and what was said of it so far."""
    answered = (end["outcome"], end["attempts"]) == ("answered", 1)
    told = f"{text}; {reached.told()}; callback {end['outcome']}, attempts {end['attempts']}"
    good = good and answered and reached.audible
    return Seen(text=told, good=good, call=call, then=reached.call)


@ROWS.scenario(
    "callback by key", "presses 1, is told so and released; is called before one who came after him"
)
async def by_key(stage: Stage) -> Seen:
    await stage.staff(AGENT)
    _, talking = await stage.busy(AGENT, "13900000210", SPOT)
    mark = len(stage.facts.seen)
    on, call = await stage.customer("13800000002", SPOT)
    await on.hearing()
    await stage.talk()
    await on.dtmf("1")
    callback = await owed(stage, mark)
    await on.closed(WITHIN_S)
    later = await stage.dials("13900000211", SPOT)
    await stage.facts.first("call_queued", call=later.call)
    await talking.hangup()
    reached = await agent_first(stage, callback["id"], "13800000002")
    await (await stage.rings(AGENT)).answer()
    await stage.facts.first("call_answered", call=later.call)
    end = await closed(stage, callback["id"])
    sounds = heard(stage, on, ("callback_kept", "offer_callback", "we_call_you"))
    answers = [each["call"] for each in stage.facts.seen[mark:] if each["type"] == "call_answered"]
    text = f"heard {', '.join(sounds)}; {AGENT} was free and called him back, then took the later caller"
    good = sounds == ["callback_kept"] and answers == [reached.call, later.call] and callback["kept"]
    return _seen(reached, text, good, call, end)


@ROWS.scenario(
    "timeout, called back", "after 2 s is told so and released; called when 1002 is free, he first"
)
async def timed_out(stage: Stage) -> Seen:
    await stage.staff(AGENT)
    _, talking = await stage.busy(AGENT, "13900000220", HURRIED)
    mark = len(stage.facts.seen)
    on, call = await stage.customer("13800000003", HURRIED)
    callback = await owed(stage, mark)
    await on.closed(WITHIN_S)
    quiet = stage.phones["13800000003"].is_silent
    await talking.hangup()
    reached = await _customer_first(stage, callback["id"], "13800000003")
    end = await closed(stage, callback["id"])
    sounds = heard(stage, on, ("callback_kept", "offer_callback", "we_call_you"))
    text = f"{callback['source']}, heard {', '.join(sounds)}; called when {AGENT} was free"
    good = quiet and sounds == ["we_call_you"] and callback["source"] == "timed_out"
    return _seen(reached, text, good, call, end)


@ROWS.scenario(
    "abandoned, called back", "hangs up while he waits; 1002 is told whom to call, then he is called"
)
async def abandoned(stage: Stage) -> Seen:
    await stage.staff(AGENT)
    _, talking = await stage.busy(AGENT, "13900000230", SPOT)
    mark = len(stage.facts.seen)
    on, call = await stage.customer("13800000004", SPOT)
    await on.hearing()
    await on.hangup()
    callback = await owed(stage, mark)
    await talking.hangup()
    reached = await agent_first(stage, callback["id"], "13800000004", listens=True)
    end = await closed(stage, callback["id"])
    # Digits are too short and too much alike to be told from each other: what comes before them is not.
    sounds = heard(stage, reached.agent, ("callback_to", "callback_kept", "goodbye"), AGENTS_LANGUAGE)
    text = f"{callback['source']}; {AGENT} saw {reached.agent.caller}, heard {', '.join(sounds)}"
    good = callback["source"] == "abandoned" and reached.agent.caller == "13800000004"
    good = good and sounds == ["callback_to"]
    return _seen(reached, text, good, call, end)


@ROWS.scenario(
    "the customer calls himself", "he had hung up; calls again before 1002 is free: no callback any more"
)
async def own_call(stage: Stage) -> Seen:
    await stage.staff(AGENT)
    _, talking = await stage.busy(AGENT, "13900000240", SPOT)
    mark = len(stage.facts.seen)
    first = await stage.dials("13900000241", SPOT, patience_ms=1500)
    callback = await owed(stage, mark)
    await stage.ended(first)
    again = await stage.dials("13900000241", SPOT)
    await talking.hangup()
    talking = await stage.rings(AGENT)
    await talking.answer()
    await stage.facts.first("call_answered", call=again.call)
    end = await closed(stage, callback["id"])
    await talking.hangup()
    await stage.ended(again)
    await stage.talk(1)
    quiet = stage.phones[AGENT].is_silent
    text = f"callback {end['outcome']}, attempts {end['attempts']}; then {AGENT} was left in peace"
    good = quiet and (end["outcome"], end["attempts"]) == ("own_call", 0)
    return Seen(text=text, good=good, call=first.call, then=again.call)
