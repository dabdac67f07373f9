"""One candidate while it is made: what goes in, where its files and its scratch files lie."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qmirror_assets.keys import PartitionKey
from qmirror_assets.lineage.nodes import INTAKE, Place, places
from qmirror_assets.release.columns import ReleaseColumns
from qmirror_assets.release.samples import SampleReader
from qmirror_assets.release.snapshot import Snapshot
from qmirror_assets.release.splits import Splits
from qmirror_assets.runner.intake import QUARANTINE
from qmirror_assets.stages.graph import Graph
from qmirror_assets.store import Store
from qmirror_assets.store.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Job:
    """Everything the parts of a candidate share. snapshots: sorted by domain."""

    store: Store
    graph: Graph
    dataset: str
    version: str
    snapshots: tuple[Snapshot, ...]
    quarantine: tuple[str, Manifest] | None  # (digest, manifest) of the seed rows set aside
    columns: ReleaseColumns
    splits: Splits
    display_names: Mapping[str, str]
    folder: Path  # where the candidate is written
    scratch: Path  # removed afterwards

    @property
    def reader(self) -> SampleReader:
        """Its accepted samples."""
        return SampleReader(self.store, self.graph, self.columns)

    @property
    def lineage(self) -> Path:
        """Folder of the lineage tables."""
        return self.folder / "lineage"

    @property
    def spill(self) -> Path:
        """Where sorts spill."""
        return self.scratch / "spill"

    def tables(self) -> Iterator[tuple[Place, Manifest]]:
        """Every row table of every domain, and the quarantine."""
        for snapshot in self.snapshots:
            for place in places(self.graph.nodes, snapshot.domain):
                yield place, self.store.manifest(snapshot.manifest_of(place.node))
        if self.quarantine is not None:
            yield Place(INTAKE, INTAKE, 0, 0, 0, QUARANTINE), self.quarantine[1]

    def path_of(self, digest: str) -> Path:
        """A table of the store, its bytes checked."""
        return self.store.cas.verified_path(digest)


def find_quarantine(
    store: Store, dataset: str, snapshots: Sequence[Snapshot]
) -> tuple[str, Manifest] | None:
    """The quarantine of the intake that the snapshots were made from, if it is still there."""
    found = store.current(PartitionKey(dataset, INTAKE, QUARANTINE))
    if found is None:
        return None
    intakes = [store.manifest(s.manifest_of(INTAKE)).stage_fingerprint for s in snapshots]
    return found if found[1].stage_fingerprint in intakes else None
