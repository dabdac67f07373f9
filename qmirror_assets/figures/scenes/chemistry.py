"""Vessels: a beaker and a calorimeter."""

from __future__ import annotations

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Canvas
from qmirror_assets.figures.notes import note, point_out
from qmirror_assets.figures.occupancy import Box
from qmirror_assets.figures.scenes.parts import (
    Labels,
    draw_ground,
    draw_thermometer,
    write_inside,
)
from qmirror_assets.figures.shapes import Points, box, circle, ellipse, rounded


def _vessel(width: float, height: float) -> Points:
    """The open outline of a beaker with its spout on the left."""
    w = width / 2
    left = [(-w - 16, height + 8), (-w, height - 8), (-w, 10.0), (-w + 10, 0.0)]
    return [*left, (w - 10, 0.0), (w, 10.0), (w, height)]


def draw_beaker(canvas: Canvas, labels: Labels) -> None:
    """A beaker with liquid and graduation; the level is generic."""
    draw_ground(canvas, -190, 190, -3)
    canvas.shape(rounded(0, 82, 232, 160, 9), style.WATER, line=None, faint=True)
    canvas.shape(ellipse(0, 162, 116, 9), style.PALE_BLUE, line=style.BLUE, width=style.THIN)
    canvas.path(_vessel(236, 250), width=style.BOLD)
    for i in range(9):
        length = 30 if i % 2 else 18
        y = 34.0 + 22 * i
        canvas.path([(118 - length, y), (116, y)], line=style.GREY, width=style.THIN)
    if "temperature" in labels:
        top = draw_thermometer(canvas, (-64, 70), 262)
        note(canvas, labels["temperature"], (top[0] - 6, top[1] - 10), (-1, 0))
    if "mass" in labels:
        for i in range(6):
            canvas.shape(circle(26.0 * i - 58, 11, 7), style.PALE_AMBER, width=style.THIN)
        point_out(canvas, labels["mass"], (-84, 16), (-1, 0), 56)
    note(canvas, labels.get("volume"), (118, 162), (1, 0), 14)
    point_out(canvas, labels.get("concentration"), (84, 52), (1, 0), 52)
    write_inside(canvas, labels.get("substance"), Box(-50, 62, 76, 148), (1, 0))


def draw_calorimeter(canvas: Canvas, labels: Labels) -> None:
    """An insulated cup with a lid, a stirrer, a thermometer and a heater."""
    draw_ground(canvas, -200, 200, -22)
    canvas.shape(rounded(0, 108, 300, 256, 16), style.PALE_AMBER)
    canvas.shape(rounded(0, 118, 236, 212, 10), style.WHITE)
    canvas.shape(rounded(0, 93, 232, 158, 9), style.WATER, line=None, faint=True)
    canvas.path([(-116, 172), (116, 172)], line=style.BLUE, width=style.THIN)
    canvas.shape(rounded(0, 244, 324, 22, 6), style.LIGHT)
    canvas.path([(-66, 290), (-66, 50)], line=style.GREY, width=style.BOLD)
    canvas.shape(ellipse(-66, 48, 30, 8), None, line=style.GREY, width=style.BOLD)
    top = draw_thermometer(canvas, (70, 74), 252)
    _draw_heater(canvas)
    note(canvas, labels.get("initial_temperature"), (top[0] + 6, top[1] - 12), (1, 0.4), 16)
    note(canvas, labels.get("final_temperature"), (top[0] + 6, top[1] - 44), (1, -0.2), 16)
    point_out(canvas, labels.get("mass"), (-100, 130), (-1, 0.1), 66)
    point_out(canvas, labels.get("specific_heat"), (-100, 72), (-1, -0.1), 66)
    point_out(canvas, labels.get("heat"), (32, 32), (1, 0), 132)


def _draw_heater(canvas: Canvas) -> None:
    points = [(-30.0, 24.0)]
    for i in range(6):
        x = -30.0 + i * 10
        points += [(x, 40.0), (x + 5, 40.0), (x + 5, 24.0), (x + 10, 24.0)]
    canvas.path(points, line=style.RED)
    canvas.shape(box(0, 20, 68, 4), style.RED, line=None)
