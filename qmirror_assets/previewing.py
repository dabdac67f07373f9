"""`preview`: a few seeds through every stage in a throw-away state.

The action cache and the CAS are the project's own, so nothing that is paid for is paid twice;
manifests and pointers live in memory, so no partition is touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qmirror_assets.keys import PartitionKey
from qmirror_assets.lineage.audit import audit
from qmirror_assets.lineage.trail import AuditTrail
from qmirror_assets.records import Json
from qmirror_assets.runner.intake import run_intake
from qmirror_assets.stages.graph import INTAKE
from qmirror_assets.store import Store
from qmirror_assets.store.state import State
from qmirror_assets.workspace import Dataset, DatasetRecord, Workspace, default_record, new_run_id

if TYPE_CHECKING:
    from qmirror_assets.building import Report


@dataclass(frozen=True, slots=True)
class Preview:
    """The trails of the previewed samples."""

    dataset: str
    profile: str
    trails: tuple[AuditTrail, ...]
    images: dict[str, bytes]  # digest -> PNG

    def to_json(self) -> dict[str, Json]:
        """The preview as JSON, without picture bytes."""
        return {
            "dataset": self.dataset,
            "profile": self.profile,
            "samples": [trail.to_json() for trail in self.trails],
        }


def run_preview(
    workspace: Workspace,
    recipe: str,
    count: int,
    profile: str | None,
    seeds: Sequence[object],
    report: Report,
) -> Preview:
    """Run `count` seeds of a recipe through all its stages."""
    record = default_record(
        recipe, profile=profile, limit=count, seeds=[str(f) for f in seeds] or None
    )
    with trial(workspace, record, report) as dataset:
        return _collect(dataset)


@contextmanager
def trial(workspace: Workspace, record: DatasetRecord, report: Report) -> Iterator[Dataset]:
    """Build a dataset in a throw-away state for the block; cache and CAS are the project's own."""
    real = workspace.store
    store = Store(real.root, State("sqlite://"), real.cas, real.actions)
    dataset = Dataset(record, store, workspace.project)
    runner = dataset.runner(new_run_id(), on_progress=report.rows)
    try:
        result = run_intake(store, dataset.name, dataset.sources)
        total = len(result.domains) * len(dataset.graph.nodes)
        for index, domain in enumerate(sorted(result.domains)):
            for step, node in enumerate(dataset.graph):
                done = index * len(dataset.graph.nodes) + step
                report.step(done, total, f"{domain}: {node.name}")
                runner.materialize(node.name, domain)
        yield dataset
    finally:
        runner.close()
        store.state.close()


def _collect(dataset: Dataset) -> Preview:
    trails = [
        audit(dataset.store, dataset.name, dataset.graph.nodes, sample)
        for domain in dataset.domains()
        for sample in _samples(dataset, domain)
    ]
    digests = {d for t in trails for s in t.steps for a in s.actions for d in a.pictures}
    images = {digest: dataset.store.cas.get(digest) for digest in sorted(digests)}
    return Preview(dataset.name, dataset.profile.name, tuple(trails), images)


def _samples(dataset: Dataset, domain: str) -> list[str]:
    current = dataset.store.current(PartitionKey(dataset.name, INTAKE, domain))
    if current is None:
        return []
    return list(dataset.store.table(current[1]).read(["sample_id"]).column(0).to_pylist())
