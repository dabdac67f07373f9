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


def _draw_stars(canvas: Canvas) -> None:
    for x, y, r in ((-50.0, 22.0, 40.0), (54.0, -26.0, 30.0)):
        for i in range(12):
            a = math.radians(30 * i)
            dx, dy = math.cos(a), math.sin(a)
            near, far = r + 6, r + (18 if i % 2 else 12)
            canvas.path(
                [(x + near * dx, y + near * dy), (x + far * dx, y + far * dy)],
                line=style.AMBER,
                width=3,
            )
        canvas.shape(circle(x, y, r), style.AMBER, line=style.RED)
        canvas.shape(circle(x, y, 0.7 * r), style.PALE_AMBER, line=None)


def _draw_galaxy(canvas: Canvas) -> None:
    """Two logarithmic spiral arms around a bulge, seen at a slant."""
    for start in (0.0, math.pi):
        arm = []
        for i in range(40):
            turn = 0.12 * i
            r = 26 * math.exp(0.29 * turn)
            arm.append((r * math.cos(start + turn), 0.62 * r * math.sin(start + turn)))
        canvas.path(turned(arm, (0, 0), -18), line=style.BLUE, width=style.BOLD)
        for x, y in turned(arm[12::6], (0, 0), -18):
            canvas.shape(circle(x, y, 4.5), style.AMBER, line=style.RED, width=style.THIN)
    bulge = turned(ellipse(0, 0, 30, 20), (0, 0), -18)
    canvas.shape(bulge, style.PALE_AMBER, line=style.AMBER, width=style.BOLD)


def _draw_telescope(canvas: Canvas) -> None:
    for foot in (-52.0, 0.0, 52.0):
        canvas.path([(0, -8), (foot, -94)], line=style.GREY, width=style.BOLD)
    tube = turned(box(4, 22, 150, 46), (0, 0), 28)
    canvas.shape(tube, style.PALE_BLUE, width=style.BOLD)
    canvas.shape(turned(box(84, 22, 14, 58), (0, 0), 28), style.LIGHT)
    canvas.shape(turned(box(-84, 22, 28, 26), (0, 0), 28), style.LIGHT)
    canvas.shape(circle(0, 2, 12), style.GREY)


def _draw_radio_telescope(canvas: Canvas) -> None:
    canvas.shape([(-14, -10), (14, -10), (46, -94), (-46, -94)], style.LIGHT)
    bowl = [(-88.0 + 11 * i, 0.0048 * (-88.0 + 11 * i) ** 2) for i in range(17)]
    canvas.shape(turned(bowl, (0, 0), -28), style.PALE_BLUE, width=style.BOLD)
    focus = (0.0, 64.0)
    for rim in (bowl[1], bowl[-2]):
        canvas.path(turned([rim, focus], (0, 0), -28), line=style.GREY)
    canvas.shape(circle(*turned([focus], (0, 0), -28)[0], 8), style.RED)


def _draw_bulb(canvas: Canvas) -> None:
    canvas.shape(circle(0, 26, 62), style.PALE_AMBER, line=style.AMBER, width=style.BOLD)
    canvas.shape([(-26, -26), (26, -26), (24, -46), (-24, -46)], style.PALE_AMBER, line=None)
    filament = [(-14.0, -40.0), (-18, 18), (-8, 36), (0, 20), (8, 36), (18, 18), (14, -40)]
    canvas.path(filament, line=style.RED)
    for y in (-56.0, -70.0):
        canvas.shape(rounded(0, y, 54, 14, 6), style.LIGHT)
    canvas.shape([(-16, -78), (16, -78), (8, -92), (-8, -92)], style.GREY)


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
    "stars": _draw_stars,
    "galaxy": _draw_galaxy,
    "telescope": _draw_telescope,
    "radio_telescope": _draw_radio_telescope,
    "bulb": _draw_bulb,
}
