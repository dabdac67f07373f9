"""Rows whose actions are no longer in the cache: nothing shows any more where they came from.

An entry that was found damaged is forgotten, but the tables made from it stay as they are. Only
when their partition is run again is the call made again and the lineage whole.
"""

from __future__ import annotations

import pyarrow as pa

from qmirror_assets.integrity.links import Links, Owner, Role
from qmirror_assets.store import Store, tables

_BATCH = 16_384


def find_unbacked(store: Store, links: Links, unsound: set[str]) -> dict[Owner, list[str]]:
    """Current partition -> keys that its rows name and the cache does not have.

    Tables in `unsound` are left out: their partitions are made again anyway.
    """
    found: dict[Owner, list[str]] = {}
    for digest in links.of(Role.ROWS):
        partitions = [owner for owner in links.owners[digest] if owner.node]
        if partitions and digest not in unsound:
            keys = _absent(store, digest)
            found |= dict.fromkeys(partitions, keys) if keys else {}
    return found


def _absent(store: Store, digest: str) -> list[str]:
    gone: dict[str, None] = {}
    for batch in tables.iter_batches(store.cas.path(digest), ["actions"], _BATCH):
        keys: pa.Array = batch.column("actions").flatten().unique()
        gone |= dict.fromkeys(store.actions.absent(keys.to_pylist()))
    return list(gone)
