"""`acd ivr`: a flow at the terminal, played by what is piped in."""

from __future__ import annotations

import io
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.unit.acd.console.installation import Installation
from tests.unit.config.files import text

FLOWS = """\
prompts:
  welcome: {zh-CN: "您好", en: Welcome.}
  main_menu: {zh-CN: "订购请按1", en: To order press 1.}
  ask_order: {zh-CN: "请输入订单号", en: Your order number?}
  days_left: {zh-CN: "还有几天", en: Days left}
  speak: {zh-CN: "请说话", en: Please speak.}
  wrong: {zh-CN: "错", en: Wrong.}
flows:
  reception:
    welcome: {say: welcome, go: who}
    who:
      cases:
        - {when: {caller: {in: blacklist}}, go: hang_up}
        - {when: {hours: {closed: day}}, go: {flow: evening}}
        - {when: {customer: {tier: vip}}, go: {queue: main, head_start: 5m}}
      otherwise: menu
    menu:
      say: main_menu
      keys: {"1": {queue: main}, "2": order, "3": remark}
      tries: 2
      otherwise: hang_up
    order: {say: ask_order, collect: order, at_least: 3, go: look, otherwise: menu2}
    menu2: {say: main_menu, keys: {"1": {queue: main}}, invalid: wrong, otherwise: hang_up}
    look:
      look_up: "http://shop/{order}?at={dialled}"
      keep: {days: left}
      say: please_wait
      go: tell
      otherwise: {queue: main}
    tell: {say: [days_left, {number: days}, {time: now}], go: served}
    remark: {say: speak, record: remark, go: hear, too_short: menu2, failed: {queue: main}}
    hear: {say: [{recording: remark}, goodbye], go: served}
  evening:
    closed: {say: closed, go: ping}
    ping: {look_up: "http://shop/ping", go: served, otherwise: callback}
"""
NUMBERS = """\
numbers:
  "100": {flow: reception, business: shop, language: en}
  "200": {queue: main, business: shop}
  "300": {queue: main}
  default: {queue: main}
"""
BUSINESSES = "businesses:\n  shop: {hours: day, language: en}"
OPEN = ("--at", "2026-11-20 10:05")


@pytest.fixture
def shop(installation: Installation) -> Installation:
    installation.routing.write_text(
        text(numbers=NUMBERS, businesses=BUSINESSES, flows=FLOWS), encoding="utf-8"
    )
    return installation


def walked(shop: Installation, typed: str, *options: str, flow: str = "reception") -> list[str]:
    """What a walk says, line by line."""
    shop.monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    return shop.good("ivr", shop.routing, flow, "--dialled", "100", *options).splitlines()


def test_a_walk_reads_like_the_call(shop: Installation) -> None:
    assert walked(shop, "7\n2\n12\n123#\nleft=2\n", *OPEN) == [
        "[reception: welcome]",
        "  » Welcome.",
        "[reception: who]",
        "  - at who: none of the cases holds, goes on to step menu",
        "[reception: menu]",
        "  » To order press 1.",
        "  1/2/3, or nothing> 7",
        "  - at menu: 7 is no answer (try 1 of 2)",
        "  » That is not one of the choices. To order press 1.",
        "  1/2/3, or nothing> 2",
        "  - at menu: presses 2",
        "[reception: order]",
        "  » Your order number?",
        "  digits, or nothing> 12",
        "  - at order: 12 is no answer (try 1 of 3)",
        "  » That number is not complete, or not right. Your order number?",
        "  digits, or nothing> 123#",
        "  - at order: enters order 123",
        "[reception: look]",
        "  - looks up http://shop/123?at=100",
        "  » One moment, please.",
        "  the answer as left=..., or nothing when it fails> left=2",
        "  - at look: the look-up answered: days is 2",
        "[reception: tell]",
        "  » Days left two ten oh five a m",
        "  - leaves flow reception: served",
        "  - with order 123, days 2",
    ]


def test_keys_in_one_line_are_pressed_one_after_the_other(shop: Installation) -> None:
    said = walked(shop, "2123#\n", *OPEN, "--answer", "left=21")
    assert said[-4:] == [
        "[reception: tell]",
        "  » Days left twenty one ten oh five a m",
        "  - leaves flow reception: served",
        "  - with order 123, days 21",
    ]


