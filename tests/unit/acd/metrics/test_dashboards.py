"""What the dashboard, the rules and the docs name exists, with the labels that they use."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from acd.metrics import reference
from acd.metrics.families import ALL

ROOT = Path(__file__).parents[4]
PROMETHEUS = ROOT / "config" / "prometheus"
LABELS = {
    name + suffix: {*family.labels, "job", "instance", *(["le"] if suffix == "_bucket" else [])}
    for family in ALL
    for name in [family.name]
    for suffix in (["_bucket", "_sum", "_count"] if family.kind == "histogram" else [""])
}
RULES = yaml.safe_load((PROMETHEUS / "strowger.rules.yml").read_text())
DASHBOARD = json.loads((ROOT / "config" / "grafana" / "strowger.json").read_text())
RECORDED = {rule["record"] for group in RULES["groups"] for rule in group["rules"] if "record" in rule}


def expressions() -> Iterator[tuple[str, str]]:
    for group in RULES["groups"]:
        for rule in group["rules"]:
            yield rule.get("record") or rule["alert"], rule["expr"]
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]


@pytest.mark.parametrize(("where", "expression"), list(expressions()))
def test_every_metric_named_exists_with_its_labels(where: str, expression: str) -> None:
    recorded = set(re.findall(r"\bstrowger:[a-z_]+:[a-z0-9]+", expression))
    assert recorded <= RECORDED
    found = re.findall(r"(?<![:\w])(strowger_[a-z_]+)(?:{([^}]*)})?", expression)
    assert found or recorded or "process_" in expression or expression.startswith("up{")
    for name, matchers in found:
        assert name in LABELS, where
        assert set(re.findall(r"(\w+)\s*[=!]~?", matchers)) <= LABELS[name], where
    for grouping in re.findall(r"\bby \(([^)]*)\)", expression):
        labels = {label.strip() for label in grouping.split(",")}
        assert any(labels <= LABELS[name] for name, _ in found), where
    for mark, match in ("()", "{}", "[]"):
        assert expression.count(mark) == expression.count(match)


@pytest.mark.parametrize("rule", [r for g in RULES["groups"] for r in g["rules"] if "alert" in r])
def test_every_alert_says_how_bad_and_what(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("warning", "critical")
    assert rule["annotations"]["summary"].endswith(".")


def test_names_and_panels_are_unique() -> None:
    names = [rule.get("record") or rule["alert"] for g in RULES["groups"] for rule in g["rules"]]
    assert len(set(names)) == len(names)
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)


def test_every_metric_is_on_the_dashboard_or_in_a_rule() -> None:
    text = " ".join(expression for _, expression in expressions())
    used = set(re.findall(r"strowger_[a-z_]+", text))
    unused = {
        family.name
        for family in ALL
        if not used & {family.name, *(family.name + s for s in ("_bucket", "_sum", "_count"))}
    }
    assert unused == {
        "strowger_config_last_reload_success_timestamp_seconds",
        "strowger_config_reloads_total",
        "strowger_queue_calls_answered_total",
        "strowger_queue_calls_left_total",
        "strowger_queue_calls_widened_total",
        "strowger_queue_ringing_calls",
        "strowger_queue_service_level_threshold_seconds",
        "strowger_routing_info",
        "strowger_stale_events_total",
    }


def test_the_scrape_configuration_names_the_rules_that_are_there() -> None:
    scrape = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    assert all((PROMETHEUS / name).is_file() for name in scrape["rule_files"])
    (job,) = scrape["scrape_configs"]
    assert job["job_name"] == "strowger"
    assert job["metrics_path"] == "/metrics"


def test_the_docs_list_what_the_code_has() -> None:
    """Mend with `python -m acd.metrics.reference`, whose output stands between the marks."""
    text = (ROOT / "docs" / "metrics.md").read_text()
    table = text.partition("<!-- metrics -->\n")[2].partition("<!-- end -->")[0]
    assert table == reference.render()


def test_a_short_abandon_is_in_neither_side_of_a_rate() -> None:
    rules = {
        rule["record"]: rule["expr"] for g in RULES["groups"] for rule in g["rules"] if "record" in rule
    }
    for name, counter in (
        ("strowger:queue_service_level:ratio1h", "strowger_queue_calls_abandoned_short_total"),
        ("strowger:queue_abandon:ratio1h", "strowger_queue_calls_abandoned_short_total"),
        ("strowger:number_answer:ratio1h", "strowger_calls_abandoned_short_total"),
    ):
        above, _, below = rules[name].partition("/\n")
        assert counter not in above
        assert re.search(rf"- sum by \([a-z, ]+\) \(increase\({counter}", below), name
    assert 'state="talking"' in rules["strowger:agents_utilisation:ratio1h"]
