"""A last materialization and the results of what changed since, put together."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from qmirror_assets.runner.output import Output, Outputs
from qmirror_assets.runner.standing import Comparison, Previous
from qmirror_assets.store import tables
from qmirror_assets.store.layers import Table, ids_of, is_small
from qmirror_assets.store.merging import SampleIds, merge_sorted


def update(
    outputs: Outputs, fresh: Output, previous: Previous, found: Comparison, source: Table
) -> Output:
    """Tables of the rows that stand and the fresh ones.

    Args:
        outputs: Makes the tables.
        fresh: Results of the samples in `found.todo`.
        previous: What the others are taken from.
        found: Which those are.
        source: The input.
    """
    schema = fresh.rows.schema
    changed = fresh.rows.written.rows + len(found.gone)
    if _is_small(previous.rows, changed):
        layered = outputs.layered(schema, previous.rows, source)
        layered.drop(_dropped(previous.rows, found.gone))
        output: Output = layered
        stand = tables.iter_batches(previous.rows.delta) if previous.rows.delta else iter(())
    else:
        output = outputs.whole(schema)
        stand = previous.rows.batches()
    kept = SampleIds(found.gone).without(stand)
    for batch in merge_sorted(fresh.rows.batches(), _as(kept, schema)):
        output.rows.write(batch)
    refused = SampleIds(found.refused).only(previous.refused())
    for batch in merge_sorted(fresh.rejections.batches(), refused):
        output.rejections.write(batch)
    return output


def _is_small(table: Table, changed: int) -> bool:
    """Whether the changes since the base was written are few beside it."""
    earlier = sum(tables.count_rows(path) for path in (table.delta, table.dropped) if path)
    return is_small(table.count_base(), changed + earlier)


def _dropped(table: Table, gone: pa.Array) -> pa.Array:
    earlier = ids_of(table.dropped) if table.dropped else gone.slice(0, 0)
    names = pc.unique(pa.concat_arrays([earlier, gone]))
    return names.take(pc.sort_indices(names))


def _as(batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The same columns in another order: files of one stage fingerprint have the same ones."""
    for batch in batches:
        columns = [batch.column(name) for name in schema.names]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)
