"""Marks on a line, to scale among themselves; their notes stand in lanes above and below."""

from __future__ import annotations

from dataclasses import dataclass

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Canvas
from qmirror_assets.figures.notes import Block, compose, set_block
from qmirror_assets.figures.occupancy import Box
from qmirror_assets.figures.shapes import circle
from qmirror_assets.figures.spec import Labelled, Mark, Timeline
from qmirror_assets.figures.text import measure

_HALF = 340.0
_STEM = 26.0
_GAP = 10.0
_LANES = 16


@dataclass(frozen=True, slots=True)
class _Placed:
    x: float
    area: Box


def draw(canvas: Canvas, spec: Timeline) -> None:
    """Draw every mark that has a text: along the line, or beside it where they crowd."""
    marks = sorted((mark for mark in spec.marks if mark.text), key=lambda mark: mark.at)
    blocks = [compose(Labelled(label=mark.label, value=mark.text), 150, 170) for mark in marks]
    spots = _find_lanes(blocks, _spread(marks, _HALF - 60), spec.unit)
    if spots is None:
        _draw_upright(canvas, spec.unit, marks)
        return
    canvas.arrow((-_HALF - 40, 0), (_HALF + 46, 0), style.INK, width=style.BOLD)
    if spec.unit:
        canvas.write(spec.unit, (_HALF + 46, -20), "label", anchor="right", colour=style.GREY)
    for block, spot in zip(blocks, spots, strict=True):
        _draw_mark(canvas, block, spot)


def _spread(marks: list[Mark], half: float) -> list[float]:
    """Places between -half and half, to scale among themselves."""
    low, high = marks[0].at, marks[-1].at
    if high == low:
        return [0.0 for _ in marks]
    return [((mark.at - low) / (high - low) * 2 - 1) * half for mark in marks]


def _find_lanes(blocks: list[Block], xs: list[float], unit: str) -> list[_Placed] | None:
    """A place for every note, or None where some stem would have to cross a note."""
    width = measure(unit, style.LABEL_SIZE) + 10
    unit_area = Box(_HALF + 46 - width, -34, _HALF + 60, -6)
    placed = [_Placed(_HALF + 46, unit_area)] if unit else []
    for i, (block, x) in enumerate(zip(blocks, xs, strict=True)):
        spot = _find_lane(block, x, placed, upward=i % 2 == 0)
        if spot is None:
            return None
        placed.append(spot)
    return placed[1:] if unit else placed


def _find_lane(block: Block, x: float, placed: list[_Placed], *, upward: bool) -> _Placed | None:
    """The lane nearest to the line where neither note nor stem crosses another one."""
    half = block.width / 2
    middle = min(max(x, half - style.REACH), style.REACH - half)
    for lane in range(_LANES):
        for sign in (1, -1) if upward else (-1, 1):
            near = sign * (_STEM + lane * 12)
            far = near + sign * block.height
            area = Box(middle - half, min(near, far), middle + half, max(near, far))
            spot = _Placed(x, area)
            if not any(_crosses(spot, other) for other in placed):
                return spot
    return None


def _crosses(first: _Placed, second: _Placed) -> bool:
    a, b = first.area.grown(_GAP), second.area
    if a.left < b.right and b.left < a.right and a.bottom < b.top and b.bottom < a.top:
        return True
    return _stem_hits(first, second) or _stem_hits(second, first)


def _stem_hits(stem: _Placed, note: _Placed) -> bool:
    same_side = (stem.area.bottom >= 0) == (note.area.bottom >= 0)
    end = min(abs(stem.area.bottom), abs(stem.area.top))
    start = min(abs(note.area.bottom), abs(note.area.top))
    inside = note.area.left - 6 < stem.x < note.area.right + 6
    return same_side and start < end and inside


def _draw_mark(canvas: Canvas, block: Block, spot: _Placed) -> None:
    up = spot.area.bottom >= 0
    end = spot.area.bottom - 3 if up else spot.area.top + 3
    canvas.path([(spot.x, 0), (spot.x, end)], line=style.GREY, width=style.THIN)
    canvas.shape(circle(spot.x, 0, 7), style.AMBER)
    set_block(canvas, block, spot.area)


def _draw_upright(canvas: Canvas, unit: str, marks: list[Mark]) -> None:
    """The line from top to bottom; notes in a column, each led to its mark."""
    blocks = [compose(Labelled(label=mark.label, value=mark.text), 360, 360) for mark in marks]
    half = max(150.0, sum(block.height + _GAP for block in blocks) / 2)
    x, column = -190.0, -90.0
    canvas.arrow((x, half + 30), (x, -half - 40), style.INK, width=style.BOLD)
    if unit:
        canvas.write(unit, (x, -half - 58), "label", colour=style.GREY)
    tops = _stack([-y for y in _spread(marks, half)], [b.height + _GAP for b in blocks], half)
    for block, y, top in zip(blocks, _spread(marks, half), tops, strict=True):
        area = Box(column, top - block.height, column + block.width, top)
        canvas.path(
            [(x, -y), (column - 40, area.centre[1]), (column - 6, area.centre[1])],
            line=style.GREY,
            width=style.THIN,
        )
        canvas.shape(circle(x, -y, 7), style.AMBER)
        set_block(canvas, block, area, "left")


def _stack(wished: list[float], heights: list[float], half: float) -> list[float]:
    """Tops of notes in order from above, near their wished middles and inside the line."""
    tops: list[float] = []
    left = sum(heights)
    ceiling = half
    for wish, height in zip(wished, heights, strict=True):
        tops.append(max(min(ceiling, wish + height / 2), left - half))
        ceiling = tops[-1] - height
        left -= height
    return tops
