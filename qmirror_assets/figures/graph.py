"""Trees of a flow figure: children, levels, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence

Edge = tuple[int, int]
MAX_LEVELS = 5


def tree_edges(count: int, edges: Sequence[Edge]) -> tuple[Edge, ...]:
    """`edges`, or a star from node 0 where none are given."""
    return tuple(edges) or tuple((0, child) for child in range(1, count))


def children_of(count: int, edges: Sequence[Edge]) -> tuple[tuple[int, ...], ...]:
    """For each node its children, in the order of `edges`."""
    return tuple(tuple(b for a, b in edges if a == node) for node in range(count))


def find_root(count: int, edges: Sequence[Edge]) -> int:
    """The one node that is nobody's child. Call after `check_tree`."""
    below = {child for _, child in edges}
    return next(node for node in range(count) if node not in below)


def find_levels(count: int, edges: Sequence[Edge]) -> dict[int, int]:
    """Node -> distance from the root; nodes the root does not reach are absent."""
    children, levels = children_of(count, edges), {}
    front = [find_root(count, edges)]
    depth = 0
    while front and depth < count:
        levels.update(dict.fromkeys(front, depth))
        front = [child for node in front for child in children[node]]
        depth += 1
    return levels


def check_tree(count: int, given: Sequence[Edge]) -> None:
    """Refuse anything but one tree of at most `MAX_LEVELS` levels.

    Raises:
        ValueError: an edge to a node that is not there, two parents, a loop, a loose node.
    """
    edges = tree_edges(count, given)
    if any(not (0 <= a < count and 0 <= b < count) for a, b in edges):
        raise ValueError(f"an edge joins two of the nodes 0 to {count - 1}")
    child_nodes = [child for _, child in edges]
    if len(set(child_nodes)) != len(child_nodes) or len(child_nodes) != count - 1:
        raise ValueError("every node of a tree but the root has one parent")
    levels = find_levels(count, edges)
    if len(levels) != count:
        raise ValueError("a tree has no loop and no loose node")
    if max(levels.values()) >= MAX_LEVELS:
        raise ValueError(f"a tree has at most {MAX_LEVELS} levels")
