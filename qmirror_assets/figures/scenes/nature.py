"""Icons of living things and of the land."""

from __future__ import annotations

import math

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Canvas
from qmirror_assets.figures.shapes import Point, Points, circle, curve, ellipse, turned

_NODE = 8.0  # no rung where the strands of the helix cross


def _leaf(foot: Point, length: float, degrees: float) -> Points:
    half = [(length * t, length * 0.26 * math.sin(math.pi * t)) for t in _shares(14)]
    outline = half + [(x, -y) for x, y in reversed(half)]
    return [(foot[0] + x, foot[1] + y) for x, y in turned(outline, (0, 0), degrees)]


def _shares(steps: int) -> list[float]:
    return [i / steps for i in range(steps + 1)]


def draw_plant(canvas: Canvas) -> None:
    """A young plant with its roots in the ground."""
    canvas.shape(ellipse(0, -64, 88, 14), style.PALE_AMBER, line=style.RED, width=style.THIN)
    for side in (-1, 1):
        canvas.path([(0, -62), (side * 18, -84), (side * 40, -98)], line=style.RED)
    canvas.path([(0, -62), (0, -100)], line=style.RED)
    canvas.path([(0, -62), (3, 0), (0, 60)], line=style.GREEN, width=5)
    for foot, length, turn in (
        ((2.0, -24.0), 84.0, 28.0),
        ((2.0, -4.0), 84.0, 152.0),
        ((1.0, 34.0), 70.0, 48.0),
        ((1.0, 44.0), 66.0, 128.0),
    ):
        canvas.shape(_leaf(foot, length, turn), style.PALE_GREEN, line=style.GREEN)
        tip = turned([(length * 0.8, 0)], (0, 0), turn)[0]
        canvas.path(
            [foot, (foot[0] + tip[0], foot[1] + tip[1])], line=style.GREEN, width=style.THIN
        )


def draw_cell(canvas: Canvas) -> None:
    """A cell with its nucleus and organelles."""
    canvas.shape(ellipse(0, 0, 100, 82), style.PALE_GREEN, line=style.GREEN, width=5)
    canvas.shape(circle(16, 10, 34), style.PALE_BLUE, line=style.BLUE)
    canvas.shape(circle(22, 16, 11), style.BLUE, line=None)
    for x, y, turn in ((-54, 26, 30), (-30, -46, -20), (56, -38, 40)):
        body = turned(ellipse(x, y, 20, 10), (x, y), turn)
        canvas.shape(body, style.PALE_AMBER, line=style.RED, width=1.5)


def draw_animal(canvas: Canvas) -> None:
    """A paw print: any species would contradict the questions about all others."""
    pad = []
    for a in (2 * math.pi * share for share in _shares(72)):
        radius = 44 + 9 * math.cos(3 * (a - math.pi / 2))
        pad.append((radius * math.cos(a) * 1.12, radius * math.sin(a) - 40))
    canvas.shape(pad, style.AMBER)
    for x, y, turn in ((-72, 14, 24), (-28, 60, 8), (28, 60, -8), (72, 14, -24)):
        canvas.shape(turned(ellipse(x, y, 20, 29), (x, y), turn), style.AMBER)


def draw_person(canvas: Canvas) -> None:
    """A standing person."""
    canvas.shape(circle(0, 74, 24), style.PALE_AMBER)
    body = [(-34.0, 38.0), (34.0, 38.0), (46.0, -22.0), (32.0, -24.0), (24.0, 8.0)]
    legs = [(22.0, -20.0), (20.0, -98.0), (4.0, -98.0), (0.0, -30.0)]
    right = [*body[1:], *legs]
    outline = [*right, *[(-x, y) for x, y in reversed(right[:-1])]]
    canvas.shape(outline, style.PALE_BLUE)


def draw_dna(canvas: Canvas) -> None:
    """A double helix, upright."""
    for i in range(17):
        y = -96.0 + 12 * i
        x = 44 * math.sin(y / 32)
        if abs(x) > _NODE:
            canvas.path([(x, y), (0, y)], line=style.GREEN, width=3.5)
            canvas.path([(0, y), (-x, y)], line=style.AMBER, width=3.5)
    for sign, colour in ((1, style.BLUE), (-1, style.RED)):
        strand = curve(lambda y: 44 * math.sin(y / 32), -102, 102)
        canvas.path([(sign * x, y) for y, x in strand], line=colour, width=6)


def draw_mountain(canvas: Canvas) -> None:
    """Two peaks with snow."""
    canvas.shape([(-2, -72), (58, 44), (112, -72)], style.PALE_GREY)
    canvas.shape([(-112, -72), (-26, 86), (66, -72)], style.LIGHT)
    snow = [(-26, 86), (-55, 33), (-42, 42), (-30, 26), (-16, 40), (4, 34)]
    canvas.shape([(float(x), float(y)) for x, y in snow], style.WHITE)
    canvas.shape([(58, 44), (39, 8), (52, 14), (62, 4), (75, 8)], style.WHITE)
    canvas.path([(-116, -72), (116, -72)], line=style.GREEN, width=4)
