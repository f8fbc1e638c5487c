from __future__ import annotations

import pytest

from acd.core.matching import REMEMBERED, Matching
from acd.core.requirement import Requirement, stages
from acd.core.routing import Strategy, WideningStep
from agents.inputs import Pause
from agents.model import AgentState
from tests.unit.acd.core.room import Room, profile, queue, routing

ORDERS = {"orders": 5}
NEEDS_5 = (("orders", 5),)
NEEDS_3 = (("orders", 3),)


def test_a_call_gets_an_idle_agent_who_meets_it() -> None:
    room = Room([profile("a"), profile("b", ORDERS)], queue(needs=NEEDS_3))
    room.comes("a", "b")
    assert room.arrives() == ["b"]
    assert room.arrives() == []


def test_an_agent_who_becomes_idle_gets_the_first_call_that_he_meets() -> None:
    room = Room([profile("a"), profile("b", ORDERS)], queue(needs=NEEDS_3), queue("any"))
    assert room.arrives("q") == []
    assert room.arrives("any") == []
    assert room.comes("a", "b") == ["c2", "c1"]


def test_tier_goes_before_head_start_before_arrival() -> None:
    room = Room([profile("a")], queue())
    for tier, head_start in ((0, 0.0), (0, 0.5), (0, 3600.0), (1, 0.0), (0, 3600.0)):
        room.arrives(tier=tier, head_start=head_start)
    order = [room.comes("a")[0], *(room.idle("a") for _ in range(4))]
    assert order == ["c4", "c3", "c5", "c1", "c2"]


def test_the_first_requirement_with_somebody_idle_wins() -> None:
    room = Room([profile("a", groups="vip"), profile("b", ORDERS)], queue(needs=NEEDS_3))
    room.comes("a", "b")
    by_skill, vip = Requirement(needs=NEEDS_3), Requirement(group="vip")
    assert room.asks(room.ticket(), by_skill, vip) == ["b"]
    assert room.asks(room.ticket(), by_skill, vip) == ["a"]


def test_asking_for_the_same_twice_is_asking_once() -> None:
    room = Room([profile("a", groups="vip")], queue(needs=None, groups=frozenset({"vip"})))
    ticket = room.ticket()
    vip = Requirement(group="vip")
    assert room.asks(ticket, vip, vip) == []
    assert room.comes("a") == ["c1"]
    assert room.matching.waiting == 0


def test_a_held_call_gets_nobody_and_takes_its_old_place_when_it_rejoins() -> None:
    room = Room([profile("a")], queue())
    first, second = room.ticket(), room.ticket()
    room.asks(first)
    room.asks(second)
    room.matching.hold(first)
    room.matching.hold(first)
    assert not first.waiting
    room.asks(first)
    assert room.comes("a") == ["c1"]
    room.matching.hold(second)
    assert room.idle("a") is None
    assert room.asks(second) == ["a"]


def test_a_widened_call_is_served_by_whom_it_asks_for_now() -> None:
    widening = queue(needs=NEEDS_5, widen=(WideningStep(after=20, needs=NEEDS_3),))
    room = Room([profile("a", {"orders": 3})], widening)
    ticket = room.ticket()
    assert room.asks(ticket) == []
    assert room.comes("a") == [None]
    wider = room.matching.stages("q")[1].requirements
    assert room.asks(ticket, *wider) == ["a"]
    assert ticket.through is not None
    assert ticket.through.requirement == wider[0]


def test_ring_all_gets_everybody_of_all_requirements_once() -> None:
    agents = [
        profile("a", ORDERS, "vip"),
        profile("b", ORDERS),
        profile("c", groups="vip"),
        profile("d"),
    ]
    room = Room(agents, queue(needs=NEEDS_3, groups=frozenset({"vip"}), strategy=Strategy.RING_ALL))
    room.comes("b", "d", "c", "a")
    assert room.arrives() == ["b", "a", "c"]
    assert room.arrives() == []
    assert room.idle("c") == "c2"


def test_an_agent_who_leaves_is_not_found_and_is_again_when_he_is_back() -> None:
    room = Room([profile("a"), profile("b")], queue())
    room.comes("a", "b")
    room.matching.unready(room.agent("a"))
    room.matching.unready(room.agent("a"))
    assert room.arrives() == ["b"]
    assert room.idle("a") is None
    assert room.arrives() == ["a"]


