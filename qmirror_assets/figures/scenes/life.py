"""Living things: a cell, and a population that grows."""

from __future__ import annotations

import math

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Canvas
from qmirror_assets.figures.notes import dimension, note, point_out
from qmirror_assets.figures.occupancy import Box
from qmirror_assets.figures.scenes.parts import Labels, draw_clock, scatter_points
from qmirror_assets.figures.shapes import circle, ellipse, rounded, turned


def draw_cell(canvas: Canvas, labels: Labels) -> None:
    """A rod-shaped cell where a length is labelled, else a round one."""
    if "length" in labels:
        _draw_rod(canvas)
        dimension(canvas, (-200, -100), (200, -100), labels["length"])
        dimension(canvas, (232, -72), (232, 72), labels.get("diameter"), (1, 0))
        surface, inside, outside = (-150.0, 71.0), (-150.0, -16.0), 70.0
    else:
        _draw_round(canvas)
        dimension(canvas, (-120, -150), (120, -150), labels.get("diameter"))
        surface, inside, outside = (-84.0, 86.0), (-72.0, -12.0), 66.0
    note(canvas, labels.get("area"), surface, (-1, 1), 20)
    point_out(canvas, labels.get("volume"), inside, (-1, -0.1), outside)


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
    turns = [2 * math.pi * i / 120 for i in range(120)]
    loop = [
        ((74 + 15 * math.cos(7 * t)) * math.cos(t), (25 + 9 * math.cos(7 * t)) * math.sin(t))
        for t in turns
    ]
    canvas.shape(loop, None, line=style.BLUE)
    for x, y in scatter_points(Box(-160, -46, 160, 46), 18):
        canvas.shape(circle(x, y, 3.5), style.GREEN, line=None, faint=True)


def draw_population(canvas: Canvas, labels: Labels) -> None:
    """A culture before and after growth; the numbers of cells drawn are generic."""
    _draw_dish(canvas, -235, 5)
    _draw_dish(canvas, 235, 26)
    canvas.arrow((-64, 0), (64, 0), style.GREEN, width=5)
    note(canvas, labels.get("rate"), (0, -10), (0, -1))
    draw_clock(canvas, (-50, 70), labels.get("time"))
    draw_clock(canvas, (-60, -104), labels.get("doubling_time"))
    note(canvas, labels.get("initial"), (-235, -108), (0, -1))
    note(canvas, labels.get("final"), (235, -108), (0, -1))


def _draw_dish(canvas: Canvas, x: float, count: int) -> None:
    canvas.shape(circle(x, 0, 106), style.WHITE)
    canvas.shape(circle(x, 0, 95), style.PALE_AMBER, width=style.THIN)
    for i, at in enumerate(scatter_points(Box(x - 60, -62, x + 60, 62), count)):
        body = turned(rounded(*at, 24, 11, 5), at, 47.0 * i)
        canvas.shape(body, style.PALE_GREEN, line=style.GREEN, width=1.5)
