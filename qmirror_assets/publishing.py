"""The steps from built domains to a release, as the assets and the command line take them."""

from __future__ import annotations

from qmirror_assets.errors import GateRefused, NotFoundError
from qmirror_assets.keys import Version
from qmirror_assets.release.candidate import Candidate, make_candidate
from qmirror_assets.release.gate import GateRecord
from qmirror_assets.release.publish import publish
from qmirror_assets.release.registry import VersionRow, find_version, save_gate
from qmirror_assets.release.snapshot import Snapshot, load_snapshot, take_snapshot
from qmirror_assets.workspace import Dataset, Workspace
from quality_checks import evaluate, suite_fingerprint


def freeze_domain(workspace: Workspace, dataset: Dataset, domain: str, version: str) -> Snapshot:
    """Freeze the manifests of a domain for a version.

    Raises:
        InconsistentSnapshot: the chain does not close. VersionError: published already.
    """
    Version.parse(version)
    snapshot = take_snapshot(workspace.store, dataset.graph, dataset.name, domain)
    workspace.store.state.put_snapshot(dataset.name, version, domain, snapshot.digest)
    return snapshot


def write_candidate(workspace: Workspace, dataset: Dataset, version: str) -> Candidate:
    """Write the candidate of a version from its snapshots.

    Raises:
        NotFoundError: the version has no snapshot. VersionError: it is published already.
    """
    digests = workspace.store.state.snapshots_of(dataset.name, version)
    if not digests:
        raise NotFoundError(
            f"version {version} of {dataset.name} has no snapshot",
            remedy="Materialize `snapshot` for its domains first, or run `qmirror build`",
        )
    snapshots = [load_snapshot(workspace.store, digest) for digest in digests.values()]
    return make_candidate(workspace.store, dataset.graph, dataset.name, version, snapshots)


def gate_candidate(workspace: Workspace, dataset: Dataset, version: str) -> GateRecord:
    """Evaluate the gate over a candidate and keep the record."""
    row = find_version(workspace.store, dataset.name, version)
    if row is None:
        raise NotFoundError(f"version {version} of {dataset.name} has no candidate")
    spec = dataset.recipe.spec
    record = evaluate(row.path, spec.gate, spec.limits.failure_rate)
    save_gate(workspace.store, record)
    return record


def refusal_of(record: GateRecord) -> GateRefused:
    """Why the gate does not open, in one error."""
    sentences = [check.sentence for check in (*record.failed(), *record.unevaluated())]
    return GateRefused(
        f"the gate refuses version {record.version} of {record.dataset}",
        expected="every critical check to pass over all rows",
        found=" | ".join(sentences[:5]) or "a partial candidate",
        remedy=f"See `qmirror rejects {record.dataset}` and the checks of `candidate` in the UI",
    )


def publish_version(workspace: Workspace, dataset: str, version: str) -> VersionRow:
    """Publish a candidate that a passing record of today's suite allows.

    Raises:
        GateRefused: see `release.publish`.
    """
    Version.parse(version)
    spec = workspace.dataset(dataset).recipe.spec
    suite = suite_fingerprint(spec.gate, spec.limits.failure_rate)
    publish(workspace.store, dataset, version, suite)
    row = find_version(workspace.store, dataset, version)
    if row is None:  # pragma: no cover
        raise NotFoundError(f"version {version} of {dataset} is gone")
    return row
