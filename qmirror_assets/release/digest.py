"""The release digest: what a version holds, whoever built it, however and whenever."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qmirror_assets.fingerprint import content_digest, fingerprint
from qmirror_assets.release.columns import ReleaseColumns
from qmirror_assets.release.samples import Sample, SampleReader
from qmirror_assets.release.snapshot import Snapshot
from qmirror_assets.release.splits import Splits, plan_splits
from qmirror_assets.stages.graph import Graph
from qmirror_assets.store import Store, tables

if TYPE_CHECKING:
    from collections.abc import Iterable

_SIZE = 16  # bytes of a row digest


class ReleaseDigest:
    """Digest over the sorted (split, row digest) of all samples; 16 bytes a sample in memory."""

    def __init__(self) -> None:
        self._rows: dict[str, bytearray] = {}

    def add(self, split: str, row_digest: str) -> None:
        """Count one sample in, in any order."""
        self._rows.setdefault(split, bytearray()).extend(bytes.fromhex(row_digest))

    def hexdigest(self) -> str:
        """64 hexadecimal digits."""
        return fingerprint(
            "release", {name: content_digest(_sorted(rows)) for name, rows in self._rows.items()}
        )


def _sorted(rows: bytearray) -> bytes:
    import numpy as np  # noqa: PLC0415

    values = np.frombuffer(bytes(rows), dtype=f"V{_SIZE}")
    pairs = values.view(">u8").reshape(-1, 2)
    return values[np.lexsort((pairs[:, 1], pairs[:, 0]))].tobytes()


def plan_version_splits(reader: SampleReader, graph: Graph, found: Sequence[Snapshot]) -> Splits:
    """The splits of a version, from the groups of all its samples."""
    shares = graph.recipe.spec.release.splits
    return plan_splits(shares, (sample.group for sample in reader.groups(found)))


def release_digest(store: Store, graph: Graph, snapshots: Sequence[Snapshot]) -> str:
    """The digest of the version that `snapshots` would make; reads two narrow columns a sample."""
    reader = SampleReader(store, graph, ReleaseColumns.of(graph))
    ordered = sorted(snapshots, key=lambda snapshot: snapshot.domain)
    splits = plan_version_splits(reader, graph, ordered)
    return digest_samples(reader.groups(ordered), splits)


def digest_samples(samples: Iterable[Sample], splits: Splits) -> str:
    """The digest of samples under given splits."""
    digest = ReleaseDigest()
    for sample in samples:
        digest.add(splits.of(sample.group), sample.row_digest)
    return digest.hexdigest()


def digest_of_facts(path: Path) -> str:
    """The digest of the samples that a facts table lists."""
    digest = ReleaseDigest()
    for batch in tables.iter_batches(path, ["split", "row_digest"]):
        for split, row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            digest.add(split, row)
    return digest.hexdigest()
