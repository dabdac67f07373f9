"""Publishing: from a candidate that the gate let through to an immutable release.

The candidate's files are linked into a folder beside the release's place, hashed there against
its checksums, completed with card, Croissant and gate record, flushed, and moved. What was
verified is what is published; a death at any moment leaves a candidate or a whole release.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from qmirror_assets.errors import DamagedObject, GateRefused, NotFoundError, VersionError
from qmirror_assets.keys import PartitionKey, Version, parse_slug
from qmirror_assets.lineage.held import read_json
from qmirror_assets.release import checksums
from qmirror_assets.release.candidate import LEASE, TEMP_PREFIX, flush
from qmirror_assets.release.card import write_card
from qmirror_assets.release.croissant import write_croissant
from qmirror_assets.release.digest import digest_of_facts
from qmirror_assets.release.gate import GateRecord
from qmirror_assets.release.registry import (
    PUBLISHED,
    VersionRow,
    candidates_folder,
    current_version,
    find_gate,
    gates_of,
    put_published,
    releases_folder,
    require_version,
)
from qmirror_assets.store import Store, atomic
from qmirror_assets.store.cas import file_digest
from qmirror_assets.store.leases import hold

ADDED = ("README.md", "croissant.json", "gate.json")
"""Files that publishing adds to those of the candidate."""


@dataclass(frozen=True, slots=True)
class Release:
    """A published version. made: False when it was published before."""

    dataset: str
    version: str
    directory: Path
    release_digest: str
    samples: int
    made: bool


def publish(store: Store, dataset: str, version: str, suite: str) -> Release:
    """Publish a candidate that a passing gate record allows; a second time is a no-op.

    Args:
        store: The stores of a data folder.
        dataset: Name of the dataset.
        version: Name of the candidate.
        suite: Fingerprint of the suite that must have passed.

    Raises:
        NotFoundError: no candidate. GateRefused: no record for exactly these bytes and this
        suite, a check that failed or was not evaluated, a partial candidate, or bytes that changed.
        DamagedObject, VersionError: a damaged or another release lies in its place.
    """
    parse_slug(dataset, "dataset name")
    Version.parse(version)
    with hold(store.state, PartitionKey(dataset, LEASE, version)):
        row = require_version(store, dataset, version)
        target = releases_folder(store, dataset) / version
        if row.state == PUBLISHED:
            _require_release(target, row)
            write_current(store, dataset)
            return _release(row, target, made=False)
        record = _allowed(store, row, suite)
        if target.exists():  # a publish that died after the move; or a foreign directory
            _adopt(target, row)
        else:
            _build(Path(row.directory), target, row, record)
        put_published(store, dataset, version)
        atomic.crash_point("after_published")
        write_current(store, dataset)
        _discard_candidate(store, row)
    return _release(row, target, made=True)


def _release(row: VersionRow, target: Path, *, made: bool) -> Release:
    return Release(row.dataset, row.version, target, row.release_digest, row.samples, made)


# -- the gate


def _allowed(store: Store, row: VersionRow, suite: str) -> GateRecord:
    """The record that opens the gate for exactly these bytes and this suite."""
    what = f"{row.dataset} {row.version} is not published"
    if row.partial:
        raise GateRefused(
            what, expected="a candidate of all seeds", found="one built with a limit",
            remedy="Build without --limit",
        )  # fmt: skip
    record = find_gate(store, row.bytes_digest, suite)
    if record is None:
        raise GateRefused(
            what, expected="a gate record for exactly these bytes and this suite",
            found=_other_records(store, row), remedy="Run the gate: `qmirror build`",
        )  # fmt: skip
    if record.candidate != row.bytes_digest or record.suite != suite:
        raise GateRefused(what, found="a gate record that is filed under another name")
    if not record.opens():
        raise GateRefused(
            what, expected="every critical check to be evaluated and to pass",
            found=_why_closed(record), remedy="Mend the rows or the recipe, then build again",
        )  # fmt: skip
    return record


def _other_records(store: Store, row: VersionRow) -> str:
    if gates_of(store, row.bytes_digest):
        return "a record of another suite: the checks changed since"
    return "none; the candidate was not checked, or was made again since"


def _why_closed(record: GateRecord) -> str:
    if record.partial:
        return "a partial candidate"
    if not record.checks:
        return "no check at all"
    faults = [check.sentence for check in (*record.failed(), *record.unevaluated())]
    return " ".join(dict.fromkeys(faults)) or "a record that does not say it passed"


# -- the directory


def _build(source: Path, target: Path, row: VersionRow, record: GateRecord) -> None:
    if not source.is_dir():
        raise NotFoundError(
            f"the candidate {row.version} of {row.dataset} is gone", expected=str(source),
            remedy="Make it again: `qmirror build`",
        )  # fmt: skip
    with _staging(target) as folder:
        _link_tree(source, folder)
        sums = _verified(folder, row)
        gate = orjson.dumps(record.to_json(), option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
        atomic.write_bytes(folder / "gate.json", gate + b"\n", durable=False)
        write_card(folder, record)
        write_croissant(folder, sums)
        added = {name: file_digest(folder / name) for name in ADDED}
        checksums.write_checksums(folder, {**sums, **added})
        _make_read_only(folder)
        flush(folder)
        atomic.crash_point("before_release")
        with atomic.wrap_os_errors(target, "write"):
            folder.rename(target)
            atomic.fsync_path(target.parent)
        atomic.crash_point("after_release")


@contextlib.contextmanager
def _staging(target: Path) -> Iterator[Path]:
    folder = target.parent / f"{TEMP_PREFIX}{target.name}"
    with atomic.wrap_os_errors(folder, "write"):
        if folder.exists():  # of a publish that died: the lease is held
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # gone already when it was moved


def _link_tree(source: Path, folder: Path) -> None:
    """Link all files, or copy them where the file system has no links."""
    with atomic.wrap_os_errors(folder, "write in"):
        for path in sorted(source.rglob("*")):
            place = folder / path.relative_to(source)
            if path.is_dir() and not path.is_symlink():
                place.mkdir(parents=True, exist_ok=True)
                continue
            try:
                os.link(path, place, follow_symlinks=False)
            except OSError:
                shutil.copy2(path, place, follow_symlinks=False)


def _verified(folder: Path, row: VersionRow) -> dict[str, str]:
    """Hashes of the linked files, which are exactly what the record was made for."""
    try:
        listed = checksums.read_checksums(folder)
        (folder / checksums.CHECKSUMS).unlink()
        found = checksums.hash_files(folder)
        checksums.compare(Path(row.directory), found, listed)
    except DamagedObject as error:
        raise _changed(row, "the bytes that the gate checked", str(error)) from error
    digest = checksums.digest_of(found)
    if digest != row.bytes_digest:
        raise _changed(row, f"bytes of digest {row.bytes_digest[:12]}", digest[:12])
    logical = digest_of_facts(folder / "facts.parquet")
    if logical != row.release_digest:
        raise _changed(row, f"release digest {row.release_digest[:12]}", logical[:12])
    return found


def _changed(row: VersionRow, expected: str, found: str) -> GateRefused:
    return GateRefused(
        f"{row.dataset} {row.version} is not published", expected=expected, found=found,
        remedy="Make the candidate again and run the gate: `qmirror build`",
    )  # fmt: skip


def _make_read_only(folder: Path) -> None:
    with atomic.wrap_os_errors(folder, "write"):
        for path in folder.rglob("*"):
            if path.is_file():
                path.chmod(0o444)


def _adopt(target: Path, row: VersionRow) -> None:
    """Accept a release directory that holds exactly this candidate.

    Raises:
        VersionError: it holds something else.
    """
    found = checksums.hash_files(target)
    checksums.compare(target, found, checksums.read_checksums(target))
    mine = {name: digest for name, digest in found.items() if name not in ADDED}
    if checksums.digest_of(mine) != row.bytes_digest:
        raise VersionError(
            f"version {row.version} of {row.dataset} lies in the releases folder already",
            expected=f"nothing, or the candidate of digest {row.bytes_digest[:12]}",
            found=f"one of digest {checksums.digest_of(mine)[:12]}",
            remedy="Take the next version, or move that directory away",
        )


def _require_release(target: Path, row: VersionRow) -> None:
    if read_json(target / "manifest.json")["release_digest"] != row.release_digest:
        raise VersionError(
            f"the directory of release {row.version} holds another release",
            expected=f"release digest {row.release_digest[:12]}",
            remedy="Restore it from a copy",
        )


def _discard_candidate(store: Store, row: VersionRow) -> None:
    """Remove the candidate: its files live on in the release, and what stays only takes space."""
    shutil.rmtree(candidates_folder(store, row.dataset) / row.version, ignore_errors=True)


# -- the current pointer


def write_current(store: Store, dataset: str) -> None:
    """Let `releases/<dataset>/current.json` name the current version, for readers of files."""
    version = current_version(store, dataset)
    path = releases_folder(store, dataset) / "current.json"
    data = orjson.dumps({"dataset": dataset, "version": version, "directory": version}) + b"\n"
    if version and not (path.is_file() and path.read_bytes() == data):
        atomic.write_bytes(path, data)
