"""Imports: every row, or every error with its line."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from acd.archive import BlacklistEntry
from acd.core.events import Customer
from acd.errors import OperatorError
from acd.imports import (
    BadImport,
    ImportRules,
    known,
    parse_blacklist,
    parse_customers,
    printable,
    read_do_not_call,
)
from acd.reached import DoNotCallEntry

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp()
RULES = ImportRules(
    tiers={"vip", "gold"}, agents={"1001", "1002"}, zone=SHANGHAI, now=NOW, author="cli:root"
)
HEADER = b"number,name,tier,last_agent,last_order_at\n"


def lines(data: bytes) -> list[bytes]:
    return data.splitlines(keepends=True)


def customers(data: bytes) -> list[Customer]:
    return parse_customers(lines(data), RULES)


def blacklist(data: bytes) -> list[BlacklistEntry]:
    return parse_blacklist(lines(data), RULES)


def customer_problems(data: bytes) -> list[str]:
    with pytest.raises(BadImport) as refused:
        customers(data)
    return str(refused.value).split("\n")


def blacklist_problems(data: bytes) -> list[str]:
    with pytest.raises(BadImport) as refused:
        blacklist(data)
    return str(refused.value).split("\n")


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> float:
    return datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp()


def test_a_full_row_and_a_bare_one() -> None:
    data = HEADER + "+86 138 0013 8000,王小姐,vip,1001,2026-11-20T10:00:00Z\n110,,,,\n".encode()
    assert customers(data) == [
        Customer(
            number="8613800138000",
            name="王小姐",
            tier="vip",
            last_agent="1001",
            last_agent_at=utc(2026, 11, 20, 10),
            last_agent_by="order",
        ),
        Customer(number="110"),
    ]


def test_columns_come_in_any_order_and_may_be_left_out() -> None:
    assert customers(b"Tier , NUMBER\ngold,110\n") == [Customer(number="110", tier="gold")]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-20", utc(2026, 11, 19, 16)),
        ("2026-11-20 08:30", utc(2026, 11, 20, 0, 30)),
        ("2026-11-20T08:30:00", utc(2026, 11, 20, 0, 30)),
        ("2026-11-20T08:30:00+00:00", utc(2026, 11, 20, 8, 30)),
        ("2026-11-20T08:30:00Z", utc(2026, 11, 20, 8, 30)),
    ],
)
def test_a_time_without_a_zone_is_in_the_business_zone(written: str, expected: float) -> None:
    (customer,) = customers(HEADER + f"110,,,1001,{written}\n".encode())
    assert customer.last_agent_at == expected


def test_a_blacklist_entry_is_signed_and_its_last_day_still_counts() -> None:
    (entry, for_good) = blacklist(b"number,reason,expires\n110,prank,2026-12-31\n119,spam,\n")
    assert entry == BlacklistEntry(
        number="110",
        reason="prank",
        author="cli:root",
        created_at=NOW,
        expires_at=utc(2026, 12, 31, 16),
    )
    assert for_good.expires_at is None


def test_the_last_day_before_the_clocks_change_ends_at_midnight() -> None:
    rules = ImportRules(tiers=(), agents=(), zone=ZoneInfo("Europe/Berlin"), now=NOW, author="cli:root")
    (entry,) = parse_blacklist([b"number,reason,expires\n", b"110,x,2027-03-28\n"], rules)
    assert entry.expires_at == utc(2027, 3, 28, 22)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm() -> None:
    assert customers(b"\xef\xbb\xbfnumber,name\r\n110,Li\r\n") == [Customer(number="110", name="Li")]


def test_empty_lines_are_passed_over_and_counted() -> None:
    assert customer_problems(b"\nnumber\n\n110\n , \nabc\n")[-1].startswith("line 6: number: 'abc'")


def test_every_error_is_named_not_just_the_first() -> None:
    data = HEADER + (
        b"abc,,,,\n"
        b"110,ok,vip,,\n"
        b"119,x,VIPP,1009,tomorrow\n"
        b"120,a,b\n"
        b"110,again,,,\n"
        b",nobody,,,\n"
        b"122,,,1001,\n"
        b"123,,,1001,2027-01-01\n"
        b"124,,,1001,1066-10-14\n"
        b"125," + b"n" * 201 + b",,,\n"
    )
    problems = customer_problems(data)
    assert [problem.split(": ")[:2] for problem in problems] == [
        ["line 2", "number"],
        ["line 4", "tier"],
        ["line 4", "last_agent"],
        ["line 4", "last_order_at"],
        ["line 5", "3 columns found, 5 expected"],
        ["line 6", "number"],
        ["line 7", "number"],
        ["line 8", "last_order_at"],
        ["line 9", "last_order_at"],
        ["line 10", "last_order_at"],
        ["line 11", "name"],
    ]
    assert "did you mean '1001'?" in problems[2] or "did you mean '1002'?" in problems[2]
    assert "stands in line 3 already" in problems[5]
    assert problems[6] == "line 7: number: empty"
    assert "future" in problems[8]
    assert "a year from 1970" in problems[9]


def test_the_same_number_in_two_writings_is_a_duplicate() -> None:
    problems = blacklist_problems(b"number,reason\n+8613800138000,a\n0086 138 0013 8000,b\n")
    assert problems == ["line 3: number: 8613800138000 stands in line 2 already"]


def test_a_quoted_newline_keeps_the_line_numbers_right() -> None:
    problems = customer_problems(b'number,name\n110,"two\nlines"\nabc,x\n')
    assert problems[0].startswith("line 2: name: one line")
    assert problems[1].startswith("line 4: number")


def test_a_quoted_comma_belongs_to_the_name() -> None:
    assert customers(b'number,name\n110,"Li, Ming ""M"""\n')[0].name == 'Li, Ming "M"'


