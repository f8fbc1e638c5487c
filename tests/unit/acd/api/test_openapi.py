"""The OpenAPI document: every route in it, whole, and made of valid schemas."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from acd.api import reference
from acd.api.app import ROUTES
from acd.api.openapi import document, plain_path
from acd.api.problems import Kind
from tests.unit.acd.api.house import ADMIN, READONLY, House

METHODS = {"get", "put", "post", "delete"}


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return document(ROUTES, "1.2.3")


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in described["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_it_says_what_it_is(described: dict[str, Any]) -> None:
    assert described["openapi"] == "3.1.0"
    assert described["info"]["version"] == "1.2.3"
    assert described["components"]["securitySchemes"]["bearer"] == {
        "type": "http",
        "scheme": "bearer",
    }


async def test_every_route_that_is_served_is_in_it(house: House) -> None:
    status, served = await house.ask("GET", "/openapi.json")
    assert status == 200
    assert served["info"]["version"] != "1.2.3"
    there = {(method, path) for path, method, _ in operations(served)}
    assert there == {(route.method.lower(), plain_path(route.path)) for route in ROUTES}
    assert all(method in METHODS for method, _ in there)


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    found = set(references(described))
    assert found
    for where in found:
        assert where.startswith("#/components/schemas/")
        assert where.removeprefix("#/components/schemas/") in schemas


def test_every_schema_is_a_valid_json_schema(described: dict[str, Any]) -> None:
    for schema in described["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for _, _, operation in operations(described):
        for parameter in operation["parameters"]:
            Draft202012Validator.check_schema(parameter["schema"])


def test_every_operation_is_whole(described: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, _, operation in operations(described)]
    assert len(set(ids)) == len(ids)
    tags = {tag["name"] for tag in described["tags"]}
    for path, _, operation in operations(described):
        assert operation["summary"]
        assert set(operation["tags"]) <= tags
        in_path = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", path))
        assert all(p["required"] for p in operation["parameters"] if p["in"] == "path")
        assert any(status < "300" for status in operation["responses"])
        for status, response in operation["responses"].items():
            assert response["description"]
            if status >= "400" and path != "/health/ready":
                assert set(response["content"]) == {"application/problem+json"}
        if operation.get("security") != [{}] and path != "/metrics":
            assert {"401"} <= set(operation["responses"])


def test_names_of_routes_are_plain() -> None:
    assert plain_path("/a/{id:[0-9]{1,18}}/close/{call}") == "/a/{id}/close/{call}"


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/agents",
        "/api/v1/agents/{agent}",
        "/api/v1/queues",
        "/api/v1/queues/{queue}",
        "/api/v1/calls/live",
        "/api/v1/calls/live/{call}",
        "/api/v1/calls/{call}/why",
        "/api/v1/calls",
        "/api/v1/missed-calls",
        "/api/v1/messages",
        "/api/v1/messages/{id}",
        "/api/v1/tokens",
        "/api/v1/configuration",
        "/health/live",
        "/health/ready",
    ],
)
async def test_what_is_answered_is_what_is_described(
    house: House, described: dict[str, Any], path: str
) -> None:
    url = path.format(agent="1001", queue="orders", call="c1", id="m1")
    status, body = await house.ask("GET", url, headers=ADMIN)
    assert status == 200
    schema = described["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
    whole = {**schema["schema"], "components": described["components"]}
    Draft202012Validator(whole).validate(body)


async def test_a_problem_is_what_is_described(house: House, described: dict[str, Any]) -> None:
    _, body = await house.ask("GET", "/api/v1/calls?limit=0", headers=READONLY)
    reference = {"$ref": "#/components/schemas/ProblemDetails"}
    Draft202012Validator({**reference, "components": described["components"]}).validate(body)


def test_the_docs_list_what_the_code_has() -> None:
    """Mend with `python -m acd.api.reference`, whose output stands between the marks."""
    text = (Path(__file__).parents[4] / "docs" / "api.md").read_text()
    tables = text.partition("<!-- routes -->\n")[2].partition("<!-- end -->")[0]
    assert tables == reference.render()
    for kind in Kind:
        assert f"| `urn:strowger:problem:{kind.value}` |" in text
