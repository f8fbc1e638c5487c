"""The drawing of a flow: everything is on it, nothing lies on anything else."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from acd.console.flow_drawing import svg
from ivr.model import (
    Branch,
    Case,
    Clock,
    Collect,
    Digits,
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


def test_nothing_lies_on_anything_else() -> None:
    for one, other in itertools.combinations(boxes(drawn()), 2):
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
    lines = [element.attrib for element in drawn().iter() if element.tag.endswith("polyline")]
    labels = [element for element in drawn().iter() if element.attrib.get("class") == "label"]
    tips = [each for each in lines if "marker-end" in each]
    assert len(lines) == len(tips) + len(labels)


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
