"""Sources of schema `run`: attempts and materializations, streamed from the state database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
import sqlalchemy as sa

from qmirror_assets.analytics.built import Built
from qmirror_assets.analytics.connection import BATCH
from qmirror_assets.analytics.source_tables import SOURCES, arrow_schema
from qmirror_assets.records import Json
from qmirror_assets.store import schema

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_INTS = frozenset({"rows_reused", "hits", "calls", "shared", "failures"}) | {
    "prompt_tokens", "completion_tokens",
}  # fmt: skip
_REALS = frozenset({"cost", "engine_seconds", "seconds"})
_STORED = {"unix_seconds": "at"}  # AT is a reserved word of DuckDB's SQL


def attempts(built: Built, _connection: DuckDBPyConnection) -> Iterator[Any]:
    """One row an attempt, oldest first."""
    columns = [schema.attempts.c[_STORED.get(n, n)].label(n) for n in SOURCES["run.attempts"]]
    for rows in _stream(built, schema.attempts, columns):
        values = [dict(row._mapping) for row in rows]  # noqa: SLF001  # SQLAlchemy's own name
        yield pa.RecordBatch.from_pylist(values, arrow_schema("run.attempts"))


def materializations(built: Built, _connection: DuckDBPyConnection) -> Iterator[Any]:
    """One row a materialization, oldest first."""
    for rows in _stream(built, schema.materializations, list(schema.materializations.c)):
        values = [_materialization(row) for row in rows]
        yield pa.RecordBatch.from_pylist(values, arrow_schema("run.materializations"))


def _materialization(row: Any) -> dict[str, Json]:
    facts = orjson.loads(row.facts)
    own = ("id", "node", "domain", "manifest", "run_id")
    return {
        **{name: getattr(row, name) for name in own},
        "unix_seconds": row.at,
        **{name: int(facts.get(name, 0)) for name in _INTS},
        **{name: float(facts.get(name, 0)) for name in _REALS},
    }


def _stream(built: Built, table: sa.Table, columns: list[Any]) -> Iterator[list[sa.Row[Any]]]:
    where = table.c.dataset == built.dataset
    statement = sa.select(*columns).where(where).order_by(table.c.id)
    with built.store.state.read() as connection:
        result = connection.execution_options(yield_per=BATCH).execute(statement)
        for rows in result.partitions():
            yield list(rows)
