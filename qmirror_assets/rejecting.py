"""Rows that did not make it: read from the rejection tables of the current manifests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from qmirror_assets.keys import PartitionKey
from qmirror_assets.records import ENGINE_REASONS, Json
from qmirror_assets.runner.intake import QUARANTINE
from qmirror_assets.stages.graph import INTAKE
from qmirror_assets.store import tables
from qmirror_assets.workspace import Dataset

_COLUMNS = ["sample_id", "reason", "detail", "place"]


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """One rejection."""

    domain: str
    node: str
    sample_id: str  # "" for a row that never became a seed
    reason: str
    detail: str
    place: str  # file:line of such a row
    retryable: bool

    def to_json(self) -> dict[str, Json]:
        """The rejection as JSON."""
        return asdict(self)


def list_rejects(
    dataset: Dataset, domains: Sequence[str] = (), reason: str | None = None
) -> Iterator[RejectedRow]:
    """Rejections of a dataset in build order, streamed."""
    retryable = {r.value for r in ENGINE_REASONS}
    nodes = [INTAKE, *(node.name for node in dataset.graph)]
    everything = [*dataset.store.state.domain_names(dataset.name), QUARANTINE]
    for domain in domains or everything:
        for node in nodes:
            current = dataset.store.current(PartitionKey(dataset.name, node, domain))
            if current is None:
                continue
            path = dataset.store.cas.verified_path(current[1].rejections)
            for batch in tables.iter_batches(path, _COLUMNS):
                for row in batch.to_pylist():
                    if reason in (None, row["reason"]):
                        yield RejectedRow(domain, node, retryable=row["reason"] in retryable, **row)
