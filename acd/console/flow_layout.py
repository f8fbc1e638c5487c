"""Where the boxes of a flow's drawing stand, and how the lines between them run.

The layers are grandalf's. Lines run down through the rows of boxes upright, where nothing stands in
their way, and to the side in the gaps between the rows only: no line crosses a box or a label. A way
back up goes round the boxes in a lane of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from grandalf.graphs import Edge, Graph, Vertex
from grandalf.layouts import SugiyamaLayout
from grandalf.routing import EdgeViewer

GAP_PX: Final = 34.0
"""Between rows: lines turn there."""
ASIDE_PX: Final = 30.0
"""Between the boxes of a row."""
PORT_PX: Final = 16.0
"""Between the lines that leave or enter a box, where it is wide enough."""
CLEAR_PX: Final = 9.0
"""A lane keeps so far away from boxes."""


@dataclass(slots=True, kw_only=True, eq=False)
class Box:
    """Something with a place: its width, its height, and its middle once it is laid out."""

    w: float
    h: float
    xy: tuple[float, float] = (0.0, 0.0)

    @property
    def left(self) -> float:
        return self.xy[0] - self.w / 2

    @property
    def right(self) -> float:
        return self.xy[0] + self.w / 2

    @property
    def top(self) -> float:
        return self.xy[1] - self.h / 2

    @property
    def bottom(self) -> float:
        return self.xy[1] + self.h / 2


@dataclass(slots=True, kw_only=True, eq=False)
class Way:
    """A line from one box to another, with a label on it. `path` is its course as SVG has it; `turns`
    are the points that it comes by."""

    start: Box
    end: Box
    label: Box | None
    path: str = ""
    turns: list[tuple[float, float]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Row:
    top: float
    bottom: float
    boxes: tuple[Box, ...]


def lay_out(boxes: Sequence[Box], ways: Sequence[Way], first: Box) -> None:
    """Give all boxes, labels and ways their places. All are reached from `first`."""
    back = _back(ways, first)
    down = [way for way in ways if way not in back]
    bends = _place(boxes, down, first)
    labels = [way.label for way in down if way.label is not None]
    rows = _rows([*boxes, *labels])
    lanes = _Lanes(rows)
    for way in sorted(back, key=lambda each: each.start.bottom - each.end.top):
        lanes.add(way)
    leaving, entering = _ports(down, lanes.at, bends)
    for way in down:
        points = [(leaving[way], way.start), *bends[way], (entering[way], way.end)]
        _run_down(way, points, rows)
    for way in back:
        _run_back(way, leaving[way], entering[way], lanes.at[way], rows)


def _back(ways: Sequence[Way], first: Box) -> set[Way]:
    """The ways that lead to a box from which one came, walking depth first."""
    out: dict[Box, list[Way]] = defaultdict(list)
    for way in ways:
        out[way.start].append(way)
    found: set[Way] = set()
    trail, seen = [(first, iter(out[first]))], {first}
    while trail:
        for way in trail[-1][1]:
            if any(way.end is box for box, _ in trail):
                found.add(way)
            elif way.end not in seen:
                seen.add(way.end)
                trail.append((way.end, iter(out[way.end])))
                break
        else:
            trail.pop()
    return found


Bend = tuple[float, Box]
"""Where a way comes by: the place to the side, and what stands there (or would, in that row)."""


def _place(boxes: Sequence[Box], down: Sequence[Way], first: Box) -> dict[Way, list[Bend]]:
    """Set the places of boxes and labels; for each way what it comes by in between."""
    vertices = {box: _vertex(box) for box in boxes}
    pieces: list[Any] = []
    parts: dict[Way, list[Any]] = {}
    for way in down:
        stations = [vertices[way.start], vertices[way.end]]
        if way.label is not None:
            vertices[way.label] = _vertex(way.label)
            stations.insert(1, vertices[way.label])
        parts[way] = [_edge(*pair) for pair in pairwise(stations)]
        pieces += parts[way]
    graph = Graph(list(vertices.values()), pieces)
    layout = SugiyamaLayout(graph.C[0])
    layout.xspace, layout.yspace = ASIDE_PX, GAP_PX
    layout.init_all(roots=[vertices[first]])
    layout.draw(8)
    for layer in layout.layers:
        _apart([vertex.view for vertex in layer])
    layout.draw_edges()
    return {way: list(_bends(way, parts[way])) for way in down}


def _apart(row: Sequence[Any]) -> None:
    """Push apart to the right what grandalf lets stand on one another; `row` is in its order."""
    for one, other in pairwise(row):
        least = one.xy[0] + (one.w + other.w) / 2 + ASIDE_PX / 2
        if other.xy[0] < least:
            other.xy = (least, other.xy[1])


def _vertex(box: Box) -> Any:
    vertex = Vertex(id(box))
    vertex.view = box
    return vertex


def _edge(start: Any, end: Any) -> Any:
    edge = Edge(start, end)
    edge.view = EdgeViewer()
    return edge


def _bends(way: Way, parts: Sequence[Any]) -> Iterator[Bend]:
    for number, part in enumerate(parts):
        for x, y in part.view._pts[1:-1]:
            yield x, Box(w=0.0, h=0.0, xy=(x, y))
        if number == 0 and way.label is not None:
            yield way.label.xy[0], way.label


def _rows(boxes: Iterable[Box]) -> list[_Row]:
    by_middle: dict[int, list[Box]] = defaultdict(list)
    for box in boxes:
        by_middle[round(box.xy[1])].append(box)
    return [
        _Row(min(box.top for box in row), max(box.bottom for box in row), tuple(row))
        for _, row in sorted(by_middle.items())
    ]


def _row_at(rows: Sequence[_Row], y: float) -> _Row | None:
    return next((row for row in rows if row.top <= y <= row.bottom), None)


class _Lanes:
    """The lanes of ways back up: each as near as there is room for it and its label."""

    def __init__(self, rows: Sequence[_Row]) -> None:
        self._rows = rows
        self._taken: list[Box] = []
        self.at: dict[Way, float] = {}

    def add(self, way: Way) -> None:
        """Find its lane, and put its label there."""
        top, bottom = way.end.top, way.start.bottom
        rows = [row for row in self._rows if row.bottom >= top and row.top <= bottom]
        standing = [box for row in rows for box in row.boxes]
        high, low = rows[0].top - GAP_PX, rows[-1].bottom + GAP_PX
        standing += [lane for lane in self._taken if lane.top < low and lane.bottom > high]
        room = CLEAR_PX + (0.0 if way.label is None else way.label.w / 2)
        places = [box.right + room + 1 for box in standing] + [box.left - room - 1 for box in standing]
        free = [
            x for x in places if all(x + room <= box.left or x - room >= box.right for box in standing)
        ]
        middle = (way.start.xy[0] + way.end.xy[0]) / 2
        x = min(free, key=lambda place: (abs(place - middle), place))
        self.at[way] = x
        lane = Box(w=2 * room, h=low - high, xy=(x, (low + high) / 2))
        self._taken.append(lane)
        if way.label is not None:
            way.label.xy = lane.xy


Ports = dict[Way, float]


def _ports(
    down: Sequence[Way], lanes: dict[Way, float], bends: dict[Way, list[Bend]]
) -> tuple[Ports, Ports]:
    """Where each way leaves its first box and enters its last one: side by side, as they come."""
    leaving: dict[Box, list[tuple[float, int, Way]]] = defaultdict(list)
    entering: dict[Box, list[tuple[float, int, Way]]] = defaultdict(list)
    for number, way in enumerate([*down, *lanes]):
        first = last = lanes.get(way, 0.0)
        if way in bends:
            stations = [way.start.xy[0], *(x for x, _ in bends[way]), way.end.xy[0]]
            first, last = stations[1], stations[-2]
        leaving[way.start].append((first, number, way))
        entering[way.end].append((last, number, way))
    return _spread(leaving), _spread(entering)


def _spread(by_box: dict[Box, list[tuple[float, int, Way]]]) -> Ports:
    ports: Ports = {}
    for box, found in by_box.items():
        apart = min(PORT_PX, box.w * 0.7 / len(found))
        for place, (_, _, way) in enumerate(sorted(found, key=lambda each: each[:2])):
            ports[way] = box.xy[0] + (place - (len(found) - 1) / 2) * apart
    return ports


def _run_down(way: Way, points: Sequence[Bend], rows: Sequence[_Row]) -> None:
    """Upright through each row, and over to the next place below it."""
    x, start = points[0]
    pen = _Pen(x, start.bottom)
    for before, (x, box) in pairwise(points):
        above, row = _row_at(rows, before[1].xy[1]), _row_at(rows, box.xy[1])
        pen.down_to(before[1].bottom if above is None else above.bottom)
        pen.over_to(x, box.top if row is None else row.top)
    pen.down_to(points[-1][1].top)
    way.path, way.turns = pen.written, pen.points


def _run_back(way: Way, leaves: float, enters: float, lane: float, rows: Sequence[_Row]) -> None:
    below, above = _row_at(rows, way.start.xy[1]), _row_at(rows, way.end.xy[1])
    assert below is not None, "each box stands in a row"
    assert above is not None, "each box stands in a row"
    pen = _Pen(leaves, way.start.bottom)
    pen.down_to(below.bottom)
    pen.round_to(lane, below.bottom, GAP_PX)
    pen.down_to(above.top)
    pen.round_to(enters, above.top, -GAP_PX)
    pen.down_to(way.end.top)
    way.path, way.turns = pen.written, pen.points


class _Pen:
    """Draws a path as SVG writes it, and keeps the points."""

    def __init__(self, x: float, y: float) -> None:
        self.points = [(x, y)]
        self._said = [f"M{x:.1f},{y:.1f}"]

    @property
    def written(self) -> str:
        return " ".join(self._said)

    def down_to(self, y: float) -> None:
        """Straight up or down."""
        x, here = self.points[-1]
        if abs(y - here) > 0.05:
            self._to(x, y, f"L{x:.1f},{y:.1f}")

    def over_to(self, x: float, y: float) -> None:
        """To the side and down, beginning and ending upright."""
        here, above = self.points[-1]
        if abs(x - here) < 0.05:
            self.down_to(y)
            return
        middle = (above + y) / 2
        self._to(x, y, f"C{here:.1f},{middle:.1f} {x:.1f},{middle:.1f} {x:.1f},{y:.1f}")

    def round_to(self, x: float, y: float, depth: float) -> None:
        """To the side at the same height, and back the way it came."""
        here, _ = self.points[-1]
        turn = y + depth * 0.8
        self.points.append(((here + x) / 2, y + depth * 0.6))
        self._to(x, y, f"C{here:.1f},{turn:.1f} {x:.1f},{turn:.1f} {x:.1f},{y:.1f}")

    def _to(self, x: float, y: float, said: str) -> None:
        self.points.append((x, y))
        self._said.append(said)
