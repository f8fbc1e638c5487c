"""From the tree to the models: pydantic's findings become problems with a place in a file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from zoneinfo import available_timezones

from pydantic import BaseModel, Tag, ValidationError
from pydantic_core import ErrorDetails

from config.document import REQUIRED, Document
from config.fields import MISSPELLED, UNFIT, UNKNOWN
from config.names import WHERE, Names
from config.nodes import Mapping, Scalar, TreePath, key_mark, locate, plain
from config.problems import Nearest, Problems
from config.pruning import prune_items, prune_keys
from config.scalars import shown

_MISFITS = {
    "dict_type": "does not fit, expected a mapping (key: value)",
    "model_type": "does not fit, expected a mapping (key: value)",
    "list_type": "does not fit, expected a list",
    "int_type": "does not fit, expected a whole number",
    "bool_type": "does not fit, expected true or false",
    "literal_error": "does not fit, expected {expected}",
    "greater_than_equal": "is too small, expected at least {ge}",
    "less_than_equal": "is too big, expected at most {le}",
    "too_short": "is empty, expected at least one entry",
}
"""Pydantic's kinds of errors in our words, after the value."""
_ALSO = {
    "go": "queue",
    "ivr": "flow",
    "skill": "skills",
    "group": "groups",
    "timeout": "for_at_most",
    "max_wait": "for_at_most",
}
"""Words that people use for keys which are spelled quite differently."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial:
    """What of a document could be read.

    What has mistakes is left out, and `broken` holds the sections that lack something for that. Names
    that a flow uses and nobody knows are not left out: its steps lead where they lead all the same. Of
    queues and of what rules do only the mistaken keys are left out, where the rest still means what it
    meant, and of flows the steps; `unsure` are those queues of which it cannot be said who may serve
    them, and `mistaken` the places that were complained of. `rule_numbers` are the places in the file's
    list of the rules that are left.
    """

    document: Document
    broken: frozenset[str]
    rule_numbers: tuple[int, ...]
    unsure: frozenset[str] = frozenset()
    mistaken: frozenset[TreePath] = frozenset()


def validate(tree: Mapping, names: Names, problems: Problems) -> Partial:
    """Check the shape of a tree and the names that it uses; every mistake is noted."""
    for section in REQUIRED:
        if section not in tree.entries:
            problems.error(tree.mark, f"the section {section!r} is missing, expected it in the file")
    data: dict[str, Any] = plain(tree)
    broken = {section for section in REQUIRED if section not in tree.entries}
    rule_numbers = list(range(len(data["rules"]))) if isinstance(data.get("rules"), list) else []
    unsure: set[str] = set()
    mistaken: frozenset[TreePath] = frozenset()
    try:
        document = Document.model_validate(data, context=names)
    except ValidationError as error:
        found = error.errors(include_url=False)
        _note(tree, found, names, Nearest(), problems)
        broken |= {str(item["loc"][0]) for item in found}
        mistaken = frozenset(item["loc"] for item in found)
        # What a flow names stands for itself, known or not: its steps can be followed all the same.
        unread = [item for item in found if item["type"] != UNKNOWN or item["loc"][0] != "flows"]
        places = prune_keys(data, unread, unsure)
        document = _what_is_left(data, places, rule_numbers, replace(names, known={}))
    return Partial(
        document=document,
        broken=frozenset(broken),
        rule_numbers=tuple(rule_numbers),
        unsure=frozenset(unsure),
        mistaken=mistaken,
    )


def _what_is_left(
    data: dict[str, Any], places: Iterable[TreePath], rule_numbers: list[int], names: Names
) -> Document:
    """The document without the items at these places."""
    prune_items(data, places, rule_numbers)
    try:
        return Document.model_validate(data, context=names)
    except ValidationError as error:
        # An item that cannot be without a key that was left out. Items do not depend on one another:
        # what is left without it has no mistakes.
        prune_items(data, [item["loc"] for item in error.errors(include_url=False)], rule_numbers)
        return Document.model_validate(data, context=names)


def _note(
    tree: Mapping, found: list[ErrorDetails], names: Names, nearest: Nearest, problems: Problems
) -> None:
    for item in found:
        path: TreePath = item["loc"]
        node, mark = locate(tree, path)
        kind, context = item["type"], item.get("ctx", {})
        if isinstance(node, Scalar) and node.value is None and kind != "missing":
            continue  # noted when the file was read: it has no value
        value = item["input"]
        if isinstance(node, Scalar) and not isinstance(node.value, str):
            value = _AsWritten(node.text)
        if kind == UNFIT:
            problems.error(mark, *_unfit(context, value, item["input"]))
        elif kind == UNKNOWN:
            problems.error(mark, *_unknown_name(context["kind"], context["name"], names, nearest))
        elif kind == MISSPELLED:
            _misspelled(tree, path, context, problems)
        elif kind == "extra_forbidden":
            message, hint = _unknown_key(path, nearest)
            problems.error(key_mark(tree, path), message, hint)
        elif kind == "missing":
            problems.error(
                key_mark(tree, path[:-1]) if len(path) > 1 else tree.mark,
                f"{_what(path[:-1])} has no {path[-1]!r}, expected that key",
            )
        else:
            hint = None
            if kind == "literal_error":
                hint = nearest.hint(str(value), re.findall(r"'(\w+)'", context["expected"]))
            problems.error(mark, _misfit(kind, value, item["msg"], context), hint)


def _unfit(context: dict[str, Any], value: object, resolved: object) -> tuple[str, str | None]:
    message, hint = context["message"], context["hint"]
    if isinstance(value, _AsWritten):  # 0138 has become 138
        message = message.replace(shown(resolved), value, 1)
        hint = hint and hint.replace(shown(resolved), value, 1)
    return message, hint


class _AsWritten(str):
    """A value as it stands in the file, not to be shown as text in quotes."""

    def __repr__(self) -> str:
        return str(self)


def _unknown_name(kind: str, name: str, names: Names, nearest: Nearest) -> tuple[str, str | None]:
    if kind == "time zone":
        return f"unknown time zone {shown(name)}, expected one such as Asia/Shanghai", nearest.hint(
            name, available_timezones()
        )
    if kind == "prompt" and (lacking := names.lacking(name)):
        return (
            f"the prompt {shown(name)} is not recorded in {', '.join(lacking)}, expected it in every "
            "language of the file",
            "or its texts in the section prompts",
        )
    return f"unknown {kind} {shown(name)}, expected {WHERE[kind]}", nearest.hint(
        name, names.candidates(kind) or ()
    )


def _misspelled(tree: Mapping, path: TreePath, context: dict[str, Any], problems: Problems) -> None:
    key, expected = context["key"], f"expected one of {context['expected']}"
    if key is None:
        told = f"no key of {_what(path)} says what kind of step it is, {expected}"
        problems.error(key_mark(tree, path), told, context["hint"])
    else:
        told = f"unknown key {shown(key)} in {_what(path)}, {expected}"
        problems.error(key_mark(tree, (*path, key)), told, context["hint"])


def _unknown_key(path: TreePath, nearest: Nearest) -> tuple[str, str | None]:
    key = str(path[-1])
    keys = keys_at(path[:-1])
    message = (
        f"unknown key {shown(key)} in {_what(path[:-1])}, expected one of {', '.join(sorted(keys))}"
    )
    if _ALSO.get(key) in keys:
        return message, f"did you mean {_ALSO[key]!r}?"
    hint = nearest.hint(key, keys)
    return message, hint if hint and hint.startswith("did") else None


def _what(path: TreePath) -> str:
    """What a path leads to, in words."""
    parts = [part for part in path if not str(part).startswith(("<", "["))]
    if not parts:
        return "the file"
    words = [str(part + 1) if isinstance(part, int) else str(part) for part in parts]
    return " ".join(words if words[0] == "flows" else words[-3:])


def _misfit(kind: str, value: object, text: str, context: dict[str, Any]) -> str:
    """What pydantic found, in the words of all other messages."""
    told = _MISFITS.get(kind, text)
    expected = str(context.get("expected", "")).replace("True", "true")
    return f"{shown(value)} {told.format(**{**context, 'expected': expected})}"


def keys_at(path: TreePath) -> frozenset[str]:
    """The keys that are known at a place of the document."""
    types: list[Any] = [Document]
    for part in path:
        types = [inner for outer in types for inner in _into(outer, part)]
    return frozenset(
        key
        for kind in types
        for model in _models(kind)
        for key in (field.alias or name for name, field in model.model_fields.items())
    )


def _models(kind: Any) -> list[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind]
    if get_origin(kind) is Annotated:
        return _models(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return [model for member in get_args(kind) for model in _models(member)]
    return []


def _into(kind: Any, part: str | int) -> list[Any]:
    """The types that one part of a path leads to."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _into(arguments[0], part)
    if origin in (Union, UnionType):
        tagged = [
            member
            for member in arguments
            if any(isinstance(extra, Tag) and extra.tag == part for extra in get_args(member)[1:])
        ]
        return tagged or [inner for member in arguments for inner in _into(member, part)]
    if origin is list:
        return [arguments[0]]
    if origin is dict:
        return [arguments[1]]
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            if part == (field.alias or name):
                return [field.annotation]
    return []
