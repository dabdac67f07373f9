"""A snapshot: the consistent set of manifests of one domain, frozen for a version.

The chain is followed through the current manifests and closed by data versions, not by manifest
digests: a node whose inputs came out equal is rightly left alone, so the manifest it names may be
an older one with the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import orjson

from qmirror_assets import formats
from qmirror_assets.errors import DamagedObject, InconsistentSnapshot
from qmirror_assets.fingerprint import canonical
from qmirror_assets.keys import PartitionKey
from qmirror_assets.records import Json
from qmirror_assets.stages.graph import INTAKE, Graph
from qmirror_assets.store import Store
from qmirror_assets.store.manifest import Counts, Manifest

SCHEMA = formats.SNAPSHOT


@dataclass(frozen=True, slots=True)
class SnapshotNode:
    """One node of a snapshot. manifest: CAS digest."""

    node: str
    manifest: str
    data_version: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The manifests of one domain in build order, intake first. digest: of its CAS object."""

    dataset: str
    domain: str
    nodes: tuple[SnapshotNode, ...]
    partial: bool
    digest: str

    def manifest_of(self, node: str) -> str:
        """CAS digest of the manifest of a node."""
        return next(item.manifest for item in self.nodes if item.node == node)

    def to_json(self) -> dict[str, Json]:
        """The snapshot as JSON, without its digest."""
        return {
            "schema": SCHEMA, "dataset": self.dataset, "domain": self.domain,
            "partial": self.partial, "nodes": [asdict(item) for item in self.nodes],
        }  # fmt: skip


def take_snapshot(store: Store, graph: Graph, dataset: str, domain: str) -> Snapshot:
    """Freeze the current manifests of a domain, if they close on one consistent set.

    Raises:
        InconsistentSnapshot: naming the node that is missing, stale or changed, and the remedy.
    """
    # one SELECT: a consistent view, even while another process moves pointers
    pointers = {
        key.node: digest
        for key, digest in store.state.pointers(dataset).items()
        if key.domain == domain
    }
    walk = _Walk(store, graph, PartitionKey(dataset, graph.final.name, domain), pointers)
    found = walk.run()
    order = [INTAKE, *(node.name for node in graph)]
    nodes = tuple(
        SnapshotNode(name, pointers[name], found[name].data_version, found[name].counts)
        for name in order
        if name in found
    )
    partial = any(manifest.partial for manifest in found.values())
    snapshot = Snapshot(dataset, domain, nodes, partial, "")
    digest = store.cas.put(canonical(snapshot.to_json()))
    store.cas.sync()
    return Snapshot(dataset, domain, nodes, partial, digest)


def load_snapshot(store: Store, digest: str) -> Snapshot:
    """Read a snapshot back.

    Raises:
        NotFoundError, DamagedObject: the object is missing or is no snapshot.
        UnknownFormat: one of a later version of the package.
    """
    try:
        raw = orjson.loads(store.cas.get(digest))
        formats.refuse_later("a snapshot", raw["schema"], SCHEMA)
        nodes = tuple(
            SnapshotNode(**{**item, "counts": Counts(**item["counts"])}) for item in raw["nodes"]
        )
        return Snapshot(raw["dataset"], raw["domain"], nodes, raw["partial"], digest)
    except (KeyError, TypeError, orjson.JSONDecodeError) as error:
        raise DamagedObject("a snapshot cannot be read", found=str(error)) from error


@dataclass(slots=True)
class _Walk:
    """Follows consumed manifests from the last node down to intake."""

    store: Store
    graph: Graph
    last: PartitionKey
    pointers: Mapping[str, str]

    def run(self) -> dict[str, Manifest]:
        found: dict[str, Manifest] = {}
        waiting = [self.last.node]
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            found[name] = self._current(name)
            waiting += [item.node for item in found[name].inputs]
        for name, manifest in found.items():
            self._check_settings(name, manifest)
            for item in manifest.inputs:
                if item.data_version != found[item.node].data_version:
                    raise self._refusal(
                        name, f"the present rows of {item.node}", "other rows of it",
                        f"Materialize {name} again, or run `qmirror build`",
                    )  # fmt: skip
        return found

    def _current(self, name: str) -> Manifest:
        if name not in self.pointers:
            raise self._refusal(
                name, "a materialization", "none", f"Materialize {name}, or run `qmirror build`"
            )
        return self.store.manifest(self.pointers[name])

    def _check_settings(self, name: str, manifest: Manifest) -> None:
        if name == INTAKE:
            return
        known = {node.name: node.fingerprint for node in self.graph}
        if known.get(name) != manifest.stage_fingerprint:
            raise self._refusal(
                name, "the settings, prompts and code of the recipe as loaded", "others",
                f"Materialize {name} again, or run `qmirror build`",
            )  # fmt: skip

    def _refusal(self, node: str, expected: str, found: str, remedy: str) -> InconsistentSnapshot:
        return InconsistentSnapshot(
            f"{self.last.dataset}, domain {self.last.domain!r}: {node} does not fit the version",
            expected=f"it to be built from {expected}", found=found, remedy=remedy,
        )  # fmt: skip