def test_being_ready_twice_is_a_fault() -> None:
    room = Room([profile("a")], queue())
    room.comes("a")
    with pytest.raises(ValueError, match="agent a is ready already"):
        room.matching.ready(room.agent("a"))


def test_counts_of_those_who_meet_a_requirement() -> None:
    room = Room([profile("a", ORDERS), profile("b", ORDERS), profile("c")], queue(needs=NEEDS_3))
    room.comes("a", "b")
    matching = room.matching
    by_skill, extra = Requirement(needs=NEEDS_3), Requirement(needs=(("orders", 4),))
    named, other, weak = (
        Requirement(agent="a"),
        Requirement(agent="c"),
        Requirement(agent="c", needs=NEEDS_3),
    )
    matching.unready(room.agent("a"))
    assert [matching.logged_in("q", each) for each in (by_skill, extra, named, other)] == [2, 2, 1, 0]
    assert [matching.idle("q", each) for each in (by_skill, extra, named, other)] == [1, 1, 0, 0]
    assert matching.anyone("q", [other, by_skill])
    assert not matching.anyone("q", [other, weak, Requirement(agent="nobody"), Requirement(group="x")])
    assert not matching.anyone("q", [])


def test_when_the_last_who_could_ever_serve_logs_out_their_calls_are_named() -> None:
    narrow = queue(needs=NEEDS_5, widen=(WideningStep(after=20, groups=frozenset({"back"})),))
    agents = [profile("a", ORDERS), profile("b", groups="back"), profile("c", groups="back")]
    room = Room(agents, narrow, queue("any"))
    for agent in "abc":
        room.comes(agent)
        room.matching.unready(room.agent(agent))
    room.arrives("any")
    room.arrives(head_start=0.0)
    room.arrives(head_start=50.0)
    assert room.goes("c") == []
    assert room.goes("a") == []
    assert room.goes("b") == ["c3", "c1", "c2"]
    assert room.matching.waiting == 3


def test_logging_in_and_out_counts_once() -> None:
    room = Room([profile("a")], queue())
    room.comes("a")
    anyone = Requirement()
    room.matching.log_in(room.agent("a"))
    assert room.matching.logged_in("q", anyone) == 1
    assert room.goes("a") == []
    assert room.matching.log_out(room.agent("a")) == []
    assert room.matching.logged_in("q", anyone) == 0


def test_who_has_left_the_file_is_not_matched() -> None:
    room = Room([profile("a"), profile("b")], queue())
    room.comes("a", "b")
    gone = room.agent("a")
    only_b = routing([profile("b")], queue())
    room.roster.replace(only_b.agents)
    assert room.matching.configure(only_b) == []
    room.matching.unready(gone)
    room.matching.log_in(gone)
    assert room.matching.log_out(gone) == []
    assert room.matching.logged_in("q", Requirement(agent="a")) == 0
    assert room.asks(room.ticket(), Requirement(agent="a")) == []
    assert room.arrives() == ["b"]
    assert room.arrives() == []
    with pytest.raises(KeyError):
        room.matching.ready(gone)


def test_a_new_configuration_holds_what_waits_and_keeps_who_is_ready() -> None:
    room = Room([profile("a"), profile("b")], queue(needs=NEEDS_3))
    room.comes("a", "b")
    early, late = room.ticket(), room.ticket(head_start=60.0)
    assert room.asks(early) == room.asks(late) == []
    held = room.ticket()
    room.matching.unready(room.agent("b"))
    new = routing([profile("b", ORDERS), profile("a", ORDERS)], queue(needs=NEEDS_3), queue("new"))
    room.roster.replace(new.agents)
    waiting = room.matching.configure(new)
    assert waiting == [late, early]
    assert not early.waiting
    assert not held.waiting
    assert room.asks(late) == ["a"]
    assert room.asks(early) == []
    assert room.idle("b") == "c1"


