"""YAML text as a tree in which every key and every value knows its place.

Only what a routing file needs: mappings with text keys, lists and scalars. Scalars are resolved as in
YAML 1.2 (`no` and `20:30` are text). Anchors may be used; their expansion is limited.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from config.problems import Mark, Problems

MAX_DEPTH = 40
MAX_NODES = 2_000_000
MAX_ALIASED_NODES = 100_000

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


class Unreadable(Exception):
    """The text is not YAML at all; the problem has been noted."""


def parse(text: str, file: str, problems: Problems) -> Node | None:
    """The tree of one document, or None for an empty one.

    Notes what can be noted (duplicate keys, keys that are not text, values left out); raises
    Unreadable after noting what makes the rest senseless.
    """
    builder = _Builder(file, problems)
    try:
        for event in _events(text):
            builder.take(event)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Mark(file=file) if mark is None else _place(file, mark)
        problems.error(place, *_explained(error, text, place))
        raise Unreadable from error
    except (YAMLError, ValueError, IndexError, AttributeError, TypeError) as error:
        # ruamel's scanner lets such errors of its own escape on some malformed texts.
        problems.error(builder.last, f"this is not YAML ({type(error).__name__}), expected a mapping")
        raise Unreadable from error
    return builder.root


def _events(text: str) -> Iterator[Any]:
    yield from YAML(typ="safe", pure=True).parse(text)


def _place(file: str, mark: Any) -> Mark:
    return Mark(file=file, line=mark.line + 1, column=mark.column + 1)


def _explained(error: MarkedYAMLError, text: str, place: Mark) -> tuple[str, str | None]:
    what = " ".join(str(part) for part in (error.context, error.problem) if part)
    lines = text.splitlines()
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    if "\\t" in what or "\t" in line[: place.column]:
        return "a tab stands where YAML expects spaces", "indent with spaces only"
    return f"this is not YAML: {what}", None


@dataclass(slots=True)
class _Open:
    """A mapping or list that has not ended yet; `key` is a mapping's key that waits for its value."""

    node: Mapping | Sequence
    anchor: str | None
    key: tuple[str, Mark, bool] | None = None


class _Builder:
    """Makes the tree from the parser's events, without recursion."""

    def __init__(self, file: str, problems: Problems) -> None:
        self.root: Node | None = None
        self.last = Mark(file=file)
        self._file = file
        self._problems = problems
        self._open: list[_Open] = []
        self._anchors: dict[str, Node | None] = {}
        self._nodes = 0
        self._aliased = 0
        self._documents = 0

    def take(self, event: Any) -> None:
        """Take one event of the parser in."""
        match event:
            case ScalarEvent():
                self._scalar(event)
            case MappingStartEvent():
                self._begin(event, Mapping(mark=self._mark(event)))
            case SequenceStartEvent():
                self._begin(event, Sequence(mark=self._mark(event)))
            case MappingEndEvent() | SequenceEndEvent():
                self._end()
            case AliasEvent():
                self._alias(event)
            case DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    self._fatal(
                        self._mark(event), "a second document begins, expected only one per file"
                    )
            case _:
                pass

    def _mark(self, event: Any) -> Mark:
        self.last = _place(self._file, event.start_mark)
        return self.last

    def _fatal(self, mark: Mark, message: str, hint: str | None = None) -> None:
        self._problems.error(mark, message, hint)
        raise Unreadable(message)

    def _count(self, mark: Mark, tag: object) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._fatal(mark, f"the file has more than {MAX_NODES} values")
        if tag is not None:
            self._problems.error(mark, f"the tag {_shown(str(tag))} is not understood", "leave it out")

    def _scalar(self, event: Any) -> None:
        mark = self._mark(event)
        tag = None if event.tag in (None, "!") else event.tag
        self._count(mark, tag)
        plain = event.style in (None, "")
        node = Scalar(mark=mark, text=event.value, value=resolve(event.value) if plain else event.value)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        top = self._open[-1] if self._open else None
        if top is not None and isinstance(top.node, Mapping) and top.key is None:
            self._key(top, node)
        else:
            self._put(node)

    def _key(self, top: _Open, node: Scalar) -> None:
        if node.value is None:
            self._problems.error(node.mark, "a key is missing before the ':'")
        elif node.text == "<<" and node.value == "<<":
            self._problems.error(
                node.mark,
                "merge keys (<<) are not understood",
                "write the keys out or use an anchor for the value",
            )
        elif not isinstance(node.value, str):
            self._problems.error(
                node.mark,
                f"the key {_shown(node.text)} is not quoted, expected text",
                f'write "{_shown(node.text)}"',
            )
        assert isinstance(top.node, Mapping)
        usable = node.value is not None and node.text != "<<"
        if usable and node.text in top.node.entries:
            first = top.node.entries[node.text][0]
            self._problems.error(
                node.mark,
                f"duplicate key {node.text!r}, expected each key once",
                f"the first is in line {first.line}",
            )
            usable = False
        top.key = (node.text, node.mark, usable)

    def _begin(self, event: Any, node: Mapping | Sequence) -> None:
        self._count(node.mark, event.tag)
        if len(self._open) >= MAX_DEPTH:
            self._fatal(node.mark, f"values are nested more than {MAX_DEPTH} deep")
        top = self._open[-1] if self._open else None
        if top is not None and isinstance(top.node, Mapping) and top.key is None:
            self._fatal(
                node.mark, "a mapping or list stands where a key is expected", "quote it if it is text"
            )
        if event.anchor is not None:
            self._anchors[event.anchor] = None  # not known before its end: no anchor contains itself
        self._open.append(_Open(node, event.anchor))

    def _end(self) -> None:
        ended = self._open.pop()
        if ended.anchor is not None:
            self._anchors[ended.anchor] = ended.node
        self._put(ended.node)

    def _alias(self, event: Any) -> None:
        mark = self._mark(event)
        node = self._anchors.get(event.anchor)
        if node is None:
            known = "contains itself" if event.anchor in self._anchors else "is not defined above"
            self._fatal(mark, f"the anchor {_shown(event.anchor)!r} {known}")
            return
        self._aliased += node.size
        if self._aliased > MAX_ALIASED_NODES:
            self._fatal(mark, f"anchors stand for more than {MAX_ALIASED_NODES} values")
        top = self._open[-1] if self._open else None
        if isinstance(node, Scalar) and top and isinstance(top.node, Mapping) and top.key is None:
            self._key(top, node)
            return
        self._put(node)

    def _put(self, node: Node) -> None:
        if isinstance(node, Scalar) and node.value is None and self._open:
            key = self._open[-1].key
            what = f"{_shown(key[0])!r}" if key else "this item of the list"
            self._problems.error(
                key[1] if key else node.mark, f"{what} has no value", "give it one or leave it out"
            )
        if not self._open:
            self.root = node
            return
        top = self._open[-1]
        top.node.size += node.size
        if isinstance(top.node, Sequence):
            top.node.items.append(node)
        elif top.key is None:
            self._fatal(node.mark, "an anchor to a mapping or list stands where a key is expected")
        else:
            name, mark, usable = top.key
            if usable:
                top.node.entries[name] = (mark, node)
            top.key = None


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


def _shown(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def plain(node: Node) -> Any:
    """The tree as plain dictionaries, lists and values."""
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key: plain(value) for key, (_, value) in node.entries.items()}


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
