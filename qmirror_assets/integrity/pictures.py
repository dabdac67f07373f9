"""Digests of pictures: in the cells of row tables, and in cached actions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from qmirror_assets.store import tables
from qmirror_assets.store.actions import Entry

BLOBS = "blobs"  # the field of a raw body that names its fields holding digests
SEED_PICTURES = "input_images"
_DIGEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_BATCH = 2_048


@dataclass(frozen=True, slots=True)
class Cells:
    """Digests in one column of one batch. bare: every filled cell is a digest and no more."""

    column: str
    digests: frozenset[str]
    bare: bool


def digests_in(path: Path) -> Iterator[Cells]:
    """Digests in all text columns of a row table, batch by batch.

    Any column may hold one: which do is the recipe's matter, and a picture kept too long harms
    nobody.

    Raises:
        DamagedObject: a page does not match its checksum.
    """
    names = [
        field.name
        for field in tables.schema_of(path)
        if pa.types.is_string(field.type) and field.name not in tables.SYSTEM
    ]
    for batch in tables.iter_batches(path, names, _BATCH) if names else ():
        for name, column in zip(names, batch.columns, strict=True):
            found = _digests(column)
            if found is not None:
                yield Cells(name, *found)


def _digests(column: pa.Array) -> tuple[frozenset[str], bool] | None:
    filled = column.filter(pc.greater(pc.utf8_length(column), 0))
    hits = filled.filter(pc.match_substring_regex(filled, "[0-9a-f]{64}"))
    if not len(hits):
        return None
    texts = hits.to_pylist()
    found = frozenset(digest for text in texts for digest in _DIGEST.findall(text))
    return found, len(hits) == len(filled) and all(_DIGEST.fullmatch(text) for text in texts)


def digests_of(entry: Entry) -> list[str]:
    """Digests of the pictures that went into an action and came out of it."""
    return [*entry.images, *(str(entry.raw[name]) for name in entry.raw.get(BLOBS, ()))]
