"""Committing the seed table of a domain, and recording which seeds were edited in place."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from qmirror_assets.runner.output import Output, commit
from qmirror_assets.store import Store
from qmirror_assets.store.arrays import text
from qmirror_assets.store.layers import Table
from qmirror_assets.store.leases import Lease
from qmirror_assets.store.manifest import Manifest

_IDS = ("seed_id", "sample_id")


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
    """New sample -> old sample with the same user id and other content."""
    before = _with_ids(old)
    if not before.num_rows:
        return {}
    joined = _with_ids(new).join(before, "seed_id", join_type="inner", right_suffix="_old")
    changed = joined.filter(
        pc.not_equal(joined.column("sample_id"), joined.column("sample_id_old"))
    )
    return dict(
        zip(
            changed.column("sample_id").to_pylist(),
            changed.column("sample_id_old").to_pylist(),
            strict=True,
        )
    )


def _with_ids(table: Table) -> pa.Table:
    """User ids and samples of the seeds that have one."""
    found = [
        batch.filter(pc.not_equal(batch.column("seed_id"), text("")))
        for batch in table.batches(_IDS)
    ]
    return pa.Table.from_batches(found, pa.schema([table.schema().field(n) for n in _IDS]))
