"""Optical instruments: a microscope and a telescope."""

from __future__ import annotations

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Canvas
from qmirror_assets.figures.notes import dimension, note
from qmirror_assets.figures.scenes.parts import Labels
from qmirror_assets.figures.shapes import Points, arc, box, circle, ellipse, rounded


def draw_microscope(canvas: Canvas, labels: Labels) -> None:
    """A microscope, and beside it what is seen in it."""
    _draw_stand(canvas)
    x, y, radius = 190.0, 132.0, 134.0
    for edge in (y - radius + 8, y + radius - 8):
        canvas.path([(-150, 82), (x - 40, edge)], line=style.LIGHT, width=style.THIN, dashed=True)
    canvas.shape(circle(x, y, radius), style.PALE_GREY, width=style.BOLD)
    canvas.shape(ellipse(x, y + 48, 88, 38), style.PALE_GREEN, line=style.GREEN)
    canvas.shape(ellipse(x + 24, y + 52, 20, 15), style.GREEN, line=None)
    for dx, dy in ((-50, 50), (-30, 34), (-24, 64), (56, 40)):
        canvas.shape(circle(x + dx, y + dy, 4), style.GREEN, line=None)
    dimension(canvas, (x - 88, y - 4), (x + 88, y - 4), labels.get("image_length"))
    note(canvas, labels.get("magnification"), (-170, 290), (-1, -0.2))
    note(canvas, labels.get("object_length"), (-186, 82), (-1, 0.2), 24)


def _draw_stand(canvas: Canvas) -> None:
    """Base, arm, tube with eyepiece and objective, stage with a slide, knob."""
    arm = [(-150.0, 228.0), (-92.0, 222.0), (-66.0, 190.0), (-62.0, 90.0), (-70.0, 10.0)]
    canvas.path(arm, width=24)
    canvas.path(arm, line=style.LIGHT, width=20)
    canvas.shape(rounded(-130, -6, 190, 28, 12), style.LIGHT)
    canvas.shape(rounded(-126, 66, 150, 14, 4), style.LIGHT)
    canvas.shape(box(-150, 78, 66, 6), style.PALE_GREEN, width=style.THIN)
    canvas.shape(box(-150, 36, 40, 14), style.AMBER, width=style.THIN)
    for piece in _tube(-150):
        canvas.shape(piece, style.PALE_BLUE)
    canvas.shape(circle(-62, 110, 14), style.WHITE)


def _tube(x: float) -> list[Points]:
    return [
        rounded(x, 212, 46, 118, 6),
        rounded(x, 288, 34, 36, 4),
        rounded(x, 138, 30, 34, 4),
        [(x - 11, 121), (x + 11, 121), (x + 7, 98), (x - 7, 98)],
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
        canvas.path(ray, line=style.AMBER)
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
