"""The core's door: what it forgets, and when it wants to be called."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from acd.core.call import Call
from acd.core.facts import CallEnded
from acd.core.offer import Offer
from agents.model import PhoneState
from tests.playbooks.centre import centre, queue
from tests.playbooks.harness import Playbook
from tests.playbooks.words import agent_hung_up, arrived, hung_up, on_duty, phone, talk


@pytest.fixture
def _no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def alive(kind: type[object]) -> int:
    return sum(type(each) is kind for each in gc.get_objects())


@pytest.mark.usefixtures("_no_collector")
def test_calls_that_have_ended_are_forgotten_without_the_collector() -> None:
    before = alive(Call), alive(Offer)
    play = on_duty(Playbook(centre(queues=[queue(for_at_most=600)])), "1001")
    deadlines = len(play.core._floor.deadlines)
    for n in range(300):
        talk(play >> arrived(f"a{n}"), f"a{n}-o1")
        play >> arrived(f"b{n}") >> hung_up(f"b{n}")
        play >> agent_hung_up(f"a{n}-o1") >> hung_up(f"a{n}")
    assert len(play.recorded(CallEnded)) == 600
    floor = play.core._floor
    assert (floor.calls, floor.offers, floor.matching.waiting) == ({}, {}, 0)
    assert len(floor.callbacks.open) == 1  # all of them were one customer
    assert len(floor.deadlines) == deadlines + 1
    assert (alive(Call), alive(Offer)) == before


def test_nothing_is_due_before_the_first_event_and_midnight_after_it() -> None:
    play = Playbook(centre())
    assert play.core.next_deadline() is None
    play >> phone("1001", PhoneState.FREE)
    assert play.core.next_deadline() is not None
    assert play.core.expire(play.now) == []


def test_time_may_pass_before_anything_happens() -> None:
    play = Playbook(centre())
    assert play.core.expire(play.now) == []
    assert play.core.next_deadline() is not None
