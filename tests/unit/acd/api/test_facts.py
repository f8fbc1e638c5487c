"""Facts on the wire: every one has a model, and every number in it a unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import pytest

from acd.api.schemas import facts
from acd.core.facts import AgentStateChanged, CallEntered, Fact, RoutingTaken


def test_every_fact_has_a_type_of_its_own() -> None:
    assert set(facts.MODELS) == set(get_args(Fact))
    assert len(set(facts.TYPES)) == len(facts.MODELS)
    assert facts.type_name(CallEntered) == "call_entered"


def test_a_number_that_says_no_unit_is_not_sent_out() -> None:
    @dataclass(frozen=True)
    class Odd:
        pressure: float

    with pytest.raises(TypeError, match="is pressure an instant or a duration"):
        facts._model(Odd)


def test_times_are_utc_with_milliseconds() -> None:
    assert facts.encode(RoutingTaken(at=0.25, revision="r")) == (
        '{"type":"routing_taken","at":"1970-01-01T00:00:00.250Z","revision":"r"}'
    )


def test_a_duration_that_may_be_missing_says_its_unit_too() -> None:
    schema = facts.MODELS[AgentStateChanged].model_json_schema()
    assert schema["properties"]["extend"]["anyOf"][0]["x-unit"] == "seconds"
