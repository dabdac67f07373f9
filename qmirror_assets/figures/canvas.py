"""The display list a figure is drawn into: paths, lines of text, pictures; and what was written.

Units are pixels, y up, x = 0 in the middle. Nothing here paints: `raster.py` does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from qmirror_assets.figures import style
from qmirror_assets.figures.occupancy import Box, Occupancy, box_around
from qmirror_assets.figures.shapes import Point
from qmirror_assets.figures.text import DPI, Face, line_height, measure

DrawnRole = Literal["title", "label", "value", "tick", "node", "symbol"]
Anchor = Literal["left", "centre", "right"]
_APART = 7.0  # pixels
_SHIFT: dict[Anchor, float] = {"left": 0.0, "centre": 0.5, "right": 1.0}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A text as it stands in the picture, and what it is there for."""

    role: DrawnRole
    text: str


@dataclass(frozen=True, slots=True)
class Path:
    """A polygon or an open line. `fill` and `line` are colours, or None."""

    points: tuple[Point, ...]
    closed: bool
    fill: str | None
    line: str | None
    width: float
    dashed: bool


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One line of text; (x, y) is the left end of its base line."""

    text: str
    x: float
    y: float
    size: float
    face: Face
    colour: str


@dataclass(frozen=True, slots=True)
class Picture:
    """PNG bytes with their lower left corner at (x, y), one pixel to one pixel."""

    x: float
    y: float
    png: bytes


Item = Path | Glyphs | Picture


@dataclass(slots=True)
class Canvas:
    """What has been drawn so far, in painting order."""

    items: list[Item] = field(default_factory=list)
    drawn: list[Drawn] = field(default_factory=list)
    taken: Occupancy = field(default_factory=Occupancy)
    bounds: Box | None = None
    waiting: list[Callable[[], None]] = field(default_factory=list)

    def defer(self, step: Callable[[], None]) -> None:
        """Do `step` when everything else is drawn: notes look for what is left free."""
        self.waiting.append(step)

    def settle(self) -> None:
        """Do the deferred steps in order."""
        for step in self.waiting:
            step()
        self.waiting.clear()

    def path(
        self,
        points: Sequence[Point],
        *,
        fill: str | None = None,
        line: str | None = style.INK,
        width: float = style.LINE,
        dashed: bool = False,
        faint: bool = False,
    ) -> None:
        """An open line. `faint`: notes may lie over it."""
        self._add(Path(tuple(points), False, fill, line, width, dashed), faint)

    def shape(
        self,
        points: Sequence[Point],
        fill: str | None = None,
        *,
        line: str | None = style.INK,
        width: float = style.LINE,
        dashed: bool = False,
        faint: bool = False,
    ) -> None:
        """A closed outline. Notes may lie inside it, but not over its border."""
        self._add(Path(tuple(points), True, fill, line, width, dashed), faint)

    def arrow(
        self,
        start: Point,
        end: Point,
        colour: str = style.INK,
        *,
        width: float = style.LINE,
        both: bool = False,
    ) -> None:
        """A straight arrow with its head at `end` (and one at `start` if `both`)."""
        size = 8 + 2.2 * width
        tip, tail = _head(start, end, size), _head(end, start, size)
        line = [tail[1] if both else start, tip[1]]
        self.path([(p[0], p[1]) for p in line], line=colour, width=width)
        self.shape(tip[0], colour, line=None)
        if both:
            self.shape(tail[0], colour, line=None)

    def write(
        self,
        text: str,
        at: Point,
        role: DrawnRole | None = None,
        *,
        anchor: Anchor = "centre",
        size: float = style.LABEL_SIZE,
        face: Face = "regular",
        colour: str = style.INK,
    ) -> Box:
        """One line of text, vertically centred on `at`; recorded if it has a `role`."""
        width, em = measure(text, size, face), size * DPI / 72
        left = at[0] - width * _SHIFT[anchor]
        half = line_height(size) / 2
        area = Box(left, at[1] - half, left + width, at[1] + half)
        self.items.append(Glyphs(text, left, at[1] - 0.36 * em, size, face, colour))
        # Neighbours keep a letter's distance, or two notes would read as one.
        apart = Box(left - _APART, area.bottom, area.right + _APART, area.top)
        self.taken.mark_text(apart)
        self._cover(area)
        if role:
            self.record(role, text)
        return area

    def picture(self, png: bytes, area: Box) -> None:
        """A ready picture; `area` must have its pixel size. Notes stay out of it."""
        self.items.append(Picture(area.left, area.bottom, png))
        self.taken.mark_text(area)
        self._cover(area)

    def record(self, role: DrawnRole, text: str) -> None:
        """Remember a text that was drawn, possibly over several lines."""
        if text:
            self.drawn.append(Drawn(role, text))

    def _add(self, path: Path, faint: bool) -> None:
        self.items.append(path)
        outline = [*path.points, path.points[0]] if path.closed else path.points
        if not faint:
            self.taken.mark_path(outline)
        self._cover(box_around(path.points, path.width / 2))

    def _cover(self, area: Box) -> None:
        self.bounds = area if self.bounds is None else self.bounds.joined(area)


def _head(start: Point, end: Point, size: float) -> tuple[list[Point], Point]:
    """The triangle of an arrow head, and the point where its line ends."""
    angle = math.atan2(end[1] - start[1], end[0] - start[0])
    corners = [end]
    corners += [
        (end[0] + size * math.cos(angle + turn), end[1] + size * math.sin(angle + turn))
        for turn in (2.75, -2.75)
    ]
    back = size * 0.8
    return corners, (end[0] - back * math.cos(angle), end[1] - back * math.sin(angle))
