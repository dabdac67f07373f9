"""Things that move: along a road, and thrown."""

from __future__ import annotations

import re

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Canvas
from qmirror_assets.figures.notes import dimension, note, vector
from qmirror_assets.figures.scenes.parts import Labels, draw_angle, draw_clock, draw_ground
from qmirror_assets.figures.shapes import circle, curve, rounded
from qmirror_assets.figures.spec import Labelled


def draw_kinematics(canvas: Canvas, labels: Labels) -> None:
    """A cart at the start and at the end of its way."""
    draw_ground(canvas, -300, 320, 0)
    _draw_cart(canvas, -210, later=False)
    _draw_cart(canvas, 190, later=True)
    if "acceleration" in labels:
        start, end = (-60, 118), (60, 118)
        if _slows(labels["acceleration"]):
            start, end = end, start
        canvas.arrow(start, end, style.GREEN, width=style.BOLD)
        note(canvas, labels["acceleration"], (0, 122), (0, 1))
    vector(canvas, (-155, 38), (-75, 38), labels.get("initial_speed"), toward=(0.3, 1))
    vector(canvas, (245, 38), (345, 38), labels.get("final_speed"), toward=(-0.2, 1))
    dimension(canvas, (-210, -34), (190, -34), labels.get("distance"))
    draw_clock(canvas, (10, 40), labels.get("time"))


def _slows(acceleration: Labelled) -> bool:
    """A deceleration points against the motion, and so does a negative acceleration."""
    slowing = re.search(r"decelerat|brak|retard", acceleration.label, re.IGNORECASE)
    return slowing is not None or acceleration.value.startswith(("-", "−"))


def _draw_cart(canvas: Canvas, x: float, *, later: bool) -> None:
    fill = style.WHITE if later else style.PALE_BLUE
    canvas.shape(rounded(x, 38, 104, 40), fill, dashed=later)
    for wheel in (x - 30, x + 30):
        canvas.shape(circle(wheel, 12, 11), style.WHITE if later else style.LIGHT, dashed=later)
        canvas.shape(circle(wheel, 12, 3), style.INK, line=None)


def draw_projectile(canvas: Canvas, labels: Labels) -> None:
    """A ball on its parabola; launch angle and height are generic."""
    start, end, peak = -250.0, 250.0, 190.0
    draw_ground(canvas, -300, 300, 0)
    canvas.path(
        curve(lambda x: peak * (1 - (x / end) ** 2), start, end), line=style.BLUE, dashed=True
    )
    for x in (-150.0, 0.0, 150.0):
        y = peak * (1 - (x / end) ** 2)
        canvas.shape(circle(x, y, 7), style.WHITE, line=style.BLUE, width=style.THIN)
    canvas.shape(circle(start, 0, 11), style.AMBER)
    vector(canvas, (start, 0), (start + 62, 94), labels.get("speed"), toward=(-0.3, 1))
    draw_angle(canvas, (start, 0), 60, 0, 56.6, labels.get("angle"))
    dimension(canvas, (0, 2), (0, peak - 8), labels.get("height"), (1, 0))
    dimension(canvas, (start, -30), (end, -30), labels.get("range"))
    draw_clock(canvas, (218, 132), labels.get("time"))
