"""From what a user types to one sample id: 32 hexadecimal digits, or a unique beginning."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qmirror_assets.errors import KeyParseError, NotFoundError
from qmirror_assets.lineage.lookup import Lookup
from qmirror_assets.store.layers import Table

SHORTEST = 8
LENGTH = 32
_PREFIX = re.compile(r"[0-9a-f]{8,32}\Z")


def parse_prefix(text: str) -> str:
    """A sample id or its first 8 or more digits.

    Raises:
        KeyParseError: anything else.
    """
    clean = text.strip().lower() if len(text) <= LENGTH * 2 else text
    if not _PREFIX.match(clean):
        raise KeyParseError(
            "bad sample id",
            expected=f"32 hexadecimal digits, or at least the first {SHORTEST} of them",
            found=repr(text[:80]),
            remedy="Column `id` of a release holds the ids of its samples",
        )
    return clean


@dataclass(frozen=True, slots=True, order=True)
class FoundId:
    """A sample id and the domain it belongs to."""

    sample_id: str
    domain: str


def find_ids(lookup: Lookup, among: Sequence[Table], prefix: str, limit: int = 3) -> list[FoundId]:
    """Ids that begin with `prefix`, at most `limit`, from tables sorted by sample_id."""
    found = set(_ids(lookup, [table.base for table in among], prefix))
    gone = _ids(lookup, [table.dropped for table in among if table.dropped], prefix, "''")
    dropped = {item.sample_id for item in gone}
    found = {item for item in found if item.sample_id not in dropped}
    found |= set(_ids(lookup, [table.delta for table in among if table.delta], prefix))
    return sorted(found)[:limit]


def _ids(
    lookup: Lookup, files: Sequence[Path], prefix: str, domain: str = '"domain"'
) -> list[FoundId]:
    if not files:
        return []
    low, high = prefix.ljust(LENGTH, "0"), prefix.ljust(LENGTH, "f")
    rows = lookup.rows(
        f'SELECT DISTINCT sample_id, {domain} AS "domain" FROM read_parquet(?) '  # noqa: S608
        "WHERE sample_id >= ? AND sample_id <= ?",
        [str(path) for path in files],
        low,
        high,
    )
    return [FoundId(row["sample_id"], row["domain"]) for row in rows]


def the_one(found: Sequence[FoundId], prefix: str, where: str) -> FoundId:
    """The only id found.

    Raises:
        NotFoundError: none, or more than one.
    """
    if not found:
        raise NotFoundError(
            f"no sample {prefix} in {where}",
            remedy="Column `id` of a release, or `qmirror rejects`, lists ids",
        )
    if len(found) > 1:
        raise NotFoundError(
            f"{prefix} is the beginning of more than one sample id",
            expected="a longer beginning",
            found=", ".join(item.sample_id for item in found),
        )
    return found[0]
