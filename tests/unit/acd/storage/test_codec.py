from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from acd.core.facts import AgentPending, Fact, PhoneSeen, RoutingTaken, StaleEventSeen
from acd.storage.codec import (
    KINDS,
    decode_callback,
    decode_entry,
    decode_placement,
    decode_reasons,
    encode,
    encode_entry,
    encode_text,
)
from acd.storage.errors import UnknownFact
from agents.model import AgentAct, PhoneState
from tests.contract import made_facts as made

FACTS: list[Fact] = [
    *made.whole_call("c1"),
    made.missed("c1"),
    *made.whole_reach(),
    PhoneSeen(agent="a001", at=1.5, phone=PhoneState.IN_USE),
    StaleEventSeen(at=2.5, what="late", subject="c1"),
    AgentPending(agent="a001", at=3.0, act=AgentAct.PAUSE, reason="lunch", by="phone"),
    RoutingTaken(at=3.5, revision="abc"),
]


def test_every_kind_of_fact_is_tried_here() -> None:
    assert {type(fact).__name__ for fact in FACTS} == set(KINDS)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: type(fact).__name__)
def test_a_fact_comes_back_as_it_was(fact: Fact) -> None:
    entry = encode_entry(7, 2**60, fact)
    assert b"\n" not in entry
    assert decode_entry(entry) == (7, 2**60, fact)


def test_nested_reasons_come_back_as_tuples() -> None:
    reasons = ((1.5, "candidates", (("a", 1, None), ()), True, "王"),)
    assert decode_reasons(encode_text(reasons)) == reasons
    fact = replace(made.queued("c1"), reasons=reasons)
    assert decode_entry(encode_entry(1, 2, fact)) == (1, 2, fact)


def test_a_placement_comes_back_as_it_was() -> None:
    placement = made.placement()
    assert decode_placement(encode_text(placement)) == placement


def test_a_callback_comes_back_as_it_was() -> None:
    callback = made.callback()
    assert decode_callback(encode_text(callback)) == callback


def test_text_that_is_not_utf8_is_made_so() -> None:
    fact = made.entered("c1", caller_name="a\udc80b")
    _, _, back = decode_entry(encode_entry(1, 2, fact))
    assert back == replace(fact, caller_name="a?b")
    assert decode_reasons(encode_text([(1.0, "x", ["\ud800"], {"\ud800": 1})])) == (
        (1.0, "x", ("?",), {"?": 1}),
    )


def test_what_is_no_json_is_an_error() -> None:
    with pytest.raises(TypeError):
        encode(object())


@pytest.mark.parametrize(
    "entry",
    [
        encode([1, 2, "CallBeamedUp", {"call": "c1"}]),
        encode([1, 2, "RoutingTaken", {"at": 1.0}]),
        encode([1, 2, "RoutingTaken", {"at": None, "revision": "x"}]),
        encode([1, 2]),
        b"{",
        b"",
    ],
    ids=["kind", "field missing", "field changed", "short", "torn", "empty"],
)
def test_what_this_version_does_not_know_is_an_error_and_no_loss(entry: bytes) -> None:
    with pytest.raises(UnknownFact):
        decode_entry(entry)


def test_a_field_more_than_known_is_left_out() -> None:
    """A newer version may add one; what is known of the fact is still right."""
    body = msgspec.to_builtins(RoutingTaken(at=1.0, revision="x")) | {"author": "boss"}
    assert decode_entry(encode([1, 2, "RoutingTaken", body]))[2] == RoutingTaken(at=1.0, revision="x")
