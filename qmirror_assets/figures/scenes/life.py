"""Living things: a cell, and a population that grows."""

from __future__ import annotations

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Canvas
from qmirror_assets.figures.notes import dimension, note
from qmirror_assets.figures.occupancy import Box
from qmirror_assets.figures.scenes.parts import Labels, draw_clock, scatter_points
from qmirror_assets.figures.shapes import circle, ellipse, rounded, turned


def draw_cell(canvas: Canvas, labels: Labels) -> None:
    """A rod-shaped cell where a length is labelled, else a round one."""
    if "length" in labels:
        _draw_rod(canvas)
        dimension(canvas, (-200, -100), (200, -100), labels["length"])
        dimension(canvas, (232, -72), (232, 72), labels.get("diameter"), (1, 0))
        surface, inside = (-150.0, 71.0), (-100.0, 10.0)
    else:
        _draw_round(canvas)
        dimension(canvas, (-120, -150), (120, -150), labels.get("diameter"))
        surface, inside = (-84.0, 86.0), (-90.0, -20.0)
    note(canvas, labels.get("area"), surface, (-1, 1), 20)
    note(canvas, labels.get("volume"), inside, (-1, -0.2), 110)


def _draw_round(canvas: Canvas) -> None:
    canvas.shape(circle(0, 0, 120), style.PALE_GREEN, line=style.GREEN, width=5)
    canvas.shape(circle(24, 14, 44), style.PALE_BLUE, line=style.BLUE)
    canvas.shape(circle(34, 22, 14), style.BLUE, line=None)
    for x, y, turn in ((-66, 44, 30), (-30, -72, -20), (56, -66, 40)):
        body = ellipse(x, y, 24, 12)
        canvas.shape(turned(body, (x, y), turn), style.PALE_AMBER, line=style.RED, width=1.5)
    for x, y in ((-10, 84), (70, 66), (-84, -20), (92, -10), (4, -100)):
        canvas.shape(circle(x, y, 4), style.GREEN, line=None, faint=True)


def _draw_rod(canvas: Canvas) -> None:
    canvas.shape(rounded(0, 0, 400, 144, 71), style.PALE_GREEN, line=style.GREEN, width=5)
    loop = [(-60, 14), (-20, 34), (20, 6), (66, 30), (84, -4), (40, -26), (0, -6), (-44, -30)]
    canvas.shape([(float(x), float(y)) for x, y in loop], None, line=style.BLUE)
    for x, y in scatter_points(Box(-160, -46, 160, 46), 18):
        canvas.shape(circle(x, y, 3.5), style.GREEN, line=None, faint=True)


def draw_population(canvas: Canvas, labels: Labels) -> None:
    """A culture before and after growth; the numbers of cells drawn are generic."""
    _draw_dish(canvas, -200, 5)
    _draw_dish(canvas, 200, 26)
    canvas.arrow((-56, 0), (56, 0), style.GREEN, width=5)
    note(canvas, labels.get("rate"), (0, -10), (0, -1))
    draw_clock(canvas, (-40, 84), labels.get("time"))
    draw_clock(canvas, (-40, -84), labels.get("doubling_time"))
    note(canvas, labels.get("initial"), (-200, -118), (0, -1))
    note(canvas, labels.get("final"), (200, -118), (0, -1))


def _draw_dish(canvas: Canvas, x: float, count: int) -> None:
    canvas.shape(circle(x, 0, 116), style.WHITE)
    canvas.shape(circle(x, 0, 104), style.PALE_AMBER, width=style.THIN)
    for i, at in enumerate(scatter_points(Box(x - 68, -68, x + 68, 68), count)):
        body = turned(rounded(*at, 24, 11, 5), at, 47.0 * i)
        canvas.shape(body, style.PALE_GREEN, line=style.GREEN, width=1.5)