def test_silence_is_an_empty_line(shop: Installation) -> None:
    said = walked(shop, "\n\n", *OPEN)
    assert "  - at menu: presses nothing (try 1 of 2)" in said
    assert said[-1] == "  - leaves flow reception: hung up"


def test_an_answer_that_cannot_be_read_out_is_none(shop: Installation) -> None:
    said = walked(shop, "2123#\n", *OPEN, "--answer", "left=abc")
    assert said[-2:] == [
        "  - leaves flow reception: queue main",
        "  - with order 123",
    ]
    assert "  - at look: the look-up answered without a number in left" in said


def test_what_is_no_key_is_typed_again(shop: Installation) -> None:
    assert walked(shop, "1x\n1\n", *OPEN)[6:8] == ["  1/2/3, or nothing> 1x", "  ! 'x' is no key"]


def test_nothing_more_is_typed(shop: Installation) -> None:
    assert walked(shop, "2\n", *OPEN)[-2:] == ["  digits, or nothing> ", "  - the caller hangs up"]


@pytest.mark.parametrize(
    ("options", "last"),
    [
        (("--in", "blacklist", *OPEN), "  - leaves flow reception: hung up"),
        (("--tier", "vip", *OPEN), "  - leaves flow reception: queue main, head start 5m"),
        (("--at", "2026-11-21 10:00", "--answer", "x=1"), "  - leaves flow evening: served"),
    ],
)
def test_the_call_is_imagined(shop: Installation, options: tuple[str, ...], last: str) -> None:
    assert walked(shop, "", *options)[-1] == last


def test_a_flow_leads_into_another(shop: Installation) -> None:
    said = walked(shop, "ok\n", "--at", "2026-11-21 10:00")
    assert said[4:] == [
        "  - leaves flow reception: flow evening",
        "[evening: closed]",
        "  » Hello. We are closed now. Please call again during our opening hours. Goodbye.",
        "[evening: ping]",
        "  - looks up http://shop/ping",
        "  the answer as ok, or nothing when it fails> ok",
        "  - at ping: the look-up answered",
        "  - leaves flow evening: served",
    ]
    assert walked(shop, "\n", "--at", "2026-11-21 10:00")[-1] == "  - leaves flow evening: callback"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("4.5", "  » (what was recorded as remark)"),
        ("", "  - at remark: speaks for 0 s, less than 2 s"),
        ("failed", "  - at remark: could not be recorded: as typed"),
    ],
)
def test_a_recording(shop: Installation, typed: str, told: str) -> None:
    assert told in walked(shop, f"3\n{typed}\n1\n", *OPEN)


@pytest.mark.parametrize("typed", ["long", "nan", "inf", "-5", "1e3"])
def test_seconds_that_are_none(shop: Installation, typed: str) -> None:
    shop.monkeypatch.setattr(sys, "stdin", io.StringIO(f"3\n{typed}\n"))
    said = shop.bad("ivr", shop.routing, "reception", *OPEN)
    assert f"'{typed}': expected seconds, or failed" in said


def test_where_a_walk_begins_is_said_beside_it(shop: Installation) -> None:
    shop.monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    outcome = shop.acd("ivr", shop.routing, "reception", "--dialled", "100", *OPEN)
    assert outcome.err == (
        "begins in the flow reception; what comes before it (rules, opening hours): "
        f"acd explain {shop.routing} --dialled 100\n"
    )
    assert outcome.out.startswith("[reception: welcome]\n")


@pytest.mark.parametrize(
    ("options", "heard"),
    [
        ((), "  » 您好"),
        (("--dialled", "200"), "  » Welcome."),
        (("--dialled", "300"), "  » 您好"),
        (("--dialled", "999"), "  » 您好"),
        (("--dialled", "100", "--language", "zh-CN"), "  » 您好"),
    ],
)
def test_the_language(shop: Installation, options: tuple[str, ...], heard: str) -> None:
    shop.monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    said = shop.good("ivr", shop.routing, "reception", "--tier", "vip", *OPEN, *options)
    assert said.splitlines()[1] == heard


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("receptoin",), "there is no flow 'receptoin' in the file, did you mean 'reception'?"),
        (
            ("reception", "--tier", "gld"),
            "--tier 'gld': expected one of the tiers of the file: gold, vip",
        ),
        (("reception", "--in", "whitelist"), "--in 'whitelist': expected one of blacklist, do_not_call"),
        (("reception", "--answer", "x"), "--answer 'x': expected FIELD=VALUE"),
        (("reception", "--language", "fr"), "--language 'fr': expected one of the file's: zh-CN, en"),
        (("reception", "--at", "soon"), "--at 'soon': expected a time"),
    ],
)
def test_what_cannot_be_asked(shop: Installation, options: tuple[str, ...], complaint: str) -> None:
    assert complaint in shop.bad("ivr", shop.routing, *options)


