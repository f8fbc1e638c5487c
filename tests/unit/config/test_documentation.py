"""docs/routing.md and docs/flows.md leave nothing out, and what they show is true."""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema
import pytest

from acd.core.routing import Strategy
from config.names import GRADE_LEVELS, SYSTEM_PAUSE_REASONS
from config.nodes import plain
from config.parsing import parse
from config.problems import Problems
from config.schema import json_schema

GUIDES = ("docs/routing.md", "docs/flows.md", "docs/callbacks.md")
TEXT = "\n".join(Path(guide).read_text(encoding="utf-8") for guide in GUIDES)
WORDS = set(re.findall(r"[a-z_]+", TEXT))
SCHEMA = json_schema()


@pytest.mark.parametrize("section", ["file", *SCHEMA["$defs"]])
def test_every_key_is_mentioned(section: str) -> None:
    keys = (SCHEMA if section == "file" else SCHEMA["$defs"][section])["properties"].keys()
    assert keys - WORDS - {"node"} == set()  # node: only where there is more than one Asterisk


def test_every_strategy_grade_and_reason_is_mentioned() -> None:
    for word in [*Strategy, *SYSTEM_PAUSE_REASONS]:
        assert f"`{word}`" in TEXT
    for grade, level in GRADE_LEVELS.items():
        assert re.search(rf"{grade}\s{level}\b", TEXT)


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL))
def test_every_piece_of_yaml_keeps_to_the_schema(block: str) -> None:
    problems = Problems()
    tree = parse(block, "docs", problems)
    assert tree is not None
    assert problems.errors == []
    jsonschema.Draft202012Validator({**SCHEMA, "required": []}).validate(plain(tree))
