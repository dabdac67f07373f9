"""Great Expectations on DuckDB: the one connection patch, and a quiet, private context.

Great Expectations 1.24 opens a connection per query and hands back a cursor whose pooled
connection is already closed; on DuckDB every expectation then raises. For some dialects it keeps
one connection per engine; `keep_duckdb_connection` makes DuckDB one of them. A canary test fails
when the library no longer needs this.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DIALECT = "duckdb"
MEMORY_LIMIT = "1GB"
_PATCHED = "_keeps_duckdb_connection"


def load_great_expectations() -> Any:
    """The library, with its telemetry off before the first import and the patch in place."""
    os.environ["GX_ANALYTICS_ENABLED"] = "False"
    import great_expectations  # noqa: PLC0415

    keep_duckdb_connection()
    return great_expectations


def keep_duckdb_connection() -> None:
    """Keep one connection per engine for DuckDB; a second call changes nothing."""
    from great_expectations.execution_engine import SqlAlchemyExecutionEngine  # noqa: PLC0415

    original = SqlAlchemyExecutionEngine.get_connection
    if getattr(original, _PATCHED, False):
        return

    @functools.wraps(original)
    @contextlib.contextmanager
    def get_connection(self: Any) -> Iterator[Any]:
        if self.dialect_name != DIALECT:
            with original(self) as connection:
                yield connection
            return
        if self._connection is None:
            self._connection = self.engine.connect()
        # A query that failed leaves its transaction aborted: the next ones would fail with it.
        self._connection.rollback()
        yield self._connection

    setattr(get_connection, _PATCHED, True)
    SqlAlchemyExecutionEngine.get_connection = get_connection
    atexit.register(_release_duckdb_at_exit)


@contextlib.contextmanager
def open_datasource(database: Path) -> Iterator[Any]:
    """A Great Expectations data source that reads the DuckDB file `database`.

    The context lives in memory: no project folder, no progress bars. The connection is closed at
    the end, so that the file can be removed.
    """
    library = load_great_expectations()
    from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415

    context = library.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_sql(
        "candidate",
        connection_string=f"{DIALECT}:///{database}",
        create_temp_table=False,
        kwargs={"connect_args": {"read_only": True, "config": duckdb_settings(database.parent)}},
    )
    try:
        yield source
    finally:
        _close(source.get_execution_engine())


def duckdb_settings(folder: Path) -> dict[str, Any]:
    """Settings of every DuckDB connection here: bounded memory, no extension is fetched."""
    return {
        "memory_limit": MEMORY_LIMIT,
        "temp_directory": str(folder / "spill"),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }


def _close(engine: Any) -> None:
    if engine._connection is not None:  # noqa: SLF001 - the attribute that the patch fills
        engine._connection.close()  # noqa: SLF001
        engine._connection = None  # noqa: SLF001
    engine.engine.dispose()
    # SQLAlchemy memoises result types per dialect; see _release_duckdb_at_exit.
    vars(engine.engine.dialect).get("_type_memos", {}).clear()


def _release_duckdb_at_exit() -> None:
    """Drop the DuckDB adapter's modules before the interpreter ends.

    With Great Expectations loaded, objects of DuckDB outlive its extension module, whose binding
    then prints a page about leaked instances after every command.
    """
    for name in [m for m in sys.modules if m.split(".")[0] == "duckdb_engine"]:
        sys.modules[name].__dict__.clear()
    gc.collect()


@contextlib.contextmanager
def quiet_log() -> Iterator[None]:
    """Keep the library's own log of a failed query off the terminal: the record tells it."""
    log = logging.getLogger("great_expectations")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)
