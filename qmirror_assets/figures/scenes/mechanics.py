"""Blocks and forces: the inclined plane and the free-body diagram."""

from __future__ import annotations

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Canvas
from qmirror_assets.figures.notes import dimension, note, vector
from qmirror_assets.figures.occupancy import Box
from qmirror_assets.figures.scenes.parts import (
    Labels,
    draw_angle,
    draw_block,
    draw_ground,
    write_inside,
)
from qmirror_assets.figures.shapes import Point, turned
from qmirror_assets.figures.spec import Labelled

_SLOPE = 25.0


def draw_inclined_plane(canvas: Canvas, labels: Labels) -> None:
    """A block on a ramp; the angle is generic."""
    foot, corner = (-240.0, 0.0), (235.0, 0.0)
    top = (235.0, 475 * 0.4663)  # tan 25 degrees
    draw_ground(canvas, -290, 290, 0)
    canvas.shape([foot, corner, top], style.PALE_BLUE)
    block = _on_slope(foot, 270, 37)
    draw_block(canvas, block, 96, 74, _SLOPE)
    vector(canvas, _on_slope(foot, 318, 37), _on_slope(foot, 418, 37), labels.get("force"))
    draw_angle(canvas, foot, 92, 0, _SLOPE, labels.get("angle"))
    dimension(canvas, (272, 0), (272, top[1]), labels.get("height"), (1, 0))
    dimension(
        canvas, _on_slope(foot, 205, -20), _on_slope(foot, 515, -20), labels.get("length"), (1, -2)
    )
    note(canvas, labels.get("mass"), _on_slope(foot, 262, 74), (-1, 2.1))
    note(canvas, labels.get("friction"), _on_slope(foot, 190, 0), (-1, 2.1), 24)


def _on_slope(foot: Point, along: float, above: float) -> Point:
    """The point `along` the slope and `above` it."""
    return turned([(foot[0] + along, foot[1] + above)], foot, _SLOPE)[0]


def draw_free_body(canvas: Canvas, labels: Labels) -> None:
    """A block on the ground with the forces that act on it."""
    draw_ground(canvas, -270, 270, 0)
    draw_block(canvas, (0, 50), 150, 100)
    vector(canvas, (0, 100), (0, 200), labels.get("normal"), style.GREEN)
    vector(canvas, (0, 0), (0, -110), labels.get("weight"), style.BLUE)
    vector(canvas, (75, 50), (190, 50), labels.get("force"))
    _draw_friction(canvas, labels.get("friction"))
    if "acceleration" in labels:
        vector(canvas, (60, 135), (170, 135), labels["acceleration"], style.GREY)
    write_inside(canvas, labels.get("mass"), Box(-72, 2, 72, 98), (-1, 1))


def _draw_friction(canvas: Canvas, item: Labelled | None) -> None:
    """A force gets an arrow; a coefficient belongs to the surface."""
    if item is None:
        return
    if "coefficient" in item.label.lower() or item.symbol.startswith(("μ", "µ")):
        note(canvas, item, (-150, 0), (0, -1), 16)
    else:
        vector(canvas, (-75, 24), (-190, 24), item, style.RED)
