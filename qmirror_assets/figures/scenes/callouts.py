"""An icon with its name, and cards around it that say what is known."""

from __future__ import annotations

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Canvas
from qmirror_assets.figures.cards import draw_stack, fit_card, stack_height
from qmirror_assets.figures.scenes.icons import DRAWINGS
from qmirror_assets.figures.shapes import rounded
from qmirror_assets.figures.spec import Scene
from qmirror_assets.figures.text import line_height, wrap

_PANEL = 250.0
_ONE_SIDE = 2  # cards that still stand on one side


def draw_callouts(canvas: Canvas, spec: Scene) -> None:
    """The object in the middle; cards on the right first, then on both sides."""
    items = [spec.labels[slot] for slot in sorted(spec.labels)]
    blocks = [fit_card(item) for item in items]
    right, left = (blocks, []) if len(blocks) <= _ONE_SIDE else (blocks[::2], blocks[1::2])
    height = max(_PANEL, stack_height(right), stack_height(left))
    _draw_object(canvas, spec, height)
    draw_stack(canvas, right, _PANEL / 2, 1)
    draw_stack(canvas, left, _PANEL / 2, -1)


def _draw_object(canvas: Canvas, spec: Scene, height: float) -> None:
    canvas.shape(
        rounded(0, 0, _PANEL, height, 14), style.PALE_GREY, line=style.LIGHT, width=style.THIN
    )
    DRAWINGS[spec.icon or "circle"](canvas)
    lines = wrap(spec.object, _PANEL - 10, style.VALUE_SIZE, "bold")
    step = line_height(style.VALUE_SIZE)
    for i, line in enumerate(lines):
        at = (0.0, -height / 2 - step * (i + 0.5) - 6)
        canvas.write(line, at, size=style.VALUE_SIZE, face="bold")
    canvas.record("node", spec.object)
