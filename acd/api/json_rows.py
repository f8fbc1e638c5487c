"""The rows of an import sent as a JSON array, read one at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from pydantic import ValidationError

from acd.api.schemas.base import Asked, json_pointer
from acd.api.schemas.problem import ErrorItem
from acd.archive import BlacklistEntry
from acd.core.events import Customer
from acd.reached import DoNotCallEntry

_SPACE: Final = " \t\n\r"
_DECODER: Final = json.JSONDecoder()

R = TypeVar("R", Customer, BlacklistEntry, DoNotCallEntry)
Convert = Callable[[dict[str, str]], tuple[R | None, list[tuple[str, str]]]]


class NotJson(ValueError):
    """The text is no JSON array."""


def elements(text: str) -> Iterator[str]:
    """The text of each element of the array. Raises NotJson, possibly after some elements."""
    at = _after(text, 0, "[")
    if text[at : at + 1] == "]":
        _end(text, at + 1)
        return
    while True:
        try:
            _, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            raise NotJson(f"no JSON value at character {at}") from error
        yield text[at:end]
        end = _skip(text, end)
        if text[end : end + 1] == "]":
            _end(text, end + 1)
            return
        at = _after(text, end, ",")


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def _after(text: str, at: int, mark: str) -> int:
    at = _skip(text, at)
    if text[at : at + 1] != mark:
        raise NotJson(f"{mark!r} expected at character {at}")
    return _skip(text, at + 1)


def _end(text: str, at: int) -> None:
    at = _skip(text, at)
    if at != len(text):
        raise NotJson(f"something follows the array at character {at}")


def read_rows(text: str, model: type[Asked], convert: Convert[R]) -> Iterator[R | ErrorItem]:
    """Row by row, what it means or what is wrong with it."""
    seen: dict[str, int] = {}
    for index, element in enumerate(elements(text)):
        try:
            row = model.model_validate_json(element)
        except ValidationError as error:
            yield from _misfits(index, error)
            continue
        fields = {name: value.strip() for name, value in row if value is not None}
        result, problems = convert(fields)
        for column, what in problems:
            yield ErrorItem(pointer=json_pointer((index, column)), detail=what)
        if result is None:
            continue
        before = seen.setdefault(result.number, index)
        if before != index:
            what = f"{result.number} stands in element {before} already"
            yield ErrorItem(pointer=json_pointer((index, "number")), detail=what)
        elif not problems:
            yield result


def _misfits(index: int, error: ValidationError) -> Iterator[ErrorItem]:
    for misfit in error.errors(include_url=False, include_input=False):
        yield ErrorItem(pointer=json_pointer((index, *misfit["loc"])), detail=misfit["msg"])