@pytest.mark.parametrize("row", [b'110,"never closed\n119,x\n', b'110,"a"b\n119,x\n'])
def test_broken_quotes_are_one_error_and_the_end(row: bytes) -> None:
    problems = customer_problems(b"number,name\n" + row)
    assert len(problems) == 1
    assert problems[0].startswith("line 2: ")
    assert problems[0].endswith("nothing after this row was read")


def test_lines_that_are_not_utf8_are_named() -> None:
    data = b"number,name\n110," + "王".encode("gbk") + b"\n119,ok\n120," + b"\xff\n"
    problems = customer_problems(data)
    assert [problem.split(":")[0] for problem in problems] == ["line 2", "line 4"]
    assert "GBK" in problems[0]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (b'110,"Li\n111,Wu\n', "line 3: a quote opened here was never closed"),
        (b'110,Li\n111,"Wu', "line 4: a quote opened here was never closed"),
        (b'110,"Li ""M"" \n111,"Wu"\n', "line 3: a quote opened here was not closed before line 4"),
        (b'"11\n0","Li\n', "line 4: a quote opened here was never closed"),
        (b'110,"Li\n\n111,"Wu"\n112,"x"\n', "line 3: a quote opened here was not closed before line 5"),
        (b'110,"' + b"Li\n" * 50_000, "line 3: a quote opened here was not closed before line 43"),
        (b'110,"Li" M\n', "line 3: ',' expected after '\"'"),
        (b'110,a"b\n111,"""Li\n', "line 4: a quote opened here was never closed"),
    ],
)
def test_a_quote_that_is_never_closed_is_told_with_the_line_where_it_opens(
    rows: bytes, told: str
) -> None:
    (problem,) = customer_problems(b"number,name\n100,Ma\n" + rows)
    assert problem.startswith(told)
    assert problem.endswith("; nothing after this row was read")


def test_a_quote_that_is_never_closed_comes_before_the_lines_it_swallowed() -> None:
    data = 'number,name\n110,Ma\n111,"Li\n112,王\n113,李\n'.encode("gbk")
    told = customer_problems(data)
    assert [problem.split(":")[0] for problem in told] == ["line 3", "line 4", "line 5"]
    assert "a quote opened here was never closed" in told[0]


def test_a_broken_quote_in_a_line_that_is_not_utf8_is_both() -> None:
    problems = customer_problems(b'number,name\n110,"\xff"x\n')
    assert len(problems) == 2


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_utf16_is_told_apart(encoding: str) -> None:
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    problems = customer_problems(mark + "number,name\n110,x\n".encode(encoding))
    assert problems == ["line 1: this is UTF-16; save the file as UTF-8"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"", "empty; a header expected"),
        (b"\n\n", "empty; a header expected"),
        (b"13800138000,Li\n", "a header line is missing"),
        (b"number;name\n", "not separated by commas"),
        (b"number,nmae\n", "unknown column 'nmae', did you mean 'name'?"),
        (b"number,name,name\n", "column 'name' stands there twice"),
        (b"name,tier\n", "column 'number' is missing"),
    ],
)
def test_the_header_is_checked(header: bytes, expected: str) -> None:
    assert expected in customer_problems(header)[0]


def test_a_reason_is_asked_for() -> None:
    assert blacklist_problems(b"number,reason\n110, \n") == ["line 2: reason: empty"]
    assert [p.split(": ")[1] for p in blacklist_problems(b"number,reason\nx,\n")] == [
        "number",
        "reason",
    ]


def test_a_number_that_nobody_may_call_is_signed() -> None:
    rows = list(read_do_not_call(lines(b"reason,number\nasked us,+86 138-0013-8000\n"), RULES))
    assert rows == [
        DoNotCallEntry(number="8613800138000", reason="asked us", author="cli:root", created_at=NOW)
    ]
    problems = list(read_do_not_call(lines(b"number,reason\n110,\nx,y\n119,a\tb\n"), RULES))
    assert [str(problem).split(": ")[:2] for problem in problems] == [
        ["line 2", "reason"],
        ["line 3", "number"],
        ["line 4", "reason"],
    ]


def test_sql_and_html_in_a_name_stay_text() -> None:
    name = "<b>Robert'); DROP TABLE customers;--"
    assert customers(f"number,name\n110,{name}\n".encode())[0].name == name


@pytest.mark.parametrize("name", ["a\x00b", "\x1b[31m", "a\u2028b"])
def test_control_characters_in_a_name_are_refused(name: str) -> None:
    assert "control characters" in customer_problems(f"number,name\n110,{name}\n".encode())[0]


def test_a_known_name_passes_and_an_unknown_one_says_what_is_near() -> None:
    assert known("tier", "vip", {"vip"}) == "vip"
    with pytest.raises(OperatorError, match=r"unknown tier 'zzz'$"):
        known("tier", "zzz", {"vip"})
    with pytest.raises(OperatorError, match=r"unknown agent 'a10'$"):
        known("agent", "a10", {f"a{n}" for n in range(1000, 3000)})
    assert printable("ok", 2) == "ok"
