"""Parts that several scenes share: ground, blocks, thermometers, clocks, labels inside shapes."""

from __future__ import annotations

import math
from collections.abc import Mapping

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Canvas
from qmirror_assets.figures.notes import compose, note, set_block
from qmirror_assets.figures.occupancy import Box
from qmirror_assets.figures.shapes import Point, arc, box, circle, rounded, turned
from qmirror_assets.figures.spec import Labelled

Labels = Mapping[str, Labelled]


def draw_ground(canvas: Canvas, start: float, end: float, y: float, *, above: bool = False) -> None:
    """A hatched ground line, or a ceiling if the hatch is `above`."""
    canvas.path([(start, y), (end, y)])
    step = 9 if above else -9
    for i in range(int((end - start) / 14)):
        x = start + 14 * i + 3
        canvas.path(
            [(x, y + step), (x + 8, y)], line=style.LIGHT, width=style.THIN, faint=not above
        )


def draw_block(
    canvas: Canvas, at: Point, width: float, height: float, degrees: float = 0.0
) -> None:
    """A block, turned about its middle."""
    canvas.shape(turned(box(*at, width, height), at, degrees), style.PALE_AMBER)


def draw_clock(canvas: Canvas, at: Point, item: Labelled | None, toward: Point = (1, 0)) -> None:
    """A small clock with its note. Nothing for None."""
    if item is None:
        return
    x, y = at
    canvas.shape(box(x, y + 20, 8, 8), style.GREY, line=None)
    canvas.shape(circle(x, y, 17), style.WHITE)
    canvas.path([(x, y + 11), (x, y), (x + 8, y - 4)], width=style.THIN)
    edge = math.hypot(*toward) / 18
    note(canvas, item, (x + toward[0] / edge, y + toward[1] / edge), toward)


def draw_thermometer(canvas: Canvas, foot: Point, height: float) -> Point:
    """A thermometer standing on `foot`; returns the top of its tube."""
    x, y = foot
    canvas.shape(rounded(x, y + height / 2, 12, height, 6), style.WHITE, width=style.THIN)
    canvas.shape(box(x, y + height * 0.32, 4, height * 0.6), style.RED, line=None)
    canvas.shape(circle(x, y + 3, 9), style.RED, width=style.THIN)
    for i in range(5):
        mark = y + height * (0.42 + 0.11 * i)
        canvas.path([(x + 2, mark), (x + 6, mark)], line=style.GREY, width=1.0)
    return x, y + height


def draw_flame(canvas: Canvas, at: Point, size: float) -> None:
    """A flame standing on `at`."""
    x, y = at
    for scale, colour in ((1.0, style.AMBER), (0.55, style.PALE_AMBER)):
        s = size * scale
        side = [(0.32, 0.12), (0.4, 0.32), (0.26, 0.6), (0.06, 1.0)]
        right = [(x + u * s, y + v * s) for u, v in side]
        left = [(x - u * s, y + v * s * 0.86) for u, v in reversed(side[:-1])]
        canvas.shape([(x, y), *right, *left], colour, line=style.RED, width=style.THIN)


def write_inside(
    canvas: Canvas, item: Labelled | None, area: Box, toward: Point = (0.0, 1.0)
) -> None:
    """Write `item` into `area` if it fits there, else beside it with a leader line."""
    if item is None:
        return
    block = compose(item, area.width - 8)
    if block.width <= area.width - 8 and block.height <= area.height - 4:
        x, y = area.centre
        w, h = block.width / 2, block.height / 2
        set_block(canvas, block, Box(x - w, y - h, x + w, y + h))
        return
    note(canvas, item, _border_point(area, toward), toward)


def _border_point(area: Box, toward: Point) -> Point:
    x, y = area.centre
    stretch = max(abs(toward[0]) / (area.width / 2), abs(toward[1]) / (area.height / 2))
    return x + toward[0] / stretch, y + toward[1] / stretch


def draw_angle(
    canvas: Canvas, at: Point, radius: float, start: float, end: float, item: Labelled | None
) -> None:
    """An angle's arc with its note outside of it. Nothing for None."""
    if item is None:
        return
    canvas.path(arc(*at, radius, start, end), line=style.RED)
    middle = math.radians((start + end) / 2)
    ux, uy = math.cos(middle), math.sin(middle)
    note(canvas, item, (at[0] + ux * radius, at[1] + uy * radius), (ux, uy))


def scatter_points(area: Box, count: int) -> list[Point]:
    """Points that fill `area` evenly without a pattern; always the same ones."""
    return [
        (
            area.left + area.width * ((0.5 + i * 0.7548776662) % 1.0),
            area.bottom + area.height * ((0.5 + i * 0.5698402910) % 1.0),
        )
        for i in range(count)
    ]
