"""Boxes joined by arrows: a chain in rows, a cycle, a tree from left to right."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Canvas
from qmirror_assets.figures.graph import children_of, find_levels, find_root, tree_edges
from qmirror_assets.figures.shapes import Point, rounded
from qmirror_assets.figures.spec import Flow
from qmirror_assets.figures.text import line_height, measure, wrap

_SIZE = 13.0
_PAD = 14.0
_GAP = 44.0
_PAIR = 2
_WIDEST = 2 * style.REACH - style.BOLD


def draw(canvas: Canvas, spec: Flow) -> None:
    """Draw the nodes in the spec's layout."""
    if spec.layout == "chain":
        _draw_chain(canvas, spec.nodes)
    elif spec.layout == "cycle":
        _draw_cycle(canvas, spec.nodes)
    else:
        _draw_tree(canvas, spec)


def _box_size(nodes: Sequence[str], most: float) -> tuple[float, float]:
    """One size for all boxes: as narrow as the text allows within `most`, as high as needed."""
    words = max(measure(word, _SIZE) for node in nodes for word in node.split(" "))
    natural = max(measure(node, _SIZE) for node in nodes)
    inner = min(natural, max(words, 110.0), most - 2 * _PAD)
    lines = max(len(wrap(node, inner, _SIZE)) for node in nodes)
    return inner + 2 * _PAD, lines * line_height(_SIZE) + 2 * _PAD


def _draw_box(canvas: Canvas, text: str, at: Point, size: tuple[float, float]) -> None:
    width, height = size
    canvas.shape(rounded(*at, width, height, 9), style.PALE_BLUE, line=style.BLUE)
    lines = wrap(text, width - 2 * _PAD + 1, _SIZE)
    step = line_height(_SIZE)
    for i, line in enumerate(lines):
        canvas.write(line, (at[0], at[1] + step * ((len(lines) - 1) / 2 - i)), size=_SIZE)
    canvas.record("node", text)


def _join(canvas: Canvas, start: Point, end: Point, size: tuple[float, float]) -> None:
    """An arrow from border to border of two boxes."""
    a, b = _border(start, end, size), _border(end, start, size)
    canvas.arrow(a, b, style.GREY, width=2.4)


def _border(at: Point, other: Point, size: tuple[float, float]) -> Point:
    dx, dy = other[0] - at[0], other[1] - at[1]
    reach = max(abs(dx) / (size[0] / 2 + 5), abs(dy) / (size[1] / 2 + 5))
    return at[0] + dx / reach, at[1] + dy / reach


