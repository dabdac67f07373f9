"""The files of a candidate that the gate reads, and which candidate they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import orjson

from qmirror_assets.errors import DamagedObject, NotFoundError
from qmirror_assets.fingerprint import content_digest
from qmirror_assets.store.cas import file_digest
from quality_checks.check import Table

TABLES: dict[Table, str] = {"facts": "facts.parquet", "domains": "domains.parquet"}
MANIFEST = "manifest.json"
CHECKSUMS = "checksums.sha256"
_REMEDY = "Make the candidate again: `qmirror build`"


@dataclass(frozen=True, slots=True)
class CandidateFiles:
    """One candidate: its folder, names and digests. digest: of the bytes of all its files."""

    folder: Path
    dataset: str
    version: str
    release_digest: str
    digest: str

    def tables(self) -> dict[str, Path]:
        """The Parquet file of each table."""
        return {table: self.folder / name for table, name in TABLES.items()}


def read_candidate(folder: Path) -> CandidateFiles:
    """The candidate in `folder`, once the files read here match their checksums.

    Raises:
        NotFoundError: the folder or one of the files is not there.
        DamagedObject: a file differs from its checksum, or the manifest cannot be read.
    """
    checksums = _read(folder / CHECKSUMS)
    sums = dict(_parse_sum(line) for line in checksums.decode("utf-8", "replace").splitlines())
    for name in (*TABLES.values(), MANIFEST):
        _verify(folder / name, sums.get(name, ""))
    try:
        manifest = orjson.loads(_read(folder / MANIFEST))
        return CandidateFiles(
            folder,
            str(manifest["dataset"]),
            str(manifest["version"]),
            str(manifest["release_digest"]),
            content_digest(checksums),
        )
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise DamagedObject(
            f"{MANIFEST} of the candidate cannot be read",
            found=f"{type(error).__name__}: {error}",
            remedy=_REMEDY,
        ) from error


def _parse_sum(line: str) -> tuple[str, str]:
    digest, _, name = line.partition(" ")
    return name.lstrip(" *"), digest


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFoundError(
            f"{path.name} of the candidate cannot be read",
            found=error.strerror or str(error),
            remedy=_REMEDY,
        ) from error


def _verify(path: Path, expected: str) -> None:
    try:
        found = file_digest(path)
    except OSError as error:
        raise NotFoundError(
            f"{path.name} of the candidate cannot be read",
            found=error.strerror or str(error),
            remedy=_REMEDY,
        ) from error
    if found != expected:
        raise DamagedObject(
            f"{path.name} of the candidate is not what {CHECKSUMS} names",
            expected=f"sha256 {expected[:12] or '(none listed)'}",
            found=found[:12],
            remedy=_REMEDY,
        )
