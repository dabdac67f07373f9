"""The files of a candidate that the gate reads, and which candidate they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import orjson

from qmirror_assets.errors import DamagedObject, NotFoundError
from qmirror_assets.release.checksums import digest_of, read_checksums
from qmirror_assets.store.cas import file_digest
from quality_checks.check import Table

TABLES: dict[Table, str] = {"facts": "facts.parquet", "domains": "domains.parquet"}
MANIFEST = "manifest.json"
_REMEDY = "Make the candidate again: `qmirror build`"


@dataclass(frozen=True, slots=True)
class CandidateFiles:
    """One candidate: its folder, names and digests. digest: of the bytes of all its files."""

    folder: Path
    dataset: str
    version: str
    release_digest: str
    digest: str

    def tables(self) -> dict[Table, Path]:
        """The Parquet file of each table."""
        return {table: self.folder / name for table, name in TABLES.items()}


def read_candidate(folder: Path) -> CandidateFiles:
    """The candidate in `folder`, once the files read here match their checksums.

    Raises:
        NotFoundError: the folder or one of the files is not there.
        DamagedObject: a file differs from its checksum, or the manifest cannot be read.
    """
    if not folder.is_dir():
        raise NotFoundError(f"there is no candidate {folder.name}", remedy=_REMEDY)
    sums = read_checksums(folder)
    for name in (*TABLES.values(), MANIFEST):
        _verify(folder / name, sums.get(name, ""))
    try:
        manifest = orjson.loads((folder / MANIFEST).read_bytes())
        names = [str(manifest[key]) for key in ("dataset", "version", "release_digest")]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise DamagedObject(
            f"{MANIFEST} of the candidate cannot be read",
            found=f"{type(error).__name__}: {error}",
            remedy=_REMEDY,
        ) from error
    dataset, version, release_digest = names
    return CandidateFiles(folder, dataset, version, release_digest, digest_of(sums))


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
            f"{path.name} of the candidate is not what its checksums name",
            expected=f"sha256 {expected[:12] or '(none listed)'}",
            found=found[:12],
            remedy=_REMEDY,
        )