def _draw_chain(canvas: Canvas, nodes: Sequence[str]) -> None:
    """Rows that are read like a meander: each next row runs back."""
    size = _box_size(nodes, 240)
    room = max(1, int((_WIDEST + _GAP) // (size[0] + _GAP)))
    rows = math.ceil(len(nodes) / room)
    columns = math.ceil(len(nodes) / rows)
    places = []
    for i in range(len(nodes)):
        row, column = divmod(i, columns)
        across = column if row % 2 == 0 else columns - 1 - column
        x = (across - (columns - 1) / 2) * (size[0] + _GAP)
        places.append((x, -row * (size[1] + _GAP)))
    _draw_joined(canvas, nodes, places, size)


def _draw_cycle(canvas: Canvas, nodes: Sequence[str]) -> None:
    """Nodes clockwise: around an ellipse, or around a rectangle where they are many."""
    size = _box_size(nodes, 190)
    if len(nodes) == _PAIR:
        _draw_pair(canvas, nodes, size)
        return
    rx = min(style.REACH - size[0] / 2, max(150.0, 46.0 * len(nodes)))
    heights = (ry for ry in range(110, 420, 10) if _is_open(_ring(len(nodes), rx, ry), size))
    ry = next(heights, None)
    places = _frame(len(nodes), size) if ry is None else _ring(len(nodes), rx, ry)
    _draw_joined(canvas, [*nodes, nodes[0]], [*places, places[0]], size)


def _ring(count: int, rx: float, ry: float) -> list[Point]:
    turns = [2 * math.pi * i / count for i in range(count)]
    return [(rx * math.sin(turn), ry * math.cos(turn)) for turn in turns]


def _frame(count: int, size: tuple[float, float]) -> list[Point]:
    """Clockwise around a rectangle: a top row, a right column, a bottom row, a left column."""
    wide, high = size[0] + _GAP, size[1] + _GAP
    columns = min(max(2, int((_WIDEST + _GAP) // wide)), max(2, count // 3))
    right = max(0, math.ceil((count - 2 * columns) / 2))
    left = max(0, count - 2 * columns - right)
    bottom = count - columns - right - left
    half, depth = (columns - 1) / 2 * wide, (max(right, left) + 1) * high
    across = [i * wide - half for i in range(columns)]
    return [
        *((x, 0.0) for x in across),
        *((half, -depth * (i + 1) / (right + 1)) for i in range(right)),
        *((x, -depth) for x in across[::-1][:bottom]),
        *((-half, -depth * (left - i) / (left + 1)) for i in range(left)),
    ]


def _is_open(spots: Sequence[Point], size: tuple[float, float]) -> bool:
    """Whether no two boxes at `spots` come too near."""
    return all(
        abs(a[0] - b[0]) >= size[0] + 34 or abs(a[1] - b[1]) >= size[1] + 34
        for i, a in enumerate(spots)
        for b in spots[:i]
    )


def _draw_pair(canvas: Canvas, nodes: Sequence[str], size: tuple[float, float]) -> None:
    x = size[0] / 2 + 60
    for node, side in zip(nodes, (-x, x), strict=True):
        _draw_box(canvas, node, (side, 0), size)
    canvas.arrow((-54, 14), (54, 14), style.GREY, width=2.4)
    canvas.arrow((54, -14), (-54, -14), style.GREY, width=2.4)


def _draw_joined(
    canvas: Canvas, nodes: Sequence[str], places: Sequence[Point], size: tuple[float, float]
) -> None:
    """Boxes and the arrows from each to the next; a last place equal to the first closes."""
    closed = len(places) > _PAIR and places[0] == places[-1]
    for node, place in list(zip(nodes, places, strict=True))[: -1 if closed else None]:
        _draw_box(canvas, node, place, size)
    for start, end in itertools.pairwise(places):
        _join(canvas, start, end, size)


def _draw_tree(canvas: Canvas, spec: Flow) -> None:
    edges = tree_edges(len(spec.nodes), spec.edges)
    levels = find_levels(len(spec.nodes), edges)
    depth = max(levels.values()) + 1
    size = _box_size(spec.nodes, (_WIDEST - (depth - 1) * 56) / depth)
    rows = _find_rows(children_of(len(spec.nodes), edges), find_root(len(spec.nodes), edges))
    places = {
        node: (
            (levels[node] - (depth - 1) / 2) * (size[0] + 56),
            -rows[node] * (size[1] + 22),
        )
        for node in levels
    }
    for node, text in enumerate(spec.nodes):
        _draw_box(canvas, text, places[node], size)
    for parent, child in edges:
        _draw_elbow(canvas, places[parent], places[child], size)


def _find_rows(children: Sequence[Sequence[int]], root: int) -> dict[int, float]:
    """Leaves on rows of their own from the top; a parent in the middle of its children."""
    rows: dict[int, float] = {}
    leaves = 0

    def visit(node: int) -> float:
        nonlocal leaves
        below = [visit(child) for child in children[node]]
        if not below:
            leaves += 1
        rows[node] = (below[0] + below[-1]) / 2 if below else leaves - 1.0
        return rows[node]

    visit(root)
    return rows


def _draw_elbow(canvas: Canvas, parent: Point, child: Point, size: tuple[float, float]) -> None:
    start, end = parent[0] + size[0] / 2, child[0] - size[0] / 2 - 4
    middle = start + 22
    canvas.path(
        [(start, parent[1]), (middle, parent[1]), (middle, child[1])], line=style.GREY, width=2.4
    )
    canvas.arrow((middle, child[1]), (end, child[1]), style.GREY, width=2.4)
