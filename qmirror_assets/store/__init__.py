"""Stores: state database, content-addressed objects, action cache, row tables."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import orjson
import pyarrow as pa

from qmirror_assets.errors import StoreUnavailable
from qmirror_assets.keys import PartitionKey
from qmirror_assets.store import atomic
from qmirror_assets.store.actions import ActionCache
from qmirror_assets.store.cas import Cas
from qmirror_assets.store.layers import Table
from qmirror_assets.store.manifest import Manifest
from qmirror_assets.store.state import State, sqlite_url

DECAY_MS = 100
"""Milliseconds until freed memory of tables goes back to the system; Arrow's own second is long
enough for each stage's tables to lie beside those of the stage before."""


@dataclass(frozen=True, slots=True)
class Store:
    """Everything a build keeps, under one data folder."""

    root: Path
    state: State
    cas: Cas
    actions: ActionCache
    _current: dict[PartitionKey, tuple[str, Manifest]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def manifest(self, digest: str) -> Manifest:
        """Read a manifest by digest, checked."""
        return Manifest.load(self.cas.get(digest))

    def current(self, key: PartitionKey) -> tuple[str, Manifest] | None:
        """(digest, manifest) that a partition's pointer names, or None."""
        digest = self.state.pointer(key)
        return None if digest is None else self._known(key, digest)

    def currents(
        self, dataset: str, domain: str, nodes: Sequence[str]
    ) -> dict[str, tuple[str, Manifest]]:
        """Node -> what `current` says of it, for those of some nodes that are built."""
        digests = self.state.pointers_of(dataset, domain)
        return {
            node: self._known(PartitionKey(dataset, node, domain), digests[node])
            for node in nodes
            if node in digests
        }

    def _known(self, key: PartitionKey, digest: str) -> tuple[str, Manifest]:
        known = self._current.get(key)
        if known is None or known[0] != digest:  # a digest names one content: read once
            known = self._current[key] = digest, self.manifest(digest)
        return known

    def table(self, manifest: Manifest) -> Table:
        """The rows of a partition; no byte is read that was not checked.

        A large file whose keys lie apart is checked when it is read: an edit may not need it.

        Raises:
            NotFoundError, DamagedObject: a file of them is missing or damaged.
        """
        base = self.base(manifest)
        if not manifest.delta:
            return base
        delta, dropped = map(self.cas.verified_path, (manifest.delta, manifest.dropped))
        return replace(base, delta=delta, dropped=dropped)

    def base(self, manifest: Manifest) -> Table:
        """The large file of a partition alone, without the changes beside it.

        Raises:
            NotFoundError, DamagedObject: it or its keys are missing or damaged.
        """
        cas = self.cas
        if not manifest.keys:
            return Table(cas.verified_path(manifest.rows))
        keys, check = cas.verified_path(manifest.keys), partial(cas.verified_path, manifest.rows)
        rows = None if manifest.delta else manifest.counts.rows_out
        return Table(cas.path(manifest.rows), keys=keys, check=check, rows=rows)

    def put_json(self, value: object) -> str:
        """Store a JSON document and give its digest."""
        return self.cas.put(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))

    @property
    def spill(self) -> Path:
        """Where sorts spill."""
        return self.root / "spill"

    def close(self) -> None:
        """Close all files."""
        self.actions.close()
        self.state.close()


def open_store(root: Path, *, state_url: str | None = None) -> Store:
    """Open the stores of a data folder, making them when absent.

    Raises:
        StoreUnavailable: the folder cannot be made or written.
    """
    with suppress(NotImplementedError):  # an Arrow that was built without this allocator
        pa.jemalloc_set_decay_ms(DECAY_MS)
    with atomic.wrap_os_errors(root, "create"):
        root.mkdir(parents=True, exist_ok=True)
        probe = root / ".writable"
        probe.write_bytes(b"")
        probe.unlink(missing_ok=True)  # another process that opens the store may have been first
    if not root.is_dir():
        raise StoreUnavailable(f"data folder {root} is not a folder")
    return Store(
        root,
        State(state_url or sqlite_url(root / "state.sqlite")),
        Cas(root / "cas"),
        ActionCache(root / "actions"),
    )
