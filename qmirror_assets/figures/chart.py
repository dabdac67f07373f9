"""Bar, line and scatter charts of one unit, each value printed at its point."""

from __future__ import annotations

from collections.abc import Sequence

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Canvas
from qmirror_assets.figures.scale import Scale, fit_scale
from qmirror_assets.figures.shapes import box, circle
from qmirror_assets.figures.spec import Chart, Point
from qmirror_assets.figures.text import line_height, measure, wrap

_HEIGHT = 300.0
_LEFT = -300.0
_MOST = 640.0


def draw(canvas: Canvas, spec: Chart) -> None:
    """Draw the points that have a text; the others only keep their place and their name."""
    shown = [point for point in spec.points if point.text]
    up = fit_scale([point.y for point in shown], _HEIGHT, zero=spec.style == "bar")
    width = _plot_width(spec)
    _draw_frame(canvas, up, width)
    if spec.style == "bar" or all(point.x is None for point in spec.points):
        floor = _draw_categories(canvas, spec, up, width)
    else:
        floor = _draw_positions(canvas, spec, shown, up, width)
    _draw_axis_names(canvas, spec, up, width, floor)


def _plot_width(spec: Chart) -> float:
    return min(_MOST, max(440.0, 84.0 * len(spec.points)))


def _draw_frame(canvas: Canvas, up: Scale, width: float) -> None:
    for at, text in up.ticks:
        canvas.path(
            [(_LEFT, at), (_LEFT + width, at)], line=style.LIGHT, width=1.0, faint=True
        )
        canvas.write(
            text, (_LEFT - 8, at), "tick", anchor="right", size=style.TICK_SIZE, colour=style.GREY
        )
    canvas.path([(_LEFT, _HEIGHT), (_LEFT, 0)], line=style.GREY, width=style.THIN)
    canvas.path([(_LEFT, up.base), (_LEFT + width, up.base)], width=style.THIN)


def _draw_categories(canvas: Canvas, spec: Chart, up: Scale, width: float) -> float:
    """Points side by side with their names below; returns the lowest edge."""
    step = width / len(spec.points)
    places = [_LEFT + step * (i + 0.5) for i in range(len(spec.points))]
    marks = [(x, up.place(p.y), p) for x, p in zip(places, spec.points, strict=True) if p.text]
    if spec.style == "bar":
        for x, y, _ in marks:
            canvas.shape(
                box(x, (y + up.base) / 2, min(64.0, step * 0.62), max(abs(y - up.base), 1.5)),
                style.BLUE,
                line=None,
            )
    _draw_marks(canvas, spec, marks)
    _write_values(canvas, marks, step, spec.style)
    return _write_names(canvas, spec.points, places, step)


def _draw_marks(canvas: Canvas, spec: Chart, marks: Sequence[tuple[float, float, Point]]) -> None:
    if spec.style == "line":
        canvas.path([(x, y) for x, y, _ in marks], line=style.BLUE, width=style.BOLD)
    if spec.style != "bar":
        for x, y, _ in marks:
            canvas.shape(circle(x, y, 6), style.AMBER)


def _write_values(
    canvas: Canvas, marks: Sequence[tuple[float, float, Point]], room: float, kind: str
) -> None:
    """Each value over its point, moved up where it would cover something."""
    for x, y, point in marks:
        below = kind == "bar" and point.y < 0
        lines = wrap(point.text, max(room - 6, 46.0), style.LABEL_SIZE, "bold")
        _stack_lines(canvas, lines, x, y - 10 if below else y + 10, below=below)
        canvas.record("value", point.text)


def _stack_lines(
    canvas: Canvas, lines: Sequence[str], x: float, y: float, *, below: bool
) -> None:
    step = line_height(style.LABEL_SIZE)
    for i, line in enumerate(lines if below else reversed(lines)):
        at = (x, y - step * (i + 0.5) if below else y + step * (i + 0.5))
        canvas.write(line, at, size=style.LABEL_SIZE, face="bold")


def _write_names(
    canvas: Canvas, points: Sequence[Point], places: Sequence[float], room: float
) -> float:
    step, lowest = line_height(style.TICK_SIZE), 0.0
    for x, point in zip(places, points, strict=True):
        for i, line in enumerate(wrap(point.label, room - 8, style.TICK_SIZE)):
            at = (x, -8 - step * (i + 0.5))
            lowest = min(lowest, canvas.write(line, at, size=style.TICK_SIZE).bottom)
        canvas.record("label", point.label)
    return lowest


def _draw_positions(
    canvas: Canvas, spec: Chart, shown: Sequence[Point], up: Scale, width: float
) -> float:
    """Points at their x; returns the lowest edge."""
    xs = [p.x if p.x is not None else float(i) for i, p in enumerate(spec.points) if p.text]
    across = fit_scale(xs, width, zero=False)
    for at, text in across.ticks:
        x = _LEFT + at
        canvas.path([(x, 0), (x, -6)], line=style.GREY, width=style.THIN)
        canvas.write(text, (x, -18), "tick", size=style.TICK_SIZE, colour=style.GREY)
    marks = [
        (_LEFT + across.place(x), up.place(p.y), p) for x, p in zip(xs, shown, strict=True)
    ]
    _draw_marks(canvas, spec, marks)
    _write_values(canvas, marks, 110.0, spec.style)
    return -28.0


def _draw_axis_names(
    canvas: Canvas, spec: Chart, up: Scale, width: float, floor: float
) -> None:
    step = line_height(style.LABEL_SIZE)
    for i, line in enumerate(wrap(spec.x_label, width, style.LABEL_SIZE)):
        canvas.write(line, (_LEFT + width / 2, floor - 8 - step * (i + 0.5)))
    canvas.record("label", spec.x_label)
    left = _LEFT - 8 - max(measure(text, style.TICK_SIZE) for _, text in up.ticks)
    top = max(_HEIGHT, canvas.bounds.top if canvas.bounds else 0.0) + 8
    for i, line in enumerate(reversed(wrap(spec.y_label, width, style.LABEL_SIZE))):
        canvas.write(line, (left, top + step * (i + 0.5)), anchor="left")
    canvas.record("label", spec.y_label)
