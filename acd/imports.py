"""Customers, blacklist and do-not-call list from a CSV file: every row read, or every error named with
its line.

Pure: lines of bytes come in (an open file will do), rows or problems come out. The readers yield one
at a time, so that whoever runs on an event loop can pause between rows; the parsers take all at once.

The file is UTF-8 (with or without a byte order mark) with commas and a header line, columns in any
order. A time without a zone is in the business' zone. A date alone means, for an order, the day's
beginning; for an expiry, that the day still counts.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from acd.archive import BlacklistEntry
from acd.core.events import Customer
from acd.core.numbering import Numbering
from acd.core.routing import Routing
from acd.errors import OperatorError
from acd.numbers import normalise
from acd.reached import DoNotCallEntry

CUSTOMER_COLUMNS: Final = ("number", "name", "tier", "last_agent", "last_order_at")
BLACKLIST_COLUMNS: Final = ("number", "reason", "expires")
DO_NOT_CALL_COLUMNS: Final = ("number", "reason")
LONGEST_NAME: Final = 200
LONGEST_REASON: Final = 500
_YEARS: Final = range(1970, 3000)
_MANY: Final = 500
"""Names; among more of them the nearest one takes too long to find (milliseconds a row)."""

R = TypeVar("R", Customer, BlacklistEntry, DoNotCallEntry)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineProblem:
    """What is wrong with a row: `line` counts from 1, `column` is None where it is the whole row."""

    line: int
    column: str | None
    what: str

    def __str__(self) -> str:
        return f"line {self.line}: " + (f"{self.column}: " if self.column else "") + self.what


class BadImport(OperatorError):
    """The file has errors; nothing was taken from it."""

    def __init__(self, problems: Iterable[LineProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRules:
    """What a row is checked against. `now` is UTC seconds; `author` signs blacklist entries."""

    tiers: Collection[str]
    agents: Collection[str]
    zone: ZoneInfo
    now: float
    author: str
    numbering: Numbering | None = None

    @classmethod
    def of(cls, routing: Routing, *, now: float, author: str) -> ImportRules:
        return cls(
            tiers=routing.tiers,
            agents=routing.agents.keys(),
            zone=ZoneInfo(routing.timezone),
            now=now,
            author=author,
            numbering=routing.numbering,
        )


def parse_customers(lines: Iterable[bytes], rules: ImportRules) -> list[Customer]:
    """All customers of the file. Raises BadImport with all problems where there is one."""
    return _all(read_customers(lines, rules))


def parse_blacklist(lines: Iterable[bytes], rules: ImportRules) -> list[BlacklistEntry]:
    """All entries of the file. Raises BadImport with all problems where there is one."""
    return _all(read_blacklist(lines, rules))


def read_customers(lines: Iterable[bytes], rules: ImportRules) -> Iterator[Customer | LineProblem]:
    """Row by row, a customer or what is wrong with the row."""
    return _read(lines, CUSTOMER_COLUMNS, ("number",), lambda row: customer_of(row, rules))


def read_blacklist(lines: Iterable[bytes], rules: ImportRules) -> Iterator[BlacklistEntry | LineProblem]:
    """Row by row, an entry or what is wrong with the row."""
    return _read(lines, BLACKLIST_COLUMNS, ("number", "reason"), lambda row: entry_of(row, rules))


def read_do_not_call(
    lines: Iterable[bytes], rules: ImportRules
) -> Iterator[DoNotCallEntry | LineProblem]:
    """Row by row, a number that nobody may call or what is wrong with the row."""
    needed = ("number", "reason")
    return _read(lines, DO_NOT_CALL_COLUMNS, needed, lambda row: do_not_call_of(row, rules))


def known(kind: str, name: str, names: Collection[str]) -> str:
    """The name itself where it is one of `names`; else OperatorError with the nearest one."""
    if name in names:
        return name
    raise OperatorError(unknown(kind, name, names))


def unknown(kind: str, name: str, names: Collection[str]) -> str:
    """That there is no such name, and which one is near."""
    near = difflib.get_close_matches(name[:100], [*names], n=1) if len(names) <= _MANY else []
    hint = f", did you mean {near[0]!r}?" if near else ""
    return f"unknown {kind} {name[:100]!r}{hint}"


def printable(text: str, longest: int) -> str:
    """The text where it is on one line and at most `longest` characters; else OperatorError."""
    if len(text) > longest:
        raise OperatorError(f"{len(text)} characters, at most {longest} expected")
    if not text.isprintable():
        raise OperatorError("one line without control characters expected")
    return text


# --- from lines to rows


def _all(rows: Iterator[R | LineProblem]) -> list[R]:
    good: list[R] = []
    bad: list[LineProblem] = []
    for row in rows:
        if isinstance(row, LineProblem):
            bad.append(row)
        else:
            good.append(row)
    if bad:
        raise BadImport(bad)
    return good


Row = Mapping[str, str]
Convert = Callable[[Row], tuple[R | None, list[tuple[str, str]]]]


def _read(
    lines: Iterable[bytes], columns: tuple[str, ...], needed: tuple[str, ...], convert: Convert[R]
) -> Iterator[R | LineProblem]:
    records = _records(lines)
    header = next(records, None)
    if header is None:
        yield LineProblem(line=1, column=None, what=f"empty; a header expected: {','.join(columns)}")
        return
    if isinstance(header, LineProblem):
        yield header
        return
    names = [name.strip().lower() for name in header[1]]
    problems = list(_header_problems(names, columns, needed))
    if problems:
        for what in problems:
            yield LineProblem(line=header[0], column=None, what=what)
        return
    yield from _rows(records, names, convert)


def _rows(
    records: Iterator[tuple[int, list[str]] | LineProblem], names: list[str], convert: Convert[R]
) -> Iterator[R | LineProblem]:
    first_lines: dict[str, int] = {}
    for record in records:
        if isinstance(record, LineProblem):
            yield record
            continue
        line, values = record
        if len(values) != len(names):
            what = f"{len(values)} columns found, {len(names)} expected"
            yield LineProblem(line=line, column=None, what=what)
            continue
        result, problems = convert(dict(zip(names, map(str.strip, values), strict=True)))
        for column, what in problems:
            yield LineProblem(line=line, column=column, what=what)
        if result is None:
            continue
        before = first_lines.setdefault(result.number, line)
        if before != line:
            what = f"{result.number} stands in line {before} already"
            yield LineProblem(line=line, column="number", what=what)
        elif not problems:
            yield result


def _header_problems(
    names: list[str], columns: tuple[str, ...], needed: tuple[str, ...]
) -> Iterator[str]:
    expected = f"expected {','.join(columns)}"
    if len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
        yield f"the columns are not separated by commas; {expected}"
        return
    if not set(names) & set(columns):
        yield f"a header line is missing; {expected}"
        return
    for name in names:
        if name not in columns:
            yield f"{unknown('column', name, columns)}; {expected}"
    for name in columns:
        if names.count(name) > 1:
            yield f"column {name!r} stands there twice"
    for name in needed:
        if name not in names:
            yield f"column {name!r} is missing; {expected}"


def _records(lines: Iterable[bytes]) -> Iterator[tuple[int, list[str]] | LineProblem]:
    """The non-empty records with the line on which each begins, or what cannot be read."""
    undecodable: list[LineProblem] = []
    record: list[str] = []
    reader = csv.reader(_decoded(lines, undecodable, record), strict=True)
    start = 1
    while True:
        record.clear()
        try:
            values = next(reader, None)
        except csv.Error as error:
            yield from sorted([*undecodable, _broken(error, record, start)], key=lambda p: p.line)
            return
        if undecodable:
            yield from undecodable
            undecodable.clear()
        elif values is None:
            return
        elif any(map(str.strip, values)):
            yield start, values
        start = reader.line_num + 1


_BAD_QUOTE: Final = re.compile(r'(?:^|,)(")[^"]*(?:"(?=,|\Z)|(?P<bad>"|\Z))')
"""A quoted field; `bad` where it is never closed, or goes on after its end. Doubled quotes are gone."""


def _broken(error: csv.Error, record: Sequence[str], start: int) -> LineProblem:
    """Why a record that begins on line `start` ends as it must not, told of the line to look at."""
    end = start + len(record) - 1
    text = "\n".join(line.rstrip("\r\n") for line in record).replace('""', "")
    opened = next((found.start(1) for found in _BAD_QUOTE.finditer(text) if found["bad"] is not None), 0)
    line = start + text.count("\n", 0, opened)
    if str(error) == _END_OF_DATA:
        what = "a quote opened here was never closed"
    elif line < end:
        what = f"a quote opened here was not closed before line {end}, and there: {error}"
    else:
        what = str(error)
    return LineProblem(line=line, column=None, what=f"{what}; nothing after this row was read")


_END_OF_DATA: Final = "unexpected end of data"
"""What the csv module says of a quote that is open when the file ends, and of nothing else."""

_UTF_16: Final = "this is UTF-16; save the file as UTF-8"


def _decoded(lines: Iterable[bytes], undecodable: list[LineProblem], record: list[str]) -> Iterator[str]:
    """The lines as text, also added to `record`; what is no text is added to `undecodable`."""
    for number, line in enumerate(lines, 1):
        if number == 1:
            if line.startswith((b"\xff\xfe", b"\xfe\xff")):
                undecodable.append(LineProblem(line=1, column=None, what=_UTF_16))
                return
            line = line.removeprefix(b"\xef\xbb\xbf")
        try:
            record.append(line.decode())
        except UnicodeDecodeError:
            what = "not UTF-8; save the file as UTF-8 (it may be GBK or Latin-1)"
            undecodable.append(LineProblem(line=number, column=None, what=what))
            record.append(line.decode("ascii", "replace"))
        yield record[-1]


# --- from rows to what they mean


class _Fields:
    """The fields of one row, with the problems found so far."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self.problems: list[tuple[str, str]] = []

    def take(self, column: str, convert: Callable[[str], R2]) -> R2 | None:
        """The converted value; None where it is empty or wrong."""
        raw = self._row.get(column, "")
        if not raw:
            return None
        try:
            return convert(raw)
        except OperatorError as problem:
            self.problems.append((column, str(problem)))
            return None

    def need(self, column: str, convert: Callable[[str], R2]) -> R2 | None:
        if not self._row.get(column):
            self.problems.append((column, "empty"))
        return self.take(column, convert)


