"""A flow as an SVG: a box for each step with what it says, an arrow with its key or reason for each way.

The layers are grandalf's. Each label is a vertex of its own on the way of its arrow, so that labels have
room and hide nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from grandalf.graphs import Edge, Graph, Vertex
from grandalf.layouts import SugiyamaLayout
from grandalf.routing import EdgeViewer, route_with_lines

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
from ivr.notes import exit_words

LETTER_PX = 7.4
LINE_PX = 17
MARGIN_PX = 24
WIDEST = 34
"""So many letters stand in a line of a box (half as many Chinese ones)."""
LINES = 3

Texts = Callable[[str], str]
"""The text of a prompt by its id."""

_STYLE = """
  text { font: 13px sans-serif; fill: #1c2733; }
  .name { font-weight: bold; }
  .kind { fill: #5b6b7b; font-style: italic; }
  .label { font-size: 12px; fill: #0b5394; }
  .step { fill: #f4f7fa; stroke: #51677d; }
  .start { stroke-width: 2.5; }
  .end { fill: #e7f3e7; stroke: #4d7a4d; }
  .way { fill: none; stroke: #7b8a99; stroke-width: 1.3; }
"""


@dataclass(slots=True, kw_only=True)
class _Box:
    """A vertex's size and place; grandalf wants the attributes `w`, `h` and sets `xy` (the middle)."""

    lines: tuple[tuple[str, str], ...]
    kind: str
    w: float
    h: float
    xy: tuple[float, float] = (0.0, 0.0)


def svg(flow: Flow, texts: Texts) -> str:
    """The drawing of a flow that has passed the check."""
    steps = {name: Vertex(name) for name in flow.steps}
    for name, step in flow.steps.items():
        kind = "step start" if name == flow.start else "step"
        steps[name].view = _box([(name, "name"), *_said(step, texts)], kind)
    ends: dict[str, Any] = {}
    labels: list[Any] = []
    ways: list[Any] = []
    for name, step in flow.steps.items():
        for to, label in _ways(step):
            target = _target(to, steps, ends)
            begin = steps[name]
            if label:
                begin = Vertex(label)
                begin.view = _box([(label, "label")], "way")
                labels.append(begin)
                ways.append(_edge(steps[name], begin))
            ways.append(_edge(begin, target))
    vertices = [*steps.values(), *ends.values(), *labels]
    _lay_out(vertices, ways, steps[flow.start])
    arrows = [(way.view._pts, way.v[1].view.kind != "way") for way in ways]
    return _written(flow.name, [vertex.view for vertex in vertices], arrows)


def _ways(step: Step) -> Iterator[tuple[Exit, str]]:
    """Where a step leads, each place once, with all that leads there."""
    found: dict[Exit, list[str]] = {}
    for edge in edges(step):
        found.setdefault(edge.to, []).append(edge.label)
    for to, labels in found.items():
        yield to, ", ".join(filter(None, labels))


def _target(to: Exit, steps: dict[str, Any], ends: dict[str, Any]) -> Any:
    if isinstance(to, NextStep):
        return steps[to.step]
    words = exit_words(to)
    if words not in ends:
        ends[words] = Vertex(words)
        ends[words].view = _box([(words, "name")], "end")
    return ends[words]


def _edge(start: Any, end: Any) -> Any:
    edge = Edge(start, end)
    edge.view = EdgeViewer()
    return edge


def _lay_out(vertices: list[Any], ways: list[Any], start: Any) -> None:
    graph = Graph(vertices, ways)
    layout = SugiyamaLayout(graph.C[0])
    layout.xspace, layout.yspace = 26, 16
    layout.route_edge = route_with_lines
    layout.init_all(roots=[start])
    layout.draw(8)


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
    widest = max((_letters(text) for text, _ in lines), default=0)
    room = 0 if kind == "way" else 20
    return _Box(
        lines=tuple(lines),
        kind=kind,
        w=widest * LETTER_PX + room + 4,
        h=max(1, len(lines)) * LINE_PX + room / 2,
    )


def _written(name: str, boxes: list[_Box], ways: list[tuple[list[tuple[float, float]], bool]]) -> str:
    """`ways` are the points of each line, and whether it ends in a tip."""
    points = [point for way, _ in ways for point in way]
    left = min([box.xy[0] - box.w / 2 for box in boxes] + [x for x, _ in points]) - MARGIN_PX
    top = min([box.xy[1] - box.h / 2 for box in boxes] + [y for _, y in points]) - MARGIN_PX
    width = max([box.xy[0] + box.w / 2 for box in boxes] + [x for x, _ in points]) + MARGIN_PX - left
    height = max([box.xy[1] + box.h / 2 for box in boxes] + [y for _, y in points]) + MARGIN_PX - top
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="{left:.0f} {top:.0f} {width:.0f} {height:.0f}">',
        f"<title>{escape(name)}</title>",
        f"<style>{_STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
        'orient="auto-start-reverse"><path d="M0,1 L10,5 L0,9 z" fill="#7b8a99"/></marker></defs>',
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{height:.0f}" fill="white"/>',
    ]
    for way, ends in ways:
        places = " ".join(f"{x:.1f},{y:.1f}" for x, y in way)
        tip = ' marker-end="url(#tip)"' if ends else ""
        lines.append(f'<polyline class="way" points="{places}"{tip}/>')
    for box in boxes:
        lines += _drawn(box)
    return "\n".join([*lines, "</svg>", ""])


def _drawn(box: _Box) -> Iterator[str]:
    x, y = box.xy
    if box.kind == "way":
        yield (
            f'<rect x="{x - box.w / 2:.1f}" y="{y - box.h / 2:.1f}" width="{box.w:.1f}" '
            f'height="{box.h:.1f}" fill="white"/>'
        )
    else:
        round_px = box.h / 2 if box.kind == "end" else 6
        yield (
            f'<rect class="{box.kind}" x="{x - box.w / 2:.1f}" y="{y - box.h / 2:.1f}" '
            f'width="{box.w:.1f}" height="{box.h:.1f}" rx="{round_px:.1f}"/>'
        )
    first = y - (len(box.lines) - 1) * LINE_PX / 2 + 4.5
    for number, (text, kind) in enumerate(box.lines):
        yield (
            f'<text class="{kind}" text-anchor="middle" x="{x:.1f}" '
            f'y="{first + number * LINE_PX:.1f}">{escape(text)}</text>'
        )
