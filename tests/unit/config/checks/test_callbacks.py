"""Callbacks: they can be dialled, within hours that there are, by somebody who is left for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from acd.core.numbering import Numbering
from tests.unit.config.files import check_mistakes, loaded, text, warnings

CARRIER = "trunks:\n  carrier: {match: 192.0.2.1, dial: 'PJSIP/{number}@carrier'}"
INWARD = "trunks:\n  inward: {match: 192.0.2.2}"


def main(callback: str, trunks: str = CARRIER) -> str:
    queues = f"queues:\n  main: {{needs: {{orders: 1}}, groups: [vip, back], {callback}}}"
    return text(queues=queues, trunks=trunks)


@pytest.mark.parametrize(
    ("callback", "message"),
    [
        ("callback: §{spacing: [5m, 1m]}", "the spacing gets shorter, expected each time at least"),
        ("callback: {attempts: §0}", "0 is too small, expected at least 1"),
        ("callback: {order: §both}", "'both' does not fit, expected 'agent_first' or 'customer_first'"),
        ('callback: {hours: §{from: "22:00", to: "06:00"}}', "these hours are shorter than ten minutes"),
        ('callback: {hours: {from: §"9:00"}}', "'9:00' is no time of the day, expected a time"),
        ("callback: {hours: {to: §25}}", "25 is no time of the day, expected a time of the day"),
        ('callback: {hours: {to: §"24:30"}}', "'24:30' has the time 24:30, expected one from 00:00"),
        ("callback: {hours: {zones: {§x: UTC}}}", "'x' does not fit, expected the beginning of numbers"),
        (
            "callback: {trunk: §carier}",
            "unknown trunk 'carier', expected a trunk of the section trunks, did you mean",
        ),
    ],
)
def test_mistakes(tmp_path: Path, callback: str, message: str) -> None:
    check_mistakes(tmp_path, main(callback), message)


def test_nobody_can_be_dialled(tmp_path: Path) -> None:
    content = main("§callback: {attempts: 2}", INWARD)
    check_mistakes(tmp_path, content, "no trunk dials out, expected one with the key dial")
    both = CARRIER + "\n  inward: {match: 192.0.2.2}"
    content = main("callback: {trunk: §inward}", both)
    check_mistakes(tmp_path, content, "nothing is dialled through the trunk 'inward', expected one with")


@pytest.mark.parametrize(
    ("numbering", "zone", "message"),
    [
        ("", "+44", "no number begins with +44: without numbering they are compared as digits only, "),
        ("numbering: CN\n", "44", "no number begins with 44: with numbering they are "),
    ],
)
def test_zones_begin_as_numbers_do(tmp_path: Path, numbering: str, zone: str, message: str) -> None:
    content = main(f'callback: {{hours: {{zones: {{§"{zone}": Europe/London}}}}}}', numbering + CARRIER)
    check_mistakes(tmp_path, content, message)


def test_zones_with_numbering(tmp_path: Path) -> None:
    trunk = "trunks:\n  carrier: {match: 192.0.2.1, dial: 'PJSIP/{e164}@carrier'}"
    zones = 'callback: {hours: {zones: {"+44": Europe/London}}}'
    routing = loaded(tmp_path, main(zones, "numbering: CN\n" + trunk)).routing
    assert routing.numbering == Numbering("CN")
    assert routing.queues["main"].callback.hours.zones == (("+44", "Europe/London"),)


@pytest.mark.parametrize(
    ("trunks", "message"),
    [
        (
            "trunks:\n  carrier: {match: 192.0.2.1, dial: §'PJSIP/{e164}@carrier'}",
            "nothing says how numbers are written, expected the key numbering too, such as",
        ),
        ("numbering: §cn\n" + CARRIER, "'cn' is no country whose numbers are known, "),
        ("numbering: §5\n" + CARRIER, "5 is no country whose numbers are known, "),
    ],
)
def test_mistakes_in_how_numbers_are_written(tmp_path: Path, trunks: str, message: str) -> None:
    check_mistakes(tmp_path, main("ring: 20s", trunks), message)


def test_a_number_is_shown_to_nobody(tmp_path: Path) -> None:
    content = main("ring: 20s", "trunks:\n  inward: {match: 192.0.2.2, §caller_id: '400'}")
    check_mistakes(tmp_path, content, "caller_id has no effect: nothing is dialled through this trunk")


@pytest.mark.parametrize("dial", ["PJSIP/carrier", "{number}", "PJSIP/{number}@carrier;", "5"])
def test_what_cannot_be_dialled(tmp_path: Path, dial: str) -> None:
    content = main("ring: 20s", f"trunks:\n  carrier: {{match: 192.0.2.2, dial: §'{dial}'}}")
    check_mistakes(tmp_path, content, f"'{dial}' does not fit, expected what Asterisk dials, such as")


@pytest.mark.parametrize(
    "promise",
    [
        "on_nobody: callback",
        "on_nobody: {say: nobody, then: callback}",
        "waiting: {offers: {'1': {then: callback}}}",
    ],
)
def test_promises_that_nobody_keeps_are_told(tmp_path: Path, promise: str) -> None:
    told = [each for each in warnings(tmp_path, main(promise, "")) if "called back" in each]
    assert len(told) == 1
    assert "nobody will be called back: no trunk dials out" in told[0]
    assert not [each for each in warnings(tmp_path, main(promise)) if "called back" in each]


def test_goodbyes_promise_nothing(tmp_path: Path) -> None:
    ends = "on_nobody: goodbye, waiting: {offers: {'1': {then: {queue: other}}}}"
    content = main(ends, "").replace("queues:\n", "queues:\n  other: {}\n")
    assert not [each for each in warnings(tmp_path, content) if "called back" in each]


def test_a_reserve_that_leaves_nobody_is_told(tmp_path: Path) -> None:
    told = warnings(tmp_path, main("callback: {reserve: 2}"))
    assert any("nobody is ever left for callbacks: only 2 agents" in each for each in told)
    told = warnings(tmp_path, main("callback: {reserve: 1}"))
    assert not any("nobody is ever left" in each for each in told)
    assert loaded(tmp_path, main("callback: {reserve: 1}"))