R2 = TypeVar("R2", str, float)


def customer_of(row: Row, rules: ImportRules) -> tuple[Customer | None, list[tuple[str, str]]]:
    """The customer of one row (column: text) as far as it can be read, and (column, what is wrong)."""
    fields = _Fields(row)
    number = fields.need("number", lambda raw: normalise(raw, rules.numbering))
    name = fields.take("name", lambda raw: printable(raw, LONGEST_NAME))
    tier = fields.take("tier", lambda raw: known("tier", raw, rules.tiers))
    agent = fields.take("last_agent", lambda raw: known("agent", raw, rules.agents))
    ordered_at = fields.take("last_order_at", lambda raw: _order_time(raw, rules))
    if bool(row.get("last_agent")) != bool(row.get("last_order_at")):
        what = "last_agent and last_order_at belong together: give both or neither"
        fields.problems.append(("last_order_at", what))
    if number is None:
        return None, fields.problems
    customer = Customer(
        number=number,
        name=name,
        tier=tier,
        last_agent=agent,
        last_agent_at=ordered_at,
        last_agent_by="order" if agent is not None else None,
    )
    return customer, fields.problems


def entry_of(row: Row, rules: ImportRules) -> tuple[BlacklistEntry | None, list[tuple[str, str]]]:
    """The entry of one row (column: text) as far as it can be read, and (column, what is wrong)."""
    fields = _Fields(row)
    number = fields.need("number", lambda raw: normalise(raw, rules.numbering))
    reason = fields.need("reason", lambda raw: printable(raw, LONGEST_REASON))
    expires_at = fields.take("expires", lambda raw: _instant(raw, rules.zone, whole_day=True))
    if number is None:
        return None, fields.problems
    entry = BlacklistEntry(
        number=number,
        reason=reason or "",
        author=rules.author,
        created_at=rules.now,
        expires_at=expires_at,
    )
    return entry, fields.problems


