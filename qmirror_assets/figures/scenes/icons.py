"""Icons of things a question speaks about, each about 200 pixels wide around (0, 0)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Canvas
from qmirror_assets.figures.catalogue import Icon
from qmirror_assets.figures.scenes.nature import (
    draw_animal,
    draw_cell,
    draw_dna,
    draw_mountain,
    draw_person,
    draw_plant,
)
from qmirror_assets.figures.shapes import arc, box, circle, ellipse, rounded, turned


def _draw_circle(canvas: Canvas) -> None:
    canvas.shape(circle(0, 0, 92), style.PALE_BLUE, line=style.BLUE, width=style.BOLD)
    canvas.shape(circle(0, 0, 58), style.WHITE, line=style.BLUE, width=style.THIN)
    canvas.shape(circle(0, 0, 26), style.PALE_BLUE, line=style.BLUE, width=style.THIN)


def _draw_flask(canvas: Canvas) -> None:
    liquid = [(-56.0, -20.0), (56.0, -20.0), (86.0, -74.0), (70.0, -92.0)]
    canvas.shape([*liquid, (-70, -92), (-86, -74)], style.WATER, line=None)
    canvas.path([(-56, -20), (56, -20)], line=style.BLUE, width=style.THIN)
    for x, y, r in ((-20, -50, 8), (24, -66, 6), (10, -36, 5), (-44, -74, 5)):
        canvas.shape(circle(x, y, r), style.WHITE, line=style.BLUE, width=style.THIN)
    side = [(22.0, 92.0), (22.0, 34.0), (88.0, -72.0), (72.0, -95.0)]
    canvas.path([*side, *[(-x, y) for x, y in reversed(side)]], width=style.BOLD)
    canvas.shape(rounded(0, 94, 60, 10, 5), style.WHITE)


def _draw_atom(canvas: Canvas) -> None:
    for turn in (0, 60, 120):
        orbit = turned(ellipse(0, 0, 98, 36), (0, 0), turn)
        canvas.shape(orbit, None, line=style.BLUE)
        canvas.shape(circle(*orbit[9], 8), style.BLUE, line=None)
    for x, y, colour in ((-8, 6, style.RED), (9, 5, style.AMBER), (0, -9, style.RED)):
        canvas.shape(circle(x, y, 11), colour, width=style.THIN)


def _draw_planet(canvas: Canvas) -> None:
    # no rings: most planets and moons of textbook questions have none
    canvas.shape(circle(0, 0, 70), style.PALE_BLUE, line=style.BLUE, width=style.BOLD)
    for y in (36.0, 6.0, -30.0):
        half = math.sqrt(66**2 - y**2)
        canvas.path(arc(0, y, half, 200, 340, ry=12), line=style.BLUE, width=style.THIN)


def _draw_star(canvas: Canvas) -> None:
    for i in range(16):
        a, far = math.radians(22.5 * i), 104 if i % 2 else 92
        canvas.path(
            [(74 * math.cos(a), 74 * math.sin(a)), (far * math.cos(a), far * math.sin(a))],
            line=style.AMBER,
            width=4,
        )
    canvas.shape(circle(0, 0, 64), style.AMBER, line=style.RED)
    canvas.shape(circle(0, 0, 46), style.PALE_AMBER, line=None)


def _draw_block(canvas: Canvas) -> None:
    canvas.shape([(-84, -70), (44, -70), (44, 44), (-84, 44)], style.PALE_AMBER)
    canvas.shape([(-84, 44), (44, 44), (88, 82), (-40, 82)], style.WHITE)
    canvas.shape([(44, -70), (88, -32), (88, 82), (44, 44)], style.AMBER)


def _draw_battery(canvas: Canvas) -> None:
    canvas.shape(rounded(-6, 0, 176, 84, 10), style.PALE_GREEN)
    canvas.shape(rounded(-64, 0, 60, 84, 10), style.GREY)
    canvas.shape(rounded(88, 0, 14, 34, 4), style.LIGHT)
    canvas.path([(40, 0), (64, 0)], width=4)
    canvas.path([(52, -12), (52, 12)], width=4)
    canvas.path([(-76, 0), (-52, 0)], line=style.WHITE, width=4)


def _draw_drop(canvas: Canvas) -> None:
    round_part = arc(0, -24, 66, 152, 388)
    canvas.shape([(0, 98), *round_part], style.WATER, line=style.BLUE, width=style.BOLD)
    canvas.path(arc(0, -24, 46, 190, 250), line=style.WHITE, width=6)


def _draw_thermometer(canvas: Canvas) -> None:
    canvas.shape(rounded(0, 16, 44, 164, 22), style.WHITE, width=style.BOLD)
    canvas.shape(circle(0, -66, 32), style.RED, width=style.BOLD)
    canvas.shape(box(0, -12, 14, 80), style.RED, line=None)
    for i in range(6):
        y = -16.0 + 18 * i
        canvas.path([(30, y), (46 if i % 2 else 40, y)], line=style.GREY)


def _draw_ruler(canvas: Canvas) -> None:
    canvas.shape(turned(box(0, 0, 210, 58), (0, 0), 18), style.PALE_AMBER)
    for i in range(19):
        x = -94.5 + 10.5 * i
        depth = 22 if i % 5 == 0 else 12
        canvas.path(turned([(x, 29), (x, 29 - depth)], (0, 0), 18), width=style.THIN)


DRAWINGS: Mapping[Icon, Callable[[Canvas], None]] = {
    "circle": _draw_circle,
    "flask": _draw_flask,
    "atom": _draw_atom,
    "planet": _draw_planet,
    "star": _draw_star,
    "plant": draw_plant,
    "cell": draw_cell,
    "animal": draw_animal,
    "person": draw_person,
    "block": _draw_block,
    "battery": _draw_battery,
    "drop": _draw_drop,
    "thermometer": _draw_thermometer,
    "dna": draw_dna,
    "mountain": draw_mountain,
    "ruler": _draw_ruler,
}
