"""A Punnett square: gametes on two sides, offspring inside if asked for."""

from __future__ import annotations

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Canvas
from qmirror_assets.figures.genotype import cross, list_gametes, read_genotype
from qmirror_assets.figures.shapes import box
from qmirror_assets.figures.spec import Punnett
from qmirror_assets.figures.text import line_height, measure, wrap

_SIZE = 14.5
_ONE_GENE = 2  # gametes


def draw(canvas: Canvas, spec: Punnett) -> None:
    """Draw the grid; without `show_offspring` its cells stay empty."""
    across = list_gametes(read_genotype(spec.parent1))
    down = list_gametes(read_genotype(spec.parent2))
    texts = [cross(ours, theirs) for ours in across for theirs in down]
    cell = max(104.0 if len(across) == _ONE_GENE else 86.0, *(_width(text) + 18 for text in texts))
    half = cell * len(across) / 2
    room = max(_gamete_width(gamete) for gamete in down)
    _draw_parents(canvas, spec, half, room)
    places = [cell * (i + 0.5) - half for i in range(len(across))]
    for x, gamete in zip(places, across, strict=True):
        _write_gamete(canvas, gamete, (x, half + 26), style.BLUE)
    for y, gamete in zip(places, down, strict=True):
        _write_gamete(canvas, gamete, (-half - 12 - room / 2, -y), style.RED)
    for y, theirs in zip(places, down, strict=True):
        for x, ours in zip(places, across, strict=True):
            canvas.shape(box(x, -y, cell, cell), style.PALE_GREY if x * y > 0 else style.WHITE)
            if spec.show_offspring:
                canvas.write(cross(ours, theirs), (x, -y), "node", size=_SIZE, face="bold")
    for i, line in enumerate(wrap(spec.trait, 500, style.LABEL_SIZE) if spec.trait else []):
        at = (0.0, -half - 16 - line_height(style.LABEL_SIZE) * (i + 0.5))
        canvas.write(line, at, colour=style.GREY)
    canvas.record("label", spec.trait)


def _width(text: str) -> float:
    return measure(text, _SIZE, "bold")


def _gamete_width(gamete: str) -> float:
    return max(60.0, _width(gamete) + 14)


def _draw_parents(canvas: Canvas, spec: Punnett, half: float, room: float) -> None:
    canvas.write("parent 1", (-6, half + 76), "label", anchor="right", colour=style.GREY)
    canvas.write(
        spec.parent1,
        (4, half + 76),
        "value",
        anchor="left",
        size=_SIZE,
        face="bold",
        colour=style.BLUE,
    )
    left = -half - room - 28
    canvas.write("parent 2", (left, 12), "label", anchor="right", colour=style.GREY)
    canvas.write(
        spec.parent2,
        (left, -13),
        "value",
        anchor="right",
        size=_SIZE,
        face="bold",
        colour=style.RED,
    )


def _write_gamete(canvas: Canvas, gamete: str, at: tuple[float, float], colour: str) -> None:
    width = _gamete_width(gamete)
    canvas.shape(box(*at, width, 36), style.WHITE, line=colour, width=style.THIN)
    canvas.write(gamete, at, "symbol", size=_SIZE, face="bold", colour=colour)