def do_not_call_of(row: Row, rules: ImportRules) -> tuple[DoNotCallEntry | None, list[tuple[str, str]]]:
    """The entry of one row (column: text) as far as it can be read, and (column, what is wrong)."""
    fields = _Fields(row)
    number = fields.need("number", lambda raw: normalise(raw, rules.numbering))
    reason = fields.need("reason", lambda raw: printable(raw, LONGEST_REASON))
    if number is None:
        return None, fields.problems
    entry = DoNotCallEntry(number=number, reason=reason or "", author=rules.author, created_at=rules.now)
    return entry, fields.problems


def _order_time(raw: str, rules: ImportRules) -> float:
    at = _instant(raw, rules.zone, whole_day=False)
    if at > rules.now:
        raise OperatorError(f"{raw!r} lies in the future")
    return at


def _instant(raw: str, zone: ZoneInfo, *, whole_day: bool) -> float:
    """UTC seconds of an ISO 8601 date or time; a whole day ends with the next midnight."""
    expected = "'2026-11-21', '2026-11-21 20:15' or '2026-11-21T20:15:00+08:00' expected"
    try:
        day = date.fromisoformat(raw)
        moment = datetime(day.year, day.month, day.day, tzinfo=zone)
        if day.year in _YEARS:
            return (moment + timedelta(days=whole_day)).timestamp()
    except ValueError:
        try:
            moment = datetime.fromisoformat(raw)
        except ValueError:
            raise OperatorError(f"{raw[:40]!r} is not a time: {expected}") from None
    if moment.year not in _YEARS:
        raise OperatorError(f"{raw!r}: a year from {_YEARS[0]} to {_YEARS[-1]} expected")
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()
