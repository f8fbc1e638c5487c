"""From YAML text to a tree: duplicate keys are told, anchors expand within limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import yaml
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from config.nodes import Mapping, Node, Scalar, Sequence, resolve
from config.problems import Mark, Problems

MAX_DEPTH = 40
MAX_NODES = 2_000_000
MAX_ALIASED_NODES = 100_000
LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
"""Only its parser is used. libyaml's is ten times as fast; the other is for where it is missing."""


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
        place = builder.last if mark is None else _place(file, mark)
        problems.error(place, *_explained(error, text, place))
        raise Unreadable from error
    except (YAMLError, ValueError, OverflowError) as error:
        # Without a place: a character that YAML forbids, or what the pure parser lets escape.
        problems.error(builder.last, f"this is not YAML from here on: {str(error).splitlines()[0]}")
        raise Unreadable from error
    return builder.root


def _events(text: str) -> Iterator[Any]:
    yield from yaml.parse(text, Loader=LOADER)


def _place(file: str, mark: Any) -> Mark:
    return Mark(file=file, line=mark.line + 1, column=mark.column + 1)


def _explained(error: MarkedYAMLError, text: str, place: Mark) -> tuple[str, str | None]:
    what = " ".join(str(part) for part in (error.context, error.problem) if part)
    lines = text.splitlines()
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    if "\\t" in what or "\t" in line[: place.column]:
        return "a tab stands where YAML expects spaces", "indent with spaces only"
    before, at = line[: place.column - 1].rstrip(), line[place.column - 1 : place.column]
    if error.context and at == ":" and before[-1:] in ("", "{", "[", ",", "-"):
        return "a key is missing before the ':'", None
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
        self._handlers: dict[type[Any], Callable[[Any], None]] = {
            ScalarEvent: self._scalar,
            MappingStartEvent: self._mapping,
            SequenceStartEvent: self._sequence,
            MappingEndEvent: self._end,
            SequenceEndEvent: self._end,
            AliasEvent: self._alias,
            DocumentStartEvent: self._document,
        }

    def take(self, event: Any) -> None:
        """Take one event of the parser in."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)

    def _mapping(self, event: Any) -> None:
        self._begin(event, Mapping(mark=self._mark(event)))

    def _sequence(self, event: Any) -> None:
        self._begin(event, Sequence(mark=self._mark(event)))

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            self._fatal(self._mark(event), "a second document begins, expected only one per file")

    def _mark(self, event: Any) -> Mark:
        self.last = _place(self._file, event.start_mark)
        return self.last

    def _fatal(self, mark: Mark, message: str, hint: str | None = None) -> NoReturn:
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

    def _end(self, _: Any) -> None:
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
        self._aliased += node.size
        if self._aliased > MAX_ALIASED_NODES:
            self._fatal(mark, f"anchors stand for more than {MAX_ALIASED_NODES} values")
        top = self._open[-1] if self._open else None
        if top is None or not isinstance(top.node, Mapping) or top.key is not None:
            self._put(node)
        elif isinstance(node, Scalar):
            self._key(top, Scalar(mark=mark, text=node.text, value=node.value))
        else:
            self._fatal(mark, "an anchor to a mapping or list stands where a key is expected")

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
            return
        assert top.key is not None, "a mapping's value comes after its key"
        name, mark, usable = top.key
        if usable:
            top.node.entries[name] = (mark, node)
        top.key = None


def _shown(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
