"""Events and commands in few words, for playbooks."""

from __future__ import annotations

from typing import Any

from acd.core.commands import (
    CancelRing,
    ConnectCall,
    EndCall,
    EndCause,
    PlayPrompt,
    PlayRingback,
    ReleaseAgent,
    RingAgent,
    StartWaiting,
    StopPrompt,
)
from acd.core.events import (
    AgentActed,
    AgentAnswered,
    AgentHungUp,
    AgentRinging,
    CallArrived,
    CallConnected,
    CallerHungUp,
    ChannelsReconciled,
    ConnectFailed,
    DigitPressed,
    LiveCall,
    PhoneStateChanged,
    PromptFinished,
    RingFailed,
    RingFailure,
)
from acd.core.flow_words import OutsideAnswered, OutsideEnded
from agents.model import AgentAct, PhoneState
from tests.playbooks.centre import NODE
from tests.playbooks.harness import Playbook

CALLER = "13800000001"


def arrived(call: str = "c1", **changes: Any) -> CallArrived:
    """A caller dials 4001."""
    plain: dict[str, Any] = {"node": NODE, "dialled": "4001", "caller": CALLER}
    return CallArrived(call=call, **(plain | changes))


def hung_up(call: str = "c1") -> CallerHungUp:
    return CallerHungUp(call=call)


def ringing(offer: str = "c1-o1") -> AgentRinging:
    return AgentRinging(offer=offer)


def answered(offer: str = "c1-o1") -> AgentAnswered:
    return AgentAnswered(offer=offer)


def failed(offer: str = "c1-o1", reason: RingFailure = RingFailure.CANCELLED) -> RingFailed:
    return RingFailed(offer=offer, reason=reason)


def connected(offer: str = "c1-o1") -> CallConnected:
    return CallConnected(call=offer.rsplit("-", 1)[0], offer=offer)


def connect_failed(offer: str = "c1-o1") -> ConnectFailed:
    return ConnectFailed(call=offer.rsplit("-", 1)[0], offer=offer, reason="no such bridge")


def agent_hung_up(offer: str = "c1-o1") -> AgentHungUp:
    return AgentHungUp(offer=offer)


def prompt_over(prompt: str, call: str = "c1") -> PromptFinished:
    return PromptFinished(call=call, prompt=prompt)


def pressed(digit: str, call: str = "c1") -> DigitPressed:
    return DigitPressed(call=call, digit=digit)


def outside_answered(call: str = "c1") -> OutsideAnswered:
    return OutsideAnswered(call=call)


def outside_ended(call: str = "c1", *, answered: bool = True) -> OutsideEnded:
    return OutsideEnded(call=call, answered=answered, cause=16 if answered else 19)


def act(agent: str, what: AgentAct, **more: Any) -> AgentActed:
    return AgentActed(agent=agent, act=what, by="test", **more)


def phone(agent: str, state: PhoneState = PhoneState.FREE) -> PhoneStateChanged:
    return PhoneStateChanged(agent=agent, phone=state)


def on_duty(play: Playbook, *agents: str) -> Playbook:
    """Agents log in with their phones free, a second apart, so that the first is longest idle."""
    for agent in agents:
        play >> act(agent, AgentAct.LOG_IN) >> phone(agent)
        play.after(1)
    return play


def talk(play: Playbook, offer: str = "c1-o1") -> Playbook:
    """The phone of an offer rings, is answered, and both are joined."""
    return play >> ringing(offer) >> answered(offer) >> connected(offer)


def back(play: Playbook) -> ChannelsReconciled:
    """The node is back, with the one caller."""
    live = LiveCall(arrived=arrived(), created_at=play.now)
    return ChannelsReconciled(node=NODE, restarted=False, calls=(live,))


# commands


def ring(offer: str = "c1-o1", agent: str = "1001", queue: str = "orders", **changes: Any) -> RingAgent:
    """The ring that `arrived` leads to."""
    plain: dict[str, Any] = {
        "offer": offer,
        "call": offer.rsplit("-", 1)[0],
        "agent": agent,
        "endpoint": f"PJSIP/{agent}",
        "node": NODE,
        "caller": CALLER,
        "caller_name": None,
        "queue": queue,
    }
    return RingAgent(**(plain | changes))


def ringback(call: str = "c1") -> PlayRingback:
    return PlayRingback(call=call)


def music(call: str = "c1") -> StartWaiting:
    return StartWaiting(call=call, music="default")


def says(prompt: str, call: str = "c1", language: str = "zh-CN") -> PlayPrompt:
    return PlayPrompt(call=call, prompt=prompt, language=language)


def stop_ringing(offer: str = "c1-o1") -> CancelRing:
    return CancelRing(offer=offer)


def connect(offer: str = "c1-o1") -> ConnectCall:
    return ConnectCall(call=offer.rsplit("-", 1)[0], offer=offer)


def release(offer: str = "c1-o1") -> ReleaseAgent:
    return ReleaseAgent(offer=offer)


def end(call: str = "c1", cause: EndCause = EndCause.NORMAL) -> EndCall:
    return EndCall(call=call, cause=cause)


def plays(prompt: str, *sounds: str, call: str = "c1", **more: Any) -> PlayPrompt:
    """A prompt of a dialogue: these sounds."""
    return PlayPrompt(call=call, prompt=prompt, language="zh-CN", sounds=sounds, **more)


def stops(prompt: str) -> StopPrompt:
    return StopPrompt(call="c1", prompt=prompt)
