"""A candidate: a version before the gate, as a directory that stands for itself.

Built in a folder beside its place, flushed, then moved there; it may be made again until a
version of its name is published. Memory is bounded: rows are streamed, sorts spill to disk.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from qmirror_assets.errors import UsageError
from qmirror_assets.keys import PartitionKey, Version, parse_slug
from qmirror_assets.records import Json
from qmirror_assets.release.census import write_domains, write_samples
from qmirror_assets.release.checksums import hash_files, write_checksums
from qmirror_assets.release.columns import ReleaseColumns
from qmirror_assets.release.content import version_content
from qmirror_assets.release.describe import describe_version
from qmirror_assets.release.digest import digest_samples, plan_version_splits
from qmirror_assets.release.facts import write_facts_and_data
from qmirror_assets.release.job import Job, find_quarantine
from qmirror_assets.release.lineage_files import (
    write_actions,
    write_attempts,
    write_images,
    write_rows_and_rejections,
)
from qmirror_assets.release.registry import (
    PUBLISHED,
    VersionRow,
    already_published,
    candidates_folder,
    find_version,
    put_candidate,
)
from qmirror_assets.release.run_facts import describe_run
from qmirror_assets.release.samples import SampleReader
from qmirror_assets.release.snapshot import Snapshot
from qmirror_assets.stages.graph import Graph
from qmirror_assets.store import Store, atomic
from qmirror_assets.store.leases import hold

LEASE = "candidate"
TEMP_PREFIX = ".making-"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate that is there. directory: of the release when the version is published."""

    dataset: str
    version: str
    directory: Path
    release_digest: str
    bytes_digest: str
    samples: int
    partial: bool


def make_candidate(
    store: Store,
    graph: Graph,
    dataset: str,
    version: str,
    snapshots: Sequence[Snapshot],
    *,
    display_names: Mapping[str, str] | None = None,
    profile: str = "",
) -> Candidate:
    """Write the candidate of a version, in place of an earlier one.

    A version that is published with the same content is left as it is and given back.

    Args:
        store: The stores of a data folder.
        graph: The compiled recipe.
        dataset: Name of the dataset.
        version: Name such as `2026.11.0`.
        snapshots: One for each domain of the version.
        display_names: Domain -> display name; default: as registered.
        profile: Name of the profile it was built with; default: as recorded.

    Raises:
        VersionError: published with other content. UsageError: no snapshot, or another
        dataset's. RecipeError: the release names columns that are not there.
        DamagedObject, StoreUnavailable: a table of the store cannot be read or written.
    """
    parse_slug(dataset, "dataset name")
    Version.parse(version)
    ordered = _check(dataset, snapshots)
    columns = ReleaseColumns.of(graph)
    reader = SampleReader(store, graph, columns)
    splits = plan_version_splits(reader, graph, ordered)
    digest = digest_samples(reader.groups(ordered), splits)
    with hold(store.state, PartitionKey(dataset, LEASE, version)):
        there = find_version(store, dataset, version)
        if there is not None and there.state == PUBLISHED:
            if there.release_digest != digest:
                raise already_published(version)
            return _candidate(there)
        target = candidates_folder(store, dataset) / version
        with _workplace(target) as (folder, scratch):
            names = store.state.domain_names(dataset) if display_names is None else display_names
            job = Job(
                store, graph, dataset, version, ordered,
                find_quarantine(store, dataset, ordered), columns, splits, names, folder, scratch,
            )  # fmt: skip
            row = _write(job, digest, profile or _profile(store, graph, dataset))
            _move(folder, target)
        put_candidate(store, row)
    return _candidate(row)


def _candidate(row: VersionRow) -> Candidate:
    return Candidate(
        row.dataset, row.version, Path(row.directory), row.release_digest, row.bytes_digest,
        row.samples, row.partial,
    )  # fmt: skip


def _check(dataset: str, snapshots: Sequence[Snapshot]) -> tuple[Snapshot, ...]:
    domains = [snapshot.domain for snapshot in snapshots]
    foreign = [s.dataset for s in snapshots if s.dataset != dataset]
    if not snapshots or foreign or len(set(domains)) != len(domains):
        raise UsageError(
            "a version cannot be made from these snapshots",
            expected=f"one snapshot a domain of dataset {dataset!r}",
            found=", ".join(f"{s.dataset}/{s.domain}" for s in snapshots) or "none",
            remedy="Materialize `snapshot` for the domains of the version",
        )
    return tuple(sorted(snapshots, key=lambda snapshot: snapshot.domain))


def _profile(store: Store, graph: Graph, dataset: str) -> str:
    record = store.state.find_dataset(dataset) or {}
    return str(record.get("profile") or graph.recipe.spec.profile)


@contextlib.contextmanager
def _workplace(target: Path) -> Iterator[tuple[Path, Path]]:
    """A folder for the candidate and one for scratch files beside `target`; both end here.

    The lease is held, so what an earlier process left of this version is nobody's.
    """
    scratch = target.parent / f"{TEMP_PREFIX}{target.name}-scratch"
    folder = target.parent / f"{TEMP_PREFIX}{target.name}"
    with atomic.wrap_os_errors(target.parent, "write in"):
        for path in (folder, scratch):
            _remove(path)
            path.mkdir(parents=True)
    try:
        yield folder, scratch
    finally:
        _remove(folder)
        _remove(scratch)


def _remove(path: Path) -> None:
    if path.is_dir():
        with atomic.wrap_os_errors(path, "remove"):
            shutil.rmtree(path)


def _write(job: Job, digest: str, profile: str) -> VersionRow:
    write_rows_and_rejections(job)
    write_actions(job)
    write_attempts(job)
    files = write_facts_and_data(job)
    write_samples(job)
    domains = write_domains(job)
    write_images(job)
    manifest = describe_version(job, digest, profile, files, domains)
    _write_json(job.folder / "manifest.json", manifest)
    _write_json(job.folder / "run.json", describe_run(job))
    bytes_digest = write_checksums(job.folder, hash_files(job.folder))
    finals = {s.domain: s.nodes[-1].data_version for s in job.snapshots}
    return VersionRow(
        job.dataset, job.version, "candidate", digest, manifest["samples"], bytes_digest,
        str(candidates_folder(job.store, job.dataset) / job.version),
        partial=manifest["partial"], content=version_content(job.graph.recipe.spec, finals),
        snapshots=manifest["snapshots"],
    )  # fmt: skip


def _write_json(path: Path, value: Json) -> None:
    # keys as they come: columns and splits keep the order of the recipe
    data = orjson.dumps(value, option=orjson.OPT_INDENT_2)
    atomic.write_bytes(path, data + b"\n", durable=False)


def _move(folder: Path, target: Path) -> None:
    """Flush everything, then put the new directory in the place of the old one."""
    flush(folder)
    atomic.crash_point("before_candidate")
    with atomic.wrap_os_errors(target, "write"):
        old = target.parent / f"{TEMP_PREFIX}{target.name}-scratch" / "old"
        if target.exists():
            target.rename(old)
        folder.rename(target)
        atomic.fsync_path(target.parent)
    atomic.crash_point("after_candidate")


def flush(folder: Path) -> None:
    """Flush all files and folders of a directory to disk."""
    with atomic.wrap_os_errors(folder, "flush"):
        for path in [*folder.rglob("*"), folder]:
            atomic.fsync_path(path)