def test_stages_are_remembered_but_not_without_end() -> None:
    widening = queue(needs=NEEDS_5, widen=(WideningStep(after=20, needs=NEEDS_3),))
    matching = Room([profile("a")], widening).matching
    made = matching.stages("q")
    assert made == stages(widening)
    assert matching.stages("q") is made
    for n in range(REMEMBERED):
        matching.stages("q", ((f"skill{n}", 1),))
    assert matching.stages("q") is not made
    assert matching.stages("q") == made


def test_the_rivals_of_the_chosen_and_what_they_lost_by() -> None:
    room = Room([profile(name) for name in "abcd"], queue())
    room.comes("a", "b", "c", "d")
    room.matching.unready(room.agent("b"))
    ticket = room.ticket()
    assert room.matching.rivals(ticket) == ([], 0)
    assert room.asks(ticket) == ["a"]
    since = {name: room.agent(name).status.free_since for name in "cd"}
    assert sorted(room.matching.rivals(ticket).rows) == [("c", (since["c"], 2)), ("d", (since["d"], 3))]
    rows, more = room.matching.rivals(ticket, limit=1)
    assert len(rows) == 1
    assert more == 1
    assert room.arrives() != []
    assert room.arrives() != []
    assert room.matching.rivals(ticket) == ([], 0)
    assert room.asks(ticket) == []
    assert ticket.through is None


def test_who_is_ruled_out_for_a_waiting_call_and_by_what() -> None:
    agents = [
        profile("a", ORDERS),
        profile("b", ORDERS, "vip"),
        profile("c", groups="vip"),
        profile("d"),
    ]
    room = Room(agents, queue(needs=NEEDS_3, groups=frozenset({"vip"})))
    room.comes("b")
    room.matching.unready(room.agent("b"))
    room.agent("b").apply(Pause(reason="lunch"), room.now)
    ticket = room.ticket()
    assert room.matching.ruled_out(ticket) == ([], 0)
    room.asks(ticket)
    out = [("a", AgentState.OFFLINE), ("b", AgentState.PAUSED), ("c", AgentState.OFFLINE)]
    assert room.matching.ruled_out(ticket) == (out, 0)
    assert room.matching.ruled_out(ticket, limit=2) == (out[:2], 2)


def test_everybody_who_meets_requirements() -> None:
    agents = [profile("a", ORDERS), profile("b", ORDERS, "vip"), profile("c", groups="vip")]
    room = Room(agents, queue(needs=NEEDS_3))
    asked = (Requirement(group="vip"), Requirement(needs=NEEDS_3))
    assert [agent.id for agent in room.matching.members("q", asked)] == ["b", "c", "a"]


def test_an_agent_who_is_logged_in_before_the_matching_begins_counts() -> None:
    room = Room([profile("a")], queue())
    room.comes("a")
    again = Matching(routing([profile("a")], queue()), room.roster, room.matching._random)
    assert again.logged_in("q", Requirement()) == 1
    assert again.idle("q", Requirement()) == 0


def test_a_waiting_call_that_asks_for_something_else_is_found_by_that_alone() -> None:
    room = Room([profile("a", ORDERS), profile("b", groups="vip")], queue(needs=NEEDS_3))
    ticket = room.ticket()
    reach = (Requirement(needs=NEEDS_3), Requirement(group="vip"))
    assert room.matching.place(ticket, reach[:1], reach) == ()
    assert room.matching.place(ticket, reach[1:], reach) == ()
    assert room.comes("a", "b") == [None, "c1"]
    assert room.matching.waiting == 0


def test_a_waiting_call_that_will_ask_for_something_else_is_watched_by_that_alone() -> None:
    room = Room([profile("a", ORDERS), profile("b", groups="vip")], queue(needs=NEEDS_3), queue("q2"))
    for name in "ab":
        room.comes(name)
        room.matching.unready(room.agent(name))
    ticket = room.ticket()
    by_skill, vip, extra = (
        Requirement(needs=NEEDS_3),
        Requirement(group="vip"),
        Requirement(needs=NEEDS_5),
    )
    assert room.asks(ticket, by_skill) == []
    assert room.asks(ticket, vip) == []
    assert room.goes("a") == []
    room.comes("a")
    room.matching.unready(room.agent("a"))
    assert room.asks(ticket, extra) == []
    assert room.goes("b") == []
    assert room.goes("a") == ["c1"]
    room.matching.hold(ticket)
    assert not room.matching._pools.find("q", extra).watchers
