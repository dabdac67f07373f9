"""Which version an export is of."""

from __future__ import annotations

from qmirror_assets.errors import NotFoundError
from qmirror_assets.release.registry import (
    PUBLISHED,
    VersionRow,
    current_version,
    list_versions,
)
from qmirror_assets.store import Store


def published_version(store: Store, dataset: str, version: str | None) -> VersionRow:
    """A published version of a dataset; None: the current one.

    Raises:
        NotFoundError: it is not there, or only a candidate.
    """
    wanted = version or current_version(store, dataset)
    published = [row for row in list_versions(store, dataset) if row.state == PUBLISHED]
    for row in published:
        if row.version == wanted:
            return row
    raise NotFoundError(
        f"dataset {dataset!r} has no published version {wanted or ''}".rstrip(),
        expected=", ".join(row.version for row in published) or "a published version",
        remedy="Run `qmirror versions`, or build and publish the dataset first",
    )
