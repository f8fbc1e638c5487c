"""Each fact moves the right numbers, and nothing else does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from prometheus_client import generate_latest

from acd.core.facts import (
    CallOutcome,
    CallQueued,
    CallWidened,
    Fact,
    OfferMade,
    RecordingEnded,
    RecordingOutcome,
    StaleEventSeen,
    VisitOutcome,
)
from acd.core.flow_words import WaitAnnounced, WaitMeasured
from acd.metrics import Metrics
from agents.model import AgentState
from tests.unit.acd.metrics.counted import (
    ANSWERED,
    CHANGED,
    ENDED,
    ENTERED,
    KNIVES,
    LEFT,
    MISSED,
    OFFER_ENDED,
    ORDERS,
    PLACEMENT,
    ROUTING,
    value,
)

RECORDED = RecordingEnded(
    call="c1",
    offer="c1-o1",
    file="f",
    at=1.0,
    outcome=RecordingOutcome.RECORDED,
    seconds=1.0,
    detail=None,
    reasons=(),
)
TOLD = WaitAnnounced(call="c1", queue="orders", at=1.0, position=2, estimate=None)
MEASURED = WaitMeasured(call="c1", queue="orders", at=130.0, told_at=10.0, estimate=100.0, actual=120.0)


@pytest.mark.parametrize(
    ("fact", "name", "labels", "expected"),
    [
        (
            CallQueued(call="c1", at=1000.0, placement=PLACEMENT, reasons=()),
            "strowger_queue_calls_entered_total",
            ORDERS,
            1,
        ),
        (
            CallWidened(call="c1", at=1020.0, queue="orders", step=1, reasons=()),
            "strowger_queue_calls_widened_total",
            ORDERS,
            1,
        ),
        (LEFT, "strowger_queue_calls_left_total", ORDERS | {"outcome": "answered"}, 1),
        (LEFT, "strowger_queue_wait_seconds_sum", ORDERS | {"result": "answered"}, 12),
        (
            replace(LEFT, outcome=VisitOutcome.ABANDONED),
            "strowger_queue_wait_seconds_count",
            ORDERS | {"result": "abandoned"},
            1,
        ),
        (
            replace(LEFT, outcome=VisitOutcome.CUT_OFF),
            "strowger_queue_wait_seconds_count",
            ORDERS | {"result": "other"},
            1,
        ),
        (OFFER_ENDED, "strowger_queue_offers_total", ORDERS | {"outcome": "answered"}, 1),
        (OFFER_ENDED, "strowger_queue_ring_seconds_sum", ORDERS, 4),
        (replace(OFFER_ENDED, ring=0.0), "strowger_queue_ring_seconds_count", ORDERS, 0),
        (ANSWERED, "strowger_queue_calls_answered_total", ORDERS, 1),
        (ANSWERED, "strowger_queue_calls_answered_within_service_level_total", ORDERS, 1),
        (
            replace(ANSWERED, within_service_level=False),
            "strowger_queue_calls_answered_within_service_level_total",
            ORDERS,
            0,
        ),
        (ENDED, "strowger_calls_ended_total", KNIVES | {"outcome": "answered"}, 1),
        (ENDED, "strowger_queue_talk_seconds_sum", ORDERS, 88),
        (
            replace(ENDED, outcome=CallOutcome.BLACKLISTED, queue=None),
            "strowger_calls_ended_total",
            KNIVES | {"outcome": "blacklisted"},
            1,
        ),
        (
            replace(ENDED, outcome=CallOutcome.TIMED_OUT),
            "strowger_queue_talk_seconds_count",
            ORDERS,
            0,
        ),
        (
            replace(ENDED, outcome=CallOutcome.ABANDONED),
            "strowger_queue_calls_abandoned_total",
            ORDERS,
            1,
        ),
        (
            replace(ENDED, outcome=CallOutcome.ABANDONED, short=True),
            "strowger_queue_calls_abandoned_total",
            ORDERS,
            0,
        ),
        (
            replace(ENDED, outcome=CallOutcome.ABANDONED, short=True),
            "strowger_queue_calls_abandoned_short_total",
            ORDERS,
            1,
        ),
        (
            replace(ENDED, outcome=CallOutcome.ABANDONED, short=True),
            "strowger_calls_abandoned_short_total",
            KNIVES,
            1,
        ),
        (
            replace(ENDED, outcome=CallOutcome.ABANDONED),
            "strowger_calls_abandoned_short_total",
            KNIVES,
            0,
        ),
        (MISSED, "strowger_calls_missed_total", KNIVES | {"reason": "timed_out"}, 1),
        *(
            (RECORDED, "strowger_recordings_total", {"outcome": outcome.value}, count)
            for outcome, count in zip(RecordingOutcome, (1, 0, 0, 0, 0), strict=True)
        ),
        (
            replace(RECORDED, outcome=RecordingOutcome.BROKE_OFF),
            "strowger_recordings_total",
            {"outcome": "broke_off"},
            1,
        ),
        (
            StaleEventSeen(at=1.0, what="answered_after_cancel", subject="c1"),
            "strowger_stale_events_total",
            {"what": "answered_after_cancel"},
            1,
        ),
        (TOLD, "strowger_queue_wait_announcements_total", ORDERS, 1),
        (MEASURED, "strowger_queue_wait_estimate_error_seconds_sum", ORDERS, 20),
        (MEASURED, "strowger_queue_wait_estimate_error_seconds_count", ORDERS, 1),
        (MEASURED, "strowger_queue_wait_estimate_over_seconds_total", ORDERS, 0),
        (MEASURED, "strowger_queue_wait_estimate_under_seconds_total", ORDERS, 20),
        (
            replace(MEASURED, actual=70.0),
            "strowger_queue_wait_estimate_over_seconds_total",
            ORDERS,
            30,
        ),
        (CHANGED, "strowger_agent_state_seconds_total", {"state": "idle"}, 40),
        (CHANGED, "strowger_agent_state_seconds_total", {"state": "talking"}, 10),
    ],
)
def test_a_fact_moves_its_metric(
    metrics: Metrics, fact: Fact, name: str, labels: dict[str, str], expected: float
) -> None:
    metrics.take((fact,))
    assert value(metrics, name, **labels) == expected


@pytest.mark.parametrize(
    ("dialled", "number", "business"),
    [("400", "400", "knives"), ("401", "401", ""), ("<b>999", "other", "house")],
)
def test_a_call_has_entered_when_it_is_queued(
    metrics: Metrics, dialled: str, number: str, business: str
) -> None:
    queued = CallQueued(call="c1", at=1000.0, placement=PLACEMENT, reasons=())
    name = "strowger_calls_entered_total"
    metrics.take((replace(ENTERED, dialled=dialled),))
    assert value(metrics, name, number=number, business=business) == 0
    metrics.take((queued, queued, ENDED))  # queued again by overflow
    assert value(metrics, name, number=number, business=business) == 1


@pytest.mark.parametrize("outcome", CallOutcome)
def test_blacklisted_calls_do_not_count_as_entered(metrics: Metrics, outcome: CallOutcome) -> None:
    """Neither sooner nor later; a call that only hears that it is closed has entered."""
    metrics.take((ENTERED, replace(ENDED, outcome=outcome, queue=None)))
    counted = value(metrics, "strowger_calls_entered_total", **KNIVES)
    assert counted == (0 if outcome is CallOutcome.BLACKLISTED else 1)
    assert value(metrics, "strowger_calls_ended_total", **KNIVES, outcome=outcome.value) == 1


def test_there_is_one_series_for_all_other_numbers(metrics: Metrics) -> None:
    metrics.take((replace(ENTERED, dialled="999"), replace(ENDED, dialled="999")))
    others = [
        line
        for line in generate_latest(metrics.registry).decode().splitlines()
        if line.startswith("strowger_calls_entered_total{") and 'number="other"' in line
    ]
    assert others == ['strowger_calls_entered_total{business="house",number="other"} 1.0']


def test_wrap_up_belongs_to_the_queue_of_the_agents_last_call(metrics: Metrics) -> None:
    wrap_up = replace(CHANGED, previous=AgentState.WRAP_UP, state=AgentState.IDLE)
    metrics.take((wrap_up,))
    assert value(metrics, "strowger_queue_wrap_up_seconds_count", queue="orders") == 0
    metrics.take((ANSWERED, wrap_up))
    assert value(metrics, "strowger_queue_wrap_up_seconds_sum", queue="orders") == 40
    assert value(metrics, "strowger_queue_wrap_up_seconds_count", queue="service") == 0


def test_time_before_the_engines_start_is_not_counted(metrics: Metrics) -> None:
    metrics.take((replace(CHANGED, since=100.0, at=1010.0), replace(CHANGED, since=100.0, at=900.0)))
    assert value(metrics, "strowger_agent_state_seconds_total", state="idle") == 10


def test_facts_without_a_metric_pass(metrics: Metrics) -> None:
    before = generate_latest(metrics.registry)
    metrics.take((OfferMade(offer="o", call="c", agent="1001", queue="orders", at=1.0, reasons=()),))
    after = generate_latest(metrics.registry)

    def ours(text: bytes) -> list[bytes]:
        return [line for line in text.splitlines() if line.startswith(b"strowger_")]

    assert ours(before) == ours(after)


def test_a_number_removed_by_a_reload_counts_as_other(metrics: Metrics) -> None:
    metrics.configure(replace(ROUTING, numbers={}))
    metrics.take((ENTERED, ENDED))
    assert value(metrics, "strowger_calls_entered_total", **KNIVES) == 0
    assert value(metrics, "strowger_calls_entered_total", number="other", business="house") == 1
