"""Steps without an engine that every recipe has: filter and assemble."""

from __future__ import annotations

from collections.abc import Mapping
from types import UnionType
from typing import ClassVar

from qmirror_assets.conditions import as_json, columns_of, first_failing
from qmirror_assets.engines.base import Role
from qmirror_assets.records import Column, Json, Reason, Rejection, Row
from qmirror_assets.stage_specs import AssembleStage, FilterStage, Picked
from qmirror_assets.stages.base import At, StepOutput


class FilterStep:
    """Rows that fail a condition become rejections."""

    kind: ClassVar[str] = "filter"
    code: ClassVar[int] = 1
    calls: ClassVar[tuple[int, int]] = (0, 0)
    keeps: ClassVar[bool] = False
    roles: ClassVar[tuple[Role, ...]] = ()

    def __init__(self, stage: FilterStage) -> None:
        self._stage = stage
        detail = (stage.detail,) if stage.detail else ()
        self.inputs = (*columns_of(stage.where), *detail)
        self.outputs: Mapping[str, Column] = {}
        self.fingerprint: Mapping[str, Json] = {
            "where": as_json(stage.where), "reason": stage.reason, "detail": stage.detail,
        }  # fmt: skip

    def run(self, row: Row, at: At) -> StepOutput:
        """Keep the row, or reject it with the column that explains why."""
        failing = first_failing(self._stage.where, row)
        if failing is None:
            return {}
        detail = row.get(self._stage.detail) if self._stage.detail else None
        text = "; ".join(map(str, detail)) if isinstance(detail, list) else str(detail or "")
        return Rejection(Reason(self._stage.reason), text or f"not: {failing.sentence()}")


class AssembleStep:
    """Choose and name the columns of the final sample."""

    kind: ClassVar[str] = "assemble"
    code: ClassVar[int] = 1
    calls: ClassVar[tuple[int, int]] = (0, 0)
    keeps: ClassVar[bool] = True
    roles: ClassVar[tuple[Role, ...]] = ()

    def __init__(self, stage: AssembleStage, available: Mapping[str, Column]) -> None:
        self._columns = dict(stage.columns)
        self.inputs = source_columns(stage)
        self.outputs: Mapping[str, Column] = {
            new: old.type if isinstance(old, Picked) else available[old]
            for new, old in self._columns.items()
        }
        self.fingerprint: Mapping[str, Json] = {
            "columns": stage.model_dump(mode="json")["columns"], "image": stage.image,
        }  # fmt: skip

    def run(self, row: Row, at: At) -> StepOutput:
        """The chosen columns under their final names."""
        return {
            new: _pick(row, old) if isinstance(old, Picked) else row.get(old)
            for new, old in self._columns.items()
        }


def source_columns(stage: AssembleStage) -> tuple[str, ...]:
    """Columns that the final ones are taken from."""
    return tuple(dict.fromkeys(map(_column_of, stage.columns.values())))


def _column_of(chosen: str | Picked) -> str:
    return chosen.path.split(".")[0] if isinstance(chosen, Picked) else chosen


def _pick(row: Row, picked: Picked) -> Json:
    first, *rest = picked.path.split(".")
    value = row.get(first)
    for part in rest:
        value = _inside(value, part)
    fits = _PYTHON[picked.type]
    is_bool = isinstance(value, bool)
    if isinstance(value, fits) and (not is_bool or picked.type in (Column.BOOL, Column.JSON)):
        return value
    return None


def _inside(value: Json, part: str) -> Json:
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
        return value[int(part)]
    return None


_PYTHON: Mapping[Column, type | UnionType] = {
    Column.STR: str, Column.INT: int, Column.FLOAT: int | float, Column.BOOL: bool,
    Column.JSON: object,
}  # fmt: skip
