"""The drawing of a flow: everything is on it, nothing lies on anything else."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from acd.console.flow_drawing import LINE_PX, svg
from ivr.model import (
    Branch,
    Case,
    Clock,
    Collect,
    Digits,
    Exit,
    Flow,
    HangUp,
    HoursOpen,
    LookUp,
    Menu,
    NextStep,
    Number,
    Record,
    Say,
    Sound,
    Tape,
    ToNumber,
    ToQueue,
    Tries,
)

LONG = (
    "For orders press one, for a question about an order that you have placed press two, for anything "
    "else that you want to tell us, such as complaints, press three, or hold the line"
)
TEXTS = {"welcome": "您好,欢迎致电家家电视购物,您的来电将被录音,以便改进我们的服务质量", "menu": LONG}
TRIES = Tries(otherwise=HangUp(served=False))
FLOW = Flow(
    name="a <b> & c",
    start="hello",
    steps={
        "hello": Say(parts=(Sound(prompt="welcome"),), go=NextStep(step="who")),
        "who": Branch(
            cases=(Case(when=(HoursOpen(hours="day"),), go=NextStep(step="menu")),),
            otherwise=HangUp(served=False),
        ),
        "menu": Menu(
            parts=(Sound(prompt="menu"),),
            keys={
                "1": ToQueue(queue="orders"),
                "2": NextStep(step="ask"),
                "9": ToQueue(queue="orders"),
                "*": NextStep(step="hello"),
                "#": NextStep(step="menu"),
            },
            tries=TRIES,
        ),
        "ask": Collect(
            parts=(Sound(prompt="enter"),), into="order", go=NextStep(step="look"), tries=TRIES
        ),
        "pin": Collect(parts=(), into="code", at_least=4, at_most=4, go=HangUp(), tries=TRIES),
        "look": LookUp(url="http://x/{order}", keep={}, go=NextStep(step="say"), otherwise=HangUp()),
        "more": LookUp(
            url="http://x/2",
            keep={"a": "b"},
            go=NextStep(step="pin"),
            otherwise=HangUp(),
            parts=(Sound(prompt="wait"),),
        ),
        "say": Say(
            parts=(Number(value=5), Number(of="n"), Digits(text="12"), Clock(), Clock(of="t")),
            go=NextStep(step="record"),
        ),
        "record": Record(
            parts=(Tape(of="r"),),
            into="r",
            go=NextStep(step="more"),
            too_short=NextStep(step="record"),
            failed=HangUp(),
        ),
    },
)


def say(to: str) -> Say:
    return Say(parts=(Sound(prompt="menu"),), go=NextStep(step=to))


def menu(otherwise: Exit, *exits: Exit) -> Menu:
    keys = dict(zip("1234567890*#", exits, strict=False))
    return Menu(parts=(Sound(prompt="menu"),), keys=keys, tries=Tries(otherwise=otherwise))


def to(number: int) -> NextStep:
    return NextStep(step=f"s{number}")


ORDERS, COMPLAINTS = ToQueue(queue="orders"), ToQueue(queue="complaints")
OUTSIDE = ToNumber(number="13800000000")
ENGLISH = ToQueue(queue="english", needs=(("english", 3),), head_start=90.0)
BIG = Flow(
    name="big",
    start="s1",
    steps={
        "s1": say("s2"),
        "s2": Branch(
            cases=(Case(when=(HoursOpen(hours="tv"),), go=ToQueue(queue="orders", head_start=300.0)),),
            otherwise=to(3),
        ),
        "s3": menu(ORDERS, to(4), to(8), to(12), OUTSIDE, to(3), to(1)),
        "s4": menu(COMPLAINTS, to(5), to(6), to(3)),
        "s5": Collect(
            parts=(Sound(prompt="menu"),), into="order", go=to(7), tries=Tries(otherwise=ORDERS)
        ),
        "s6": menu(HangUp(), ENGLISH, to(4), to(3)),
        "s7": LookUp(url="http://x/{order}", keep={"days": "days"}, go=to(11), otherwise=ORDERS),
        "s8": menu(ORDERS, to(9), to(10), to(8), to(3)),
        "s9": Record(parts=(), into="r", go=to(16), too_short=to(20), failed=to(16)),
        "s10": say("s11"),
        "s11": say("s17"),
        "s12": menu(COMPLAINTS, to(13), to(14), to(15), to(3)),
        "s13": say("s18"),
        "s14": say("s18"),
        "s15": menu(ORDERS, to(13), to(12)),
        "s16": Say(parts=(), go=HangUp()),
        "s17": menu(HangUp(), to(3), COMPLAINTS),
        "s18": menu(COMPLAINTS, to(19), OUTSIDE),
        "s19": Say(parts=(), go=HangUp()),
        "s20": menu(HangUp(), to(9)),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    x: float
    y: float
    w: float
    h: float


def drawn(flow: Flow = FLOW) -> ET.Element:
    return ET.fromstring(svg(flow, lambda prompt: TEXTS.get(prompt, f"({prompt})")))


def boxes(root: ET.Element) -> list[Box]:
    """All boxes and labels, without the background."""
    found = [element.attrib for element in root.iter() if element.tag.endswith("rect")][1:]
    return [
        Box(x=float(at["x"]), y=float(at["y"]), w=float(at["width"]), h=float(at["height"]))
        for at in found
    ]


def texts(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter() if element.tag.endswith("text")]


def test_every_step_key_and_end_is_on_it_once() -> None:
    told = texts(drawn())
    for name in FLOW.steps:
        assert told.count(name) == 1
    assert told.count("queue orders") == 1
    assert "1, 9" in told
    assert {"day is open", "otherwise", "2", "*", "#", "answered", "too short", "failed"} <= set(told)


def test_what_a_step_says_and_does_stands_in_its_box() -> None:
    told = texts(drawn())
    assert "collects order: 1 to 20 digits" in told
    assert "collects code: 4 digits" in told
    assert "keeps nothing" in told
    assert "keeps a" in told
    assert "records r" in told
    assert "[recording r]" in told
    assert " ".join(told).find("[5] [n] [12] [the time] [t]") >= 0


def test_long_texts_are_broken_and_cut() -> None:
    told = texts(drawn())
    assert "For orders press one, for a" in told
    assert any(line.endswith(" ...") for line in told)
    assert max(map(len, told)) < 50


@pytest.mark.parametrize("flow", [FLOW, BIG], ids=["small", "big"])
def test_nothing_lies_on_anything_else(flow: Flow) -> None:
    for one, other in itertools.combinations(boxes(drawn(flow)), 2):
        apart = (
            one.x + one.w <= other.x
            or other.x + other.w <= one.x
            or one.y + one.h <= other.y
            or other.y + other.h <= one.y
        )
        assert apart, (one, other)


def test_everything_is_within_the_picture() -> None:
    root = drawn()
    left, top, width, height = map(float, root.attrib["viewBox"].split())
    for box in boxes(root):
        assert left <= box.x
        assert box.x + box.w <= left + width
        assert top <= box.y
        assert box.y + box.h <= top + height


def test_each_arrow_has_one_tip() -> None:
    lines = [each.attrib for each in drawn().iter() if each.attrib.get("class") == "way"]
    told = [each.text or "" for each in drawn().iter() if each.attrib.get("class") == "label"]
    assert len(lines) == len(told) + 2  # from "hello" and from "say" leads one way without a label
    assert all("marker-end" in each for each in lines)


WIDTHS_PX = {"name": 9.05, "label": 7.64}
"""Of a digit in DejaVu Sans, one of the widest common fonts: bold of 13 px, and of 12 px."""


@pytest.mark.parametrize("flow", [FLOW, BIG], ids=["small", "big"])
def test_text_fits_its_shape(flow: Flow) -> None:
    root = drawn(flow)
    shapes = [each.attrib for each in root.iter() if each.tag.endswith("rect")][1:]
    for text in (each for each in root.iter() if each.tag.endswith("text")):
        x, y = float(text.attrib["x"]), float(text.attrib["y"])
        (shape,) = [
            at
            for at in shapes
            if float(at["x"]) < x < float(at["x"]) + float(at["width"])
            and float(at["y"]) < y < float(at["y"]) + float(at["height"])
        ]
        rounded = float(shape["height"]) if shape.get("class") == "end" else 0.0
        letter = WIDTHS_PX.get(text.attrib["class"], 8.27)
        wide = sum(13.0 if ord(each) > 0x2E7F else letter for each in text.text or "")
        assert wide <= float(shape["width"]) - rounded, text.text


@pytest.mark.parametrize("flow", [FLOW, BIG], ids=["small", "big"])
def test_no_line_runs_through_a_box_or_another_label(flow: Flow) -> None:
    """Looked at along the curves; a line touches its own two boxes and its own label."""
    root = drawn(flow)
    found = boxes(root)
    for line in (each.attrib["d"] for each in root.iter() if each.attrib.get("class") == "way"):
        points = list(along(line))
        touched = {
            box
            for box in found
            for x, y in points
            if box.x + 1 < x < box.x + box.w - 1 and box.y + 1 < y < box.y + box.h - 1
        }
        assert len(touched) <= 1, (line, touched)
        assert all(box.h == LINE_PX for box in touched), (line, touched)


def along(path: str) -> Iterator[tuple[float, float]]:
    """Points of a path, close together."""
    first = re.match(r"M([-\d.]+),([-\d.]+)", path)
    assert first is not None
    here = (float(first[1]), float(first[2]))
    for part in re.findall(r"[LC][^LC]*", path):
        at = [float(each) for each in re.findall(r"-?[\d.]+", part)]
        corners = [here, *zip(at[::2], at[1::2], strict=True)]
        for step in range(41):
            yield _on(corners, step / 40)
        here = corners[-1]


def _on(corners: list[tuple[float, float]], share: float) -> tuple[float, float]:
    """De Casteljau: a line with two corners, a cubic curve with four."""
    while len(corners) > 1:
        corners = [
            (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)
            for a, b in itertools.pairwise(corners)
        ]
    return corners[0]


def test_what_a_queue_is_asked_for_besides_stands_in_its_end() -> None:
    told = texts(drawn(BIG))
    assert told.count("queue orders") == 6
    assert told.count("head start 5m") == 1
    assert told.count("needs english 3") == 1
    assert told.count("number 13800000000") == 2


def test_ways_back_go_round_on_curves() -> None:
    """The menu's own way back leaves it below and comes in from above, beside it."""
    again = Menu(
        parts=(Sound(prompt="menu"),),
        keys={"*": NextStep(step="menu")},
        tries=Tries(otherwise=HangUp()),
    )
    root = drawn(Flow(name="x", start="menu", steps={"menu": again}))
    (back,) = [
        each.attrib["d"]
        for each in root.iter()
        if each.attrib.get("class") == "way" and each.attrib["d"].count("C") == 2
    ]
    (box,) = [each.attrib for each in root.iter() if each.attrib.get("class", "").startswith("step")]
    right = float(box["x"]) + float(box["width"])
    assert max(abs(x) for x, _ in along(back)) > right


def test_names_cannot_break_the_drawing() -> None:
    titles = [element.text for element in drawn().iter() if element.tag.endswith("title")]
    assert titles == ["a <b> & c"]


def test_the_same_flow_is_drawn_alike() -> None:
    assert svg(FLOW, str) == svg(FLOW, str)


def test_the_smallest_flow() -> None:
    assert texts(drawn(Flow(name="x", start="a", steps={"a": Say(parts=(), go=HangUp())}))) == [
        "a",
        "served",
    ]
