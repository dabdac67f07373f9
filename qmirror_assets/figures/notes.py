"""Notes: a label with its value, set near the thing it belongs to and over nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Anchor, Canvas, DrawnRole
from qmirror_assets.figures.occupancy import Box
from qmirror_assets.figures.shapes import Point, between, circle, turned
from qmirror_assets.figures.spec import Labelled
from qmirror_assets.figures.text import Face, line_height, measure, wrap

_LABEL_WIDTH = 190.0
_VALUE_WIDTH = 250.0
_GAP = 8.0
_LEADER_FROM = 20.0  # a note further away than this gets a leader line


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of one line in one face."""

    text: str
    face: Face
    size: float
    colour: str

    @property
    def width(self) -> float:
        """Pixels."""
        return measure(self.text, self.size, self.face)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of runs, and what they say by role."""

    lines: tuple[tuple[Run, ...], ...]
    said: tuple[tuple[DrawnRole, str], ...]

    @property
    def width(self) -> float:
        """Pixels of the longest line."""
        return max(sum(run.width for run in line) for line in self.lines)

    @property
    def height(self) -> float:
        """Pixels of all lines."""
        return sum(_height(line) for line in self.lines)


def _height(line: tuple[Run, ...]) -> float:
    return max(line_height(run.size) for run in line)


def compose(
    item: Labelled, width: float = _LABEL_WIDTH, value_width: float = _VALUE_WIDTH
) -> Block:
    """The label above, and below it the value with its symbol: "length" / "L = 2.0 m"."""
    lines: list[tuple[Run, ...]] = []
    said: list[tuple[DrawnRole, str]] = []
    if item.label:
        lines = [
            (Run(line, "regular", style.LABEL_SIZE, style.GREY),)
            for line in wrap(item.label, width, style.LABEL_SIZE)
        ]
        said.append(("label", item.label))
    if item.value or not item.label:
        lines.extend(_value_lines(item, value_width))
    if item.symbol and (item.value or not item.label):
        said.append(("symbol", item.symbol))
    if item.value:
        said.append(("value", item.value))
    return Block(tuple(lines), tuple(said))


def _value_lines(item: Labelled, width: float) -> list[tuple[Run, ...]]:
    """The value after its symbol on one line if it fits, else the symbol alone above the value."""
    sign = f"{item.symbol} = " if item.value else item.symbol
    start = (Run(sign, "oblique", style.VALUE_SIZE, style.INK),) if item.symbol else ()
    values = wrap(item.value, width, style.VALUE_SIZE, "bold") if item.value else []
    bold = [Run(value, "bold", style.VALUE_SIZE, style.INK) for value in values]
    fits = sum(run.width for run in (*start, *bold[:1])) <= width
    if fits and bold == bold[:1]:
        return [(*start, *bold)]
    return [*([start] if start else []), *((run,) for run in bold)]


def set_block(canvas: Canvas, block: Block, area: Box, anchor: Anchor = "centre") -> None:
    """Write `block` into `area` from its top."""
    top = area.top
    for line in block.lines:
        height, width = _height(line), sum(run.width for run in line)
        slack = area.width - width
        x = area.left + slack * {"left": 0.0, "centre": 0.5, "right": 1.0}[anchor]
        for run in line:
            canvas.write(
                run.text,
                (x, top - height / 2),
                anchor="left",
                size=run.size,
                face=run.face,
                colour=run.colour,
            )
            x += run.width
        top -= height
    for role, text in block.said:
        canvas.record(role, text)


def note(
    canvas: Canvas,
    item: Labelled | None,
    at: Point,
    toward: Point = (1.0, 0.0),
    gap: float = _GAP,
    width: float | None = None,
) -> None:
    """Write `item` near `at`, on the side that the vector `toward` points to.

    It is placed when all geometry is drawn: the nearest free place wins, and a leader line
    joins a note that had to move away. Nothing is done for None, so that drawings can pass
    every slot.
    """
    if item is not None:
        block = compose(item, width, width) if width else compose(item)
        canvas.defer(lambda: _place(canvas, block, at, toward, gap))


def point_out(canvas: Canvas, item: Labelled | None, at: Point, toward: Point, gap: float) -> None:
    """A note outside of a shape, led by a line to a dot inside it. Nothing for None."""
    if item is None:
        return

    canvas.shape(circle(*at, 3.5), style.GREY, line=None)
    canvas.defer(lambda: _place(canvas, compose(item), at, toward, gap, led=True))


def _place(
    canvas: Canvas, block: Block, at: Point, toward: Point, gap: float, *, led: bool = False
) -> None:
    area = _find_place(canvas, block, at, toward, gap)
    end = area.nearest(at)
    away = math.dist(at, end)
    if led or away > max(_LEADER_FROM, gap + 6):
        line = [between(at, end, 3 / away), between(end, at, 4 / away)]
        canvas.path(line, line=style.GREY, width=style.THIN)
    set_block(canvas, block, area, _anchor(area, at))


def _anchor(area: Box, at: Point) -> Anchor:
    if at[0] <= area.left:
        return "left"
    return "right" if at[0] >= area.right else "centre"


def _search_order() -> list[tuple[float, float]]:
    """(extra distance, turn in degrees), nearest and straightest first."""
    places = [(d * 8.0, t * 15.0) for d in range(45) for t in range(-8, 9)]
    return sorted(places, key=lambda p: (p[0] + abs(p[1]) * 0.7, p[1]))


_ORDER = _search_order()


def _find_place(canvas: Canvas, block: Block, at: Point, toward: Point, gap: float) -> Box:
    for extra, turn in _ORDER:
        area = _beside(block, at, turned([toward], (0, 0), turn)[0], gap + extra)
        if max(-area.left, area.right) > style.REACH:
            continue
        if canvas.taken.is_free(area) and canvas.taken.is_clear(at, area.nearest(at)):
            return area
    bottom = canvas.bounds.bottom if canvas.bounds else at[1]
    return _beside(block, (0.0, bottom), (0.0, -1.0), gap)


def _beside(block: Block, at: Point, toward: Point, gap: float) -> Box:
    length = math.hypot(*toward)
    ux, uy = toward[0] / length, toward[1] / length
    w, h = block.width / 2, block.height / 2
    x, y = at[0] + ux * (gap + w), at[1] + uy * (gap + h)
    return Box(x - w, y - h, x + w, y + h)


def dimension(
    canvas: Canvas,
    start: Point,
    end: Point,
    item: Labelled | None,
    toward: Point = (0.0, -1.0),
    *,
    colour: str = style.GREY,
) -> None:
    """A double arrow with end ticks between two points, and its note. Nothing for None."""
    if item is None:
        return
    length = math.dist(start, end)
    nx, ny = -(end[1] - start[1]) / length * 8, (end[0] - start[0]) / length * 8
    for x, y in (start, end):
        canvas.path([(x - nx, y - ny), (x + nx, y + ny)], line=colour, width=style.THIN)
    canvas.arrow(start, end, colour, width=style.THIN, both=True)
    note(canvas, item, between(start, end), toward)


def vector(
    canvas: Canvas,
    start: Point,
    end: Point,
    item: Labelled | None,
    colour: str = style.RED,
    toward: Point | None = None,
) -> None:
    """A bold arrow with its note beyond the tip (or towards `toward`). Nothing for None."""
    if item is None:
        return
    canvas.arrow(start, end, colour, width=style.BOLD)
    note(canvas, item, end, toward or (end[0] - start[0], end[1] - start[1]))
