"""Who is before whom, and how many agents there are for both."""

from __future__ import annotations

from typing import Any

import pytest

from acd.core.lines import FEW_LINES, FRESH, FRESH_OF_MANY, LOOKED_AT, MOST_LINES, Before
from acd.core.requirement import Requirement
from acd.core.routing import Announcements
from acd.core.ticket import Ticket
from agents.model import AgentProfile
from tests.unit.acd.core.room import Room, profile, queue

TOLD = Announcements()
KNIVES = (("knives", 1),)
JEWELS = (("jewels", 1),)


def shop(*agents: AgentProfile, **changes: Any) -> Room:
    """Two queues; everybody is at work and busy."""
    queues = (
        queue("k", needs=KNIVES, announcements=TOLD, **changes),
        queue("j", needs=JEWELS, announcements=TOLD),
    )
    room = Room(list(agents), *queues)
    room.comes(*(agent.id for agent in agents))
    for agent in agents:
        room.matching.unready(room.agent(agent.id))
    return room


def both(n: int, skills: str) -> list[AgentProfile]:
    return [profile(f"{skills[0]}{i}", dict.fromkeys(skills.split(), 5)) for i in range(n)]


def waits(room: Room, name: str) -> Ticket:
    ticket = room.ticket(name)
    assert room.asks(ticket) == []
    return ticket


def seen(room: Room, ticket: Ticket) -> tuple[float, list[Before]]:
    return room.matching.before(ticket, ticket.requirements, room.now)


def test_a_line_of_one_queue() -> None:
    room = shop(*both(3, "knives"))
    tickets = [waits(room, "k") for _ in range(4)]
    assert [room.matching.position(each) for each in tickets] == [1, 2, 3, 4]
    assert seen(room, tickets[0]) == (3.0, [])
    assert seen(room, tickets[3]) == (3.0, [Before("k", 3, 3.0, 0.0)])
    room.matching.hold(tickets[1])
    assert room.matching.position(tickets[3]) == 3
    assert seen(room, tickets[3]) == (3.0, [Before("k", 2, 3.0, 0.0)])


def test_the_head_of_a_queue() -> None:
    room = shop(*both(3, "knives"), *both(1, "jewels"))
    assert room.matching.head("k") is None
    assert Room([profile("a")], queue("q")).matching.head("q") is None
    first, second = (waits(room, "k") for _ in range(2))
    waits(room, "j")
    assert room.matching.head("k") == first.call
    room.matching.hold(first)
    assert room.matching.head("k") == second.call


def test_another_queue_with_some_of_the_agents() -> None:
    room = shop(*both(2, "knives"), *both(3, "jewels"), profile("x", {"knives": 1, "jewels": 1}))
    knives = [waits(room, "k") for _ in range(2)]
    jewel = waits(room, "j")
    assert seen(room, jewel) == (4.0, [Before("k", 2, 1.0, 2.0)])
    assert seen(room, knives[1]) == (3.0, [Before("k", 1, 3.0, 0.0)])


def test_agents_apart_who_serve_a_third_line_count_in_part() -> None:
    people = [
        profile("x", {"knives": 1, "jewels": 1}),
        profile("y", {"knives": 1, "paper": 1}),
    ]
    room = Room(
        people,
        queue("k", needs=KNIVES, announcements=TOLD),
        queue("j", needs=JEWELS),
        queue("p", needs=(("paper", 1),)),
    )
    room.comes("x", "y")
    for each in people:
        room.matching.unready(room.agent(each.id))
    waits(room, "k")
    for _ in range(3):
        waits(room, "p")
    jewel = waits(room, "j")
    assert seen(room, jewel) == (1.0, [Before("k", 1, 1.0, 0.25)])


def test_who_pauses_or_goes_home_does_not_serve() -> None:
    room = shop(*both(3, "knives"))
    ticket = waits(room, "k")
    assert seen(room, ticket)[0] == 3.0
    room.goes("k0")
    assert seen(room, ticket)[0] == 2.0
    room.matching.pauses(room.agent("k1"))
    assert seen(room, ticket)[0] == 2.0


def test_two_requirements_count_nobody_twice() -> None:
    people = [profile("a", {"knives": 1}, "back"), profile("b", {"knives": 1}), profile("c", {}, "back")]
    room = Room(people, queue("k", needs=KNIVES, groups=frozenset({"back"}), announcements=TOLD))
    room.comes("a", "b", "c")
    for each in people:
        room.matching.unready(room.agent(each.id))
    first, second = waits(room, "k"), waits(room, "k")
    assert len(second.asks) == 2
    agents, before = seen(room, second)
    assert agents == pytest.approx(3.0)
    assert [(each.queue, each.callers) for each in before] == [("k", 1)]
    room.matching.hold(first)
    assert seen(room, second)[1] == []


