"""Attempts: what every call cost and how it ended, found by action.

Action keys are random, so an index that is kept call by call touches another page for each of
them: in SQLite three quarters of what an attempt costs, and more the more there are. Attempts are
appended without one; once there are many, and at the end of a build, their keys are added to a
table of their own, in order and at once. What is younger is looked through. PostgreSQL keeps an
ordinary index.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from qmirror_assets.records import Json
from qmirror_assets.store import schema

HEAD = 16
"""Characters of an action key in the table of keys; the attempt itself holds all of it."""

_MARK = "attempt_keys"  # the last attempt whose key is in the table
MANY = 4_096
"""Attempts that are looked through in a millisecond."""
_LOOKUP = 500  # keys of one SELECT; SQLite allows 32,766 variables
_table, _keys, _marks = schema.attempts, schema.attempt_keys, schema.marks


class Appender:
    """Appends attempts by a statement that is compiled once.

    Args:
        dialect: Of the database.
    """

    # what SQLAlchemy does for every row of an insert costs as much as the insert itself
    def __init__(self, dialect: sa.Dialect) -> None:
        self._names = [column.name for column in _table.columns if column.name != "id"]
        compiled = _table.insert().compile(dialect=dialect, column_keys=self._names)
        self._sql, self._by_place = str(compiled), bool(compiled.positional)

    def append(self, connection: sa.Connection, rows: Sequence[Mapping[str, Json]]) -> None:
        """Append attempts; each names every column but the id."""
        values: list[Any] = (
            [tuple(row[name] for name in self._names) for row in rows]
            if self._by_place
            else [dict(row) for row in rows]
        )
        connection.exec_driver_sql(self._sql, values)


def index_attempts(connection: sa.Connection) -> None:
    """Add the keys of all attempts since the last time, if many (in a write transaction)."""
    if not _is_deferred(connection):
        return
    done = _mark(connection)
    last = connection.execute(sa.select(sa.func.max(_table.c.id))).scalar() or 0
    if last - done < MANY:
        return
    head = sa.func.substr(_table.c.action_key, 1, HEAD)
    fresh = sa.select(head, _table.c.id).where(_table.c.id > done).order_by(head, _table.c.id)
    connection.execute(_keys.insert().from_select(["head", "attempt"], fresh))
    connection.execute(_marks.delete().where(_marks.c.name == _MARK))
    connection.execute(_marks.insert(), {"name": _MARK, "value": last})


def find_attempts(connection: sa.Connection, keys: Sequence[str]) -> Iterator[Any]:
    """Attempts of actions, each by id within its part of the keys."""
    done = _mark(connection) if _is_deferred(connection) else None
    for start in range(0, len(keys), _LOOKUP):
        part = list(keys[start : start + _LOOKUP])
        among = sa.select(_table).where(_table.c.action_key.in_(part)).order_by(_table.c.id)
        if done is None:
            yield from connection.execute(among)
            continue
        heads = [key[:HEAD] for key in part]
        known = sa.select(_keys.c.attempt).where(_keys.c.head.in_(heads))
        yield from connection.execute(among.where(_table.c.id.in_(known)))
        yield from connection.execute(among.where(_table.c.id > done))


def _is_deferred(connection: sa.Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _mark(connection: sa.Connection) -> int:
    value = connection.execute(sa.select(_marks.c.value).where(_marks.c.name == _MARK)).scalar()
    return int(value or 0)
