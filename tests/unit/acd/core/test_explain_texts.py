"""Every code of a reason has its words."""

from __future__ import annotations

from typing import Any

import pytest

from acd.core import codes, explain
from acd.core.explain import Line, duration, one_line, tell, text_of

TEXTS: list[tuple[tuple[Any, ...], str]] = [
    ((codes.ENTERED, "4001", "138", "pbx1"), "138 dialled 4001 on pbx1"),
    ((codes.ENTERED, "4001", None, "a"), "a caller with a withheld number dialled 4001 on a"),
    ((codes.NUMBER, "4001", "knives", "orders"), "4001 is a number of business knives for queue orders"),
    ((codes.NUMBER, "4001", None, "orders"), "4001 is a number for queue orders"),
    (
        (codes.NUMBER, "4001", "knives", "orders", "service"),
        "4001 is a number of business knives for flow service (without an engine, queue orders)",
    ),
    ((codes.DEFAULT_ROUTE, "9", "orders"), "9 is no number of ours: the default route, queue orders"),
    (
        (codes.DEFAULT_ROUTE, "9", "orders", "service"),
        "9 is no number of ours: the default route, flow service (without an engine, queue orders)",
    ),
    ((codes.CUSTOMER, "vip", "1001"), "a known customer of tier vip, last served by 1001"),
    ((codes.CUSTOMER, None, None), "a known customer"),
    ((codes.RULE, "VIP", "first group vip"), "rule VIP matches: first group vip"),
    ((codes.NO_RULE, "VIP", "not a known customer"), "rule VIP doesn't match: not a known customer"),
    ((codes.RULES_STOPPED, "VIP", 2), "rule VIP stops the list; 2 rules are not asked"),
    ((codes.OPEN, "knives", "within opening hours"), "knives is open: within opening hours"),
    ((codes.CLOSED, "knives", "Christmas"), "knives is closed: Christmas"),
    ((codes.HEAD_START, 600, (("VIP", 600),)), "head start 10 min (VIP 10 min)"),
    (
        (codes.HEAD_START, 600, [["VIP", 600], ["again", 300]]),
        "head start 10 min (VIP 10 min, again 5 min, the largest counts)",
    ),
    (
        (codes.NO_LAST_AGENT, "again", None),
        "rule again: no agent is known to have served the caller before",
    ),
    (
        (codes.NO_LAST_AGENT, "again", "1001"),
        "rule again: 1001, who served the caller last, is no agent any more",
    ),
    (
        (codes.QUEUED, "orders", 0, 0, 3, ("orders ≥ 3", "group vip")),
        "joins queue orders, 3 wait there; it asks for orders ≥ 3 or group vip",
    ),
    (
        (codes.QUEUED, "orders", 1, 600, 0, ("anyone",)),
        "joins queue orders (tier 1, head start 10 min), 0 wait there; it asks for anyone",
    ),
    (
        (codes.FIRST_BUSY, "group vip", 15),
        "group vip is busy: the call waits 15 s for it alone",
    ),
    ((codes.FIRST_BUSY, "group vip", 0), "group vip is busy: the others are asked at once"),
    ((codes.FIRST_OFFLINE, "agent 1001"), "agent 1001 is not logged in: no time is spent on it"),
    ((codes.HOLD_OVER, "group vip"), "the time for group vip alone is over"),
    (
        (codes.NONE_IDLE, (("1001", "talking"), ("1002", "offline")), 3),
        "nobody who may serve it is idle: 1001 (talking), 1002 (offline) and 3 more",
    ),
    ((codes.NONE_IDLE, (), 0), "nobody who may serve it is idle"),
    (
        (codes.NONE_IDLE, (), 0, (("1005", "orders 1 < 3"),)),
        "nobody who may serve it is idle; logged in, but not enough: 1005 (orders 1 < 3)",
    ),
    (
        (codes.NOBODY, "orders", (("1005", "orders 1 < 3"),)),
        "nobody is logged in who could ever serve it in queue orders; "
        "logged in, but not enough: 1005 (orders 1 < 3)",
    ),
    ((codes.FIRST_AWAY, "agent 1001", "paused"), "agent 1001 is paused: no time is spent on it"),
    ((codes.LEFT_OUT, 7), "(7 steps are left out here)"),
    ((codes.RING_ALL, ("1001", "1002")), "rings all who are idle: 1001, 1002"),
    (
        (codes.FREED, "1001", 0),
        "1001 became idle, and of the calls that he may serve this one has the earliest key",
    ),
    (
        (codes.FREED, "1001", 2),
        "1001 became idle, and of the calls that he may serve this one has the earliest key; "
        "2 others wait in its queue",
    ),
    (
        (codes.FREED, "1001", 1),
        "1001 became idle, and of the calls that he may serve this one has the earliest key; "
        "1 other waits in its queue",
    ),
    ((codes.TOLD_WAIT, "orders", 3, None), "is told: number 3 in queue orders"),
    (
        (codes.TOLD_WAIT, "orders", 3, 90.4),
        "is told: number 3 in queue orders, expected wait 1 min 30 s",
    ),
    ((codes.WIDENED, 1, ["a", "b"]), "widened to step 1: asks for a or b"),
    ((codes.TIMED_OUT, "orders", 180.0), "waited 3 min in queue orders: the maximum"),
    ((codes.NOBODY, "orders"), "nobody is logged in who could ever serve it in queue orders"),
    ((codes.FULL, "orders", 500), "queue orders is full: 500 calls wait"),
    ((codes.OVERFLOW, "a", "b"), "goes on from queue a to queue b"),
    ((codes.OVERFLOW_LOOP, "a"), "has been in queue a already: recorded for a callback"),
    ((codes.QUEUE_GONE, "a", "b"), "queue a is configured no more: queue b instead"),
    ((codes.NO_ANSWER, "1001", 20.0), "1001 didn't answer within 20 s"),
    ((codes.REFUSED, "1001"), "1001 refused the call"),
    ((codes.UNREACHABLE, "1001"), "1001's phone could not be reached"),
    ((codes.WITHDRAWN, "1001"), "the offer to 1001 was withdrawn"),
    ((codes.TAKEN, "1001"), "another agent was quicker than 1001"),
    ((codes.CALLER_GONE, "1001"), "the caller hung up while it rang at 1001"),
    ((codes.ANSWERED, "1001", 65.0), "1001 answered after a wait of 1 min 5 s"),
    ((codes.CONNECT_FAILED, "1001", "no bridge"), "could not be joined with 1001: no bridge"),
    ((codes.AGENT_LOST, "1001"), "1001 hung up before both were joined"),
    ((codes.AGENT_HUNG_UP, "1001"), "1001 hung up"),
    ((codes.CALLER_HUNG_UP, "waiting"), "the caller hung up while waiting"),
    ((codes.FLOW, "main", "ivr"), "goes into flow main"),
    ((codes.FLOW, "orders", "voicemail"), "is asked for a message for orders"),
    ((codes.FLOW, "survey", "survey"), "is asked about his call"),
    ((codes.PAST_FLOW, "main", "vip"), "goes past flow main, to queue vip"),
    ((codes.FLOW_GONE, "flow main"), "flow main is configured no more"),
    ((codes.FLOW_LOOP, "main", 10), "10 flows without a key: goes no further, to main"),
    ((codes.FLOW_AGAIN, "main"), "flow main begins anew: what happened meanwhile is not known"),
    ((codes.NO_TRUNK, "95555"), "no trunk can dial 95555"),
    ((codes.PUT_THROUGH, "95555", "out"), "is put through to 95555 by trunk out"),
    ((codes.OUTSIDE_ENDED, True, 16), "the outside number hung up (cause 16)"),
    ((codes.OUTSIDE_ENDED, False, 19), "the outside number was not reached (cause 19)"),
    ((codes.MESSAGE_LEFT, "orders", 12.0), "leaves a message of 12 s in orders"),
    ((codes.NO_MESSAGE, "orders", "too_short"), "leaves no message in orders: too short"),
    ((codes.SURVEYED, None, None), "does not say how satisfied he is"),
    ((codes.SURVEYED, 4, None), "satisfaction 4"),
    ((codes.SURVEYED, 5, True), "satisfaction 5, solved"),
    ((codes.SURVEYED, 1, False), "satisfaction 1, not solved"),
    ((codes.SAID, "closed"), "hears closed"),
    ((codes.PROMPT_FAILED, "closed", "no file"), "closed could not be played: no file"),
    ((codes.UNHEARD,), "he was not told what was to serve him"),
    ((codes.MISSED, "abandoned"), "recorded for a callback: abandoned"),
    ((codes.ENDED, "answered"), "ended: answered"),
    ((codes.NODE_LOST, "pbx1"), "the connection to pbx1 was lost"),
    ((codes.NODE_BACK, "pbx1"), "the connection to pbx1 is back; the call keeps its place"),
    ((codes.CUT_OFF, "pbx1"), "cut off when pbx1 restarted"),
    ((codes.TAKEN_OVER, "pbx1", 1.0), "found on pbx1 where nobody had decided on it yet"),
    ((codes.ADOPTED, "1001"), "found talking with 1001"),
]


