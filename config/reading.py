"""From files to one tree: reading with limits, and joining what `include` names."""

from __future__ import annotations

import hashlib
import re
import stat
from dataclasses import dataclass, field
from glob import has_magic
from pathlib import Path

from config.nodes import Mapping, Node, Scalar, Sequence
from config.parsing import Unreadable, parse
from config.problems import Mark, Problems

MAX_BYTES = 4 * 1024 * 1024
"""Of all files together: room for 30,000 agents; a megabyte of YAML takes most of a second to read."""
MAX_FILES = 1000
MAX_PATTERN = 1000
_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""What YAML does not allow, and the line ends that not everybody counts (U+0085, U+2028, U+2029)."""


@dataclass(slots=True, kw_only=True)
class Source:
    """All files of one configuration as one tree. `revision` names their content."""

    tree: Mapping
    files: tuple[Path, ...]
    revision: str


def is_file_pattern(value: object) -> bool:
    """Whether a value can be a path or a pattern of paths at all."""
    return isinstance(value, str) and 0 < len(value) <= MAX_PATTERN and "\0" not in value


def read(path: Path, problems: Problems) -> Source | None:
    """The tree of a file and of all that it includes; None where nothing can be made of it.

    Notes every problem of reading and of YAML itself. Sections that stand in several files are
    joined: mappings by their keys, lists in the order in which the files are included.
    """
    reader = _Reader(problems)
    tree = reader.file(path, None)
    if tree is None:
        return None
    return Source(tree=tree, files=tuple(reader.files), revision=reader.hash.hexdigest()[:12])


@dataclass(slots=True)
class _Reader:
    problems: Problems
    files: list[Path] = field(default_factory=list)
    hash: hashlib._Hash = field(default_factory=hashlib.sha256)
    _bytes: int = 0
    _seen: dict[Path, str] = field(default_factory=dict)
    _reading: list[Path] = field(default_factory=list)

    def file(self, path: Path, named_at: Mark | None) -> Mapping | None:
        """The tree of one file with its includes; `named_at` is where another file includes it."""
        mark = named_at or Mark(file=str(path))
        known = path.resolve()
        if known in self._seen:
            again = "includes itself" if known in self._reading else "is included twice"
            self.problems.error(mark, f"{path} {again}, expected each file once")
            return None
        if len(self.files) >= MAX_FILES:
            self.problems.error(mark, f"more than {MAX_FILES} files are included")
            return None
        self._seen[known] = str(path)
        self.files.append(path)
        text = self._text(path, mark)
        if text is None:
            return None
        try:
            root = parse(text, str(path), self.problems)
        except Unreadable:
            return None
        tree = self._top(root, str(path))
        if tree is not None:
            self._reading.append(known)
            self._includes(path, tree)
            self._reading.pop()
        return tree

    def _text(self, path: Path, mark: Mark) -> str | None:
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                self.problems.error(mark, f"{path} is not a file, expected a YAML file")
                return None
            with path.open("rb") as stream:
                content = stream.read(MAX_BYTES - self._bytes + 1)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            self.problems.error(mark, f"{path} cannot be read: {why}")
            return None
        self._bytes += len(content)
        if self._bytes > MAX_BYTES:
            self.problems.error(
                mark, f"{path} is too big, expected at most {MAX_BYTES // 2**20} MiB in all files"
            )
            return None
        self.hash.update(f"{path.name}\0{len(content)}\0".encode())
        self.hash.update(content)
        return self._decoded(content, path)

    def _decoded(self, content: bytes, path: Path) -> str | None:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            before = content[: error.start].decode("utf-8-sig")
            self.problems.error(
                _mark_after(before, path),
                f"byte 0x{content[error.start]:02x} is not UTF-8",
                "save as UTF-8",
            )
            return None
        forbidden = _FORBIDDEN.search(text)
        if forbidden is None:
            return text
        self.problems.error(
            _mark_after(text[: forbidden.start()], path),
            f"the character U+{ord(forbidden[0]):04X} is not allowed, expected text",
        )
        return None

    def _top(self, root: Node | None, file: str) -> Mapping | None:
        if isinstance(root, Mapping):
            return root
        if root is None or (isinstance(root, Scalar) and root.value is None):
            self.problems.error(Mark(file=file), "the file is empty, expected the sections of a routing")
        else:
            what = "a list" if isinstance(root, Sequence) else "a single value"
            self.problems.error(root.mark, f"the file holds {what}, expected sections (key: value)")
        return None

    def _includes(self, path: Path, tree: Mapping) -> None:
        if "include" not in tree.entries:
            return
        node = tree.entries["include"][1]
        for item in node.items if isinstance(node, Sequence) else [node]:
            if isinstance(item, Scalar) and is_file_pattern(item.value):
                for found in self._matches(path.parent, item):
                    other = self.file(found, item.mark)
                    if other is not None:
                        self._join(tree, other)

    def _matches(self, folder: Path, item: Scalar) -> list[Path]:
        pattern = str(item.value)
        try:
            if not has_magic(pattern):
                return [folder / pattern]
            absolute = Path(pattern).is_absolute()
            base, relative = (Path("/"), pattern.lstrip("/")) if absolute else (folder, pattern)
            found = sorted(base.glob(relative))
        except (OSError, ValueError, NotImplementedError, IndexError) as error:
            self.problems.error(item.mark, f"{pattern!r} is not a usable pattern: {error}")
            return []
        if not found:
            self.problems.error(item.mark, f"no file matches {pattern!r} in {folder}")
        return found

    def _join(self, tree: Mapping, other: Mapping) -> None:
        """Add the sections of an included file to those of the file that includes it."""
        for section, (mark, node) in other.entries.items():
            if section == "include":
                continue
            if section not in tree.entries:
                tree.entries[section] = (mark, node)
                continue
            there, own = tree.entries[section]
            if isinstance(own, Mapping) and isinstance(node, Mapping):
                self._join_mapping(section, own, node)
            elif isinstance(own, Sequence) and isinstance(node, Sequence):
                own.items.extend(node.items)
            elif not (isinstance(own, Scalar) and isinstance(node, Scalar) and own.value == node.value):
                self.problems.error(
                    mark, f"{section!r} is given twice", f"the first is {there.file}:{there.line}"
                )

    def _join_mapping(self, section: str, own: Mapping, more: Mapping) -> None:
        for key, (mark, node) in more.entries.items():
            if key in own.entries:
                first = own.entries[key][0]
                self.problems.error(
                    mark,
                    f"duplicate key {key!r} in {section}, expected each key once",
                    f"the first is {first.file}:{first.line}",
                )
            else:
                own.entries[key] = (mark, node)


def _mark_after(text: str, path: Path) -> Mark:
    lines = (text + "x").splitlines()
    return Mark(file=str(path), line=len(lines), column=len(lines[-1]))
