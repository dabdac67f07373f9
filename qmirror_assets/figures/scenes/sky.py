"""A planet on its orbit."""

from __future__ import annotations

import math

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Canvas
from qmirror_assets.figures.notes import dimension, note, vector
from qmirror_assets.figures.scenes.parts import Labels
from qmirror_assets.figures.shapes import Point, arc, circle, ellipse

_RX, _RY = 270.0, 150.0


def draw_orbit(canvas: Canvas, labels: Labels) -> None:
    """A star, an orbit seen at a slant and a planet; nothing is to scale."""
    canvas.path(arc(0, 0, _RX, 0, 360, ry=_RY), line=style.GREY, dashed=True)
    _draw_star(canvas)
    planet = _on_orbit(-24)
    reach = "distance" if "distance" in labels else "radius"
    if reach in labels:
        dimension(canvas, (0, 0), planet, labels[reach], (-0.3, -1))
    canvas.shape(circle(0, 0, 34), style.AMBER)
    canvas.shape(circle(*planet, 20), style.PALE_BLUE, line=style.BLUE)
    canvas.path(arc(*planet, 20, 200, 340, ry=7), line=style.BLUE, width=style.THIN)
    if "speed" in labels:
        ahead = _on_orbit(-23)
        scale = 96 / math.dist(planet, ahead)
        tip = (
            planet[0] + (ahead[0] - planet[0]) * scale,
            planet[1] + (ahead[1] - planet[1]) * scale,
        )
        vector(canvas, planet, tip, labels["speed"], toward=(1, 0))
    if "period" in labels:
        canvas.path(arc(0, 0, _RX, 100, 150, ry=_RY), line=style.GREEN, width=style.BOLD)
        canvas.arrow(_on_orbit(150), _on_orbit(152), style.GREEN, width=style.BOLD)
        note(canvas, labels["period"], _on_orbit(125), (-0.6, 1))
    note(canvas, labels.get("star_mass"), (0, 58), (0, 1), 4)
    note(canvas, labels.get("planet_mass"), (planet[0] + 14, planet[1] - 16), (1, -1))
    if "distance" in labels:
        note(canvas, labels.get("radius"), (planet[0] - 8, planet[1] - 18), (-0.4, -1))


def _on_orbit(degrees: float) -> Point:
    angle = math.radians(degrees)
    return _RX * math.cos(angle), _RY * math.sin(angle)


def _draw_star(canvas: Canvas) -> None:
    canvas.shape(ellipse(0, 0, 48, 48), style.PALE_AMBER, line=None, faint=True)
    for i in range(12):
        a = math.radians(30 * i)
        canvas.path(
            [(40 * math.cos(a), 40 * math.sin(a)), (56 * math.cos(a), 56 * math.sin(a))],
            line=style.AMBER,
            faint=True,
        )
