"""The accepted samples of a snapshot, each with its seed, streamed in sample order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qmirror_assets.errors import InconsistentSnapshot
from qmirror_assets.release.columns import ReleaseColumns
from qmirror_assets.release.snapshot import Snapshot
from qmirror_assets.release.splits import group_of
from qmirror_assets.stages.graph import INTAKE, Graph
from qmirror_assets.store import Store

Cells = Mapping[str, Any]
_BATCH = 512


@dataclass(frozen=True, slots=True)
class Sample:
    """One accepted sample. group: what decides its split."""

    sample_id: str
    domain: str
    row_digest: str
    group: str
    final: Cells
    seed: Cells  # empty when the seed row is lost


@dataclass(frozen=True, slots=True)
class SampleReader:
    """Reads the samples of a version, domain by domain."""

    store: Store
    graph: Graph
    columns: ReleaseColumns

    def read(self, snapshot: Snapshot) -> Iterator[Sample]:
        """All samples of a domain with all their columns."""
        yield from self._join(snapshot, tuple(self.columns.final), self.columns.seed)

    def groups(self, snapshots: Sequence[Snapshot]) -> Iterator[Sample]:
        """All samples with nothing but what decides splits and digests."""
        for snapshot in snapshots:
            yield from self._join(snapshot, self.columns.split_final, self.columns.split_seed)

    def _join(
        self, snapshot: Snapshot, final: Sequence[str], seed: Sequence[str]
    ) -> Iterator[Sample]:
        # without seed columns to read, no seed table is opened
        seeds = _Cursor(self._rows(snapshot, INTAKE, seed)) if seed else None
        name = self.columns.split_by
        for row in self._rows(snapshot, self.graph.final.name, ["row_digest", *final]):
            sample = row["sample_id"]
            found = seeds.find(sample) if seeds is not None else {}
            value = row[name] if self.columns.split_in_final else found.get(name)
            group = group_of(value, sample)
            yield Sample(sample, snapshot.domain, row["row_digest"], group, row, found)

    def _rows(self, snapshot: Snapshot, node: str, columns: Sequence[str]) -> Iterator[Cells]:
        manifest = self.store.manifest(snapshot.manifest_of(node))
        table = self.store.table(manifest)
        wanted = ["sample_id", *columns]
        missing = set(wanted).difference(table.schema().names)
        if missing:
            raise InconsistentSnapshot(
                f"{snapshot.dataset}, domain {snapshot.domain!r}: {node} lacks columns",
                expected=", ".join(sorted(missing)),
                remedy=f"Materialize {node} again, or run `qmirror build`",
            )
        for batch in table.batches(wanted, _BATCH):
            yield from batch.to_pylist()


class _Cursor:
    """Rows in sample order, looked up by rising ids."""

    def __init__(self, rows: Iterator[Cells]) -> None:
        self._rows = rows
        self._row = next(rows, None)

    def find(self, sample: str) -> Cells:
        """The row of a sample, or an empty one."""
        while self._row is not None and self._row["sample_id"] < sample:
            self._row = next(self._rows, None)
        return self._row if self._row is not None and self._row["sample_id"] == sample else {}
