"""Health and metrics over HTTP."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from acd.api.exposition import expose
from acd.api.settings import ApiSettings
from acd.metrics.families import ALL
from acd.ports import Check
from tests.unit.acd.api.house import READONLY, House, serve


async def test_alive_needs_nothing(house: House) -> None:
    house.archive.down = True
    assert await house.ask("GET", "/health/live") == (200, {"status": "live"})


async def test_ready_says_what_is_not_well(house: House) -> None:
    well = {"name": "database", "healthy": True, "detail": "answers"}
    assert await house.ask("GET", "/health/ready") == (200, {"ready": True, "checks": [well]})
    house.centre.health.append(Check(name="ari", healthy=False, detail="connection refused"))
    status, body = await house.ask("GET", "/health/ready")
    assert (status, body["ready"]) == (503, False)
    assert body["checks"] == [
        well,
        {"name": "ari", "healthy": False, "detail": "connection refused"},
    ]


async def test_metrics_parse_and_hold_every_family(house: House) -> None:
    assert (await house.ask("GET", "/metrics"))[0] == 401
    async with house.session.get(house.url + "/metrics", headers=READONLY) as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        text = await response.text()
    names = {family.name for family in text_string_to_metric_families(text)}
    assert {family.name.removesuffix("_total") for family in ALL} <= names


async def test_metrics_are_open_to_loopback_where_the_settings_say_so() -> None:
    async with serve(ApiSettings(open_metrics=True)) as house:
        async with house.session.get(house.url + "/metrics") as response:
            assert response.status == 200
        assert (await house.ask("GET", "/api/v1/agents"))[0] == 401


async def test_the_exposition_is_what_the_library_writes() -> None:
    registry = CollectorRegistry()
    counter = Counter("a_total", 'He said:\n"a\\b"', ["b", "c"], registry=registry)
    counter.labels('quo"te', "back\\slash\nline").inc(3)
    Histogram("h_seconds", "h", buckets=[0.1, 1], registry=registry).observe(0.5)
    for name, value in (("p", "inf"), ("m", "-inf"), ("n", "nan"), ("s", "1e-05"), ("t", "2")):
        Gauge(name, "g", registry=registry).set(float(value))

    def samples(text: str) -> list[tuple[str, str, frozenset[tuple[str, str]], str]]:
        return [
            (family.type, sample.name, frozenset(sample.labels.items()), str(sample.value))
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if not sample.name.endswith("_created")
        ]

    ours = (await expose(registry)).decode()
    assert samples(ours) == samples(generate_latest(registry).decode())
    assert "_created" not in ours
    assert '# HELP a_total He said:\\n"a\\\\b"\n# TYPE a_total counter\n' in ours


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
async def test_health_is_only_read(house: House, path: str) -> None:
    async with house.session.post(house.url + path) as response:
        assert response.status == 405
        assert response.headers["Allow"] == "GET"