def test_a_last_agent_makes_no_line_of_its_own_where_others_may_serve() -> None:
    room = shop(*both(3, "knives"))
    one, two = room.ticket("k"), room.ticket("k")
    needs = Requirement(needs=KNIVES)
    assert room.asks(one, Requirement(agent="k0"), needs) == []
    assert room.asks(two, Requirement(agent="k1"), needs) == []
    assert seen(room, two) == (3.0, [Before("k", 1, 3.0, 0.0)])


def test_a_line_for_one_agent_alone_goes_with_its_caller() -> None:
    room = shop(*both(3, "knives"))
    alone = room.ticket("k")
    assert room.asks(alone, Requirement(agent="k0")) == []
    other = waits(room, "k")
    assert seen(room, other) == (3.0, [Before("k", 1, 1.0, 0.0)])
    assert seen(room, alone)[0] == 1.0
    room.matching.hold(alone)
    assert seen(room, other) == (3.0, [])
    assert room.matching.position(other) == 1


def test_callers_of_two_queues_for_one_agent_alone() -> None:
    room = shop(*both(1, "knives"))
    one, two = room.ticket("k"), room.ticket("j")
    for each in (one, two):
        assert room.asks(each, Requirement(agent="k0")) == []
    assert seen(room, two) == (1.0, [Before("k", 1, 1.0, 0.0)])
    room.matching.hold(one)
    assert seen(room, two) == (1.0, [])


def test_what_a_call_will_ask_for_later() -> None:
    room = shop(*both(1, "knives"), *both(2, "jewels"))
    ticket = waits(room, "k")
    assert room.matching.before(ticket, (Requirement(needs=JEWELS),), room.now)[0] == 2.0
    assert room.matching.before(ticket, (Requirement(needs=(("knives", 5),)),), room.now)[0] == 1.0


def test_large_crews_are_sampled_and_counted_anew_after_a_while() -> None:
    people = [profile(str(n), {"knives": 1} | ({"jewels": 1} if n % 2 else {})) for n in range(400)]
    room = shop(*people)
    for _ in range(10):
        waits(room, "k")
    jewel = waits(room, "j")
    agents, before = seen(room, jewel)
    assert agents == pytest.approx(200)
    assert before[0].callers == 10
    assert before[0].common == pytest.approx(200)
    assert before[0].apart == pytest.approx(200, rel=0.2)
    assert LOOKED_AT < 200
    for n in range(0, 400, 2):
        room.goes(str(n))
    assert seen(room, jewel) == (agents, before)
    room.now += FRESH
    assert seen(room, jewel)[1][0].apart == pytest.approx(0.0)


def test_of_many_lines_the_longest_are_looked_at() -> None:
    """More lines than FEW_LINES: each caller has extra needs of his own."""
    skills = {f"s{n}": 5 for n in range(FEW_LINES + 10)}
    people = [profile(str(n), {"knives": 1, "jewels": 1} | skills) for n in range(3)]
    room = shop(*people, profile("k", {"knives": 1}), profile("l", {"knives": 1}))
    for skill in skills:
        ticket = room.ticket("k")
        assert room.asks(ticket, Requirement(needs=((skill, 1),))) == []
    for _ in range(5):
        waits(room, "k")
    jewel = waits(room, "j")
    agents, before = seen(room, jewel)
    assert agents == 3.0
    assert len(before) == MOST_LINES - 1  # one of those looked at is his own, and he the first in it
    assert max(before, key=lambda each: each.callers) == Before("k", 5, 3.0, 2.0)
    assert {each.callers for each in before[1:]} == {1}
    assert seen(room, jewel) == (agents, before)
    waits(room, "k")
    assert seen(room, jewel) == (agents, before)
    assert seen(room, ticket)[0] == 3.0
    room.goes("l")
    room.now += FRESH_OF_MANY
    assert max(each.apart for each in seen(room, jewel)[1]) == 1.0


def test_where_nobody_is_told_anything_nothing_is_counted() -> None:
    room = Room([profile("a")], queue("q"))
    ticket = waits(room, "q")
    assert room.matching.position(ticket) == 1
    assert seen(room, ticket) == (0.0, [])
