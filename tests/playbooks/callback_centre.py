"""A centre that calls back, and events and commands of callbacks in few words."""

from __future__ import annotations

from typing import Any

from acd.core.callback_words import (
    AgentPressed,
    AgentPrompted,
    AttemptCommitted,
    AttemptNotCommitted,
    AttemptOutcome,
    CallbackAct,
    CallbackActed,
    CallbackAsked,
    CallbackClosed,
    CallbackOutcome,
    CallbackSource,
    CancelDial,
    CommitAttempt,
    CustomerAnswered,
    CustomerRinging,
    DialCustomer,
    DialFailed,
    PromptAgent,
)
from acd.core.commands import Command, RingAgent
from acd.core.routing import CallbackRule, CallingHours, Routing, Trunk
from agents.model import PhoneState
from tests.playbooks.centre import NODE, centre, queue
from tests.playbooks.harness import Playbook
from tests.playbooks.words import CALLER, arrived, hung_up, on_duty, phone, ring

TRUNK = Trunk(
    name="carrier", match=("192.0.2.1",), dial="PJSIP/{number}@carrier", caller_id="4008001001"
)
ALWAYS = CallingHours(begin=0, end=1440, zone="Asia/Shanghai")
CALLBACK = "c1-cb"
ATTEMPT = "c1-cb-a1"
OFFER = "c1-cb-a1-o1"
DIGITS = ("num_yao", "num_3", *["num_8"], *["num_0"] * 7, "num_yao")


def rule(**changes: Any) -> CallbackRule:
    plain: dict[str, Any] = {"hours": ALWAYS, "spacing": (300.0, 1800.0), "attempts": 3}
    return CallbackRule(**(plain | changes))


def calling(*, callback: CallbackRule | None = None, **changes: Any) -> Routing:
    """A centre with a carrier; its one queue calls back."""
    changes.setdefault("queues", [queue(callback=callback or rule())])
    return centre(trunks={"carrier": TRUNK}, **changes)


def missed(routing: Routing | None = None, call: str = "c1", **changes: Any) -> Playbook:
    """1001 is busy for a while; somebody waits for half a minute and hangs up."""
    play = on_duty(Playbook(routing or calling()), "1001") >> phone("1001", PhoneState.IN_USE)
    play >> arrived(call, **changes)
    play.after(30)
    return play >> hung_up(call)


def rung(routing: Routing | None = None) -> Playbook:
    """1001 is free again, and is rung for the callback."""
    return missed(routing) >> phone("1001")


def asked(routing: Routing | None = None) -> Playbook:
    """He picks up and hears whom he will call."""
    from tests.playbooks.words import answered, ringing

    return rung(routing) >> ringing(OFFER) >> answered(OFFER)


def committing(routing: Routing | None = None) -> Playbook:
    return asked(routing) >> told()


def dialling(routing: Routing | None = None) -> Playbook:
    return committing(routing) >> committed()


def customer_rings(routing: Routing | None = None) -> Playbook:
    return dialling(routing) >> rings()


def joining(routing: Routing | None = None) -> Playbook:
    return customer_rings(routing) >> picked_up()


def talking(routing: Routing | None = None) -> Playbook:
    from tests.playbooks.words import connected

    return joining(routing) >> connected(OFFER)


# events


def told(offer: str = OFFER, prompt: str = "callback_to") -> AgentPrompted:
    return AgentPrompted(offer=offer, prompt=prompt)


def pressed(digit: str, offer: str = OFFER) -> AgentPressed:
    return AgentPressed(offer=offer, digit=digit)


def committed(attempt: str = ATTEMPT) -> AttemptCommitted:
    return AttemptCommitted(attempt=attempt)


def not_committed(attempt: str = ATTEMPT) -> AttemptNotCommitted:
    return AttemptNotCommitted(attempt=attempt, why="the database is away")


def rings(attempt: str = ATTEMPT) -> CustomerRinging:
    return CustomerRinging(attempt=attempt)


def picked_up(attempt: str = ATTEMPT) -> CustomerAnswered:
    return CustomerAnswered(attempt=attempt)


def dial_failed(
    outcome: AttemptOutcome = AttemptOutcome.NO_ANSWER, attempt: str = ATTEMPT
) -> DialFailed:
    return DialFailed(attempt=attempt, outcome=outcome)


def acted(act: CallbackAct, callback: str = CALLBACK, **more: Any) -> CallbackActed:
    return CallbackActed(callback=callback, act=act, by="test", **more)


def wish(id: str = "w1", **changes: Any) -> CallbackAsked:
    plain: dict[str, Any] = {
        "number": CALLER,
        "queue": "orders",
        "by": "api:test",
        "source": CallbackSource.API,
        "dialled": "4001",
    }
    return CallbackAsked(id=id, **(plain | changes))


# commands


def rings_for(offer: str = OFFER, agent: str = "1001", **changes: Any) -> RingAgent:
    attempt = offer.rsplit("-", 1)[0]
    return ring(offer, agent, callback=attempt.rsplit("-", 1)[0], **changes)


def says_to_agent(prompt: str, offer: str = OFFER) -> PromptAgent:
    sounds = (prompt, *DIGITS) if prompt == "callback_to" else (prompt,)
    return PromptAgent(offer=offer, prompt=prompt, sounds=sounds, language="zh-CN")


def dials(attempt: str = ATTEMPT, number: str = CALLER, **changes: Any) -> DialCustomer:
    plain: dict[str, Any] = {
        "node": NODE,
        "endpoint": f"PJSIP/{number}@carrier",
        "number": number,
        "caller_id": "4008001001",
        "ring_s": 30.0,
        "language": "zh-CN",
    }
    return DialCustomer(attempt=attempt, **(plain | changes))


def cancels(attempt: str = ATTEMPT) -> CancelDial:
    return CancelDial(attempt=attempt)


# what was said


def commits(play: Playbook) -> CommitAttempt:
    """The commit that was just asked for, and nothing else."""
    said = [each for each in play._said if isinstance(each, CommitAttempt)]
    assert len(said) == 1, play._said
    return said[0]


def said(play: Playbook, kind: type[Command]) -> list[Any]:
    return [each for each in play._said if isinstance(each, kind)]


def outcome(play: Playbook) -> CallbackOutcome:
    return play.last(CallbackClosed).outcome


def how_it_stands(play: Playbook, callback: str = CALLBACK) -> str:
    view = play.core.view_callback(callback)
    assert view is not None
    return view.state
