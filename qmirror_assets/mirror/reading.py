"""Recognised texts in the order in which a reader takes them: wrapped lines stay together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from qmirror_assets.records import Json

_GAP: Final = 0.8
"""Most space between two lines of one label, in heights of the lower one."""
_OFF_CENTRE: Final = 0.25
"""Most distance between their centres, in widths of the wider one: our labels are centred."""


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    left: float
    top: float
    right: float
    bottom: float

    def follows(self, upper: _Line) -> bool:
        """Whether this line reads on where `upper` was wrapped."""
        gap, height = self.top - upper.bottom, self.bottom - self.top
        if not -height / 2 <= gap <= _GAP * height or self.top <= upper.top:
            return False
        apart = abs((self.left + self.right) - (upper.left + upper.right)) / 2
        return apart <= _OFF_CENTRE * max(self.right - self.left, upper.right - upper.left)


def in_reading_order(items: Sequence[Json]) -> list[str]:
    """Texts of the items of an OCR reply; a wrapped line comes right after the line above it.

    Text recognition sorts boxes by height on the page, so the two lines of one label in a row
    of labels come apart. `items` are `{"text", "box": [left, top, right, bottom]}`, in pixels.
    """
    lines = [_Line(str(item["text"]), *map(float, item["box"])) for item in items]
    texts: list[str] = []
    taken: set[int] = set()
    for start in range(len(lines)):
        at: int | None = start
        while at is not None and at not in taken:
            taken.add(at)
            texts.append(lines[at].text)
            at = _next(lines, at, taken)
    return texts


def _next(lines: Sequence[_Line], at: int, taken: set[int]) -> int | None:
    below = [i for i, line in enumerate(lines) if i not in taken and line.follows(lines[at])]
    return min(below, key=lambda i: lines[i].top, default=None)
