from __future__ import annotations

import pytest

from acd.core.requirement import Requirement
from acd.core.routing import Strategy
from acd.core.strategies.base import Key
from acd.core.strategies.meaning import KEY_PARTS
from tests.unit.acd.core.room import Room, profile, queue

AGENTS = [profile("a", {"orders": 4}, weight=9), profile("b", {"orders": 4}, weight=9)]
KEYS: dict[Strategy, Key] = {
    Strategy.LONGEST_IDLE: (2.0, 0),
    Strategy.MOST_SKILLED: (-4, 2.0, 0),
    Strategy.LEAST_SKILLED: (4, 2.0, 0),
    Strategy.FEWEST_CALLS: (0, 0, 2.0, 0),
    Strategy.LEAST_TALK_TIME: (0, 0.0, 2.0, 0),
    Strategy.ROUND_ROBIN: (0, 0),
    Strategy.FIXED_ORDER: (0,),
    Strategy.RANDOM: (),
    Strategy.WEIGHTED_RANDOM: (9,),
}


@pytest.mark.parametrize(("strategy", "key"), KEYS.items())
def test_the_key_of_the_chosen_and_what_its_parts_mean(strategy: Strategy, key: Key) -> None:
    room = Room(AGENTS[:1], queue(needs=(("orders", 1),), strategy=strategy))
    room.comes("a")
    ticket = room.ticket()
    assert room.asks(ticket) == ["a"]
    assert room.matching.won(ticket, room.agent("a")) == (strategy, key)
    assert len(KEY_PARTS[strategy]) == len(key)


def test_the_keys_of_the_others_have_the_same_parts() -> None:
    for strategy in KEYS:
        room = Room(AGENTS, queue(needs=(("orders", 1),), strategy=strategy))
        room.comes("a", "b")
        ticket = room.ticket()
        [chosen] = room.asks(ticket)
        _, key = room.matching.won(ticket, room.agent(chosen))
        [(_, lost)] = room.matching.rivals(ticket).rows
        assert len(lost) == len(key)
        assert key < lost or strategy in (Strategy.RANDOM, Strategy.WEIGHTED_RANDOM)


def test_every_strategy_says_what_its_key_means() -> None:
    assert KEY_PARTS.keys() == set(Strategy)


def test_a_named_agent_is_chosen_by_longest_idle_whatever_the_queue_says() -> None:
    room = Room(AGENTS, queue(strategy=Strategy.FEWEST_CALLS))
    room.comes("a")
    ticket = room.ticket()
    assert room.asks(ticket, Requirement(agent="a")) == ["a"]
    assert room.matching.won(ticket, room.agent("a")) == (Strategy.LONGEST_IDLE, (2.0, 0))


def test_where_all_are_rung_nobody_has_won() -> None:
    room = Room(AGENTS, queue(strategy=Strategy.RING_ALL))
    room.comes("a")
    ticket = room.ticket()
    assert room.asks(ticket) == ["a"]
    with pytest.raises(ValueError, match="call c1 has not chosen one agent"):
        room.matching.won(ticket, room.agent("a"))


def test_a_key_of_one_who_is_not_first_is_what_he_would_be_compared_by() -> None:
    room = Room(AGENTS, queue())
    room.comes("a", "b")
    seat = room.matching._seats["b"]
    [pool] = seat.pools
    assert pool.index.key(seat) == (seat.free_since, 1)
