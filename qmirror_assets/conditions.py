"""A small closed language for accept and filter rules: no expressions, so nothing to inject."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from qmirror_assets.records import Json, Row

Number = Annotated[float, Field(allow_inf_nan=False)]
_TESTS = ("equals", "one_of", "at_least", "at_most", "empty")


class Condition(BaseModel):
    """One test on one column: exactly one of `equals`, `one_of`, `at_least`, `at_most`, `empty`."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    column: str
    equals: bool | int | Number | str | None = None
    one_of: tuple[str, ...] | None = None
    at_least: Number | None = None
    at_most: Number | None = None
    empty: bool | None = None

    @model_validator(mode="after")
    def _one_test(self) -> Condition:
        given = [name for name in _TESTS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of {', '.join(_TESTS)} (found {given or 'none'})")
        return self

    def holds(self, row: Row) -> bool:
        """Whether the test holds. A missing, null or NaN value never passes a numeric test."""
        value = row.get(self.column)
        if self.equals is not None:
            # True == 1 in Python, but a verdict `true` is not the score 1
            same_kind = isinstance(value, bool) is isinstance(self.equals, bool)
            return same_kind and bool(value == self.equals)
        if self.one_of is not None:
            return value in self.one_of
        if self.empty is not None:
            return self.empty is (value in (None, "", [], {}))
        return self._in_range(value)

    def _in_range(self, value: Any) -> bool:
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
        ):
            return False
        low = -math.inf if self.at_least is None else self.at_least
        high = math.inf if self.at_most is None else self.at_most
        return low <= value <= high

    def sentence(self) -> str:
        """The condition in words, for reports."""
        test = next(name for name in _TESTS if getattr(self, name) is not None)
        return f"{self.column} {test.replace('_', ' ')} {getattr(self, test)}"


def all_hold(conditions: Sequence[Condition], row: Row) -> bool:
    """Whether every condition holds (true for none)."""
    return all(condition.holds(row) for condition in conditions)


def columns_of(conditions: Sequence[Condition]) -> tuple[str, ...]:
    """Columns the conditions read."""
    return tuple(dict.fromkeys(c.column for c in conditions))


def first_failing(conditions: Sequence[Condition], row: Row) -> Condition | None:
    """The first condition that does not hold."""
    return next((c for c in conditions if not c.holds(row)), None)


def as_json(conditions: Sequence[Condition]) -> Json:
    """Conditions as JSON, for fingerprints."""
    return [c.model_dump(exclude_none=True) for c in conditions]
