"""Reasons about agents: bounded, and shared between calls."""

from __future__ import annotations

from unittest.mock import patch

from acd.core import codes, considered
from acd.core.records import Reason
from acd.core.requirement import Requirement
from acd.core.routing import Strategy
from agents.model import PhoneState
from tests.playbooks.centre import agent, centre, queue
from tests.playbooks.harness import Playbook
from tests.playbooks.words import arrived, on_duty, phone


def trace(play: Playbook, call: str = "c1") -> tuple[Reason, ...]:
    why = play.core.why(call)
    assert why is not None
    return why.trace


def of(trace: tuple[Reason, ...], code: str) -> list[Reason]:
    return [reason for reason in trace if reason[1] == code]


def test_who_is_chosen_and_who_was_idle_too() -> None:
    play = on_duty(Playbook(centre()), "1001", "1002") >> arrived()
    (chosen,) = of(trace(play), codes.CHOSEN)
    assert chosen[2:4] == ("1001", "longest_idle")
    assert [name for name, _ in chosen[5]] == ["1002"]
    assert chosen[6] == 0


def test_the_agents_who_are_named_are_few() -> None:
    names = [str(1000 + n) for n in range(20)]
    routing = centre(agents=[agent(name) for name in names])
    play = on_duty(Playbook(routing), *names)
    play >> arrived()
    (chosen,) = of(trace(play), codes.CHOSEN)
    assert (len(chosen[5]), chosen[6]) == (considered.CONSIDERED, 19 - considered.CONSIDERED)
    for name in names:
        play >> phone(name, PhoneState.IN_USE)
    play >> arrived("c2")
    (none,) = of(trace(play, "c2"), codes.NONE_IDLE)
    assert (len(none[2]), none[3]) == (considered.CONSIDERED, 20 - considered.CONSIDERED)


def test_states_are_shared_between_calls() -> None:
    play = on_duty(Playbook(centre()), "1001") >> phone("1001", PhoneState.IN_USE)
    play >> arrived("c1") >> arrived("c2")
    (first,), (second,) = (of(trace(play, call), codes.NONE_IDLE) for call in ("c1", "c2"))
    assert first[2][0] is second[2][0]


def test_ring_all_names_all() -> None:
    play = on_duty(Playbook(centre(queues=[queue(strategy=Strategy.RING_ALL)])), "1001", "1002")
    play >> arrived()
    assert of(trace(play), codes.RING_ALL)[0][2] == ("1001", "1002")


def test_an_agent_who_became_free_says_how_many_others_wait() -> None:
    play = on_duty(Playbook(centre()), "1001") >> phone("1001", PhoneState.IN_USE)
    play >> arrived("c1") >> arrived("c2") >> phone("1001")
    assert of(trace(play), codes.FREED)[0][2:] == ("1001", 1)


def test_words_are_remembered_up_to_a_bound() -> None:
    floor = Playbook(centre()).core._floor
    asked = (Requirement(group="a"),)
    with patch.object(considered, "REMEMBERED", 1):
        assert considered.words(floor, asked) is considered.words(floor, asked)
        considered.words(floor, (Requirement(group="b"),))
        assert len(floor.interned.words) == 1
