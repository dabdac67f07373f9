"""Parquet files of a version: row groups of one size, so equal rows give equal bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from qmirror_assets.errors import QMirrorError
from qmirror_assets.lineage.lookup import Config
from qmirror_assets.store.atomic import wrap_os_errors

MEMORY = "256MB"  # of a DuckDB sort; the rest spills
_ROWS_AT_ONCE = 256  # dictionaries turned into Arrow together: one at a time costs ten times more


class GroupWriter:
    """Collects rows and writes them in groups of `group` rows (the last one may be smaller)."""

    def __init__(self, path: Path, schema: pa.Schema, group: int, **options: Any) -> None:
        self.rows = 0
        self.closed = False
        self._path, self._schema, self._group = path, schema, group
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_rows = 0
        self._dicts: list[Mapping[str, Any]] = []
        with wrap_os_errors(path, "write"):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = pq.ParquetWriter(
                path, schema, compression="zstd", write_page_checksum=True, write_page_index=True,
                **options,
            )  # fmt: skip

    def write(self, batch: pa.RecordBatch | pa.Table) -> None:
        """Add rows."""
        parts = batch.to_batches() if isinstance(batch, pa.Table) else [batch]
        for part in parts:
            self._waiting.append(part)
            self._waiting_rows += part.num_rows
        self.rows += batch.num_rows
        if self._waiting_rows >= self._group:
            self._flush(whole=True)

    def write_rows(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add rows given as dictionaries; they follow what `write` has added."""
        self._dicts += rows
        if len(self._dicts) >= min(self._group, _ROWS_AT_ONCE):
            self._convert()

    def _convert(self) -> None:
        if self._dicts:
            rows, self._dicts = self._dicts, []
            self.write(pa.RecordBatch.from_pylist(rows, schema=self._schema))

    def _flush(self, *, whole: bool) -> None:
        table = pa.Table.from_batches(self._waiting, self._schema)
        done = table.num_rows - table.num_rows % self._group if whole else table.num_rows
        with wrap_os_errors(self._path, "write"):
            for start in range(0, done, self._group):
                part = table.slice(start, min(self._group, done - start))
                self._writer.write_table(part, row_group_size=self._group)
        self._waiting = table.slice(done).to_batches()
        self._waiting_rows = table.num_rows - done

    def close(self) -> None:
        """Finish the file."""
        self._convert()
        self._flush(whole=False)
        self.closed = True
        with wrap_os_errors(self._path, "write"):
            self._writer.close()


@contextmanager
def open_writer(path: Path, schema: pa.Schema, group: int, **options: Any) -> Iterator[GroupWriter]:
    """A writer that is closed at the end of the block."""
    writer = GroupWriter(path, schema, group, **options)
    try:
        yield writer
    finally:
        writer.close()


def query(
    sql: str, values: Sequence[Any], schema: pa.Schema, spill: Path, size: int = 4_096
) -> Iterator[pa.RecordBatch]:
    """Rows of one fixed SELECT with its `?` bound, as batches of `schema`; memory is bounded.

    Raises:
        QMirrorError: the query failed.
    """
    import duckdb  # noqa: PLC0415  # 0.1 s that other commands need not pay

    spill.mkdir(parents=True, exist_ok=True)
    config: Config = {"memory_limit": MEMORY, "threads": "1", "temp_directory": str(spill)}
    try:
        with duckdb.connect(":memory:", config=config) as connection:
            relation = connection.sql(sql, params=list(values))
            for batch in relation.to_arrow_reader(size):
                if batch.num_rows:
                    arrays = [batch.column(f.name).cast(f.type) for f in schema]
                    yield pa.RecordBatch.from_arrays(arrays, schema=schema)
    except duckdb.Error as error:
        raise QMirrorError(
            "the tables of a version cannot be joined",
            found=str(error).splitlines()[0],
            remedy="Free memory or disk space, then run again",
        ) from error


def write_query(
    path: Path,
    schema: pa.Schema,
    group: int,
    spill: Path,
    sql: str,
    values: Sequence[Any],
    repeated: Sequence[str] = (),
) -> int:
    """Write the rows of a fixed SELECT to a Parquet file and give their number."""
    with open_writer(path, schema, group, use_dictionary=list(repeated)) as writer:
        write_all(writer, query(sql, values, schema, spill))
    return writer.rows


def write_all(writer: GroupWriter, batches: Iterable[pa.RecordBatch]) -> None:
    """Write every batch."""
    for batch in batches:
        writer.write(batch)
