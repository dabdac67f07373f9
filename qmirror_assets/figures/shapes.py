"""Outlines as lists of points: the only geometry a drawing is made of. Pixels, y up."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

Point = tuple[float, float]
Points = list[Point]


def ellipse(x: float, y: float, rx: float, ry: float) -> Points:
    """A closed ellipse around (x, y)."""
    steps = 72
    turn = 2 * math.pi / steps
    return [(x + rx * math.cos(turn * i), y + ry * math.sin(turn * i)) for i in range(steps)]


def circle(x: float, y: float, radius: float) -> Points:
    """A closed circle around (x, y)."""
    return ellipse(x, y, radius, radius)


def arc(
    x: float, y: float, rx: float, start: float, end: float, *, ry: float | None = None
) -> Points:
    """An open arc from `start` to `end` degrees, counted from the x axis towards y."""
    ry = rx if ry is None else ry
    steps = max(8, int(abs(end - start) / 4))
    angles = [math.radians(start + (end - start) * i / steps) for i in range(steps + 1)]
    return [(x + rx * math.cos(a), y + ry * math.sin(a)) for a in angles]


def box(x: float, y: float, width: float, height: float) -> Points:
    """A rectangle centred on (x, y)."""
    w, h = width / 2, height / 2
    return [(x - w, y - h), (x + w, y - h), (x + w, y + h), (x - w, y + h)]


def rounded(x: float, y: float, width: float, height: float, radius: float = 8) -> Points:
    """A rectangle with round corners, centred on (x, y)."""
    w, h = width / 2 - radius, height / 2 - radius
    corners = [(x + w, y + h, 0), (x - w, y + h, 90), (x - w, y - h, 180), (x + w, y - h, 270)]
    return [p for cx, cy, a in corners for p in arc(cx, cy, radius, a, a + 90)]


def curve(f: Callable[[float], float], start: float, end: float, steps: int = 80) -> Points:
    """The graph of `f` between two x."""
    xs = [start + (end - start) * i / steps for i in range(steps + 1)]
    return [(x, f(x)) for x in xs]


def coil(start: Point, end: Point, turns: int, radius: float) -> Points:
    """A spring between two points, with straight ends."""
    length = math.dist(start, end)
    ux, uy = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    lead = min(16.0, length / 6)
    steps = turns * 16
    path = [start]
    for i in range(steps + 1):
        along = lead + (length - 2 * lead) * i / steps
        side = radius * math.sin(2 * math.pi * turns * i / steps)
        path.append((start[0] + ux * along - uy * side, start[1] + uy * along + ux * side))
    return [*path, end]


def zigzag(start: Point, end: Point, teeth: int, height: float) -> Points:
    """A resistor's zigzag between two points."""
    length = math.dist(start, end)
    ux, uy = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    path = [start]
    for i in range(teeth * 2):
        along = length * (i + 0.5) / (teeth * 2)
        side = height if i % 2 == 0 else -height
        path.append((start[0] + ux * along - uy * side, start[1] + uy * along + ux * side))
    return [*path, end]


def turned(points: Iterable[Point], centre: Point, degrees: float) -> Points:
    """`points` turned around `centre`, counter-clockwise."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    cx, cy = centre
    return [(cx + (x - cx) * c - (y - cy) * s, cy + (x - cx) * s + (y - cy) * c) for x, y in points]


def shifted(points: Iterable[Point], dx: float, dy: float) -> Points:
    """`points` moved by (dx, dy)."""
    return [(x + dx, y + dy) for x, y in points]


def between(start: Point, end: Point, share: float = 0.5) -> Point:
    """The point at `share` of the way from `start` to `end`."""
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
