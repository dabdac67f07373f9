"""A Punnett square: gametes on two sides, offspring inside if asked for."""

from __future__ import annotations

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Canvas
from qmirror_assets.figures.genotype import cross, list_gametes, read_genotype
from qmirror_assets.figures.shapes import box
from qmirror_assets.figures.spec import Punnett
from qmirror_assets.figures.text import line_height, wrap


def draw(canvas: Canvas, spec: Punnett) -> None:
    """Draw the grid; without `show_offspring` its cells stay empty."""
    across = list_gametes(read_genotype(spec.parent1))
    down = list_gametes(read_genotype(spec.parent2))
    cell = 104.0 if len(across) == 2 else 86.0
    half = cell * len(across) / 2
    _draw_parents(canvas, spec, half)
    places = [cell * (i + 0.5) - half for i in range(len(across))]
    for x, gamete in zip(places, across, strict=True):
        _write_gamete(canvas, gamete, (x, half + 26), cell, style.BLUE)
    for y, gamete in zip(places, down, strict=True):
        _write_gamete(canvas, gamete, (-half - 34, -y), cell, style.RED)
    for y, theirs in zip(places, down, strict=True):
        for x, ours in zip(places, across, strict=True):
            canvas.shape(box(x, -y, cell, cell), style.PALE_GREY if x * y > 0 else style.WHITE)
            if spec.show_offspring:
                canvas.write(cross(ours, theirs), (x, -y), "node", size=15, face="bold")
    for i, line in enumerate(wrap(spec.trait, 500, style.LABEL_SIZE) if spec.trait else []):
        at = (0.0, -half - 16 - line_height(style.LABEL_SIZE) * (i + 0.5))
        canvas.write(line, at, colour=style.GREY)
    canvas.record("label", spec.trait)


def _draw_parents(canvas: Canvas, spec: Punnett, half: float) -> None:
    canvas.write("parent 1", (-6, half + 76), "label", anchor="right", colour=style.GREY)
    canvas.write(
        spec.parent1, (4, half + 76), "value", anchor="left", size=15, face="bold", colour=style.BLUE
    )
    left = -half - 84
    canvas.write("parent 2", (left, 12), "label", anchor="right", colour=style.GREY)
    canvas.write(
        spec.parent2, (left, -13), "value", anchor="right", size=15, face="bold", colour=style.RED
    )


def _write_gamete(
    canvas: Canvas, gamete: str, at: tuple[float, float], cell: float, colour: str
) -> None:
    width = min(60.0, cell - 12)
    canvas.shape(box(*at, width, 36), style.WHITE, line=colour, width=style.THIN)
    canvas.write(gamete, at, "symbol", size=14, face="bold", colour=colour)
