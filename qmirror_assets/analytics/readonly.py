"""Read-only SQL over the analytics of a dataset, for a terminal or a page.

Three walls, each enough by itself for what it guards: the text must parse to one SELECT over
named tables; DuckDB's own parser must agree that it is one SELECT; and the connection reaches no
file, setting or extension. Memory, time and rows are bounded.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from qmirror_assets.analytics.connection import (
    open_connection,
    register_parquet,
    register_sources,
)
from qmirror_assets.analytics.model import Materialized, QueryResult
from qmirror_assets.analytics.parquet_out import analytics_folder, model_path, source_path
from qmirror_assets.analytics.project import load_project
from qmirror_assets.analytics.source_tables import SOURCES
from qmirror_assets.analytics.statement import check_tables, parse_select
from qmirror_assets.errors import NotFoundError, UsageError
from qmirror_assets.store import Store

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SIZE_CAP = 20_000  # characters of a query
ROW_CAP = 100_000
WHAT = "the query"


def run_query(
    store: Store,
    dataset: str,
    sql: str,
    *,
    limit: int = 1_000,
    seconds: float = 30.0,
    folder: Path | None = None,
) -> QueryResult:
    """Answer one SELECT; see `query` of the package."""
    _check_size(sql, limit)
    statement = parse_select(sql, WHAT)
    with open_connection(store.spill) as connection:
        known = _load(connection, analytics_folder(store, dataset), folder)
        if not known:
            raise NotFoundError(
                f"dataset {dataset!r} has no analytics",
                remedy="Build the dataset, or materialize its analytics, first",
            )
        check_tables(statement, known, WHAT)
        return _answer(connection, sql, limit, seconds)


def _check_size(sql: str, limit: int) -> None:
    if len(sql) > SIZE_CAP:
        raise UsageError("the query is too long", expected=f"at most {SIZE_CAP} characters")
    if not 1 <= limit <= ROW_CAP:
        raise UsageError("bad row limit", expected=f"1 to {ROW_CAP}", found=str(limit))


def _load(connection: DuckDBPyConnection, root: Path, folder: Path | None) -> set[str]:
    """Make all tables that were written readable, and the views over them."""
    files = {name: path for name in SOURCES if (path := source_path(root, name)).is_file()}
    register_sources(connection, files)
    known = set(files)
    for model in load_project(folder).models:
        if model.materialized is Materialized.TABLE:
            path = model_path(root, model.name)
            if path.is_file():
                register_parquet(connection, path, model.name)
                known.add(model.name)
        elif known.issuperset(model.depends_on):
            connection.sql(model.sql).create_view(model.name)
            known.add(model.name)
    return known


def _answer(connection: DuckDBPyConnection, sql: str, limit: int, seconds: float) -> QueryResult:
    import duckdb  # noqa: PLC0415

    try:
        statements = connection.extract_statements(sql)
        kinds = [statement.type for statement in statements]
        if kinds != [duckdb.StatementType.SELECT]:
            raise UsageError(f"{WHAT} is refused", expected="exactly one SELECT")
        with _interrupted_after(connection, seconds):
            cursor = connection.execute(statements[0])
            rows = cursor.fetchmany(limit + 1)
    except duckdb.InterruptException as error:
        raise UsageError(
            f"{WHAT} took longer than {seconds:g} seconds", remedy="Ask for less at once"
        ) from error
    except duckdb.Error as error:
        found = str(error).strip().splitlines()[0][:300]
        raise UsageError(f"{WHAT} cannot be answered", found=found) from error
    description = cursor.description or []
    return QueryResult(
        tuple(str(column[0]) for column in description),
        tuple(str(column[1]) for column in description),
        tuple(tuple(row) for row in rows[:limit]),
        len(rows) > limit,
    )


@contextmanager
def _interrupted_after(connection: DuckDBPyConnection, seconds: float) -> Iterator[None]:
    timer = threading.Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
