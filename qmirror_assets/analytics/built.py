"""What of a dataset is built: the manifests its pointers name, read once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from qmirror_assets.errors import NotFoundError
from qmirror_assets.keys import PartitionKey
from qmirror_assets.stages.graph import INTAKE, Graph, Node
from qmirror_assets.store import Store
from qmirror_assets.store.layers import Table
from qmirror_assets.store.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Partition:
    """One (node, domain) that is built."""

    node: str
    domain: str
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Built:
    """A dataset's manifests as they stood when they were read."""

    store: Store
    graph: Graph
    dataset: str
    manifests: Mapping[tuple[str, str], Manifest]

    def partitions(self, node: str) -> Iterator[Partition]:
        """Partitions of a node, by domain."""
        for (name, domain), manifest in sorted(self.manifests.items()):
            if name == node:
                yield Partition(name, domain, manifest)

    def all_partitions(self) -> Iterator[Partition]:
        """All partitions in build order."""
        for name in (INTAKE, *(node.name for node in self.graph)):
            yield from self.partitions(name)

    def rows(self, partition: Partition) -> Table:
        """The row table of a partition, its bytes checked."""
        return self.store.table(partition.manifest)

    def rejections(self, partition: Partition) -> Table:
        """The rejection table of a partition, its bytes checked."""
        return Table(self.store.cas.verified_path(partition.manifest.rejections))

    def position(self, node: Node) -> int:
        """Place of a node in build order; intake is 0."""
        return self.graph.nodes.index(node) + 1


def read_built(store: Store, graph: Graph, dataset: str) -> Built:
    """Pin what is built of a dataset. Nodes the graph does not have are left out.

    Raises:
        NotFoundError: nothing is built.
    """
    names = {INTAKE, *(node.name for node in graph)}
    manifests = {
        (key.node, key.domain): store.manifest(digest)
        for key, digest in store.state.pointers(dataset).items()
        if _is_ours(key, names)
    }
    if not manifests:
        there = ", ".join(store.state.dataset_names()) or "none"
        raise NotFoundError(
            f"nothing of dataset {dataset!r} is built",
            expected=f"one of: {there}",
            remedy="Run `qmirror build RECIPE` first",
        )
    return Built(store, graph, dataset, manifests)


def _is_ours(key: PartitionKey, names: set[str]) -> bool:
    return key.node in names
