"""Bounded-memory sort of row files by sample id: DuckDB spills to disk, nothing is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from qmirror_assets.errors import StoreUnavailable
from qmirror_assets.store.atomic import wrap_os_errors

MEMORY = "256MB"


def sorted_batches(
    paths: Sequence[Path], schema: pa.Schema, by: Sequence[str], spill: Path, size: int = 4_096
) -> Iterator[pa.RecordBatch]:
    """All rows of Parquet files in the order of columns `by`, as batches of `schema`."""
    import duckdb  # noqa: PLC0415  # 0.1 s that a no-op build need not pay

    if not paths:
        return
    with wrap_os_errors(spill, "create"):
        spill.mkdir(parents=True, exist_ok=True)
    try:
        yield from _sort(paths, schema, [name for name in by if name in schema.names], spill, size)
    except duckdb.Error as error:
        raise StoreUnavailable(
            f"tables cannot be sorted in {spill}",
            found=str(error),
            remedy="Free space or fix the rights of the data folder, then run again",
        ) from error


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
