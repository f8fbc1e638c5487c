from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.core.requirement import Requirement, Stage, first, merged, stages
from acd.core.routing import FirstTarget, Needs, WideningStep
from tests.unit.acd.core.room import profile, queue

ORDERS_3: Needs = (("orders", 3),)
ENGLISH_1: Needs = (("english", 1),)
BOTH: Needs = (("english", 1), ("orders", 3))


@pytest.mark.parametrize(
    ("requirement", "met"),
    [
        (Requirement(), True),
        (Requirement(needs=ORDERS_3), True),
        (Requirement(needs=(("orders", 4),)), False),
        (Requirement(needs=BOTH), False),
        (Requirement(group="vip"), True),
        (Requirement(group="back"), False),
        (Requirement(agent="1001"), True),
        (Requirement(agent="1002"), False),
        (Requirement(agent="1001", group="vip", needs=ORDERS_3), True),
        (Requirement(agent="1001", group="vip", needs=BOTH), False),
    ],
)
def test_all_of_a_requirement_must_hold(requirement: Requirement, met: bool) -> None:
    assert requirement.met_by(profile("1001", {"orders": 3}, "vip night")) is met


@pytest.mark.parametrize(
    ("requirement", "words"),
    [
        (Requirement(), "anyone"),
        (Requirement(needs=BOTH), "english ≥ 1, orders ≥ 3"),
        (Requirement(group="vip", needs=ENGLISH_1), "group vip, english ≥ 1"),
        (Requirement(agent="1001"), "agent 1001"),
    ],
)
def test_a_requirement_in_words(requirement: Requirement, words: str) -> None:
    assert str(requirement) == words


def test_equal_requirements_are_one_key() -> None:
    assert len({Requirement(needs=BOTH), Requirement(needs=(("english", 1), ("orders", 3)))}) == 1


some_needs = st.dictionaries(st.sampled_from("abcd"), st.integers(1, 10)).map(
    lambda levels: tuple(sorted(levels.items()))
)


@given(some_needs, some_needs, st.dictionaries(st.sampled_from("abcd"), st.integers(1, 10)))
def test_merged_needs_are_met_by_who_meets_both(a: Needs, b: Needs, skills: dict[str, int]) -> None:
    agent = profile("x", skills)
    both = Requirement(needs=a).met_by(agent) and Requirement(needs=b).met_by(agent)
    assert Requirement(needs=merged(a, b)).met_by(agent) is both
    assert merged(a, b) == merged(b, a)


def test_stages_replace_needs_and_add_groups() -> None:
    widening = queue(
        needs=ORDERS_3,
        groups=frozenset({"vip", "gold"}),
        widen=(
            WideningStep(after=20, needs=(("orders", 1),)),
            WideningStep(after=60, groups=frozenset({"back", "vip"})),
        ),
    )
    gold, vip, back = Requirement(group="gold"), Requirement(group="vip"), Requirement(group="back")
    lower = Requirement(needs=(("orders", 1),))
    assert stages(widening) == (
        Stage(after=0.0, requirements=(Requirement(needs=ORDERS_3), gold, vip)),
        Stage(after=20, requirements=(lower, gold, vip)),
        Stage(after=60, requirements=(lower, gold, vip, back)),
    )


def test_without_needs_only_groups_serve() -> None:
    only = queue(needs=None, groups=frozenset({"vip"}))
    assert stages(only) == (Stage(after=0.0, requirements=(Requirement(group="vip"),)),)


def test_extra_needs_hold_for_skills_and_groups() -> None:
    [stage] = stages(queue(needs=ORDERS_3, groups=frozenset({"vip"})), ENGLISH_1)
    assert stage.requirements == (Requirement(needs=BOTH), Requirement(group="vip", needs=ENGLISH_1))


def test_first_targets() -> None:
    assert first(FirstTarget(group="vip")) == Requirement(group="vip")
    assert first(FirstTarget(agent="1001"), ENGLISH_1) == Requirement(agent="1001", needs=ENGLISH_1)
    with pytest.raises(ValueError, match="not been resolved"):
        first(FirstTarget(last_agent=True))
