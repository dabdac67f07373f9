"""A gas under a piston, once or before and after a change."""

from __future__ import annotations

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Canvas
from qmirror_assets.figures.notes import note, point_out
from qmirror_assets.figures.occupancy import Box
from qmirror_assets.figures.scenes.parts import Labels, draw_flame, draw_ground, scatter_points
from qmirror_assets.figures.shapes import box, circle
from qmirror_assets.figures.spec import Labelled

_WIDTH = 170.0
_HEIGHT = 250.0


def draw_gas_cylinder(canvas: Canvas, labels: Labels) -> None:
    """One cylinder, or two where a second state is labelled. Piston heights are generic."""
    changed = any(slot.endswith("2") for slot in labels)
    first = -170.0 if changed else 0.0
    _draw_cylinder(canvas, first, 150)
    if changed:
        _draw_cylinder(canvas, 170, 104)
        canvas.arrow((-30, 110), (30, 110), style.GREY, width=5)
        canvas.write("before", (first, -68), "node", colour=style.GREY)
        canvas.write("after", (170, -68), "node", colour=style.GREY)
    _label_state(canvas, labels, first, 150, "", -1)
    if changed:
        _label_state(canvas, labels, 170, 104, "2", 1)
    point_out(canvas, labels.get("amount"), (first - 62, 34), (-1, -0.1), 46)


def _draw_cylinder(canvas: Canvas, x: float, level: float) -> None:
    w = _WIDTH / 2
    inner = Box(x - w + 14, 14, x + w - 14, level - 22)
    canvas.shape(box(x, level / 2, _WIDTH - 4, level), style.PALE_BLUE, line=None, faint=True)
    for px, py in scatter_points(inner, 22):
        canvas.shape(circle(px, py, 4.5), style.BLUE, line=None, faint=True)
    canvas.shape(box(x, level, _WIDTH - 4, 20), style.LIGHT)
    canvas.shape(box(x, level + 55, 14, 90), style.LIGHT)
    canvas.shape(box(x, level + 104, 70, 10), style.LIGHT)
    canvas.path([(x - w, _HEIGHT), (x - w, 0), (x + w, 0), (x + w, _HEIGHT)], width=style.BOLD)


def _label_state(
    canvas: Canvas, labels: Labels, x: float, level: float, state: str, side: int
) -> None:
    if item := labels.get(f"pressure{state}"):
        canvas.arrow((x, level + 176), (x, level + 114), style.RED, width=style.BOLD)
        note(canvas, item, (x, level + 178), (0, 1))
    inside = (x + side * 62, level * 0.58)
    point_out(canvas, labels.get(f"volume{state}"), inside, (side, 0.1), 46)
    _heat(canvas, labels.get(f"temperature{state}"), x, side)


def _heat(canvas: Canvas, item: Labelled | None, x: float, side: int) -> None:
    if item is None:
        draw_ground(canvas, x - 105, x + 105, -2)
        return
    for dx in (-26.0, 0.0, 26.0):
        draw_flame(canvas, (x + dx, -48), 38)
    note(canvas, item, (x + side * 42, -34), (side, -0.2))
