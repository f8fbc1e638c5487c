from __future__ import annotations

import pytest

from agents.inputs import Answer, LogIn, LogOut, PhoneChanged, Resume
from agents.model import AgentProfile, AgentState, PhoneState
from agents.roster import Roster
from agents.states import IllegalTransition, Refused, Status


def profile(agent_id: str, **skills: int) -> AgentProfile:
    return AgentProfile(
        id=agent_id,
        name=agent_id.upper(),
        endpoint=f"PJSIP/{agent_id}",
        node="a",
        skills=skills,
        groups=frozenset({f"team {agent_id[0]}"}),
    )


def roster(*profiles: AgentProfile) -> Roster:
    return Roster({each.id: each for each in profiles})


def test_agents_are_found_by_id_skill_and_group_in_the_order_of_the_file() -> None:
    made = roster(profile("b1", orders=3), profile("a1", orders=1, english=2), profile("b2"))
    assert [agent.id for agent in made] == ["b1", "a1", "b2"]
    assert [agent.rank for agent in made] == [0, 1, 2]
    assert len(made) == 3
    assert [agent.id for agent in made.skilled("orders")] == ["b1", "a1"]
    assert [agent.id for agent in made.in_group("team b")] == ["b1", "b2"]
    assert made.skilled("cooking") == ()
    assert made.in_group("team z") == ()
    assert made.get("nobody") is None


def test_an_agent_takes_a_new_status_and_keeps_the_old_one_when_refused() -> None:
    agent = roster(profile("a")).get("a")
    assert agent is not None
    assert not agent.logged_in
    assert isinstance(agent.apply(PhoneChanged(phone=PhoneState.FREE), 1.0), Status)
    assert isinstance(agent.apply(LogIn(), 2.0), Status)
    assert agent.status.state is AgentState.IDLE
    assert agent.logged_in
    before = agent.status
    assert isinstance(agent.apply(Resume(), 3.0), Refused)
    assert agent.status is before


def test_a_new_file_keeps_those_it_names_adds_new_ones_and_lets_others_leave() -> None:
    made = roster(profile("a", orders=1), profile("b"))
    stays = made.get("a")
    goes = made.get("b")
    assert stays is not None
    assert goes is not None
    stays.apply(LogIn(), 1.0)
    change = made.replace({"c": profile("c"), "a": profile("a", orders=9)})
    assert [agent.id for agent in change.added] == ["c"]
    assert change.removed == (goes,)
    assert made.leaving == (goes,)
    assert goes.leaving
    assert made.get("b") is goes
    assert made.get("a") is stays
    assert stays.logged_in
    assert stays.profile.skills == {"orders": 9}
    assert stays.rank == 1
    assert [agent.id for agent in made] == ["c", "a"]
    assert made.in_group("team b") == ()


def test_who_is_named_again_while_leaving_stays_as_he_is() -> None:
    made = roster(profile("a"))
    agent = made.get("a")
    assert agent is not None
    agent.apply(LogIn(), 1.0)
    made.replace({})
    change = made.replace({"a": profile("a")})
    assert change.added == ()
    assert made.get("a") is agent
    assert not agent.leaving
    assert made.leaving == ()
    assert agent.logged_in


def test_who_has_left_is_forgotten() -> None:
    made = roster(profile("a"))
    made.replace({})
    made.forget("a")
    assert made.get("a") is None
    with pytest.raises(KeyError):
        made.forget("a")


def test_a_new_day_begins_at_zero_for_everybody() -> None:
    made = roster(profile("a"), profile("b"))
    made.replace({"a": profile("a")})
    for agent_id in ("a", "b"):
        agent = made.get(agent_id)
        assert agent is not None
        agent.calls_today = 3
        agent.talk_today = 99.0
    made.new_day()
    assert made.day == 1
    counters = [(agent.calls_today, agent.talk_today) for agent in (*made, *made.leaving)]
    assert counters == [(0, 0.0), (0, 0.0)]


def test_what_the_table_does_not_list_raises_and_changes_nothing() -> None:
    agent = roster(profile("a")).get("a")
    assert agent is not None
    before = agent.status
    assert isinstance(agent.apply(LogOut(), 1.0), Refused)
    with pytest.raises(IllegalTransition):
        agent.apply(Answer(), 1.0)
    assert agent.status is before


def test_somebody_whom_the_file_does_not_name_is_kept_until_he_is_forgotten() -> None:
    stranger = AgentProfile(id="z", name="Z", endpoint="PJSIP/z", node="a")
    roster = Roster({})
    kept = roster.keep(stranger)
    assert (kept.leaving, roster.get("z"), len(roster)) == (True, kept, 0)
    roster.replace({"z": stranger})
    assert (kept.leaving, roster.get("z"), list(roster)) == (False, kept, [kept])
