"""A figure spec without one of its parts: all the ways in which one can be left out."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Final

from qmirror_assets.records import Json

Shorter = list[tuple[str, dict[str, Json]]]
"""(name of the part left out, the spec without it)."""

_LISTS: Final[Mapping[str, tuple[str, int]]] = {
    "table": ("rows", 2),
    "timeline": ("marks", 2),
    "chart": ("points", 2),
    "flow": ("nodes", 3),
}
"""Kind -> the list of its parts, and how many it must have for one to be left out."""


def without_one_part(spec: Mapping[str, Json]) -> Shorter:
    """Every spec with one row, mark, point, node or label less; empty where none can go."""
    kind = str(spec.get("kind", ""))
    if kind == "scene":
        return _without_labels(spec)
    if kind not in _LISTS or spec.get("layout") == "tree":  # a tree's edges count its nodes
        return []
    name, least = _LISTS[kind]
    parts = list(spec.get(name) or [])
    if len(parts) < least:
        return []
    return [(_name(part), _without(spec, name, i)) for i, part in enumerate(parts)]


def _without(spec: Mapping[str, Json], name: str, index: int) -> dict[str, Json]:
    shorter = copy.deepcopy(dict(spec))
    shorter[name] = [part for i, part in enumerate(shorter[name]) if i != index]
    return shorter


def _without_labels(spec: Mapping[str, Json]) -> Shorter:
    labels: Mapping[str, Json] = spec.get("labels") or {}
    if len(labels) < 2:  # noqa: PLR2004 - one must stay
        return []
    kept = {slot: {k: v for k, v in labels.items() if k != slot} for slot in labels}
    return [(_name(labels[slot]), {**dict(spec), "labels": kept[slot]}) for slot in labels]


def _name(part: Json) -> str:
    if isinstance(part, Mapping):
        return str(part.get("label") or part.get("text") or part.get("value") or "")
    return str(part[0]) if isinstance(part, list | tuple) and part else str(part)
