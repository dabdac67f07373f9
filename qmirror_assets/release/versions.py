"""Names of versions: which one comes next, and moving `current` between published ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from qmirror_assets.errors import VersionError
from qmirror_assets.keys import Version
from qmirror_assets.release.publish import write_current
from qmirror_assets.release.registry import (
    PUBLISHED,
    VersionRow,
    already_published,
    find_version,
    list_versions,
    require_version,
    set_current,
)
from qmirror_assets.store import Store

__all__ = ["VersionChoice", "list_versions", "next_version", "rollback"]


@dataclass(frozen=True, slots=True)
class VersionChoice:
    """A version name. reused: it is published with the same content; nothing is to be done."""

    version: str
    reused: bool
    why: str


def next_version(
    store: Store, dataset: str, today: date, wanted: str | None, release_digest: str
) -> VersionChoice:
    """The version that content of `release_digest` goes by.

    Args:
        store: The stores of a data folder.
        dataset: Name of the dataset.
        today: Gives year and month of a new version.
        wanted: What the user asked for, or None.
        release_digest: See `release.digest`.

    Raises:
        VersionError: `wanted` is no version name, or is published with other content.
    """
    if wanted is not None:
        return _wanted(store, dataset, str(Version.parse(wanted)), release_digest)
    there = list_versions(store, dataset)
    current = next((row for row in there if row.current), None)
    if current is not None and current.release_digest == release_digest:
        return VersionChoice(current.version, True, "nothing changed since the current version")
    taken = [Version.parse(row.version) for row in there if row.state == PUBLISHED]
    month = [v for v in taken if (v.year, v.month) == (today.year, today.month)]
    if not month:
        first = Version(today.year, today.month, 0)
        return VersionChoice(str(first), False, "the first of its month")
    return VersionChoice(str(max(month).next()), False, f"the one after {max(month)}")


def _wanted(store: Store, dataset: str, wanted: str, release_digest: str) -> VersionChoice:
    row = find_version(store, dataset, wanted)
    if row is None or row.state != PUBLISHED:
        return VersionChoice(wanted, False, "asked for")
    if row.release_digest != release_digest:
        raise already_published(wanted)
    return VersionChoice(wanted, True, "asked for, and published with the same content")


def rollback(store: Store, dataset: str, version: str) -> VersionRow:
    """Make an earlier release the current one again; no file of a release is touched.

    Raises:
        NotFoundError: no such version. VersionError: it is not published.
    """
    row = require_version(store, dataset, version)
    if row.state != PUBLISHED:
        raise VersionError(f"version {version} of {dataset} is a candidate, not a release")
    set_current(store, dataset, version)
    write_current(store, dataset)
    return require_version(store, dataset, version)
