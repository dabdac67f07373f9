"""What changed among the seeds: intake tables compared by identity, not by file."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from qmirror_assets.keys import PartitionKey
from qmirror_assets.planning.model import SeedChange
from qmirror_assets.stages.graph import INTAKE
from qmirror_assets.store import Store

_COLUMNS = ["sample_id", "row_digest", "seed_id"]


def seed_changes(old: Store, new: Store, dataset: str) -> tuple[SeedChange, ...]:
    """Domains whose intake table differs between two stores, with what differs.

    Args:
        old: The store as it stands.
        new: A shadow in which intake was run again.
        dataset: Name of the dataset.
    """
    found = []
    for domain in new.state.domain_names(dataset):
        key = PartitionKey(dataset, INTAKE, domain)
        before, after = old.current(key), new.current(key)
        if after is None or (before and before[1].data_version == after[1].data_version):
            continue
        was = old.table(before[1]).read(_COLUMNS) if before else None
        found.append(_compare(domain, was, new.table(after[1]).read(_COLUMNS)))
    return tuple(found)


def _compare(domain: str, old: pa.Table | None, new: pa.Table) -> SeedChange:
    if old is None:
        return SeedChange(domain, new.num_rows, 0, 0, 0)
    came = new.join(old, "sample_id", join_type="left anti")
    went = old.join(new, "sample_id", join_type="left anti")
    edited = _with_id(came).join(_with_id(went), "seed_id", join_type="left semi").num_rows
    both = new.join(old, "sample_id", join_type="inner", right_suffix="_old")
    other = pc.not_equal(both.column("row_digest"), both.column("row_digest_old"))
    relabelled = int(pc.sum(other).as_py() or 0)
    return SeedChange(domain, came.num_rows - edited, edited, went.num_rows - edited, relabelled)


def _with_id(table: pa.Table) -> pa.Table:
    return table.filter(pc.not_equal(table.column("seed_id"), ""))