def test_a_file_without_flows_and_tiers(installation: Installation) -> None:
    assert "there is no flow 'x' in the file, none is defined" in installation.bad(
        "ivr", installation.routing, "x"
    )


def test_a_flow_is_drawn(shop: Installation, tmp_path: Path) -> None:
    target = tmp_path / "out.svg"
    said = shop.good("ivr", shop.routing, "reception", "--graph", target, "--language", "en")
    assert said == f"written: {target}\n"
    drawn = ET.parse(target).getroot()
    assert drawn.tag.endswith("svg")
    texts = {element.text for element in drawn.iter() if element.tag.endswith("text")}
    assert texts >= {"welcome", "Welcome.", "menu", "1", "otherwise", "queue main", "flow evening"}
    assert "the tier is vip" in texts


def test_a_drawing_that_cannot_be_written(shop: Installation, tmp_path: Path) -> None:
    target = tmp_path / "missing" / "out.svg"
    said = shop.bad("ivr", shop.routing, "reception", "--graph", target)
    assert said == f"{target} cannot be written: No such file or directory\n"


def test_a_recorded_prompt_is_shown_by_its_name(shop: Installation, tmp_path: Path) -> None:
    prompts = tmp_path / "prompts"
    for language in ("zh-CN", "en"):
        (prompts / language).mkdir(parents=True)
        (prompts / language / "jingle.wav").write_bytes(b"")
    shop.set(prompts_dir=prompts)
    changed = FLOWS.replace("{say: welcome, go: who}", "{say: [jingle, welcome], go: who}")
    shop.routing.write_text(
        text(numbers=NUMBERS, businesses=BUSINESSES, flows=changed), encoding="utf-8"
    )
    assert walked(shop, "1\n", *OPEN)[1] == "  » (jingle) Welcome."


PAY = """\
prompts:
  card: {zh-CN: "请输入卡号", en: Your card?}
  heard: {zh-CN: "您输入的是", en: You entered}
flows:
  reception:
    card: {say: card, collect: card, secret: true, at_least: 4, go: look, otherwise: hang_up}
    look: {look_up: "https://shop/{card}", go: {flow: thanks}, otherwise: {queue: main}}
  thanks:
    hear: {say: [heard, {digits: card}], go: served}
"""


def test_what_is_secret_is_not_printed(shop: Installation) -> None:
    content = text(numbers=NUMBERS, businesses=BUSINESSES, flows=PAY)
    shop.routing.write_text(content, encoding="utf-8")
    said = walked(shop, "41#\n4117#\nok=1\n")
    assert "  digits, or nothing> *****" in said
    assert "  - looks up https://shop/****" in said
    assert "  » You entered (secret)" in said
    assert said[-1] == "  - with card ****"
    assert not [line for line in said if "41" in line]


class Terminal(io.StringIO):
    """Somebody types."""

    def isatty(self) -> bool:
        return True


def test_what_is_secret_is_typed_without_an_echo(shop: Installation) -> None:
    content = text(numbers=NUMBERS, businesses=BUSINESSES, flows=PAY)
    shop.routing.write_text(content, encoding="utf-8")
    asked: list[str] = []

    def typed(prompt: str) -> str:
        asked.append(prompt)
        return "4117#"

    shop.monkeypatch.setattr("acd.console.ivr.getpass", typed)
    shop.monkeypatch.setattr(sys, "stdin", Terminal())
    said = shop.good("ivr", shop.routing, "reception", "--dialled", "100", "--answer", "ok=1")
    assert asked == ["  digits, or nothing> "]
    assert said.endswith("with card ****\n")
