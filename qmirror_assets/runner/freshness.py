"""Proof instead of work: a partition is up to date when its manifests say so; no row is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qmirror_assets.fingerprint import fingerprint
from qmirror_assets.runner.engines import Engines
from qmirror_assets.stages.graph import Node
from qmirror_assets.store import Store
from qmirror_assets.store.manifest import Input, Manifest


@dataclass(frozen=True, slots=True)
class Pinned:
    """A partition's inputs as they are now, and the fingerprint that follows."""

    inputs: tuple[Input, ...]
    manifests: tuple[Manifest, ...]
    engines: Mapping[str, Mapping[str, str]]
    fingerprint: str
    partial: bool


@dataclass(frozen=True, slots=True)
class Staleness:
    """Whether a partition is up to date; if not, why, in words."""

    fresh: bool
    reasons: tuple[str, ...] = ()


def pin(store: Store, node: Node, dataset: str, domain: str, engines: Engines) -> Pinned | str:
    """Pin the inputs of a partition, or name the one that is not built."""
    return pin_among(store.currents(dataset, domain, node.inputs), node, engines)


def pin_among(
    current: Mapping[str, tuple[str, Manifest]], node: Node, engines: Engines
) -> Pinned | str:
    """`pin`, from what is known of the nodes of the domain: digest and manifest of each."""
    inputs: list[Input] = []
    manifests: list[Manifest] = []
    for name in node.inputs:
        if name not in current:
            return name
        digest, manifest = current[name]
        inputs.append(Input(name, digest, manifest.data_version))
        manifests.append(manifest)
    identities = {role.value: dict(engines.identity(role)) for role in node.roles}
    return Pinned(
        tuple(inputs),
        tuple(manifests),
        identities,
        partition_fingerprint(node.fingerprint, identities, inputs),
        any(m.partial for m in manifests),
    )


def partition_fingerprint(
    stage: str, engines: Mapping[str, Mapping[str, str]], inputs: Sequence[Input]
) -> str:
    """Stage fingerprint + engine identities + input data versions: decides freshness."""
    versions = [[item.node, item.data_version] for item in inputs]
    return fingerprint("partition", [stage, {k: dict(v) for k, v in engines.items()}, versions])


def staleness(previous: Manifest | None, node: Node, pinned: Pinned) -> Staleness:
    """Compare the current manifest of a partition with its pinned inputs."""
    if previous is None:
        return Staleness(False, ("never built",))
    if previous.fingerprint == pinned.fingerprint and previous.partial == pinned.partial:
        return Staleness(True)
    reasons = []
    if previous.stage_fingerprint != node.fingerprint:
        reasons.append(f"settings, prompt or code of stage {node.name} changed")
    for role, identity in pinned.engines.items():
        if previous.engines.get(role) != identity:
            reasons.append(f"{role} engine changed")
    before = {item.node: item.data_version for item in previous.inputs}
    reasons += [
        f"rows of {item.node} changed"
        for item in pinned.inputs
        if before.get(item.node) != item.data_version
    ]
    if previous.partial != pinned.partial:
        reasons.append("was built from a limited set of seeds" if previous.partial else "limited")
    return Staleness(False, tuple(reasons) or ("inputs changed",))
