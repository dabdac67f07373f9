"""A file of labels by people: JSONL or CSV with sample_id, turn, tcc, icc, iq, its."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, ConfigDict, Field

from qmirror_assets.borders import validate
from qmirror_assets.errors import UsageError
from qmirror_assets.synjudge.dimensions import HIGHEST, LOWEST, Dimension
from qmirror_assets.synjudge.labelled import TurnKey

_Points = Annotated[int, Field(strict=True, ge=LOWEST, le=HIGHEST)] | None


class _Label(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    sample_id: str = Field(min_length=1, max_length=200)
    turn: int = Field(default=0, strict=True, ge=0)
    tcc: _Points = None
    icc: _Points = None
    iq: _Points = None
    its: _Points = None


def read_labels(path: Path) -> dict[TurnKey, dict[Dimension, int]]:
    """Labels by sample and turn; a dimension that is left empty is not there.

    Raises:
        UsageError: a file, row or value that is not as it should be, with its line.
    """
    labels: dict[TurnKey, dict[Dimension, int]] = {}
    try:
        for line, row in _rows(path):
            label = validate(_Label, row, f"{path.name}, line {line}")
            key = (label.sample_id, label.turn)
            if key in labels:
                raise UsageError(f"{path.name}, line {line}: {key[0]} turn {key[1]} stands twice")
            labels[key] = _points(label)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(
            f"labels {path.name} cannot be read", expected="UTF-8 JSONL or CSV", found=str(error)
        ) from error
    return labels


def _points(label: _Label) -> dict[Dimension, int]:
    found = {name: getattr(label, name.value) for name in Dimension}
    return {name: value for name, value in found.items() if value is not None}


def _rows(path: Path) -> Iterator[tuple[int, Any]]:
    with path.open(encoding="utf-8", newline="") as file:
        if path.suffix == ".csv":
            reader = csv.DictReader(file, strict=True)
            for row in reader:
                yield reader.line_num, _typed(row)
            return
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, _decoded(line, path, number)


def _decoded(line: str, path: Path, number: int) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise UsageError(f"{path.name}, line {number} is not JSON", found=str(error)) from error


def _typed(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Cells of a CSV row as JSON would have them: whole numbers, and nothing where empty."""
    cells = {str(name): value for name, value in row.items()}
    return {
        name: int(value) if name != "sample_id" and _is_number(value) else value
        for name, value in cells.items()
        if value not in ("", None)
    }


def _is_number(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit()
