"""Rows whose actions are no longer in the cache: nothing shows any more where they came from.

An entry that was found damaged is forgotten, but the tables made from it stay as they are. Only
when their partition is run again is the call made again and the lineage whole.
"""

from __future__ import annotations

import pyarrow as pa
import sqlalchemy as sa

from qmirror_assets.integrity.links import Owner
from qmirror_assets.store import Store, schema
from qmirror_assets.store.layers import Table

_BATCH = 16_384


def find_unbacked(store: Store, unsound: set[str]) -> dict[Owner, list[str]]:
    """Current partition -> keys that its rows name and the cache does not have.

    Manifests and tables in `unsound` are left out: their partitions are made again anyway.
    """
    found: dict[Owner, list[str]] = {}
    for row in store.state.rows(sa.select(schema.pointers)):
        if row.manifest in unsound:
            continue
        files = store.manifest(row.manifest).row_files
        if unsound.isdisjoint(files):
            keys = _absent(store, Table(*map(store.cas.path, files)))
            found |= {Owner(row.dataset, row.node, row.domain): keys} if keys else {}
    return found


def _absent(store: Store, table: Table) -> list[str]:
    gone: dict[str, None] = {}
    for batch in table.batches(["actions"], _BATCH):
        keys: pa.Array = batch.column("actions").flatten().unique()
        gone |= dict.fromkeys(store.actions.absent(keys.to_pylist()))
    return list(gone)
