"""A travelling wave."""

from __future__ import annotations

import math

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Canvas
from qmirror_assets.figures.notes import dimension, note, vector
from qmirror_assets.figures.scenes.parts import Labels, draw_clock
from qmirror_assets.figures.shapes import curve, rounded

_LENGTH = 200.0
_HEIGHT = 72.0


def draw_wave(canvas: Canvas, labels: Labels) -> None:
    """Three waves that run to the right from a vibrating source."""
    start, end = -260.0, 300.0
    canvas.path([(start, 0), (end, 0)], line=style.GREY, width=style.THIN, dashed=True)
    canvas.path(
        curve(lambda x: _HEIGHT * math.sin(2 * math.pi * (x - start) / _LENGTH), start, end, 160),
        line=style.BLUE,
        width=style.BOLD,
    )
    canvas.shape(rounded(start - 12, 0, 24, 60, 6), style.PALE_AMBER)
    canvas.arrow((start - 40, -34), (start - 40, 34), style.GREY, both=True)
    first = start + _LENGTH / 4
    if "wavelength" in labels:
        for x in (first, first + _LENGTH):
            canvas.path([(x, _HEIGHT), (x, 112)], line=style.GREY, width=style.THIN, dashed=True)
        dimension(canvas, (first, 104), (first + _LENGTH, 104), labels["wavelength"], (0, 1))
    trough = first + 1.5 * _LENGTH
    dimension(canvas, (trough, 0), (trough, -_HEIGHT), labels.get("amplitude"), (-1, -2))
    if "speed" in labels:
        vector(canvas, (190, 104), (300, 104), labels["speed"], toward=(-0.4, 1))
    note(canvas, labels.get("frequency"), (start - 20, -34), (0.2, -1), 52)
    draw_clock(canvas, (-150, -126), labels.get("period"))
