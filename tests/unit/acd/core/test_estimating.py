"""How long a call will wait where agents serve several lines."""

from __future__ import annotations

from typing import Any

import pytest

from acd.core.call import Call
from acd.core.estimates import expected_wait
from acd.core.estimating import Estimates, estimates_for
from acd.core.events import CallArrived
from acd.core.requirement import Requirement, Stage
from acd.core.routing import Announcements
from agents.model import AgentProfile
from tests.unit.acd.core.room import Room, profile, queue, routing

TOLD = Announcements()
KNIVES, JEWELS = (("knives", 1),), (("jewels", 1),)


class Shop(Room):
    """Two queues whose calls take 100 and 200 s; everybody is at work and busy."""

    def __init__(self, *agents: AgentProfile, **changes: Any) -> None:
        super().__init__(
            list(agents),
            queue("k", needs=KNIVES, announcements=TOLD, **changes),
            queue("j", needs=JEWELS, announcements=TOLD),
        )
        self.comes(*(agent.id for agent in agents))
        for agent in agents:
            self.matching.unready(self.agent(agent.id))
        self.estimates = Estimates()
        for name, seconds in (("k", 100.0), ("j", 200.0)):
            for n in range(40):
                self.estimates.answered(f"a{n}", name, 30.0, 0.0)
                self.estimates.free(f"a{n}", seconds)

    def waits(self, name: str, at: float | None = None) -> Call:
        ticket = self.ticket(name)
        ticket.key = (0, self.now if at is None else at, ticket.key[2])
        assert self.asks(ticket) == []
        call = Call(CallArrived(call=ticket.call, node="a", dialled="1", caller=None), self.now)
        call.queue, call.ticket, call.joined_at = name, ticket, self.now
        call.stages = self.matching.stages(name)
        call.asks, call.queue_open = call.stages[0].requirements, True
        return call

    def estimate(self, call: Call) -> float | None:
        return self.estimates.of(call, self.matching, self.now)


def some(n: int, *skills: str) -> list[AgentProfile]:
    return [profile(f"{''.join(skills)}{i}", dict.fromkeys(skills, 5)) for i in range(n)]


def test_one_line() -> None:
    shop = Shop(*some(4, "knives"))
    calls = [shop.waits("k") for _ in range(5)]
    assert [shop.estimate(call) for call in calls] == pytest.approx([25, 50, 75, 100, 125])


def test_impatience_makes_it_shorter() -> None:
    shop = Shop(*some(4, "knives"))
    for _ in range(40):
        shop.estimates.gave_up("k", 170.0)
    call = [shop.waits("k") for _ in range(5)][-1]
    assert shop.estimate(call) == pytest.approx(expected_wait(4, 4, 1 / 100, 1 / 200), rel=0.01)


def test_a_line_that_its_own_agents_can_serve_in_time_takes_nobody() -> None:
    shop = Shop(*some(20, "jewels"), *some(1, "knives", "jewels"))
    shop.waits("j")
    assert shop.estimate(shop.waits("k")) == pytest.approx(100, rel=0.02)


def test_a_line_without_agents_of_its_own_goes_first() -> None:
    shop = Shop(*some(1, "knives", "jewels"))
    shop.waits("j")
    assert shop.estimate(shop.waits("k")) == pytest.approx(300, rel=0.02)


def test_a_long_line_keeps_the_common_agents_and_leaves_the_others() -> None:
    """However long they wait for jewels, two of the four are for knives alone."""
    shop = Shop(*some(2, "knives"), *some(2, "knives", "jewels"))
    for _ in range(50):
        shop.waits("j")
    assert shop.estimate(shop.waits("k")) == pytest.approx(50, rel=0.02)


def test_all_common_agents_are_kept_busy_for_long() -> None:
    shop = Shop(*some(2, "knives", "jewels"))
    for _ in range(50):
        shop.waits("j")
    assert shop.estimate(shop.waits("k")) == pytest.approx(50 * 200 / 2 + 100 / 2, rel=0.02)


