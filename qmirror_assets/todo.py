"""What a build would do, from manifests alone: the plan, and the fast way to do nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qmirror_assets.borders import nearest
from qmirror_assets.errors import NotFoundError
from qmirror_assets.keys import PartitionKey
from qmirror_assets.runner.engines import Engines
from qmirror_assets.runner.freshness import pin
from qmirror_assets.runner.reasons import explain
from qmirror_assets.stages.graph import Node
from qmirror_assets.workspace import Dataset


@dataclass(frozen=True, slots=True)
class Stale:
    """A partition to materialize, and why."""

    node: str
    domain: str
    reasons: tuple[str, ...]
    certain: bool  # False: only because something before it may change


@dataclass(frozen=True, slots=True)
class Todo:
    """All partitions to materialize, in build order."""

    intake: bool
    stale: tuple[Stale, ...]
    fresh: int

    @property
    def nothing(self) -> bool:
        """Whether everything is up to date."""
        return not self.intake and not self.stale

    def of(self, domain: str) -> list[str]:
        """Nodes to materialize in one domain, in build order."""
        return [item.node for item in self.stale if item.domain == domain]


def check_domains(dataset: Dataset, wanted: Sequence[str]) -> list[str]:
    """The wanted domains, or all that have seeds.

    Raises:
        NotFoundError: a wanted domain without seeds.
    """
    there = dataset.domains()
    for domain in wanted:
        if domain not in there:
            raise NotFoundError(
                f"domain {domain!r} of dataset {dataset.name!r} has no seeds",
                expected=f"one of {', '.join(there) or 'none'}",
                remedy=nearest(domain, there) if there else "Add seeds for it",
            )
    return list(wanted) or there


def find_todo(dataset: Dataset, domains: Sequence[str]) -> Todo:
    """Compare every partition with its inputs; once one is stale, what follows may change."""
    stale: list[Stale] = []
    fresh = 0
    engines = dataset.engines()
    for domain in domains:
        dirty: set[str] = set()
        for node in dataset.graph:
            reasons = _reasons(dataset, node, domain, engines, dirty)
            if reasons is None:
                fresh += 1
                continue
            dirty.add(node.name)
            certain = not dirty.intersection(node.inputs)
            stale.append(Stale(node.name, domain, reasons, certain))
    return Todo(not dataset.intake_is_fresh(), tuple(stale), fresh)


def _reasons(
    dataset: Dataset, node: Node, domain: str, engines: Engines, dirty: set[str]
) -> tuple[str, ...] | None:
    before = [name for name in node.inputs if name in dirty]
    key = PartitionKey(dataset.name, node.name, domain)
    current = dataset.store.current(key)
    pinned = pin(dataset.store, node, dataset.name, domain, engines)
    if isinstance(pinned, str):
        return ("never built",) if current is None else (f"{pinned} is not built",)
    found = explain(dataset.store.state, current[1] if current else None, node, pinned)
    if found:
        return found
    return (f"if rows of {before[0]} change",) if before else None
