"""Logs: JSON or a line for people, numbers masked, libraries quiet, everything in one form."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from acd import logs


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    before = structlog.get_config()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in logs.LIBRARIES}
    yield
    structlog.configure(**before)
    root.handlers = handlers
    root.setLevel(level)
    for name, each in levels.items():
        logging.getLogger(name).setLevel(each)


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:
    def lines() -> list[str]:
        captured = capsys.readouterr()
        assert captured.out == ""
        return captured.err.splitlines()

    return lines


def test_json_with_numbers_masked(said: Any) -> None:
    logs.configure(form="json", level="info", mask_numbers=True)
    log = structlog.get_logger("acd.test")
    log.info("call 刀", call="c1", caller="13800138000", number=None)
    log.debug("too fine")
    (line,) = said()
    entry = json.loads(line)
    assert entry.pop("timestamp").endswith("Z")
    assert entry == {
        "event": "call 刀",
        "level": "info",
        "call": "c1",
        "caller": entry["caller"],
        "number": None,
    }
    assert "刀" in line
    assert "138000" not in entry["caller"]


def test_numbers_in_the_open_where_that_is_wanted(said: Any) -> None:
    logs.configure(form="json", level="debug", mask_numbers=False)
    structlog.get_logger("acd.test").debug("call", caller="13800138000")
    assert json.loads(said()[0])["caller"] == "13800138000"


def test_for_people_a_line_without_colours_where_it_is_no_terminal(said: Any) -> None:
    logs.configure(form="console", level="warning", mask_numbers=True)
    log = structlog.get_logger("acd.test")
    log.info("not shown")
    log.warning("asterisk not reached", node="pbx1")
    (line,) = said()
    assert "asterisk not reached" in line
    assert "node=pbx1" in line
    assert "\x1b" not in line


@pytest.mark.parametrize("form", ["json", "console"])
def test_an_error_comes_with_its_traceback(said: Any, form: logs.Format) -> None:
    logs.configure(form=form, level="info", mask_numbers=True)
    try:
        raise LookupError("a bug")
    except LookupError:
        structlog.get_logger("acd.test").exception("failed")
    text = "\n".join(said())
    assert "Traceback" in text
    assert "LookupError: a bug" in text
    if form == "json":
        assert "LookupError: a bug" in json.loads(text)["exception"]


def test_libraries_speak_in_the_same_form_and_only_when_it_matters(said: Any) -> None:
    logs.configure(form="json", level="info", mask_numbers=True)
    library = logging.getLogger("aiohttp.server")
    library.info("a request")
    library.warning("a bad %s", "request")
    logging.getLogger("anybody").info("else")
    assert [(entry["level"], entry["event"]) for entry in map(json.loads, said())] == [
        ("warning", "a bad request"),
        ("info", "else"),
    ]


def test_what_belongs_to_a_call_is_on_all_its_lines(said: Any) -> None:
    logs.configure(form="json", level="info", mask_numbers=True)
    with structlog.contextvars.bound_contextvars(call="c1"):
        structlog.get_logger("acd.test").info("one")
    assert json.loads(said()[0])["call"] == "c1"
