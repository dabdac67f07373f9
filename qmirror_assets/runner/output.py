"""Committing a partition: tables into the CAS, then the manifest, then the pointer."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from qmirror_assets.errors import QMirrorError
from qmirror_assets.fingerprint import fingerprint
from qmirror_assets.keys import PartitionKey
from qmirror_assets.store import Store
from qmirror_assets.store.leases import Lease, commit_pointer
from qmirror_assets.store.manifest import Counts, Input, Manifest
from qmirror_assets.store.tables import REJECTIONS, TableWriter, Written


class Output:
    """The two tables of one partition while they are written."""

    def __init__(self, store: Store, schema: pa.Schema) -> None:
        self._store = store
        self._paths = [store.cas.new_temp(), store.cas.new_temp()]
        self.rows = TableWriter(self._paths[0], schema, ["row_digest"])
        self.rejections = TableWriter(self._paths[1], REJECTIONS, ["sample_id", "reason"])

    def finish(self) -> tuple[Path, Path]:
        """Finish both tables without adopting them; `discard` removes them later."""
        self.rows.close()
        self.rejections.close()
        return self._paths[0], self._paths[1]

    def close(self) -> tuple[Written, Written, str, str]:
        """Finish both tables: what was written, and their CAS digests."""
        written = self.rows.close(), self.rejections.close()
        digests = [self._store.cas.adopt(path) for path in self._paths]
        return (*written, digests[0], digests[1])

    def discard(self) -> None:
        """Remove what a failed materialization left."""
        for writer in (self.rows, self.rejections):
            with suppress(QMirrorError, OSError, pa.ArrowException):
                writer.close()
        for path in self._paths:
            Path(path).unlink(missing_ok=True)


def data_version(rows: Written, rejections: Written) -> str:
    """Digest of the logical content: row digests, and who was rejected why."""
    return fingerprint("data", [rows.digest.hexdigest(), rejections.digest.hexdigest()])


def commit(
    store: Store,
    lease: Lease,
    output: Output,
    *,
    stage_fingerprint: str,
    engines: dict[str, dict[str, str]],
    partition_fingerprint: str,
    inputs: Iterable[Input],
    rows_in: int,
    duplicates: int = 0,
    settled: int = 0,
    partial: bool = False,
) -> tuple[str, Manifest]:
    """Commit a partition and give its digest and manifest.

    `duplicates` of the rows in the rejection table are counted as such.

    Raises:
        QMirrorError: rows were lost or made up; nothing is committed.
    """
    rows, rejections, rows_digest, rejections_digest = output.close()
    counts = Counts(rows_in, rows.rows, rejections.rows - duplicates, duplicates, settled)
    if not counts.balanced():
        raise QMirrorError(
            f"{lease.key}: rows do not add up",
            expected=f"{rows_in} in = out + rejected + duplicates",
            found=f"{counts}",
            remedy="This is a fault of the stage; nothing was committed",
        )
    key: PartitionKey = lease.key
    manifest = Manifest(
        key.dataset, key.node, key.domain, stage_fingerprint, engines, partition_fingerprint,
        tuple(inputs), data_version(rows, rejections), counts, rows_digest, rejections_digest,
        partial,
    )  # fmt: skip
    digest = store.cas.put(manifest.dump())
    store.cas.sync()  # every object is on disk before a pointer names it
    commit_pointer(store.state, lease, digest, partition_fingerprint)
    return digest, manifest
