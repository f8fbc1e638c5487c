"""The JSON Schema says what the loader says, as far as a schema can."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from config.load import load
from config.nodes import plain
from config.parsing import parse
from config.problems import ConfigErrors, Problems
from config.schema import json_schema

SCHEMA = json_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def example() -> Any:
    text = Path("config/examples/tv-shopping.yaml").read_text(encoding="utf-8")
    tree = parse(text, "example", Problems())
    assert tree is not None
    return plain(tree)


def test_it_is_a_schema_and_the_example_keeps_to_it() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    VALIDATOR.validate(example())


def test_it_is_plain_json() -> None:
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


def test_everything_that_can_be_written_is_described() -> None:
    for name, section in {"file": SCHEMA, **SCHEMA["$defs"]}.items():
        assert section["description"], name
        for key, field in section["properties"].items():
            assert field.get("description") or key == "version", f"{name}.{key}"


def test_defaults_are_told_to_editors() -> None:
    queue = SCHEMA["$defs"]["Queue"]["properties"]
    assert queue["strategy"]["default"] == "longest_idle"
    assert queue["ring"]["default"] == "20s"
    assert SCHEMA["$defs"]["ServiceLevel"]["properties"]["target"]["default"] == "80%"


def test_null_is_allowed_nowhere() -> None:
    assert "null" not in json.dumps(SCHEMA)


def _set(*path: Any, to: Any) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        *way, last = path
        for part in way:
            document = document[part]
        document[last] = to

    return change


def _without(*path: Any) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        *way, last = path
        for part in way:
            document = document[part]
        del document[last]

    return change


@pytest.mark.parametrize(
    "change",
    [
        _set("version", to=2),
        _without("numbers"),
        _without("numbers", "default"),
        _set("colour", to="red"),
        _set("queues", "orders", "ring", to=20),
        _set("queues", "orders", "ring", to="20"),
        _set("queues", "orders", "ring", to=None),
        _set("queues", "orders", "rings", to="20s"),
        _set("queues", "orders", "strategy", to="longest"),
        _set("queues", "orders", "service_level", "target", to=80),
        _set("queues", "orders", "needs", to={}),
        _set("queues", "orders", "needs", to={"orders": 11}),
        _set("queues", "orders", "needs", to="everyone"),
        _set("queues", "orders", "widen", 0, to={"groups": ["vip"]}),
        _set("queues", "orders", "on_full", to="voicemail"),
        _set("queues", "orders", "on_full", to={"say": "closed"}),
        _set("queues", "a b", to={}),
        _set("numbers", "400-800", to={"queue": "orders"}),
        _set("numbers", "100", to={}),
        _set("agents", "1001", "skills", to="orders"),
        _set("agents", "1001", "weight", to=0),
        _set("rules", 0, "when", "caller", to={"in": "whitelist"}),
        _set("rules", 0, "then", "end", to=False),
        _set("rules", 0, "when", to={}),
        _set("rules", 0, "then", to={}),
        _set("rules", 2, "then", "first", to={}),
        _set("rules", 2, "then", "first", to={"group": "vip", "agent": "last"}),
        _without("rules", 0, "name"),
        _set("queues", "orders", "refused", to={}),
        _set("hours", "tv", "open", to=["monday 08:00-09:00"]),
        _set("hours", "tv", "open", to=[]),
        _set("hours", "tv", "closed_on", to=["6.2.2027"]),
        _set("trunks", "carrier", to={}),
        _set("phones", "demo1", "number", to=138),
        _set("languages", to=[]),
        _without("numbers", "4008001000", "flow"),
        _set("prompts", "welcome", to={}),
        _set("prompts", "welcome", to="Welcome"),
        _set("flows", "service", to={}),
        _set("flows", "service", "welcome", "say", to=[]),
        _set("flows", "service", "welcome", "say", to=[{"number": 1.5}]),
        _set("flows", "service", "welcome", "say", to=[{"digits": 12}]),
        _set("flows", "service", "welcome", "go", to=5),
        _set("flows", "service", "welcome", "go", to={}),
        _set("flows", "service", "welcome", "go", to={"queue": "orders", "flow": "service"}),
        _without("flows", "service", "menu", "otherwise"),
        _set("flows", "service", "menu", "keys", to={}),
        _set("flows", "service", "menu", "keys", to={"10": "menu"}),
        _set("flows", "service", "menu", "tries", to=0),
        _set("flows", "service", "menu", "within", to=5),
        _set("flows", "service", "ask_order", "ends_with", to="9"),
        _set("flows", "service", "who", "cases", to=[]),
        _set("flows", "service", "who", "cases", 0, "when", to={}),
        _set("flows", "service", "look_up_order", "look_up", to="https://me:secret@shop/"),
    ],
)
def test_a_changed_example_fails_in_both(tmp_path: Path, change: Callable[[Any], None]) -> None:
    document = copy.deepcopy(example())
    change(document)
    assert not VALIDATOR.is_valid(document)
    path = tmp_path / "a.yaml"
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(ConfigErrors):
        load(path)
