"""Bounded-memory sort of row files by sample id: DuckDB spills to disk, nothing is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

MEMORY = "256MB"


def sorted_batches(
    paths: Sequence[Path], schema: pa.Schema, by: Sequence[str], spill: Path, size: int = 4_096
) -> Iterator[pa.RecordBatch]:
    """All rows of Parquet files in the order of columns `by`, as batches of `schema`."""
    import duckdb  # noqa: PLC0415  # 0.1 s that a no-op build need not pay

    if not paths:
        return
    order = ", ".join(f'"{name}"' for name in by if name in schema.names)
    spill.mkdir(parents=True, exist_ok=True)
    config = {"memory_limit": MEMORY, "threads": "1", "temp_directory": str(spill)}
    with duckdb.connect(":memory:", config=config) as connection:
        columns = ", ".join(f'"{name}"' for name in schema.names)
        relation = connection.sql(
            f"SELECT {columns} FROM read_parquet(?) ORDER BY {order}",  # noqa: S608
            params=[[str(path) for path in paths]],
        )
        for batch in relation.to_arrow_reader(size):
            if batch.num_rows:
                yield pa.RecordBatch.from_arrays(
                    [batch.column(f.name).cast(f.type) for f in schema], schema=schema
                )
