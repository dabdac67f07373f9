"""Statements that are compiled once: the ones of every materialization.

What SQLAlchemy does anew for each execution takes three times as long as SQLite does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from qmirror_assets.records import Json


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    names: tuple[str, ...] | None  # in the order of their places; None: given by name
    fixed: Mapping[str, Any]  # values that the statement itself holds


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A statement of texts and numbers, whose types need no conversion by any driver."""

    statement: sa.Executable
    _by_dialect: dict[str, _Compiled] = field(default_factory=dict)

    def run(self, connection: sa.Connection, values: Mapping[str, Json]) -> sa.CursorResult[Any]:
        """Execute it with the values of its parameters."""
        dialect = connection.dialect
        compiled = self._by_dialect.get(dialect.name)
        if compiled is None:
            compiled = self._by_dialect[dialect.name] = _compile(self.statement, dialect, values)
        given = {**compiled.fixed, **values}
        if compiled.names is not None:
            return connection.exec_driver_sql(
                compiled.sql, tuple(given[name] for name in compiled.names)
            )
        return connection.exec_driver_sql(compiled.sql, given)


def _compile(
    statement: sa.Executable, dialect: sa.Dialect, values: Mapping[str, Json]
) -> _Compiled:
    # an INSERT that names no columns has those of the values
    columns = list(values) if isinstance(statement, sa.Insert) else None
    compiled: Any = statement.compile(dialect=dialect, column_keys=columns)  # type: ignore[attr-defined]
    fixed = {name: value for name, value in compiled.params.items() if value is not None}
    names = tuple(compiled.positiontup) if compiled.positional else None
    return _Compiled(str(compiled), names, fixed)
