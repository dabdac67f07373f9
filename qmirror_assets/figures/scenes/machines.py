"""Simple machines and oscillators: spring, pendulum, lever, pulley."""

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
from qmirror_assets.figures.shapes import arc, between, box, circle, coil


def draw_spring(canvas: Canvas, labels: Labels) -> None:
    """The spring alone, and stretched by a block."""
    draw_ground(canvas, -210, 210, 0, above=True)
    canvas.path(coil((-120, 0), (-120, -130), 8, 19), line=style.BLUE)
    canvas.path(coil((80, 0), (80, -210), 8, 19), line=style.BLUE)
    draw_block(canvas, (80, -254), 120, 88)
    if "extension" in labels:
        for y, start in ((-130.0, -118.0), (-210.0, -40.0)):
            canvas.path([(start, y), (60, y)], line=style.GREY, width=style.THIN, dashed=True)
        dimension(canvas, (-20, -130), (-20, -210), labels["extension"], (-1, 0))
    note(canvas, labels.get("constant"), (102, -105), (1, 0))
    vector(canvas, (80, -298), (80, -372), labels.get("force"), toward=(1, 0.3))
    write_inside(canvas, labels.get("mass"), Box(22, -296, 138, -212), (1, 0))


def draw_pendulum(canvas: Canvas, labels: Labels) -> None:
    """A bob on a string, drawn aside."""
    pivot, bob = (0.0, 0.0), (118.0, -220.0)
    draw_ground(canvas, -150, 150, 0, above=True)
    canvas.path([pivot, (0, -250)], line=style.GREY, width=style.THIN, dashed=True)
    if "period" in labels:
        swing = arc(0, 0, 250, 241, 299)
        canvas.path(swing, line=style.GREEN, dashed=True)
        note(canvas, labels["period"], (-60, -246), (-0.5, -1))
    canvas.shape(circle(-118, -220, 20), style.WHITE, line=style.GREY, dashed=True)
    canvas.path([pivot, bob])
    canvas.shape(circle(0, 0, 5), style.INK)
    canvas.shape(circle(*bob, 20), style.AMBER)
    note(canvas, labels.get("length"), between(pivot, bob, 0.5), (1, 0.5))
    draw_angle(canvas, pivot, 88, 270, 298, labels.get("angle"))
    note(canvas, labels.get("mass"), (bob[0] + 20, bob[1]), (1, 0))


def draw_lever(canvas: Canvas, labels: Labels) -> None:
    """A beam on its support with a force at each end."""
    draw_ground(canvas, -110, 190, -86)
    canvas.shape([(40, -9), (2, -86), (78, -86)], style.PALE_BLUE)
    canvas.shape(box(0, 0, 540, 18), style.PALE_AMBER)
    for x in (-250.0, 250.0):
        canvas.shape(circle(x, 0, 4), style.INK, line=None)
    for x, slot, colour in ((-250.0, "force1", style.RED), (250.0, "force2", style.BLUE)):
        if slot in labels:
            canvas.arrow((x, 130), (x, 14), colour, width=style.BOLD)
            note(canvas, labels[slot], (x, 132), (0, 1))
    dimension(canvas, (-250, 42), (40, 42), labels.get("arm1"), (0, 1))
    dimension(canvas, (40, 42), (250, 42), labels.get("arm2"), (0, 1))


def draw_pulley(canvas: Canvas, labels: Labels) -> None:
    """Two blocks on a rope over a wheel."""
    draw_ground(canvas, -130, 130, 110, above=True)
    canvas.path([(0, 110), (0, 40)], width=style.BOLD)
    canvas.shape(circle(0, 40, 58), style.PALE_BLUE)
    canvas.shape(circle(0, 40, 7), style.INK, line=None)
    canvas.path([*reversed(arc(0, 40, 58, 0, 180)), (58, -152)], width=style.BOLD)
    canvas.path([(-58, 40), (-58, -40)], width=style.BOLD)
    draw_block(canvas, (-82, -88), 150, 96)
    draw_block(canvas, (82, -200), 150, 96)
    if "acceleration" in labels:
        vector(canvas, (186, -158), (186, -242), labels["acceleration"], style.GREEN, (1, 0.4))
        canvas.arrow((-186, -130), (-186, -46), style.GREEN, width=style.BOLD)
    write_inside(canvas, labels.get("mass1"), Box(-156, -135, -8, -41), (-1, -0.4))
    write_inside(canvas, labels.get("mass2"), Box(8, -247, 156, -153), (1, -0.4))
