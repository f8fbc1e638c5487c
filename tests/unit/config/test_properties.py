"""Whatever is written means one thing and is printed so, or is refused with places in the file."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acd.core.routing import Routing
from config.load import load
from config.nodes import plain
from config.parsing import parse
from config.printing import printed
from config.problems import ConfigErrors, Problems
from config.schema import json_schema
from tests.unit.config.documents import Document, damaged, valid

TODAY = date(2026, 11, 21)
VALIDATOR = jsonschema.Draft202012Validator(json_schema())
EXAMPLE = Path("config/examples/tv-shopping.yaml").read_text(encoding="utf-8")
# Without the holidays, whose computing would be most of the time of these tests.
SAMPLE = EXAMPLE.replace("    holidays: CN  ", "    #")

per_file = settings(
    deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def routing(path: Path) -> Routing:
    return replace(load(path, today=TODAY).routing, revision="")


def check_refusal(path: Path, error: ConfigErrors) -> None:
    """Every problem stands at a place that the file has (or at its beginning)."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() or [""]
    assert error.problems
    for problem in error.problems:
        assert problem.file == str(path)
        assert 1 <= problem.line <= len(lines) + 1
        line = lines[problem.line - 1] if problem.line <= len(lines) else ""
        assert 1 <= problem.column <= len(line) + 1
        assert problem.message
        assert "\n" not in str(problem)


@per_file
@given(document=valid())
def test_a_valid_document_survives_being_printed(tmp_path: Path, document: Document) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    VALIDATOR.validate(document)
    first = routing(path)
    path.write_text(printed(first), encoding="utf-8")
    second = routing(path)
    assert second == first
    assert list(second.agents) == list(first.agents)
    assert printed(second) == printed(first)
    tree = parse(printed(first), "printed", Problems())
    assert tree is not None
    VALIDATOR.validate(plain(tree))


@per_file
@given(document=valid().flatmap(damaged))
def test_a_damaged_document_is_refused_in_its_places(tmp_path: Path, document: Document) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(json.dumps(document, ensure_ascii=True, indent=1), encoding="utf-8")
    try:
        load(path, today=TODAY)
    except ConfigErrors as error:
        check_refusal(path, error)
    else:
        VALIDATOR.validate(document)


@st.composite
def garbled(draw: st.DrawFn) -> str:
    """The example with a few characters or lines taken away, doubled or put in."""
    text = SAMPLE
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        length = draw(st.sampled_from([0, 0, 1, 2, 10, 200]))
        put = draw(
            st.sampled_from(list("{}[]:,-?*&!|>'\"%@`#\\ \t\n0~<=\x85\u2028\ufeff\x07刀\r"))
            | st.sampled_from(
                ["\n  ", ": ", "- ", "&a ", "*a", "!!str ", "---\n", "<<: ", "null", "\n\n"]
            )
            | st.just("")
            | st.text(max_size=8)
        )
        text = text[:at] + put + text[at + length :]
    return text


@per_file
@given(text=garbled())
def test_a_garbled_file_is_refused_in_its_places(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(text.encode("utf-8", errors="surrogatepass"))
    try:
        load(path, today=TODAY)
    except ConfigErrors as error:
        check_refusal(path, error)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
def test_any_bytes_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigErrors) as caught:
        load(path)
    check_refusal(path, caught.value)


def test_what_the_tests_above_draw_from_is_valid(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(SAMPLE, encoding="utf-8")
    assert load(path).warnings == ()
    document: Any = plain(parse(SAMPLE, "sample", Problems()) or pytest.fail("no document"))
    VALIDATOR.validate(document)
