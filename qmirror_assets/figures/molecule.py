"""A structural formula in a panel, its name below and its labels beside it."""

from __future__ import annotations

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Canvas
from qmirror_assets.figures.cards import draw_stack, fit_card, stack_height
from qmirror_assets.figures.occupancy import Box
from qmirror_assets.figures.shapes import rounded
from qmirror_assets.figures.spec import Molecule
from qmirror_assets.figures.text import line_height, wrap

_LEAST = (300.0, 200.0)


def draw(canvas: Canvas, spec: Molecule) -> None:
    """Draw the molecule; atoms with a letter are recorded as symbols."""
    # Imported here: the chemistry library loads only when a molecule is drawn.
    from qmirror_assets.figures.chemistry import draw_formula  # noqa: PLC0415

    most = 400 if spec.labels else 720
    formula = draw_formula(spec.smiles, most, 380)
    blocks = [fit_card(item) for item in spec.labels]
    width = max(_LEAST[0], formula.width + 40)
    height = max(_LEAST[1], formula.height + 40, stack_height(blocks) if blocks else 0)
    canvas.shape(rounded(0, 0, width, height, 14), style.WHITE, line=style.LIGHT, width=style.LINE)
    left, bottom = -(formula.width // 2), -(formula.height // 2)
    area = Box(left, bottom, left + formula.width, bottom + formula.height)
    canvas.picture(formula.png, area)
    for symbol in formula.symbols:
        canvas.record("symbol", symbol)
    if spec.name:
        _write_name(canvas, spec.name, width, -height / 2)
    draw_stack(canvas, blocks, width / 2, 1)


def _write_name(canvas: Canvas, name: str, width: float, top: float) -> None:
    step = line_height(style.VALUE_SIZE)
    for i, line in enumerate(wrap(name, width, style.VALUE_SIZE, "bold")):
        at = (0.0, top - 8 - step * (i + 0.5))
        canvas.write(line, at, size=style.VALUE_SIZE, face="bold")
    canvas.record("node", name)
