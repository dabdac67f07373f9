"""Optical instruments: a microscope and a telescope."""

from __future__ import annotations

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Canvas
from qmirror_assets.figures.notes import dimension, note
from qmirror_assets.figures.scenes.parts import Labels
from qmirror_assets.figures.shapes import Points, arc, box, circle, ellipse, rounded, turned


def draw_microscope(canvas: Canvas, labels: Labels) -> None:
    """A microscope, and beside it what is seen in it."""
    _draw_stand(canvas)
    centre = (190.0, 120.0)
    canvas.path([(-58, 292), (110, 225)], line=style.LIGHT, width=style.THIN, dashed=True)
    canvas.shape(circle(*centre, 118), style.PALE_GREY, width=style.BOLD)
    canvas.shape(ellipse(190, 132, 84, 38), style.PALE_GREEN, line=style.GREEN)
    canvas.shape(ellipse(214, 136, 20, 15), style.GREEN, line=None)
    for x, y in ((140, 134), (160, 118), (166, 148), (246, 124)):
        canvas.shape(circle(x, y, 4), style.GREEN, line=None)
    dimension(canvas, (106, 74), (274, 74), labels.get("image_length"))
    note(canvas, labels.get("magnification"), (-104, 282), (-1, 0.3))
    note(canvas, labels.get("object_length"), (-112, 62), (-1, 0.2), 40)


def _draw_stand(canvas: Canvas) -> None:
    canvas.shape(rounded(-130, -14, 210, 28, 12), style.LIGHT)
    canvas.path(arc(-140, 110, 100, -88, 72), line=style.INK, width=15)
    canvas.path(arc(-140, 110, 100, -88, 72), line=style.LIGHT, width=11)
    for piece in _tube():
        canvas.shape(turned(piece, (-104, 200), 20), style.PALE_BLUE)
    canvas.shape(rounded(-132, 48, 150, 12, 4), style.LIGHT)
    canvas.shape(box(-132, 58, 70, 5), style.PALE_GREEN, width=style.THIN)
    canvas.shape(circle(-46, 90, 13), style.WHITE)


def _tube() -> list[Points]:
    return [
        rounded(-104, 215, 46, 120, 6),
        rounded(-104, 292, 34, 34, 4),
        rounded(-104, 132, 30, 44, 4),
        box(-104, 102, 18, 16),
    ]


def draw_telescope(canvas: Canvas, labels: Labels) -> None:
    """Objective and eyepiece on one axis, with light that comes in parallel."""
    objective, focus, eyepiece = -190.0, 130.0, 230.0
    canvas.path([(-300, 0), (300, 0)], line=style.GREY, width=style.THIN, dashed=True)
    canvas.path([(objective, 84), (120, 84), (140, 46), (eyepiece, 46)], width=style.LINE)
    canvas.path([(objective, -84), (120, -84), (140, -46), (eyepiece, -46)], width=style.LINE)
    for y in (60.0, -60.0):
        exit_y = -y * (eyepiece - focus) / (focus - objective)
        ray = [(-310.0, y), (objective, y), (eyepiece, exit_y), (300.0, exit_y)]
        canvas.path(ray, line=style.AMBER, faint=True)
    _draw_lens(canvas, objective, 84)
    _draw_lens(canvas, eyepiece, 46)
    canvas.shape(circle(focus, 0, 4), style.RED, line=None)
    dimension(canvas, (objective, -112), (focus, -112), labels.get("focal_objective"))
    dimension(canvas, (focus, -112), (eyepiece, -112), labels.get("focal_eyepiece"), (0.3, -1))
    dimension(canvas, (-250, -84), (-250, 84), labels.get("aperture"), (-0.4, 1))
    note(canvas, labels.get("magnification"), (eyepiece, 46), (0, 1), 20)


def _draw_lens(canvas: Canvas, x: float, half: float) -> None:
    bulge = half * 0.16
    right = arc(x, 0, bulge, -90, 90, ry=half)
    left = arc(x, 0, bulge, 90, 270, ry=half)
    canvas.shape([*right, *left], style.WATER, line=style.BLUE)
