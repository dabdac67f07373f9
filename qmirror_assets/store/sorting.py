"""Bounded-memory sort of row files by sample id: small ones at once, others by DuckDB on disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from qmirror_assets.errors import StoreUnavailable
from qmirror_assets.store import tables
from qmirror_assets.store.atomic import wrap_os_errors

MEMORY = "128MB"
AT_ONCE = 16 << 20
"""Bytes of all columns, decoded."""


def sorted_batches(
    paths: Sequence[Path], schema: pa.Schema, by: Sequence[str], spill: Path, size: int = 4_096
) -> Iterator[pa.RecordBatch]:
    """All rows of Parquet files in the order of columns `by`, as batches of `schema`."""
    if not paths:
        return
    names = [name for name in by if name in schema.names]
    if sum(map(_plain_bytes, paths)) <= AT_ONCE:
        yield from _sort_at_once(paths, schema, names, size)
        return
    import duckdb  # noqa: PLC0415  # 0.1 s that a small build need not pay

    with wrap_os_errors(spill, "create"):
        spill.mkdir(parents=True, exist_ok=True)
    try:
        yield from _sort(paths, schema, names, spill, size)
    except duckdb.Error as error:
        raise StoreUnavailable(
            f"tables cannot be sorted in {spill}",
            found=str(error),
            remedy="Free space or fix the rights of the data folder, then run again",
        ) from error


def _plain_bytes(path: Path) -> int:
    with tables.open_table(path) as file:
        groups = range(file.metadata.num_row_groups)
        return sum(file.metadata.row_group(number).total_byte_size for number in groups)


def _sort_at_once(
    paths: Sequence[Path], schema: pa.Schema, by: Sequence[str], size: int
) -> Iterator[pa.RecordBatch]:
    table = pa.concat_tables(tables.read_columns(path, schema.names) for path in paths)
    order = pc.sort_indices(table, sort_keys=[(name, "ascending") for name in by])
    for batch in table.take(order).combine_chunks().to_batches(max_chunksize=size):
        yield pa.RecordBatch.from_arrays(batch.columns, schema=schema)


def _sort(
    paths: Sequence[Path], schema: pa.Schema, by: Sequence[str], spill: Path, size: int
) -> Iterator[pa.RecordBatch]:
    import duckdb  # noqa: PLC0415

    order = ", ".join(map(_quote, by))
    config: dict[str, Any] = {"memory_limit": MEMORY, "threads": "1", "temp_directory": str(spill)}
    with duckdb.connect(":memory:", config=config) as connection:
        columns = ", ".join(map(_quote, schema.names))
        relation = connection.sql(
            f"SELECT {columns} FROM read_parquet(?) ORDER BY {order}",  # noqa: S608
            params=[[str(path) for path in paths]],
        )
        for batch in relation.to_arrow_reader(size):
            if batch.num_rows:
                yield pa.RecordBatch.from_arrays(
                    [batch.column(f.name).cast(f.type) for f in schema], schema=schema
                )


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
