"""YAML as a tree in which every key and every value knows its place.

Only what a routing file needs: mappings with text keys, lists and scalars. Scalars are resolved as in
YAML 1.2 (`no` and `20:30` are text).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, TypeAlias, assert_never

from config.problems import Mark

PathPart: TypeAlias = str | int
TreePath: TypeAlias = tuple[PathPart, ...]


@dataclass(slots=True, kw_only=True)
class Scalar:
    """A value. `text` is as written (without quotes), `value` as understood."""

    mark: Mark
    text: str
    value: str | int | float | bool | None
    size: int = 1


@dataclass(slots=True, kw_only=True)
class Sequence:
    """A list."""

    mark: Mark
    items: list[Node] = field(default_factory=list)
    size: int = 1


@dataclass(slots=True, kw_only=True)
class Mapping:
    """A mapping; `entries` are by the text of the key, with the key's place and the value."""

    mark: Mark
    entries: dict[str, tuple[Mark, Node]] = field(default_factory=dict)
    size: int = 1


Node: TypeAlias = Scalar | Sequence | Mapping


_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


def resolve(text: str) -> str | int | float | bool | None:
    """What an unquoted scalar means in YAML 1.2 (its core schema, without octal, hex and .inf)."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "0123456789+-.":
        return text
    if _INTEGER.fullmatch(text) and len(text) <= 18:
        return int(text)
    if _FLOAT.fullmatch(text) and len(text) <= 400:
        return float(text)
    return text


def plain(node: Node) -> Any:
    """The tree as plain dictionaries, lists and values."""
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key: plain(value) for key, (_, value) in node.entries.items()}
        case _:
            assert_never(node)


def locate(root: Node, path: TreePath) -> tuple[Node, Mark]:
    """The node that a path leads to, and its place; parts that lead nowhere are passed over.

    The place of an entry of a mapping is its value's; a path that ends in "[key]" means the key.
    """
    node, mark, key_mark = root, root.mark, root.mark
    for part in path:
        if part == "[key]":
            mark = key_mark
        elif isinstance(node, Mapping) and str(part) in node.entries:
            key_mark, node = node.entries[str(part)]
            mark = node.mark
        elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
            mark = key_mark = node.mark
    return node, mark


def key_mark(root: Node, path: TreePath) -> Mark:
    """The place of the key that a path ends in (of the item, in a list)."""
    return locate(root, (*path, "[key]"))[1]
