"""Point lookups in Parquet files by DuckDB: named files only, values bound, settings locked.

A connection may read exactly the files it was opened for; no other file, no network, no write.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qmirror_assets.errors import StoreUnavailable

if TYPE_CHECKING:
    import duckdb

Config = dict[str, str | bool | int | float | list[str]]
MEMORY = "512MB"


@contextmanager
def open_lookup(files: Sequence[Path]) -> Iterator[Lookup]:
    """A lookup over `files` alone.

    Raises:
        StoreUnavailable: a file cannot be read, or is not Parquet.
    """
    import duckdb  # noqa: PLC0415  # 0.1 s that other commands need not pay

    config: Config = {"threads": "1", "memory_limit": MEMORY, "autoload_known_extensions": "false"}
    with duckdb.connect(":memory:", config=config) as connection:
        connection.execute("SET parquet_metadata_cache = true")
        connection.execute("SET allowed_paths = ?", [[str(path) for path in files]])
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        try:
            yield Lookup(connection)
        except duckdb.Error as error:
            raise StoreUnavailable(
                "a lineage table cannot be read",
                found=str(error).splitlines()[0],
                remedy="Restore the file, or build the version again",
            ) from error


class Lookup:
    """Rows of Parquet files as dictionaries."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """All rows of a fixed statement; `values` are bound to its `?`."""
        relation = self._connection.sql(sql, params=list(values))
        found: list[dict[str, Any]] = relation.to_arrow_table().to_pylist()
        return found

    def where(self, path: Path, column: str, value: str, order: str = "") -> list[dict[str, Any]]:
        """All columns of the rows of one file whose `column` equals `value`.

        `column` and `order` are names from our own code, never from a user.
        """
        tail = f" ORDER BY {order}" if order else ""
        return self.rows(
            f'SELECT * FROM read_parquet(?) WHERE "{column}" = ?{tail}',  # noqa: S608
            [str(path)], value,
        )  # fmt: skip

    def any_of(
        self, path: Path, column: str, keys: Sequence[str], order: str = ""
    ) -> list[dict[str, Any]]:
        """The same for several values."""
        if not keys:
            return []
        tail = f" ORDER BY {order}" if order else ""
        marks = ", ".join("?" * len(keys))  # constants, unlike a list, reach the row-group filter
        return self.rows(
            f'SELECT * FROM read_parquet(?) WHERE "{column}" IN ({marks}){tail}',  # noqa: S608
            [str(path)], *keys,
        )  # fmt: skip
