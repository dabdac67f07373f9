"""Sorting row files in bounded memory: runs that fit in it are sorted on disk, then merged.

Memory is that of a run and its sorted copy, whatever the number, width and order of the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from qmirror_assets.store import tables
from qmirror_assets.store.atomic import temp_beside
from qmirror_assets.store.runs import PART_BYTES, Run, RunCursor, RunFile

RUN_BYTES = 8 << 20
"""Arrow bytes of rows that are sorted at once."""
FAN_IN = RUN_BYTES // PART_BYTES
"""Runs that are merged at once: a part of each takes as much memory as a run."""
_READ = 1_024  # rows: wide ones add up


def sorted_batches(
    paths: Sequence[Path], schema: pa.Schema, by: Sequence[str], spill: Path, size: int = 4_096
) -> Iterator[pa.RecordBatch]:
    """All rows of Parquet files in the order of columns `by`, as batches of `schema`.

    Args:
        paths: The files.
        schema: Columns to read.
        by: Names of columns without nulls, the first one first; those not in the schema are
            left aside.
        spill: Folder for what does not fit in memory.
        size: Most rows of a batch.

    Raises:
        DamagedObject: a file cannot be read. StoreUnavailable: nothing can be written.
    """
    names = [name for name in by if name in schema.names]
    pieces = _pieces(paths, schema)
    first, fits = next(pieces, (None, True))
    if first is None:
        return
    if fits:
        yield from sort_rows(first, names).to_batches(max_chunksize=size)
        return
    later = (piece for piece, _ in pieces)
    runs = (sort_rows(piece, names).to_batches() for piece in chain([first], later))
    del first
    for batch in _merge_all(runs, schema, names, spill):
        yield from pa.Table.from_batches([batch]).to_batches(max_chunksize=size)


def _pieces(paths: Sequence[Path], schema: pa.Schema) -> Iterator[tuple[pa.Table, bool]]:
    """The rows in tables of at most a run, or one batch; and whether it is the last."""
    held, size = list[pa.RecordBatch](), 0
    for path in paths:
        for batch in tables.iter_batches(path, schema.names, size=_READ):
            if held and size + batch.nbytes > RUN_BYTES:
                yield _table(held, schema), False
                held, size = [], 0
            held.append(batch)
            size += batch.nbytes
    if held:
        yield _table(held, schema), True


def _table(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    # files of one schema may differ in its metadata
    return pa.Table.from_batches(
        [pa.RecordBatch.from_arrays(batch.columns, schema=schema) for batch in batches], schema
    )


def sort_rows(table: pa.Table, by: Sequence[str]) -> pa.Table:
    """The rows in the order of columns `by`."""
    order = pc.sort_indices(table, sort_keys=[(name, "ascending") for name in by])
    return table.take(order).combine_chunks()


def _merge_all(
    streams: Iterable[Iterable[pa.RecordBatch]], schema: pa.Schema, by: Sequence[str], spill: Path
) -> Iterator[pa.RecordBatch]:
    """The rows of sorted streams in order; one stream is used up before the next begins."""
    with temp_beside(spill / "runs") as path, RunFile(path, schema, by) as file:
        runs = [file.add(stream) for stream in streams]
        groups = [runs[at : at + FAN_IN] for at in range(0, len(runs), FAN_IN)]
        merged = (_merge(file, group, by) for group in groups)
        if len(groups) == 1:
            yield from next(merged)
        else:
            yield from _merge_all(merged, schema, by, spill)


def _merge(file: RunFile, runs: Sequence[Run], by: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """The rows of runs in order. As many parts end between two bounds as there are runs."""
    fences = sorted(fence for run in runs for fence in run.fences)
    cursors = [RunCursor(file.read(run), by) for run in runs]
    for bound in [*fences[len(runs) - 1 :: len(runs)], fences[-1]]:
        parts = [part for cursor in cursors for part in cursor.take_to(bound)]
        if parts:
            yield from sort_rows(pa.Table.from_batches(parts), by).to_batches()