@pytest.mark.parametrize(("reason", "text"), TEXTS, ids=lambda each: str(each[0]))
def test_text(reason: tuple[Any, ...], text: str) -> None:
    assert text_of((0.0, *reason)) == text


def test_every_code_has_its_words() -> None:
    known = {value for name, value in vars(codes).items() if name.isupper()}
    assert known == set(explain._TEXTS)
    assert known >= explain._DECISIVE


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.25, "0.2 s"),
        (9.96, "10.0 s"),
        (20, "20 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (125, "2 min 5 s"),
        (3600, "1 h"),
        (10_920, "3 h 2 min"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_story_has_offsets_from_its_beginning() -> None:
    trace = [(10.0, codes.ENTERED, "4001", "138", "a"), (12.5, codes.ENDED, "abandoned")]
    assert tell(trace) == [
        Line(at=10.0, offset=0.0, code="entered", text="138 dialled 4001 on a"),
        Line(at=12.5, offset=2.5, code="ended", text="ended: abandoned"),
    ]
    assert tell(trace, start=11.0)[1].offset == 1.5
    assert tell([]) == []


def test_one_line_has_what_decided() -> None:
    trace = [(10.0, codes.ENTERED, "4001", "138", "a"), (12.5, codes.ENDED, "abandoned")]
    assert one_line(trace) == "ended: abandoned"
    assert one_line([]) == "nothing yet"
