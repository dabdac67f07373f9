"""Lists and objects written as text in a table cell (CSV always, Parquet often)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qmirror_assets.records import Json, Reason
from qmirror_assets.seeds.faults import RowFault
from qmirror_assets.seeds.jsonvalues import parse_json

if TYPE_CHECKING:
    from collections.abc import Mapping

# Bars need white space around them, so that |x| in a choice stays whole.
_BAR = re.compile(r"\s+\|\s+")
_LISTS = ("choices", "images")
_JSON = ("givens", "figure")


def expand_cells(fields: Mapping[str, Json]) -> dict[str, Json]:
    """`fields` with the text of list and object fields read: JSON, or `a | b | c` for lists.

    Raises:
        RowFault: bad_json (and what `parse_json` raises), naming the field.
    """
    expanded = dict(fields)
    for field in (*_LISTS, *_JSON):
        cell = expanded.get(field)
        if isinstance(cell, str) and cell:
            expanded[field] = _expand(field, cell)
    return expanded


def _expand(field: str, cell: str) -> Json:
    if field in _LISTS and not cell.lstrip().startswith("["):
        return _split(cell)
    try:
        return parse_json(cell)
    except RowFault as fault:
        # "[Ne] 3s1 | [Ar] 4s1" begins like JSON and is none.
        if field in _LISTS and fault.reason is Reason.BAD_JSON and _BAR.search(cell):
            return _split(cell)
        raise RowFault(fault.reason, f"{field}: {fault.detail}") from fault


def _split(cell: str) -> list[str]:
    return _BAR.split(cell.strip())
