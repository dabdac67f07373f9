"""Cards: notes in frames, stacked beside a panel and joined to it."""

from __future__ import annotations

from collections.abc import Sequence

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Canvas
from qmirror_assets.figures.notes import Block, compose, set_block
from qmirror_assets.figures.occupancy import Box
from qmirror_assets.figures.shapes import rounded
from qmirror_assets.figures.spec import Labelled

_JOIN = 40.0  # length of the line between panel and card
_WIDEST = 258.0
_NARROWEST = 170.0
_GAP = 18.0
_PAD = 11.0


def fit_card(item: Labelled) -> Block:
    """`item` wrapped for a card."""
    return compose(item, _WIDEST - 2 * _PAD, _WIDEST - 2 * _PAD)


def stack_height(blocks: Sequence[Block]) -> float:
    """Pixels from the top of the first card to the bottom of the last."""
    return sum(_card_height(block) + _GAP for block in blocks) - _GAP


def draw_stack(canvas: Canvas, blocks: Sequence[Block], edge: float, side: int) -> None:
    """Cards beside the panel that ends `edge` pixels from the middle; `side` is 1 or -1."""
    top = stack_height(blocks) / 2
    wide = max([_NARROWEST, *(block.width + 2 * _PAD for block in blocks)])
    for block in blocks:
        height = _card_height(block)
        x, y = side * (edge + _JOIN + wide / 2), top - height / 2
        canvas.path([(side * edge, y), (side * (edge + _JOIN), y)], line=style.BLUE)
        canvas.shape(rounded(x, y, wide, height, 9), style.PALE_BLUE, line=style.BLUE)
        w, h = block.width / 2, block.height / 2
        set_block(canvas, block, Box(x - w, y - h, x + w, y + h))
        top -= height + _GAP


def _card_height(block: Block) -> float:
    return block.height + 2 * _PAD - 4
