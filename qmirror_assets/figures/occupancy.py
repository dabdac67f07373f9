"""What part of the drawing is taken, on a coarse grid: notes look for free space in it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from qmirror_assets.figures.shapes import Point

_CELL = 5.0
_Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in pixels, y up."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """Right minus left."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Top minus bottom."""
        return self.top - self.bottom

    @property
    def centre(self) -> Point:
        """The middle point."""
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2

    def grown(self, by: float) -> Box:
        """The box with `by` pixels more on every side."""
        return Box(self.left - by, self.bottom - by, self.right + by, self.top + by)

    def joined(self, other: Box) -> Box:
        """The smallest box around both."""
        return Box(
            min(self.left, other.left),
            min(self.bottom, other.bottom),
            max(self.right, other.right),
            max(self.top, other.top),
        )

    def nearest(self, point: Point) -> Point:
        """The point of the box that is nearest to `point`."""
        x = min(max(point[0], self.left), self.right)
        return x, min(max(point[1], self.bottom), self.top)


def box_around(points: Iterable[Point], pad: float = 0.0) -> Box:
    """The smallest box around `points`, grown by `pad`."""
    xs, ys = zip(*points, strict=True)
    return Box(min(xs), min(ys), max(xs), max(ys)).grown(pad)


@dataclass(slots=True)
class Occupancy:
    """Cells crossed by lines, and cells covered by text."""

    lines: set[_Cell] = field(default_factory=set)
    texts: set[_Cell] = field(default_factory=set)

    def mark_path(self, points: Sequence[Point]) -> None:
        """Take the cells along an open path."""
        self.lines.update(_cells_along(points))

    def mark_text(self, box: Box) -> None:
        """Take the cells of a text."""
        self.texts.update(_cells_in(box))

    def is_free(self, box: Box) -> bool:
        """Whether neither line nor text lies in `box`."""
        return not any(c in self.lines or c in self.texts for c in _cells_in(box))

    def is_clear(self, start: Point, end: Point) -> bool:
        """Whether a straight line crosses no text."""
        return self.texts.isdisjoint(_cells_along([start, end]))


def _cells_in(box: Box) -> Iterator[_Cell]:
    columns = range(math.floor(box.left / _CELL), math.floor(box.right / _CELL) + 1)
    rows = range(math.floor(box.bottom / _CELL), math.floor(box.top / _CELL) + 1)
    return ((i, j) for j in rows for i in columns)


def _cells_along(points: Sequence[Point]) -> Iterator[_Cell]:
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        steps = max(1, math.ceil(math.hypot(x1 - x0, y1 - y0) / _CELL))
        for i in range(steps + 1):
            share = i / steps
            yield (
                math.floor((x0 + (x1 - x0) * share) / _CELL),
                math.floor((y0 + (y1 - y0) * share) / _CELL),
            )
