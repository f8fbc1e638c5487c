"""Metrics: what exists, what is read at the scrape, and how it is named."""

from __future__ import annotations

import re
from pathlib import Path

from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from acd.metrics import Metrics, families, reference
from acd.metrics.capped import MOST
from acd.ports import FactSink, RuntimeMetrics
from tests.unit.acd.metrics.counted import (
    ANSWERED,
    CHANGED,
    ENDED,
    ENTERED,
    KNIVES,
    LEFT,
    MISSED,
    OFFER_ENDED,
    ROUTING,
    value,
)

ROOT = Path(__file__).parents[4]


def test_the_sources_of_bad_input_are_those_that_are_counted() -> None:
    emitted = {
        source
        for folder in ("acd", "asterisk", "config", "agents", "ivr", "recordings")
        for path in (ROOT / folder).rglob("*.py")
        for source in re.findall(r"metrics\.bad_input\(\s*\"(\w+)\"", path.read_text(encoding="utf-8"))
    }
    (listed,) = re.findall(r"\(([^)]*)\)", families.BAD_INPUT.help)
    assert set(listed.split(", ")) == emitted


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
