"""Every candidate and release against its checksums, its digests and the state database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
from sqlalchemy import select

from qmirror_assets.errors import QMirrorError
from qmirror_assets.integrity.findings import Finding, Kind
from qmirror_assets.integrity.objects import kind_of_damage
from qmirror_assets.release import checksums
from qmirror_assets.release.digest import digest_of_facts
from qmirror_assets.release.publish import ADDED
from qmirror_assets.release.registry import PUBLISHED, VersionRow, list_versions
from qmirror_assets.store import Store, schema


def check_versions(store: Store) -> Iterator[Finding]:
    """Findings of all versions of all datasets."""
    names = {row.dataset for row in store.state.rows(select(schema.versions.c.dataset))}
    for dataset in sorted(names):
        rows = list_versions(store, dataset)
        for row in rows:
            yield from _check_version(row)
        yield from _check_current(store, dataset, rows)


def label(row: VersionRow) -> str:
    """A version in words: `release 2026.11.0 of toy`."""
    word = "release" if row.state == PUBLISHED else "candidate"
    return f"{word} {row.version} of {row.dataset}"


def _check_version(row: VersionRow) -> Iterator[Finding]:
    folder = row.path
    if not folder.is_dir():
        yield _finding(row, Kind.MISSING, folder, "its directory", "none")
        return
    try:
        listed = checksums.read_checksums(folder)
        found = checksums.hash_files(folder)
    except QMirrorError as error:
        yield _finding(row, _kind(folder / checksums.CHECKSUMS), folder, "checksums", str(error))
        return
    faults = list(_files(row, found, listed))
    yield from faults or _digests(row, found)


def _files(row: VersionRow, found: dict[str, str], listed: dict[str, str]) -> Iterator[Finding]:
    originals = {digest: name for name, digest in listed.items()}
    for name in sorted({*found, *listed}):
        there, wanted = found.get(name), listed.get(name)
        if there == wanted:
            continue
        path = row.path / name
        if wanted is None:
            yield _finding(row, Kind.UNLISTED, path, "only files of its checksums", "another file")
        elif there is None:
            yield _finding(row, Kind.MISSING, path, f"sha256 {wanted}", "no file")
        elif there in originals:
            twin = f"the bytes of {originals[there]}"
            yield _finding(row, Kind.SWAPPED, path, f"sha256 {wanted}", twin)
        else:
            yield _finding(row, _kind(path), path, f"sha256 {wanted}", f"sha256 {there}")


def _digests(row: VersionRow, found: dict[str, str]) -> Iterator[Finding]:
    """Files that agree with each other may still not be the ones that the gate saw."""
    added = ADDED if row.state == PUBLISHED else ()
    mine = checksums.digest_of({n: d for n, d in found.items() if n not in added})
    if mine != row.bytes_digest:
        yield _finding(
            row, Kind.SWAPPED, row.path, f"bytes of digest {row.bytes_digest[:12]}", mine[:12]
        )
        return
    try:
        logical = digest_of_facts(row.path / "facts.parquet")
    except QMirrorError as error:
        yield _finding(row, Kind.DAMAGED, row.path / "facts.parquet", "a table", str(error))
        return
    if logical != row.release_digest:
        yield _finding(
            row, Kind.SWAPPED, row.path, f"release digest {row.release_digest[:12]}", logical[:12]
        )


def _check_current(store: Store, dataset: str, rows: list[VersionRow]) -> Iterator[Finding]:
    current = next((row for row in rows if row.current), None)
    path = store.root / "releases" / dataset / "current.json"
    if current is None:
        return
    try:
        named = orjson.loads(path.read_bytes())["version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        named = f"nothing that can be read ({error})"
    if named != current.version:
        yield _finding(
            current, Kind.DAMAGED, path, f"version {current.version}", str(named),
            f"Run `qmirror publish {dataset} {current.version}`: it writes the file again",
        )  # fmt: skip


def _kind(path: Path) -> Kind:
    return kind_of_damage(path.read_bytes()) if path.is_file() else Kind.MISSING


def _finding(
    row: VersionRow, kind: Kind, place: Path, expected: str, found: str, remedy: str = ""
) -> Finding:
    restore = "Restore that file from a copy of the release, or publish a new version"
    again = "Run `qmirror build`: a candidate is made again until it is published"
    return Finding(
        kind, str(place), label(row), expected, found,
        remedy or (restore if row.state == PUBLISHED else again),
        (row.dataset,), (label(row),),
    )  # fmt: skip
