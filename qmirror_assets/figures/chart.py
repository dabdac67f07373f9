"""Bar, line and scatter charts of one unit, each value printed at its point."""

from __future__ import annotations

from collections.abc import Sequence

from qmirror_assets.figures import style
from qmirror_assets.figures.bars import draw_lying, draw_upright, fit_upright
from qmirror_assets.figures.canvas import Canvas
from qmirror_assets.figures.notes import note
from qmirror_assets.figures.occupancy import Box
from qmirror_assets.figures.scale import Scale, fit_scale
from qmirror_assets.figures.shapes import circle
from qmirror_assets.figures.spec import Chart, Labelled, Point
from qmirror_assets.figures.text import line_height, measure, wrap

_HEIGHT = 300.0
_LEFT = -300.0
_MOST = 640.0
Spot = tuple[float, float, Point]  # x, y in pixels and what stands there


def draw(canvas: Canvas, spec: Chart) -> None:
    """Draw the points that have a text; the others only keep their place and their name."""
    width = min(_MOST, max(440.0, 84.0 * len(spec.points)))
    room = width / len(spec.points)
    upright = fit_upright(spec.points, room)
    if spec.style == "bar" and not upright:
        floor = draw_lying(canvas, spec.points)
        _write_name(canvas, spec.x_label, (-style.REACH, 0.0))
        _write_below(canvas, spec.y_label, 0.0, floor)
        return
    shown = [point for point in spec.points if point.text]
    up = fit_scale([point.y for point in shown], _HEIGHT, zero=spec.style == "bar")
    _draw_frame(canvas, up, width)
    if spec.style == "bar" or (upright and all(point.x is None for point in spec.points)):
        floor = _draw_categories(canvas, spec, up, room)
    else:
        floor = _draw_positions(canvas, spec, up, width)
    _write_below(canvas, spec.x_label, _LEFT + width / 2, floor)
    left = _LEFT - 8 - max(measure(text, style.TICK_SIZE) for _, text in up.ticks)
    canvas.defer(lambda: _write_name(canvas, spec.y_label, (left, _HEIGHT)))


def _draw_frame(canvas: Canvas, up: Scale, width: float) -> None:
    for at, text in up.ticks:
        canvas.path([(_LEFT, at), (_LEFT + width, at)], line=style.LIGHT, width=1.0, faint=True)
        canvas.write(
            text, (_LEFT - 8, at), "tick", anchor="right", size=style.TICK_SIZE, colour=style.GREY
        )
    canvas.path([(_LEFT, _HEIGHT), (_LEFT, 0)], line=style.GREY, width=style.THIN)
    canvas.path([(_LEFT, up.base), (_LEFT + width, up.base)], width=style.THIN)


def _draw_categories(canvas: Canvas, spec: Chart, up: Scale, room: float) -> float:
    """Points side by side with their names below; returns the lowest edge."""
    places = [_LEFT + room * (i + 0.5) for i in range(len(spec.points))]
    spots = [(x, up.place(p.y), p) for x, p in zip(places, spec.points, strict=True) if p.text]
    if spec.style == "bar":
        draw_upright(canvas, spots, room, up.base)
    else:
        _draw_marks(canvas, spec, spots, named=False)
    step = line_height(style.TICK_SIZE)
    top = min(0.0, canvas.bounds.bottom if canvas.bounds else 0.0) - 4
    lowest = top
    for x, point in zip(places, spec.points, strict=True):
        for i, line in enumerate(wrap(point.label, room - 8, style.TICK_SIZE)):
            at = (x, top - step * (i + 0.5))
            lowest = min(lowest, canvas.write(line, at, size=style.TICK_SIZE).bottom)
        canvas.record("label", point.label)
    return lowest


def _draw_positions(canvas: Canvas, spec: Chart, up: Scale, width: float) -> float:
    """Points at their x with their names beside them; returns the lowest edge."""
    placed = [(p.x if p.x is not None else float(i), p) for i, p in enumerate(spec.points)]
    shown = [(x, point) for x, point in placed if point.text]
    across = fit_scale([x for x, _ in shown], width, zero=False)
    for at, text in across.ticks if any(p.x is not None for p in spec.points) else ():
        x = _LEFT + at
        canvas.path([(x, 0), (x, -6)], line=style.GREY, width=style.THIN)
        canvas.write(text, (x, -18), "tick", size=style.TICK_SIZE, colour=style.GREY)
    canvas.taken.mark_text(Box(_LEFT - 80, -30, _LEFT + width + 80, -3))
    spots = [(_LEFT + across.place(x), up.place(point.y), point) for x, point in shown]
    _draw_marks(canvas, spec, spots, named=True)
    return -28.0


def _draw_marks(canvas: Canvas, spec: Chart, spots: Sequence[Spot], *, named: bool) -> None:
    """The line and the points, each with a note wherever it covers nothing."""
    if spec.style == "line":
        canvas.path([(x, y) for x, y, _ in spots], line=style.BLUE, width=style.BOLD)
    for x, y, point in spots:
        canvas.shape(circle(x, y, 6), style.AMBER)
        item = Labelled(label=point.label if named else "", value=point.text)
        note(canvas, item, (x, y), (0, 1), 11)


def _write_below(canvas: Canvas, name: str, x: float, floor: float) -> None:
    """An axis name below `floor`."""
    step = line_height(style.LABEL_SIZE)
    for i, line in enumerate(wrap(name, 440.0, style.LABEL_SIZE)):
        canvas.write(line, (x, floor - 8 - step * (i + 0.5)))
    canvas.record("label", name)


def _write_name(canvas: Canvas, name: str, at: tuple[float, float]) -> None:
    """An axis name above whatever stands highest."""
    step = line_height(style.LABEL_SIZE)
    top = max(at[1], canvas.bounds.top if canvas.bounds else at[1]) + 8
    for i, line in enumerate(reversed(wrap(name, 440.0, style.LABEL_SIZE))):
        canvas.write(line, (at[0], top + step * (i + 0.5)), anchor="left")
    canvas.record("label", name)