def test_who_came_later_is_not_before_him() -> None:
    shop = Shop(*some(1, "knives", "jewels"))
    call = shop.waits("k")
    for _ in range(50):
        shop.waits("j")
    assert shop.estimate(call) == pytest.approx(100)


def test_a_line_that_is_not_known_is_taken_for_one_like_his() -> None:
    shop = Shop(*some(1, "knives", "jewels"))
    shop.estimates.keep(["k"])
    shop.waits("j")
    assert shop.estimate(shop.waits("k")) == pytest.approx(200, rel=0.02)


def test_without_history_the_last_delay_by_place() -> None:
    shop = Shop(*some(1, "knives"))
    shop.estimates = Estimates()
    calls = [shop.waits("k") for _ in range(3)]
    assert shop.estimate(calls[0]) is None
    shop.estimates.answered("a", "k", 0.0, 0.0)
    assert shop.estimate(calls[0]) is None, "who found somebody idle says nothing"
    shop.estimates.answered("a", "k", 60.0, 0.0, pace=20.0)
    shop.estimates.answered("a", "k", 0.0, 0.0)
    assert [shop.estimate(call) for call in calls] == [20.0, 40.0, 60.0]


def test_without_history_the_head_of_the_line_may_know_better() -> None:
    """He was the fourth and has waited 100 s: it takes 25 s for each at least."""
    shop = Shop(*some(1, "knives"))
    shop.estimates = Estimates()
    calls = [shop.waits("k") for _ in range(3)]
    head = calls[0]
    head.stood = (shop.now, 4)
    shop.now += 100
    of = shop.estimates.of
    assert of(calls[2], shop.matching, shop.now, head) is None
    shop.estimates.answered("a", "k", 60.0, 0.0, pace=20.0)
    assert of(calls[2], shop.matching, shop.now, head) == pytest.approx(75.0)
    assert of(calls[2], shop.matching, shop.now, calls[1]) == pytest.approx(60.0)
    shop.estimates.answered("a", "k", 60.0, 0.0, pace=50.0)
    assert of(calls[2], shop.matching, shop.now, head) == pytest.approx(150.0)


def test_nobody_there_nobody_can_tell() -> None:
    shop = Shop(*some(1, "knives"))
    call = shop.waits("k")
    shop.goes("knives0")
    assert shop.estimate(call) is None


def test_first_targets_wait_for_the_queue_too() -> None:
    shop = Shop(*some(4, "knives"))
    call = shop.waits("k")
    call.queue_open = False
    assert shop.estimate(call) == pytest.approx(25)


def test_a_step_counts_from_its_beginning_and_later_ones_cannot_be_better() -> None:
    shop = Shop(*some(1, "knives"), *some(9, "jewels"))
    shop.waits("k")
    call = shop.waits("k")
    both = (*call.asks, Requirement(needs=JEWELS))
    call.stages = (*call.stages, Stage(after=60.0, requirements=both))
    assert shop.estimate(call) == pytest.approx(60)
    call.stages = (call.stages[0], Stage(after=500.0, requirements=both))
    assert shop.estimate(call) == pytest.approx(200)


def test_rings_for_nothing_and_strangers() -> None:
    shop = Shop(*some(1, "knives"))
    for _ in range(40):
        shop.estimates.wasted("k", 50.0)
    shop.estimates.free("whoever", 7.0)
    estimate = shop.estimate(shop.waits("k"))
    assert estimate is not None
    assert 110 < estimate < 200


def test_what_is_learnt_outlives_a_reload_and_goes_when_nobody_is_told() -> None:
    told, silent = queue("q", announcements=TOLD), queue("q")
    first = estimates_for(routing([profile("a")], told), None)
    assert first is not None
    assert estimates_for(routing([profile("a")], told), first) is first
    assert estimates_for(routing([profile("a")], silent), first) is None
