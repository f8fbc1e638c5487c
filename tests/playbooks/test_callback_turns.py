"""Playbooks of call-flow.md, 3: whose turn it is at the very end of a callback's time."""

from __future__ import annotations

from acd.core.callback_words import CallbackClosed, CallbackOpened, CallbackOutcome
from acd.core.routing import Then, WaitOffer
from agents.model import PhoneState
from tests.playbooks.callback_centre import calling, rule
from tests.playbooks.centre import queue
from tests.playbooks.harness import Playbook
from tests.playbooks.words import arrived, hung_up, on_duty, phone, pressed, ring

KEY = WaitOffer(key="1", then=Then.CALLBACK, say="mine", after=20, every=None)


def test_a_caller_comes_before_the_next_callback_when_the_first_has_just_expired() -> None:
    desk = queue(offers=(KEY,), callback=rule(within=3600.0))
    play = on_duty(Playbook(calling(queues=[desk])), "1001") >> phone("1001", PhoneState.IN_USE)
    play >> arrived("c0", caller="13900000010")
    play.after(5) >> pressed("1", "c0") >> hung_up("c0")
    play >> arrived("c2", caller="13900000012")
    play.after(30) >> hung_up("c2")
    play.after(30) >> arrived("c1", caller="13900000011")
    expires = play.recorded(CallbackOpened)[0].callback.created_at + 3600
    play.now = expires  # the agent is quicker than the deadline
    play >> phone("1001") << ring("c1-o1", caller="13900000011")
    play.after(0)
    (closed,) = play.recorded(CallbackClosed)
    assert closed.outcome is CallbackOutcome.EXPIRED
