"""Bars: upright where the texts fit side by side, else lying with one row each."""

from __future__ import annotations

from collections.abc import Sequence

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Canvas
from qmirror_assets.figures.scale import fit_scale
from qmirror_assets.figures.shapes import box
from qmirror_assets.figures.spec import Point
from qmirror_assets.figures.text import line_height, measure, wrap

_NAMES = 210.0
_LENGTH = 360.0
_VALUES = 230.0
_MOST_LINES = 3


def fit_upright(points: Sequence[Point], room: float) -> bool:
    """Whether each name fits below its bar, and each value above it on one line."""
    return all(
        measure(point.text, style.LABEL_SIZE, "bold") <= room - 4
        and len(wrap(point.label, room - 8, style.TICK_SIZE)) <= _MOST_LINES
        and all(measure(word, style.TICK_SIZE) <= room - 8 for word in point.label.split(" "))
        for point in points
    )


def draw_upright(
    canvas: Canvas, spots: Sequence[tuple[float, float, Point]], room: float, base: float
) -> None:
    """Bars from `base` to each (x, y) with their values above, or below where they hang."""
    step = line_height(style.LABEL_SIZE)
    for x, y, point in spots:
        height = max(abs(y - base), 1.5)
        canvas.shape(box(x, (y + base) / 2, min(64.0, room * 0.62), height), style.BLUE, line=None)
        at = (x, y + (6 + step / 2) * (-1 if point.y < 0 else 1))
        width = measure(point.text, style.LABEL_SIZE, "bold")
        canvas.shape(box(*at, width + 6, step), style.WHITE, line=None)
        canvas.write(point.text, at, "value", size=style.LABEL_SIZE, face="bold")


def draw_lying(canvas: Canvas, points: Sequence[Point]) -> float:
    """One row for each point: its name, its bar, its value. Returns the lowest edge."""
    across = fit_scale([point.y for point in points if point.text], _LENGTH, zero=True)
    left, top = _NAMES - style.REACH, 0.0
    for point in points:
        names = wrap(point.label, _NAMES - 16, style.TICK_SIZE)
        values = wrap(point.text, _VALUES, style.LABEL_SIZE, "bold")
        step = line_height(style.LABEL_SIZE)
        middle = top - step * max(len(names), len(values)) / 2 - 5
        _write_lines(canvas, names, (left - 10, middle), names_side=True)
        canvas.record("label", point.label)
        if point.text:
            start, end = sorted((across.base, across.place(point.y)))
            bar = box(left + (start + end) / 2, middle, max(end - start, 1.5), 18)
            canvas.shape(bar, style.BLUE, line=None)
            _write_lines(canvas, values, (left + end + 8, middle), names_side=False)
            canvas.record("value", point.text)
        top = 2 * middle - top
    canvas.path([(left + across.base, 0), (left + across.base, top)], width=style.THIN)
    return top


def _write_lines(
    canvas: Canvas, lines: Sequence[str], at: tuple[float, float], *, names_side: bool
) -> None:
    size = style.TICK_SIZE if names_side else style.LABEL_SIZE
    step = line_height(size)
    for i, line in enumerate(lines):
        canvas.write(
            line,
            (at[0], at[1] + step * ((len(lines) - 1) / 2 - i)),
            anchor="right" if names_side else "left",
            size=size,
            face="regular" if names_side else "bold",
        )
