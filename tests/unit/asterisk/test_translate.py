"""Asterisk's words as the core's."""

from __future__ import annotations

import pytest

from acd.core.acts import PROMPTS
from acd.core.events import CallArrived, RingFailure
from agents.model import AgentAct, PhoneState
from asterisk.ari.models import CallerId, Channel
from asterisk.translate import (
    DEVICE_STATES,
    FEATURE_CODES,
    arrived,
    bridge_of,
    call_of_bridge,
    display_name,
    offer_channel,
    phone_of,
    ring_failure,
    shown_caller,
    usable,
)


def channel(name: str = "", number: str = "") -> Channel:
    return Channel(
        id="c1",
        name="PJSIP/carrier-1",
        state="Ring",
        creationtime="2026-11-21T12:00:00.000+0000",
        caller=CallerId(name=name, number=number),
    )


@pytest.mark.parametrize(
    ("id", "call"),
    [
        ("pbx-17.1-o3", "pbx-17.1"),
        ("a-o1-o2", "a-o1"),
        ("pbx-17.1", None),
        ("pbx-17.1-o", None),
        ("pbx-17.1-ox", None),
        ("-o1", ""),
    ],
)
def test_which_channels_are_legs_to_agents(id: str, call: str | None) -> None:
    assert offer_channel(id) == call


def test_a_bridge_is_named_after_its_call() -> None:
    assert call_of_bridge(bridge_of("pbx-17.1")) == "pbx-17.1"
    assert call_of_bridge("somebody-elses") is None


@pytest.mark.parametrize(
    ("name", "phone"),
    [
        ("PJSIP/1001-0000002a", "1001"),
        ("PJSIP/a-b-0000002a", "a-b"),
        ("Local/x@y-1;1", "x@y"),
        ("nothing", ""),
        ("", ""),
    ],
)
def test_whose_channel_it_is(name: str, phone: str) -> None:
    assert phone_of(name) == phone


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("", None),
        ("  \r\n\t ", None),
        ("Li\r\nX-Evil: 1\x00", "LiX-Evil: 1"),
        ("李 " + "x" * 4000, "李 " + "x" * 78),
        ("<b>'; DROP TABLE--", "<b>'; DROP TABLE--"),
        ("\x00" * 4000 + "hidden", None),
    ],
)
def test_a_callers_name_is_a_short_line(raw: str, name: str | None) -> None:
    assert display_name(raw) == name


@pytest.mark.parametrize(
    ("number", "caller", "written"),
    [
        ("+86 138-0013-8000", "8613800138000", "+8613800138000"),
        ("13800138000", "13800138000", None),
        ("", None, None),
        ("anonymous", None, None),
        ("1" * 4000, None, None),
    ],
)
def test_a_callers_number_is_one_or_none(number: str, caller: str | None, written: str | None) -> None:
    assert arrived(channel(number=number), "n1", "100") == CallArrived(
        call="c1", node="n1", dialled="100", caller=caller, caller_name=None, written=written
    )


def test_a_dialled_number_has_an_end() -> None:
    assert arrived(channel(), "n1", "4" * 500).dialled == "4" * 80


@pytest.mark.parametrize(
    ("cause", "cancelled", "failure"),
    [
        (16, True, RingFailure.CANCELLED),
        (17, True, RingFailure.CANCELLED),
        (17, False, RingFailure.REFUSED),
        (21, False, RingFailure.REFUSED),
        (18, False, RingFailure.NO_ANSWER),
        (19, False, RingFailure.NO_ANSWER),
        (102, False, RingFailure.NO_ANSWER),
        (20, False, RingFailure.UNREACHABLE),
        (0, False, RingFailure.UNREACHABLE),
        (-5, False, RingFailure.UNREACHABLE),
    ],
)
def test_why_a_ring_ended(cause: int, cancelled: bool, failure: RingFailure) -> None:
    assert ring_failure(cause, cancelled=cancelled) is failure


@pytest.mark.parametrize(
    ("name", "number", "shown"),
    [
        ("Li", "138", '"Li" <138>'),
        (None, "138", '"" <138>'),
        ("Li", None, '"Li" <anonymous>'),
        (None, None, None),
        ('a"b\\', "138", '"ab" <138>'),
    ],
)
def test_what_the_agents_phone_shows(name: str | None, number: str | None, shown: str | None) -> None:
    assert shown_caller(name, number) == shown


def test_every_act_that_a_phone_can_give_has_one_code_and_a_prompt() -> None:
    assert len(set(FEATURE_CODES.values())) == len(FEATURE_CODES)
    assert set(FEATURE_CODES.values()) <= PROMPTS.keys()
    assert AgentAct.LOG_IN in FEATURE_CODES.values()


def test_every_state_that_a_phone_can_have_comes_from_a_device_state() -> None:
    assert set(DEVICE_STATES.values()) == set(PhoneState)


@pytest.mark.parametrize(
    ("number", "name", "good"),
    [
        ("13800138000", "Li", True),
        ("anonymous", "", True),
        ("", "", True),
        ("1'; DROP TABLE calls", "Li", False),
        ("1" * 4000, "", False),
        ("13800138000", "x" * 4000, False),
        ("13800138000", "Li\x00", False),
    ],
)
def test_a_caller_id_that_has_to_be_cut_or_dropped_is_noticed(
    number: str, name: str, good: bool
) -> None:
    assert usable(CallerId(number=number, name=name)) is good
