"""Committing the seed table of a domain, and recording which seeds were edited in place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from qmirror_assets.runner.changing import difference
from qmirror_assets.runner.output import Output, commit
from qmirror_assets.store import Store, tables
from qmirror_assets.store.arrays import array, text
from qmirror_assets.store.layers import Table
from qmirror_assets.store.leases import Lease
from qmirror_assets.store.manifest import Manifest

_IDS = ("seed_id", "sample_id")
_NONE = array([], pa.string())


def commit_seeds(
    store: Store,
    lease: Lease,
    output: Output,
    print_: str,
    *,
    rows_in: int,
    duplicates: int,
    partial: bool,
) -> tuple[str, Manifest]:
    """Commit a table of seeds under the intake fingerprint `print_`."""
    return commit(
        store, lease, output, stage_fingerprint=print_, engines={}, partition_fingerprint=print_,
        inputs=(), rows_in=rows_in, duplicates=duplicates, partial=partial,
    )  # fmt: skip


def record_supersedes(
    store: Store, dataset: str, before: tuple[str, Manifest] | None, now: tuple[str, Manifest]
) -> None:
    """Record which seeds of a domain replace one of the same user id and other content."""
    if before is not None and before[0] != now[0]:
        old, new = (store.table(found[1]) for found in (before, now))
        store.state.add_supersedes(dataset, _superseded(old, new))


def _superseded(old: Table, new: Table) -> dict[str, str]:
    """New sample -> old sample that is gone, with the same user id."""
    found = difference(old, new)  # None: another file, so all seeds with an id are compared
    now = _with_ids(new, _pick(new, found.there if found else None))
    if not now.num_rows:
        return {}
    before = _with_ids(old, _pick(old, found.gone if found else None))
    gone, fresh = _others(before, now), _others(now, before)
    place = pc.index_in(fresh.column("seed_id"), value_set=gone.column("seed_id"))
    pairs = zip(
        fresh.column("sample_id").to_pylist(),
        gone.column("sample_id").take(place).to_pylist(),
        strict=True,
    )
    return {mine: theirs for mine, theirs in pairs if theirs is not None}


def _pick(table: Table, samples: pa.Array | None) -> Iterator[pa.RecordBatch]:
    """Ids of some samples, or of all."""
    return table.batches(_IDS) if samples is None else table.pick(samples, _IDS, tables.BATCH)


def _with_ids(table: Table, batches: Iterable[pa.RecordBatch]) -> pa.RecordBatch:
    """User ids and samples of the seeds that have one."""
    schema = table.schema()
    found = [batch.filter(pc.not_equal(batch.column("seed_id"), text(""))) for batch in batches]
    whole = pa.Table.from_batches(found, pa.schema([schema.field(name) for name in _IDS]))
    columns = [pa.concat_arrays([_NONE, *whole.column(name).chunks]) for name in _IDS]
    return pa.RecordBatch.from_arrays(columns, schema=whole.schema)


def _others(seeds: pa.RecordBatch, those: pa.RecordBatch) -> pa.RecordBatch:
    """The seeds whose sample is not among those."""
    same = pc.is_in(seeds.column("sample_id"), value_set=those.column("sample_id"))
    return seeds.filter(pc.invert(same))
