"""DuckDB connections that can compute and nothing else.

In memory, with a memory limit; from the moment one is handed out it reaches no file, extension,
Python variable or setting. Tables come in as Arrow datasets, which are read by Arrow: DuckDB
itself never opens a path, so no SQL text can make it open one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from qmirror_assets.analytics.source_tables import SOURCES
from qmirror_assets.store import tables
from qmirror_assets.store.atomic import wrap_os_errors

if TYPE_CHECKING:
    import duckdb

MEMORY = "512MB"
"""Above it DuckDB spills to the store's spill folder."""

BATCH = 16_384
"""Rows of an Arrow batch."""


@contextmanager
def open_connection(spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A locked in-memory connection that spills to the folder `spill`."""
    import duckdb  # noqa: PLC0415  # 0.1 s that listing models need not pay

    with wrap_os_errors(spill, "create"):
        spill.mkdir(parents=True, exist_ok=True)
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY,
        "threads": "2",
        "temp_directory": str(spill),
        "preserve_insertion_order": "false",
        "python_enable_replacements": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
    }
    with duckdb.connect(":memory:", config=config) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection


def register_parquet(
    connection: duckdb.DuckDBPyConnection, path: Path, name: str
) -> duckdb.DuckDBPyRelation:
    """A table `name` over a Parquet file; rows are streamed when it is read."""
    with wrap_os_errors(path, "read"):
        table = tables.dataset(path)
    connection.register(name, table)
    return connection.table(name)


def register_sources(connection: duckdb.DuckDBPyConnection, files: Mapping[str, Path]) -> None:
    """Make `schema.table` sources readable under their names."""
    for schema in sorted({name.partition(".")[0] for name in files}):
        connection.execute(f"CREATE SCHEMA {_quoted(schema)}")
    for name, path in files.items():
        schema, _, table = name.partition(".")
        hidden = f"{schema}__{table}"
        register_parquet(connection, path, hidden)
        target = f"{_quoted(schema)}.{_quoted(table)}"
        connection.execute(f"CREATE VIEW {target} AS FROM {_quoted(hidden)}")


_PARTS = {part for name in SOURCES for part in (*name.split("."), name.replace(".", "__"))}


def _quoted(name: str) -> str:
    """An identifier of the closed list of sources; a name cannot be a bound parameter."""
    if name not in _PARTS:
        raise KeyError(name)
    return f'"{name}"'
