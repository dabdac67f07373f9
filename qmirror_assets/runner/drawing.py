"""Drawing seeds from the pool of a domain into its intake table.

The order is H(random_seed, seed digest): it does not change when files are sorted, renamed or
added to. What was drawn stays drawn as long as its seed is there, so no built row comes and goes.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from qmirror_assets.fingerprint import short_digest
from qmirror_assets.keys import PartitionKey
from qmirror_assets.recipe import Target
from qmirror_assets.runner.output import Output
from qmirror_assets.runner.seed_table import commit_seeds, record_supersedes
from qmirror_assets.runner.spool import SEED_SCHEMA
from qmirror_assets.runner.target import POOL, find_target_status
from qmirror_assets.stages.graph import INTAKE
from qmirror_assets.store import Store, tables
from qmirror_assets.store.layers import Table
from qmirror_assets.store.leases import Lease, hold
from qmirror_assets.store.manifest import Manifest

_RANKED = ["sample_id", "seed_digest"]


@dataclass(frozen=True, slots=True)
class Aim:
    """What a draw is for.

    final: node whose rows are the accepted samples. domains: those that may draw further, or
    None for all; a domain that has nothing yet always makes its first draw.
    """

    target: Target
    final: str
    random_seed: int
    domains: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """The intake of a domain after a draw. manifest: its digest."""

    manifest: str
    seeds: int
    waiting: int


def draw_seeds(store: Store, dataset: str, domain: str, aim: Aim, *, wait: float) -> Drawn:
    """Bring the intake table of a domain up to what its target asks for now.

    Raises:
        PartitionBusy: another process writes it. DamagedObject: the pool cannot be read.
    """
    found = store.current(PartitionKey(dataset, POOL, domain))
    assert found is not None, "the pool is committed before the first draw"
    pool = found[1]
    with hold(store.state, PartitionKey(dataset, INTAKE, domain), wait=wait) as lease:
        before = store.current(lease.key)
        source = store.table(pool)
        kept = _kept(store, source, before, pool)
        count = _count(store, dataset, domain, aim, before, len(kept))
        fresh = before is not None and before[1].fingerprint == pool.fingerprint
        if before is not None and fresh and not count:
            return _drawn(before, pool)
        chosen = pa.concat_arrays([kept, _next(source, kept, count, aim.random_seed)])
        now = _write(store, lease, pool, chosen)
        record_supersedes(store, dataset, before, now)
    return _drawn(now, pool)


def _drawn(now: tuple[str, Manifest], pool: Manifest) -> Drawn:
    seeds = now[1].counts.rows_out
    return Drawn(now[0], seeds, pool.counts.rows_out - seeds)


def _count(
    store: Store, dataset: str, domain: str, aim: Aim, before: tuple[str, Manifest] | None,
    kept: int,
) -> int:  # fmt: skip
    """How many seeds to draw, when `kept` of those drawn before are still there."""
    if kept and aim.domains is not None and domain not in aim.domains:
        return 0
    status = find_target_status(store, dataset, aim.final, domain, aim.target)
    same = before is not None and before[1].counts.rows_out == kept
    # the yield is known only for the very rows that were drawn when it was measured
    return replace(status, accepted=status.accepted if same else None, drawn=kept).draw


def _kept(
    store: Store, source: Table, before: tuple[str, Manifest] | None, pool: Manifest
) -> pa.Array:
    """Sample ids of the pool that were drawn before, or are edits of such a seed."""
    # what a limited trial drew is not what a whole build would have drawn
    if before is None or before[1].partial != pool.partial:
        return pa.array([], pa.string())
    columns = ["sample_id", "seed_id"]
    there = source.read(columns)
    drawn = store.table(before[1]).read(columns)
    gone = drawn.filter(pc.invert(_is_in(drawn, there, "sample_id")))
    gone = gone.filter(pc.not_equal(gone.column("seed_id"), ""))
    keep = pc.or_(_is_in(there, drawn, "sample_id"), _is_in(there, gone, "seed_id"))
    return _one(there.column("sample_id").filter(keep))


def _is_in(table: pa.Table, other: pa.Table, name: str) -> pa.ChunkedArray:
    return pc.is_in(table.column(name), value_set=_one(other.column(name)))


def _one(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays([pa.array([], pa.string()), *column.chunks])


def _next(source: Table, kept: pa.Array, count: int, random_seed: int) -> pa.Array:
    """The first `count` sample ids of the draw order that are not drawn yet."""
    if not count:
        return pa.array([], pa.string())
    order = heapq.nsmallest(count, _ranked(source, kept, random_seed))
    return pa.array([sample for _, sample in order], pa.string())


def _ranked(source: Table, kept: pa.Array, random_seed: int) -> Iterator[tuple[str, str]]:
    for batch in source.batches(_RANKED):
        waiting = batch.filter(pc.invert(pc.is_in(batch.column("sample_id"), value_set=kept)))
        columns = (waiting.column(name).to_pylist() for name in _RANKED)
        for sample, digest in zip(*columns, strict=True):
            yield short_digest(["draw", random_seed, digest]), sample


def _write(store: Store, lease: Lease, pool: Manifest, chosen: pa.Array) -> tuple[str, Manifest]:
    output = Output(store, SEED_SCHEMA, keyed=True)
    try:
        for batch in store.table(pool).batches():
            drawn = pc.is_in(batch.column("sample_id"), value_set=chosen)
            output.rows.write(batch.filter(drawn))
        for batch in tables.iter_batches(store.cas.verified_path(pool.rejections)):
            output.rejections.write(batch)
        twins = pool.counts.duplicates
        return commit_seeds(
            store, lease, output, pool.stage_fingerprint, rows_in=len(chosen) + twins,
            duplicates=twins, partial=pool.partial,
        )  # fmt: skip
    finally:
        output.discard()
