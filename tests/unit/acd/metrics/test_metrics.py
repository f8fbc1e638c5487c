"""Metrics: each fact moves the right numbers, and nothing else does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from acd.core.facts import (
    AgentStateChanged,
    CallAnswered,
    CallEnded,
    CallEntered,
    CallMissed,
    CallOutcome,
    CallQueued,
    CallWidened,
    Fact,
    MissedReason,
    OfferEnded,
    OfferMade,
    OfferOutcome,
    QueueLeft,
    RecordingEnded,
    RecordingOutcome,
    StaleEventSeen,
    VisitOutcome,
)
from acd.core.flow_words import WaitAnnounced, WaitMeasured
from acd.core.records import Placement
from acd.core.routing import Ending, NumberRoute, Queue, Routing, ServiceLevel, Then, Voicemail
from acd.core.views import AgentView, QueueView
from acd.metrics import Metrics, families, reference
from acd.metrics.capped import MOST
from acd.ports import FactSink, RuntimeMetrics
from agents.model import AgentState, PhoneState

ROOT = Path(__file__).parents[4]
END = Ending(say=None, then=Then.CALLBACK)


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


def queue(name: str) -> Queue:
    return Queue(
        name=name,
        label=name,
        needs=(),
        on_timeout=END,
        on_nobody=END,
        on_full=END,
        service_level=ServiceLevel(within=30.0, target=0.9),
    )


ROUTING = Routing(
    revision="r1",
    timezone="Asia/Shanghai",
    languages=("en",),
    businesses={},
    numbers={
        "400": NumberRoute(number="400", queue="orders", business="knives"),
        "401": NumberRoute(number="401", queue="orders"),
    },
    default_route=NumberRoute(number=None, queue="orders", business="house"),
    agents={},
    rules=(),
    queues={"orders": queue("orders"), "service": queue("service")},
    voicemail={"orders": Voicemail(name="orders", label="Orders")},
)


class FakeCentre:
    """A centre with one agent who talks and one queue in which somebody waits."""

    routing = ROUTING

    def open_callbacks(self) -> dict[str, int]:
        return {"orders": 3, "long gone": 2}

    def now(self) -> float:
        return 1100.0

    def view_agents(self) -> Sequence[AgentView]:
        return [
            AgentView(
                agent="1001",
                name="Li",
                state=AgentState.TALKING,
                since=1090.0,
                until=None,
                reason=None,
                pending=None,
                phone=PhoneState.IN_USE,
                call="c1",
                skills={},
                groups=(),
                logged_in_at=900.0,
                calls_today=1,
                talk_today=10.0,
            )
        ]

    def view_queues(self) -> Sequence[QueueView]:
        return [
            QueueView(
                queue="orders",
                label="Orders",
                waiting=("c2", "c3"),
                ringing=1,
                talking=1,
                longest_wait=42.0,
                logged_in=3,
                idle=2,
            )
        ]


@pytest.fixture
def metrics() -> Metrics:
    metrics = Metrics(started_at=1000.0)
    metrics.configure(ROUTING)
    metrics.watch(FakeCentre())
    return metrics


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


PLACEMENT = Placement(
    queue="orders",
    visit=1,
    joined_at=1000.0,
    tier=0,
    head_start=0.0,
    extra_needs=(),
    firsts=(),
    language="en",
    business=None,
)
ENTERED = CallEntered(
    call="c1",
    at=1000.0,
    node="a",
    dialled="400",
    caller=None,
    caller_name=None,
    customer_tier=None,
    business="knives",
    campaign=None,
    language="en",
)
LEFT = QueueLeft(call="c1", at=1012.0, queue="orders", visit=1, wait=12.0, outcome=VisitOutcome.ANSWERED)
OFFER_ENDED = OfferEnded(
    offer="c1-o1",
    call="c1",
    agent="1001",
    queue="orders",
    at=1012.0,
    outcome=OfferOutcome.ANSWERED,
    ring=4.0,
    reasons=(),
)
ANSWERED = CallAnswered(
    call="c1",
    offer="c1-o1",
    agent="1001",
    queue="orders",
    business=None,
    caller=None,
    at=1012.0,
    wait=12.0,
    within_service_level=True,
)
ENDED = CallEnded(
    call="c1",
    at=1100.0,
    outcome=CallOutcome.ANSWERED,
    dialled="400",
    business="knives",
    queue="orders",
    agent="1001",
    wait=12.0,
    talk=88.0,
    short=False,
    reasons=(),
)
MISSED = CallMissed(
    call="c1",
    at=1100.0,
    caller="138",
    dialled="400",
    business="knives",
    queue="orders",
    wait=12.0,
    reason=MissedReason.TIMED_OUT,
)
CHANGED = AgentStateChanged(
    agent="1001",
    at=1090.0,
    state=AgentState.TALKING,
    previous=AgentState.IDLE,
    since=1050.0,
    reason=None,
    call="c1",
    by=None,
    until=None,
)
ORDERS = {"queue": "orders"}
KNIVES = {"number": "400", "business": "knives"}


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


def test_the_sources_of_bad_input_are_those_that_are_counted() -> None:
    emitted = {
        source
        for folder in ("acd", "asterisk", "config", "agents", "ivr", "recordings")
        for path in (ROOT / folder).rglob("*.py")
        for source in re.findall(r"metrics\.bad_input\(\s*\"(\w+)\"", path.read_text(encoding="utf-8"))
    }
    (listed,) = re.findall(r"\(([^)]*)\)", families.BAD_INPUT.help)
    assert set(listed.split(", ")) == emitted


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


def test_what_is_configured_exists_from_nought(metrics: Metrics) -> None:
    for name in ROUTING.queues:
        assert value(metrics, "strowger_queue_calls_answered_total", queue=name) == 0
        assert value(metrics, "strowger_queue_wait_seconds_count", queue=name, result="answered") == 0
        assert value(metrics, "strowger_queue_service_level_threshold_seconds", queue=name) == 30
        assert value(metrics, "strowger_queue_service_level_target_ratio", queue=name) == 0.9
    assert value(metrics, "strowger_calls_entered_total", **KNIVES) == 0
    assert value(metrics, "strowger_routing_info", revision="r1") == 1


def test_live_gauges_are_read_at_the_scrape(metrics: Metrics) -> None:
    assert value(metrics, "strowger_agents", state="talking") == 1
    assert value(metrics, "strowger_agents", state="idle") == 0
    assert value(metrics, "strowger_queue_waiting_calls", queue="orders") == 2
    assert value(metrics, "strowger_queue_ringing_calls", queue="orders") == 1
    assert value(metrics, "strowger_queue_talking_calls", queue="orders") == 1
    assert value(metrics, "strowger_queue_longest_wait_seconds", queue="orders") == 42
    assert value(metrics, "strowger_queue_agents", queue="orders", state="idle") == 2
    assert value(metrics, "strowger_queue_agents", queue="orders", state="logged_in") == 3


def test_a_number_removed_by_a_reload_counts_as_other(metrics: Metrics) -> None:
    metrics.configure(replace(ROUTING, numbers={}))
    metrics.take((ENTERED, ENDED))
    assert value(metrics, "strowger_calls_entered_total", **KNIVES) == 0
    assert value(metrics, "strowger_calls_entered_total", number="other", business="house") == 1


def test_health_is_taken_down(metrics: Metrics) -> None:
    metrics.decided("CallArrived", 2e-5)
    metrics.event_lag(0.002)
    metrics.mailbox_depth(3)
    metrics.journal_depth(4)
    metrics.spooling(True)
    metrics.connected("ari", True)
    metrics.reloaded(True, 5000.0)
    metrics.reloaded(False, 6000.0)
    metrics.bad_input("api", "json")
    metrics.request_failed("ari", 404)
    assert value(metrics, "strowger_decision_seconds_count", kind="CallArrived") == 1
    assert value(metrics, "strowger_event_lag_seconds_sum") == 0.002
    assert value(metrics, "strowger_mailbox_depth") == 3
    assert value(metrics, "strowger_journal_depth") == 4
    assert value(metrics, "strowger_spool_active") == 1
    assert value(metrics, "strowger_connected", what="ari") == 1
    assert value(metrics, "strowger_config_reloads_total", result="taken") == 1
    assert value(metrics, "strowger_config_reloads_total", result="refused") == 1
    assert value(metrics, "strowger_config_last_reload_successful") == 0
    assert value(metrics, "strowger_config_last_reload_success_timestamp_seconds") == 5000
    assert value(metrics, "strowger_bad_input_total", source="api", kind="json") == 1
    assert value(metrics, "strowger_requests_failed_total", what="ari", status="404") == 1


def test_label_sets_are_capped(metrics: Metrics) -> None:
    for number in range(MOST + 50):
        metrics.bad_input("ari", f"kind {number}")
    assert value(metrics, "strowger_bad_input_total", source="other", kind="other") == 50
    metrics.bad_input("ari", "kind 1")
    assert value(metrics, "strowger_bad_input_total", source="ari", kind="kind 1") == 2


def test_the_exposition_parses_and_has_every_family(metrics: Metrics) -> None:
    metrics.take((ENTERED, LEFT, OFFER_ENDED, ANSWERED, ENDED, MISSED, CHANGED))
    parsed = {
        family.name: family
        for family in text_string_to_metric_families(generate_latest(metrics.registry).decode())
    }
    for family in families.ALL:
        found = parsed[family.name.removesuffix("_total")]
        assert found.type == family.kind
        assert found.documentation == family.help
        for sample in found.samples:
            assert set(sample.labels) - {"le"} == set(family.labels)


def test_names_follow_the_conventions() -> None:
    names = [family.name for family in families.ALL]
    assert len(set(names)) == len(names)
    for family in families.ALL:
        assert family.name.startswith("strowger_")
        assert family.name.endswith("_total") == (family.kind == "counter")
        assert (family.kind == "histogram") == bool(family.buckets)
        assert list(family.buckets) == sorted(family.buckets)
        assert not any(unit in family.name for unit in ("_ms", "_millis", "_minutes", "_percent"))


def test_it_is_what_the_ports_ask_for(metrics: Metrics) -> None:
    sink: FactSink = metrics
    health: RuntimeMetrics = metrics
    sink.take(())
    health.mailbox_depth(0)


def test_the_reference_has_a_row_for_every_metric() -> None:
    table = reference.render()
    assert all(f"| `{family.name}` |" in table for family in families.ALL)
    assert len(table.splitlines()) == 2 + len(families.ALL)


def test_the_journal_is_read_at_each_scrape(metrics: Metrics) -> None:
    facts = ["one", "two"]
    metrics.watch_journal(lambda: len(facts), lambda: bool(facts))
    assert value(metrics, "strowger_journal_depth") == 2
    assert value(metrics, "strowger_spool_active") == 1
    facts.clear()
    assert value(metrics, "strowger_journal_depth") == 0
    assert value(metrics, "strowger_spool_active") == 0
