"""A private DuckDB file of views over a candidate's Parquet: rows are never copied."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from qmirror_assets.errors import DamagedObject
from qmirror_assets.store.atomic import wrap_os_errors
from quality_checks.check import Table
from quality_checks.duckdb_engine import duckdb_settings

TEMP_PREFIX = "qmirror-gate-"


@dataclass(frozen=True, slots=True)
class Views:
    """A DuckDB file with one view per table, and the number of rows behind each."""

    database: Path
    rows: Mapping[Table, int]


@contextmanager
def open_views(tables: Mapping[Table, Path]) -> Iterator[Views]:
    """Open views named as in `tables` over their Parquet files; all is removed at the end.

    Raises:
        DamagedObject: a file is not readable Parquet.
        StoreUnavailable: no temporary folder can be written.
    """
    with wrap_os_errors(Path(tempfile.gettempdir()), "write in"):
        folder = tempfile.TemporaryDirectory(prefix=TEMP_PREFIX)
    with folder as name:
        database = Path(name) / "views.duckdb"
        yield Views(database, _create(database, tables))


def _create(database: Path, tables: Mapping[Table, Path]) -> dict[Table, int]:
    import duckdb  # noqa: PLC0415

    rows: dict[Table, int] = {}
    with duckdb.connect(str(database), config=duckdb_settings(database.parent)) as connection:
        for table, path in tables.items():
            # Through a link with a plain name, as DuckDB would take *, ? and [ in the path of a
            # candidate for a pattern and `key=value` folders for columns.
            link = database.parent / f"{table}.parquet"
            link.symlink_to(path.resolve())
            try:
                connection.execute(_view(table, link))
                counted = connection.table(table).count("*").fetchall()
            except duckdb.Error as error:
                raise DamagedObject(
                    f"{path.name} of the candidate cannot be read",
                    expected="a Parquet file",
                    found=str(error).splitlines()[0].replace(str(database.parent), ""),
                    remedy="Make the candidate again: `qmirror build`",
                ) from error
            rows[table] = int(counted[0][0])
    return rows


def _view(table: str, link: Path) -> str:
    quoted = str(link).replace("'", "''")  # a view takes no bound parameters
    rows = f"read_parquet('{quoted}', hive_partitioning = false)"
    return f"CREATE VIEW {table} AS SELECT * FROM {rows}"  # noqa: S608 - quoted above
