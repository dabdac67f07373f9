"""A table as wide as its content, columns as wide as theirs."""

from __future__ import annotations

from collections.abc import Sequence

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Canvas, DrawnRole
from qmirror_assets.figures.shapes import box
from qmirror_assets.figures.spec import Table
from qmirror_assets.figures.text import Face, line_height, measure, wrap

_WIDEST = 2 * style.REACH - style.LINE
_PAD = 16.0
_ROOM = 11.0
_SIZE = style.VALUE_SIZE


def draw(canvas: Canvas, spec: Table) -> None:
    """A header row, then the rows; lines between rows only."""
    widths = _fit_columns(spec)
    total = sum(widths)
    y = _draw_row(canvas, spec.columns, widths, 0.0, header=True)
    for row in spec.rows:
        y = _draw_row(canvas, row, widths, y, header=False)
    canvas.shape(box(0, y / 2, total, -y), None, line=style.GREY)


def _fit_columns(spec: Table) -> list[float]:
    """The natural width of each column, or a fair share where they do not all fit."""
    columns = zip(spec.columns, *spec.rows, strict=True)
    natural = [
        max(64.0, *(measure(cell, _SIZE, "bold") for cell in cells)) + 2 * _PAD for cells in columns
    ]
    most = _WIDEST
    for i, width in enumerate(sorted(natural)):
        share = most / (len(natural) - i)
        if width > share:
            return [min(width, share) for width in natural]
        most -= width
    return natural


def _draw_row(
    canvas: Canvas, cells: Sequence[str], widths: Sequence[float], top: float, *, header: bool
) -> float:
    """Draw one row below `top`; returns its lower edge."""
    face: Face = "bold" if header else "regular"
    lines = [
        wrap(cell, width - 2 * _PAD, _SIZE, face) for cell, width in zip(cells, widths, strict=True)
    ]
    step, total = line_height(_SIZE), sum(widths)
    height = step * max(len(part) for part in lines) + 2 * _ROOM
    if header:
        canvas.shape(box(0, top - height / 2, total, height), style.PALE_BLUE, line=None)
    canvas.path(
        [(-total / 2, top - height), (total / 2, top - height)],
        line=style.GREY if header else style.LIGHT,
        width=style.LINE if header else style.THIN,
    )
    role: DrawnRole = "label" if header else "value"
    left = -total / 2
    for cell, part, width in zip(cells, lines, widths, strict=True):
        first = top - height / 2 + step * (len(part) - 1) / 2
        for i, line in enumerate(part):
            canvas.write(
                line, (left + _PAD, first - step * i), anchor="left", size=_SIZE, face=face
            )
        canvas.record(role, cell)
        left += width
    return top - height
