"""Marks on a line, to scale among themselves; their notes stand in lanes above and below."""

from __future__ import annotations

from dataclasses import dataclass

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Canvas
from qmirror_assets.figures.notes import Block, compose, set_block
from qmirror_assets.figures.occupancy import Box
from qmirror_assets.figures.shapes import circle
from qmirror_assets.figures.spec import Labelled, Mark, Timeline

_HALF = 340.0
_STEM = 26.0
_GAP = 10.0


@dataclass(frozen=True, slots=True)
class _Placed:
    x: float
    area: Box


def draw(canvas: Canvas, spec: Timeline) -> None:
    """Draw every mark that has a text."""
    marks = sorted((mark for mark in spec.marks if mark.text), key=lambda mark: mark.at)
    canvas.arrow((-_HALF - 40, 0), (_HALF + 46, 0), style.INK, width=style.BOLD)
    if spec.unit:
        canvas.write(spec.unit, (_HALF + 46, -20), "label", anchor="right", colour=style.GREY)
    placed: list[_Placed] = []
    if spec.unit and canvas.bounds:
        placed.append(_Placed(_HALF + 46, Box(_HALF - 90, -34, _HALF + 60, 0)))
    for i, (mark, x) in enumerate(zip(marks, _spread(marks), strict=True)):
        block = compose(Labelled(label=mark.label, value=mark.text), 150, 170)
        spot = _find_lane(block, x, placed, upward=i % 2 == 0)
        placed.append(spot)
        _draw_mark(canvas, block, spot)


def _spread(marks: list[Mark]) -> list[float]:
    low, high = marks[0].at, marks[-1].at
    if high == low:
        return [0.0 for _ in marks]
    return [-_HALF + 60 + (mark.at - low) / (high - low) * (2 * _HALF - 120) for mark in marks]


def _find_lane(block: Block, x: float, placed: list[_Placed], *, upward: bool) -> _Placed:
    """The lane nearest to the line where neither note nor stem crosses another one."""
    for lane in range(200):
        for sign in (1, -1) if upward else (-1, 1):
            near = sign * (_STEM + lane * 12)
            far = near + sign * block.height
            half = block.width / 2
            middle = min(max(x, half - style.REACH), style.REACH - half)
            area = Box(middle - half, min(near, far), middle + half, max(near, far))
            spot = _Placed(x, area)
            if not any(_crosses(spot, other) for other in placed):
                return spot
    raise ValueError("no free lane")


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
