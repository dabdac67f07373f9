"""Which rows stand: a merge join of tables that are all sorted by sample id.

Both sides stream, so memory does not grow with rows: a hash join of a million ids takes hundreds
of megabytes, and a test of every batch against all ids takes quadratic time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from qmirror_assets.records import ENGINE_REASONS
from qmirror_assets.store import tables

KEY_BATCH = 16_384
"""Rows of one step of the join: two short columns each."""


@dataclass(frozen=True, slots=True)
class Previous:
    """The two tables of a materialization."""

    rows: Path
    rejections: Path


def results(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The rejections of a batch that are results.

    A failed call is none: its row is tried again whenever the partition is run, and `retry` runs
    a partition for these rows alone.
    """
    return batch.filter(pc.invert(pc.is_in(batch.column("reason"), value_set=_again())))


@cache  # not at import: Arrow loads pandas for its first array, and an up-to-date build needs none
def _again() -> pa.Array:
    return pa.array([reason.value for reason in ENGINE_REASONS])


class Keys:
    """(sample id, digest) pairs of a stream that is sorted by sample id, taken in order.

    Args:
        batches: The stream.
        digest: Name of the column that holds the digest.
    """

    def __init__(self, batches: Iterable[pa.RecordBatch], digest: str) -> None:
        self._cursor, self._digest = tables.Cursor(batches), digest

    def take_to(self, bound: str) -> list[pa.Array]:
        """The next pairs up to and including sample `bound`."""
        parts = []
        while self._cursor.batch is not None and self._cursor.first() <= bound:
            parts.append(_pairs(self._cursor.take_to(bound), self._digest))
        return parts


class Standing:
    """Tells which rows of a sorted stream are in one of several other sorted streams."""

    def __init__(self, *streams: Keys) -> None:
        self._streams = streams

    def mask(self, batch: pa.RecordBatch, digest: str) -> pa.Array:
        """For each row, whether its (sample id, `digest`) is there; batches come in order."""
        if not batch.num_rows:
            return pa.array([], pa.bool_())
        bound = str(batch.column("sample_id")[-1].as_py())
        parts = [part for stream in self._streams for part in stream.take_to(bound)]
        known = pa.concat_arrays(parts) if parts else pa.array([], pa.string())
        return pc.is_in(_pairs(batch, digest), value_set=known)


def standing(previous: Previous | None) -> Standing:
    """The rows of a last materialization, and its rejections that are results."""
    if previous is None:
        return Standing()
    keys = ["sample_id", "parent_digest"]
    rows = tables.iter_batches(previous.rows, keys, KEY_BATCH)
    gone = map(results, tables.iter_batches(previous.rejections, [*keys, "reason"], KEY_BATCH))
    return Standing(Keys(rows, "parent_digest"), Keys(gone, "parent_digest"))


def kept(
    batches: Iterable[pa.RecordBatch], now: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Rows of a last materialization whose parent row is in `now`, as it was."""
    stands = Standing(Keys(now, "row_digest"))
    for batch in batches:
        yield batch.filter(stands.mask(batch, "parent_digest"))


def _pairs(batch: pa.RecordBatch, digest: str) -> pa.Array:
    return pc.binary_join_element_wise(batch.column("sample_id"), batch.column(digest), "/")
