"""The verbs of the command line as a small Python API. Everything returns frozen data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qmirror_assets.building import Build, Report, Silent, Wishes
from qmirror_assets.errors import NotFoundError
from qmirror_assets.exports import Exported, export_release, published_version
from qmirror_assets.lineage.audit import audit as audit_store
from qmirror_assets.lineage.audit import audit_release, find_samples
from qmirror_assets.lineage.trail import AuditTrail
from qmirror_assets.planning import Plan, make_plan
from qmirror_assets.planning.pilot import run_pilot
from qmirror_assets.planning.why import Why, explain_sample
from qmirror_assets.previewing import Preview, run_preview
from qmirror_assets.project import find_project
from qmirror_assets.rejecting import RejectedRow, list_rejects
from qmirror_assets.release.registry import VersionRow, list_versions
from qmirror_assets.reporting import EvidenceReport, make_report
from qmirror_assets.schemas import schema
from qmirror_assets.summary import BuildResult
from qmirror_assets.workspace import Workspace, default_record, open_workspace

if TYPE_CHECKING:
    from qmirror_assets.calibrating.result import Calibration

__all__ = [
    "audit", "build", "calibrate", "export", "plan", "preview", "publish", "rejects", "report",
    "retry", "schema", "versions", "why",
]  # fmt: skip

Place = str | Path | None


@contextmanager
def opened(project: Place = None, data: Place = None) -> Iterator[Workspace]:
    """A workspace for the block."""
    workspace = open_workspace(find_project(project, data))
    try:
        yield workspace
    finally:
        workspace.close()


def _register(
    workspace: Workspace,
    recipe: str,
    name: str | None,
    profile: str | None,
    seeds: Sequence[str | Path],
    limit: int | None,
) -> Any:
    record = default_record(
        recipe, dataset=name, profile=profile, limit=limit,
        seeds=[str(f) for f in seeds] or None,
    )  # fmt: skip
    return workspace.register(record)


def build(
    recipe: str,
    *,
    name: str | None = None,
    domains: Sequence[str] = (),
    version: str | None = None,
    profile: str | None = None,
    seeds: Sequence[str | Path] = (),
    limit: int | None = None,
    publish: bool = True,
    max_calls: int | None = None,
    max_cost: float | None = None,
    project: Place = None,
    data: Place = None,
    report: Report | None = None,
) -> BuildResult:
    """Bring a dataset up to date, gate it, publish it when it passes.

    Args:
        recipe: Shipped name, or path of a recipe file or folder.
        name: Dataset name; default: the recipe's.
        domains: Only these; default: all that have seeds.
        version: Such as `2026.11.0`; default: the current one when nothing changed, else the
            next running number of the month.
        profile: Which engines; a shipped name or a file.
        seeds: Seed files instead of the recipe's.
        limit: At most this many seeds; the dataset is then partial and never published.
        publish: False stops after the gate.
        max_calls: Stop cleanly after this many engine calls.
        max_cost: Stop cleanly after this much money.
        project: Project folder.
        data: Data folder.
        report: Who is told how it goes.

    Raises:
        QMirrorError: one of its leaves; `exit_code` is the command line's.
    """
    wishes = Wishes(tuple(domains), version, publish, max_calls, max_cost)
    with opened(project, data) as workspace:
        dataset = _register(workspace, recipe, name, profile, seeds, limit)
        return Build(workspace, dataset, wishes, report or Silent()).run()


def plan(
    recipe: str,
    *,
    name: str | None = None,
    domains: Sequence[str] = (),
    profile: str | None = None,
    seeds: Sequence[str | Path] = (),
    pilot: int = 0,
    project: Place = None,
    data: Place = None,
    report: Report | None = None,
) -> Plan:
    """What `build` would run and why; executes nothing.

    Args:
        recipe: Shipped name, or path of a recipe file or folder.
        name: Dataset name; default: the recipe's.
        domains: Only these; default: all that have seeds.
        profile: Which engines; a shipped name or a file.
        seeds: Seed files instead of the recipe's.
        pilot: First run that many seeds through all stages, to measure what a call takes.
        project: Project folder.
        data: Data folder.
        report: Who is told how a pilot goes.
    """
    with opened(project, data) as workspace:
        record = default_record(
            recipe, dataset=name, profile=profile, seeds=[str(f) for f in seeds] or None
        )
        if pilot:
            run_pilot(workspace, record, pilot, report or Silent())
        return make_plan(workspace, record, domains)


def preview(
    recipe: str,
    *,
    count: int = 5,
    profile: str | None = None,
    seeds: Sequence[str | Path] = (),
    project: Place = None,
    data: Place = None,
    report: Report | None = None,
) -> Preview:
    """A few seeds through every stage. Keeps the action cache, touches no partition."""
    with opened(project, data) as workspace:
        return run_preview(workspace, recipe, count, profile, seeds, report or Silent())


def publish(dataset: str, version: str, *, project: Place = None, data: Place = None) -> VersionRow:
    """Publish a candidate; obeys only the gate's record for exactly its bytes.

    Raises:
        GateRefused: no record, a failed check, another digest, or a partial candidate.
    """
    from qmirror_assets.publishing import publish_version  # noqa: PLC0415

    with opened(project, data) as workspace:
        return publish_version(workspace, dataset, version)


def retry(
    dataset: str,
    *,
    domains: Sequence[str] = (),
    publish: bool = True,
    project: Place = None,
    data: Place = None,
    report: Report | None = None,
) -> BuildResult:
    """Run again only the rows that failed for engine reasons, then what follows from them."""
    with opened(project, data) as workspace:
        found = workspace.dataset(dataset)
        wishes = Wishes(tuple(domains), publish=publish, retry=True)
        return Build(workspace, found, wishes, report or Silent()).run()


def rejects(
    dataset: str,
    *,
    domains: Sequence[str] = (),
    reason: str | None = None,
    project: Place = None,
    data: Place = None,
) -> list[RejectedRow]:
    """Rows that did not make it, with stage, reason and detail."""
    with opened(project, data) as workspace:
        return list(list_rejects(workspace.dataset(dataset), domains, reason))


def audit(
    sample_id: str,
    *,
    dataset: str | None = None,
    release: str | Path | None = None,
    project: Place = None,
    data: Place = None,
) -> AuditTrail:
    """One sample from seed to release.

    Args:
        sample_id: The id, or its first digits where that is unique.
        dataset: Which dataset; default: the one that knows the id.
        release: A release directory: nothing else is then read.
        project: Project folder.
        data: Data folder.

    Raises:
        NotFoundError: nobody knows the id.
    """
    if release is not None:
        return audit_release(Path(release), sample_id)
    with opened(project, data) as workspace:
        if dataset is None:
            dataset, sample_id = _known_sample(workspace, None, sample_id)
        opened_dataset = workspace.dataset(dataset)
        return audit_store(workspace.store, dataset, opened_dataset.graph.nodes, sample_id)


def report(
    target: str,
    *,
    name: str | None = None,
    against: str | None = None,
    project: Place = None,
    data: Place = None,
) -> EvidenceReport:
    """What the refinement loops of a dataset gained, and at what price.

    Args:
        target: A dataset, a shipped recipe or the path of one.
        name: The dataset, where it is not called like its recipe.
        against: A best-of-N dataset to compare with; default: `<dataset>-best-of-n`, if built.
        project: Project folder.
        data: Data folder.

    Raises:
        NotFoundError: nothing is built. UsageError: the recipe has no refinement loop.
    """
    with opened(project, data) as workspace:
        return make_report(workspace, target, name, against)


def export(
    dataset: str,
    shape: str,
    out: str | Path,
    *,
    version: str | None = None,
    project: Place = None,
    data: Place = None,
) -> Exported:
    """Write a published version of dialogues in another shape.

    Args:
        dataset: Its name.
        shape: `intersyn` (JSON Lines of conversations beside a folder of pictures) or `flat`
            (Parquet with one row a turn, as the Hub shows it).
        out: A folder that is not there or empty.
        version: Which; default: the current one.
        project: Project folder.
        data: Data folder.

    Raises:
        NotFoundError: no such published version. UsageError: it holds no dialogues, or the folder
        holds files.
    """
    with opened(project, data) as workspace:
        workspace.dataset(dataset)
        found = published_version(workspace.store, dataset, version)
        return export_release(found.path, shape, Path(out))


def why(
    sample_id: str, *, dataset: str | None = None, project: Place = None, data: Place = None
) -> Why:
    """What a build would do with one sample, stage by stage, and why; executes nothing.

    Raises:
        NotFoundError: nobody knows the id.
    """
    with opened(project, data) as workspace:
        return explain_sample(workspace, *_known_sample(workspace, dataset, sample_id))


def _known_sample(workspace: Workspace, dataset: str | None, prefix: str) -> tuple[str, str]:
    """(dataset, whole id) of the one sample whose id begins with `prefix`."""
    found = [s for s in find_samples(workspace.store, prefix) if dataset in (None, s[0])]
    if len(found) != 1:
        raise NotFoundError(
            f"sample {prefix!r} is not unique" if found else f"no sample {prefix!r}",
            expected="an id, or its first 8 or more digits where they are unique",
            found=", ".join(f"{d}:{s}" for d, s in found[:5]) or "none in any dataset",
            remedy="List ids with `qmirror rejects`, or read column `id` of a release",
        )
    return found[0]


def versions(dataset: str, *, project: Place = None, data: Place = None) -> list[VersionRow]:
    """Candidates and releases of a dataset, oldest first."""
    with opened(project, data) as workspace:
        workspace.dataset(dataset)
        return list_versions(workspace.store, dataset)


def calibrate(
    dataset: str,
    *,
    version: str | None = None,
    labels: str | Path | None = None,
    out: str | Path | None = None,
    per_kind: int = 50,
    most_turns: int = 500,
    random_seed: int = 0,
    profile: str | None = None,
    project: Place = None,
    data: Place = None,
    on_judged: Callable[[int, int], None] = lambda _done, _total: None,
) -> Calibration:
    """Measure the judge of a dataset on planted defects, and on labels by people.

    Args:
        dataset: Name of a dataset of dialogues.
        version: Which version; default: the current one.
        labels: File of labels by people; see docs/synjudge.md.
        out: Folder for the planted set and the report; default: in the data folder.
        per_kind: How many defects of each kind to plant.
        most_turns: Of a larger version, that many turns are drawn.
        random_seed: Decides halves, defects and bootstrap draws.
        profile: Whose judge; default: the dataset's.
        project: Project folder.
        data: Data folder.
        on_judged: Hears (turns and defects judged, in all).

    Raises:
        QMirrorError: one of its leaves; `exit_code` is the command line's.
    """
    from qmirror_assets.calibrating import calibrate_dataset  # noqa: PLC0415

    with opened(project, data) as workspace:
        return calibrate_dataset(
            workspace, dataset, version=version, labels=labels, out=out, per_kind=per_kind,
            most_turns=most_turns, random_seed=random_seed, profile=profile, on_judged=on_judged,
        )  # fmt: skip
