"""Checksums of a directory: every file by sha256, and one digest over all of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from qmirror_assets.errors import DamagedObject
from qmirror_assets.fingerprint import content_digest
from qmirror_assets.store import atomic
from qmirror_assets.store.cas import file_digest

CHECKSUMS = "checksums.sha256"
_LINE = re.compile(r"([0-9a-f]{64})  (\S[^\n]*)\Z")
_REMEDY = "Make the version again: `qmirror build`"


def hash_files(folder: Path) -> dict[str, str]:
    """Relative path -> sha256 of every file of a folder, the checksum file left out.

    Raises:
        DamagedObject: the folder holds something that is not a plain file.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            raise DamagedObject(
                f"{folder.name}: {name} is not a plain file", remedy="Remove it, then run again"
            )
        if path.is_file() and name != CHECKSUMS:
            found[name] = file_digest(path)
    return found


def dump(sums: Mapping[str, str]) -> bytes:
    """The checksum file, as `sha256sum --check` reads it."""
    return "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode()


def digest_of(sums: Mapping[str, str]) -> str:
    """One digest over all files."""
    return content_digest(dump(sums))


def write_checksums(folder: Path, sums: Mapping[str, str] | None = None) -> str:
    """Write the checksum file of a folder and give its digest."""
    data = dump(hash_files(folder) if sums is None else sums)
    atomic.write_bytes(folder / CHECKSUMS, data)
    return content_digest(data)


def read_checksums(folder: Path) -> dict[str, str]:
    """The checksum file of a folder.

    Raises:
        DamagedObject: it is not there, or holds something else.
    """
    try:
        lines = (folder / CHECKSUMS).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DamagedObject(
            f"{folder.name}: {CHECKSUMS} cannot be read", found=str(error), remedy=_REMEDY
        ) from error
    matches = [_LINE.match(line) for line in lines]
    sums = {match[2]: match[1] for match in matches if match}
    if len(sums) != len(lines):
        raise DamagedObject(f"{folder.name}: {CHECKSUMS} is damaged", remedy=_REMEDY)
    return sums


def compare(folder: Path, found: Mapping[str, str], listed: Mapping[str, str]) -> None:
    """Refuse a folder whose files are not exactly the listed ones.

    Raises:
        DamagedObject: naming the files that changed, are missing or are not listed.
    """
    faults = [
        f"{name} {word}"
        for name in sorted({*found, *listed})
        for word in [_fault(found.get(name), listed.get(name))]
        if word
    ]
    if faults:
        raise DamagedObject(
            f"version {folder.name} is not what its checksums name",
            expected=f"the files of {CHECKSUMS}, byte by byte",
            found=", ".join(faults[:5]) + (" and more" if len(faults) > 5 else ""),  # noqa: PLR2004
            remedy=_REMEDY,
        )


def _fault(found: str | None, listed: str | None) -> str:
    if found is None:
        return "is missing"
    if listed is None:
        return "is not listed"
    return "" if found == listed else "changed"
