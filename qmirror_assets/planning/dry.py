"""A build rehearsed in a shadow of the store: seeds read again, every domain run dry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from qmirror_assets.planning.model import SeedChange
from qmirror_assets.planning.seeds import seed_changes
from qmirror_assets.runner.dry import DryPartition, DryRun
from qmirror_assets.runner.intake import run_intake
from qmirror_assets.runner.shadow import shadow
from qmirror_assets.runner.unknown import Range
from qmirror_assets.todo import check_domains
from qmirror_assets.workspace import Dataset, DatasetRecord, Workspace


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What the rehearsal saw; `dataset` reads from the shadow."""

    dataset: Dataset
    intake: bool  # the seed files differ from what was read last
    seeds: tuple[SeedChange, ...]
    partitions: tuple[DryPartition, ...]
    further: Range  # calls of seeds that a target may draw after these


@contextmanager
def rehearse(
    workspace: Workspace, record: DatasetRecord, domains: Sequence[str] = ()
) -> Iterator[Rehearsal]:
    """Rehearse a build of these domains (default: all); the shadow lasts for the block."""
    with shadow(workspace.store, record.dataset) as store:
        dataset = Dataset(record, store, workspace.project)
        intake, seeds = not dataset.intake_is_fresh(), tuple[SeedChange, ...]()
        if intake or is_short(dataset, domains):
            run_intake(
                store, dataset.name, dataset.sources, aim=dataset.aim(tuple(domains) or None)
            )
            seeds = seed_changes(workspace.store, store, dataset.name)
        said = {change.domain: str(change) for change in seeds}
        run = DryRun(store, dataset.graph, dataset.engines(), dataset.name)
        try:
            partitions = tuple(
                item
                for domain in check_domains(dataset, domains)
                for item in run.domain(domain, said.get(domain, ""))
            )
        finally:
            run.close()
        yield Rehearsal(dataset, intake, seeds, partitions, _further(dataset, partitions))


def is_short(dataset: Dataset, domains: Sequence[str] = ()) -> bool:
    """Whether a target asks for seeds that are not drawn yet; reads no row."""
    found = map(dataset.target_status, domains or dataset.domains())
    return any(status is not None and status.draw > 0 for status in found)


def _further(dataset: Dataset, partitions: Sequence[DryPartition]) -> Range:
    """What seeds beyond the next draw may cost: how many are drawn hangs on what is accepted."""
    each = sum(node.step.calls[1] for node in dataset.graph if node.step is not None)
    final = [item for item in partitions if item.node == dataset.graph.final.name]
    most = 0
    for item in final:
        status = dataset.target_status(item.domain)
        if status is not None and (item.unknown.ids or status.draw):
            most += status.room * each
    return Range(0, most)
