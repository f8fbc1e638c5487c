"""A flow as an SVG: a box for each step with what it says, an arrow with its key or reason for each way.

Where a way leads out of the flow, it ends at a place of its own: a flow leads to the same queue from
many steps, and lines to one place from everywhere hide what matters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

from acd.console.flow_layout import Box, Way, lay_out
from ivr.graph import edges
from ivr.model import (
    Branch,
    Clock,
    Collect,
    Digits,
    Exit,
    Flow,
    LookUp,
    Menu,
    NextStep,
    Number,
    Parts,
    Record,
    Say,
    Sound,
    Step,
    Tape,
)
from ivr.notes import exit_details

LETTER_PX = {"name": 9.1, "label": 7.7}
"""So wide is a letter at most, by what is written: the widest common fonts have to fit."""
OTHER_LETTER_PX = 8.3
LINE_PX = 17
MARGIN_PX = 24
WIDEST = 34
"""So many letters stand in a line of a box (half as many Chinese ones)."""
LINES = 3

Texts = Callable[[str], str]
"""The text of a prompt by its id."""

_STYLE = """
  text { font: 13px Verdana, 'DejaVu Sans', sans-serif; fill: #1c2733; }
  .name { font-weight: bold; }
  .kind { fill: #5b6b7b; font-style: italic; }
  .label { font-size: 12px; fill: #0b5394; }
  .step { fill: #f4f7fa; stroke: #51677d; }
  .start { stroke-width: 2.5; }
  .end { fill: #e7f3e7; stroke: #4d7a4d; }
  .way { fill: none; stroke: #7b8a99; stroke-width: 1.3; }
"""


@dataclass(slots=True, kw_only=True, eq=False)
class _Box(Box):
    """A step, an end, or a label: what stands in it, and what it is."""

    lines: tuple[tuple[str, str], ...]
    kind: str


def svg(flow: Flow, texts: Texts) -> str:
    """The drawing of a flow that has passed the check."""
    steps: dict[str, Box] = {}
    boxes: list[_Box] = []
    for name, step in flow.steps.items():
        kind = "step start" if name == flow.start else "step"
        boxes.append(_box([(name, "name"), *_said(step, texts)], kind))
        steps[name] = boxes[-1]
    ways: list[Way] = []
    for name, step in flow.steps.items():
        for to, label in _ways(step):
            if not isinstance(to, NextStep):
                boxes.append(_box([(line, "name") for line in exit_details(to).split(", ")], "end"))
            target = steps[to.step] if isinstance(to, NextStep) else boxes[-1]
            told = _box([(label, "label")], "way") if label else None
            ways.append(Way(start=steps[name], end=target, label=told))
    lay_out(boxes, ways, steps[flow.start])
    labels = [way.label for way in ways if isinstance(way.label, _Box)]
    return _written(flow.name, [*boxes, *labels], ways)


def _ways(step: Step) -> Iterator[tuple[Exit, str]]:
    """Where a step leads, each place once, with all that leads there."""
    found: dict[Exit, list[str]] = {}
    for edge in edges(step):
        found.setdefault(edge.to, []).append(edge.label)
    for to, labels in found.items():
        yield to, ", ".join(filter(None, labels))


def _said(step: Step, texts: Texts) -> list[tuple[str, str]]:
    """What a box tells under the step's name."""
    match step:
        case Say(parts=parts):
            return _wrapped(_heard(parts, texts))
        case Menu(parts=parts):
            return _wrapped(_heard(parts, texts))
        case Collect(parts=parts, into=into, at_least=least, at_most=most):
            digits = str(most) if least == most else f"{least} to {most}"
            return [*_wrapped(_heard(parts, texts)), (f"collects {into}: {digits} digits", "kind")]
        case Branch():
            return [("branch", "kind")]
        case LookUp(parts=parts, url=url, keep=keep):
            kept = f"keeps {', '.join(keep)}" if keep else "keeps nothing"
            heard = _wrapped(_heard(parts, texts)) if parts else []
            return [*heard, *_wrapped(url, "kind"), (kept, "kind")]
        case Record(parts=parts, into=into):
            return [*_wrapped(_heard(parts, texts)), (f"records {into}", "kind")]


def _heard(parts: Parts, texts: Texts) -> str:
    said = []
    for part in parts:
        match part:
            case Sound(prompt=prompt):
                said.append(texts(prompt))
            case Number(value=value, of=name):
                said.append(f"[{name or value}]")
            case Digits(text=text, of=name):
                said.append(f"[{name or text}]")
            case Clock(of=name):
                said.append(f"[{name or 'the time'}]")
            case Tape(of=name):
                said.append(f"[recording {name}]")
    return " ".join(said)


def _wrapped(text: str, kind: str = "said") -> list[tuple[str, str]]:
    """A text in lines; what is left after the last one is left out."""
    lines: list[str] = []
    line = ""
    for word in _words(text):
        if _letters(line + word) > WIDEST and line:
            lines.append(line.strip())
            line = ""
        line += word
    lines.append(line.strip())
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], lines[LINES - 1] + " ..."]
    return [(line, kind) for line in lines if line]


def _words(text: str) -> Iterator[str]:
    """What may not be broken: Latin words with the space before them, single Chinese characters."""
    word = ""
    for character in text:
        if _is_wide(character) or character in " /?&":
            if word:
                yield word
            word = character
        else:
            word += character
    yield word


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def _letters(text: str) -> int:
    return sum(2 if _is_wide(character) else 1 for character in text)


def _box(lines: list[tuple[str, str]], kind: str) -> _Box:
    """As wide as its text; the round sides of an end stand outside of it."""
    widest = max(_width_px(text, line) for text, line in lines)
    height = len(lines) * LINE_PX + (0 if kind == "way" else 10)
    room = {"way": 4, "end": height}.get(kind, 24)
    return _Box(lines=tuple(lines), kind=kind, w=widest + room, h=height)


def _width_px(text: str, kind: str) -> float:
    letter = LETTER_PX.get(kind, OTHER_LETTER_PX)
    return sum(max(14.0, letter) if _is_wide(character) else letter for character in text)


def _written(name: str, boxes: list[_Box], ways: list[Way]) -> str:
    points = [point for way in ways for point in way.turns]
    left = min([box.left for box in boxes] + [x for x, _ in points]) - MARGIN_PX
    top = min([box.top for box in boxes] + [y for _, y in points]) - MARGIN_PX
    width = max([box.right for box in boxes] + [x for x, _ in points]) + MARGIN_PX - left
    height = max([box.bottom for box in boxes] + [y for _, y in points]) + MARGIN_PX - top
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="{left:.0f} {top:.0f} {width:.0f} {height:.0f}">',
        f"<title>{escape(name)}</title>",
        f"<style>{_STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
        'orient="auto-start-reverse"><path d="M0,1 L10,5 L0,9 z" fill="#7b8a99"/></marker></defs>',
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{height:.0f}" fill="white"/>',
    ]
    lines += [f'<path class="way" d="{way.path}" marker-end="url(#tip)"/>' for way in ways]
    for box in boxes:
        lines += _drawn(box)
    return "\n".join([*lines, "</svg>", ""])


def _drawn(box: _Box) -> Iterator[str]:
    x, y = box.xy
    place = f'x="{box.left:.1f}" y="{box.top:.1f}" width="{box.w:.1f}" height="{box.h:.1f}"'
    if box.kind == "way":
        yield f'<rect {place} fill="white"/>'
    else:
        round_px = box.h / 2 if box.kind == "end" else 6
        yield f'<rect class="{box.kind}" {place} rx="{round_px:.1f}"/>'
    first = y - (len(box.lines) - 1) * LINE_PX / 2 + 4.5
    for number, (text, kind) in enumerate(box.lines):
        yield (
            f'<text class="{kind}" text-anchor="middle" x="{x:.1f}" '
            f'y="{first + number * LINE_PX:.1f}">{escape(text)}</text>'
        )
