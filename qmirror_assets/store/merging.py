"""Streams that are sorted by sample id: merging two, and taking from one in step with another.

Everything streams, so memory does not grow with rows.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qmirror_assets.store.arrays import fixed_width, of_numpy


def merge_sorted(
    left: Iterable[pa.RecordBatch], right: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Merge two streams that are sorted by sample id and share a schema; memory is two batches."""
    a, b = Cursor(left), Cursor(right)
    while a.batch is not None and b.batch is not None:
        bound = min(a.last(), b.last())
        parts = [p for p in (a.take_to(bound), b.take_to(bound)) if p.num_rows]
        if len(parts) == 1:
            yield parts[0]
            continue
        table = pa.Table.from_batches(parts).combine_chunks()
        yield from table.take(_order(*(part.column("sample_id") for part in parts))).to_batches()
    yield from a.rest()
    yield from b.rest()


def _order(left: pa.Array, right: pa.Array) -> pa.Array:
    """Places that bring sorted ids and the sorted ids that follow them in order, left first."""
    first, second = fixed_width(left), fixed_width(right)
    if first is None or second is None or first.dtype != second.dtype:
        return pc.sort_indices(pa.concat_arrays([left, right]))
    order = np.full(len(left) + len(right), -1, np.int64)
    order[np.searchsorted(first, second, "right") + np.arange(len(right))] = np.arange(
        len(left), len(order)
    )
    order[order < 0] = np.arange(len(left))
    return of_numpy(order)


class Cursor:
    """A stream of batches, sorted by sample id, with a position."""

    def __init__(self, stream: Iterable[pa.RecordBatch]) -> None:
        self._stream = iter(stream)
        self.batch: pa.RecordBatch | None = None
        self.advance()

    def advance(self) -> None:
        """Go to the next batch that holds rows; `batch` is None at the end."""
        self.batch = next((b for b in self._stream if b.num_rows), None)

    def first(self) -> str:
        """The next sample id."""
        return str(self._batch().column("sample_id")[0].as_py())

    def last(self) -> str:
        """The last sample id of the batch at hand."""
        return str(self._batch().column("sample_id")[-1].as_py())

    def take_to(self, bound: str) -> pa.RecordBatch:
        """Rows of the batch at hand up to and including `bound`; the rest stays."""
        batch = self._batch()
        upto = _upto(batch.column("sample_id"), bound)
        head, tail = batch.slice(0, upto), batch.slice(upto)
        if tail.num_rows:
            self.batch = tail
        else:
            self.advance()
        return head

    def take_all_to(self, bound: str) -> list[pa.RecordBatch]:
        """All next rows up to and including `bound`."""
        parts = []
        while self.batch is not None and self.first() <= bound:
            parts.append(self.take_to(bound))
        return parts

    def rest(self) -> Iterator[pa.RecordBatch]:
        """All further rows."""
        while self.batch is not None:
            yield self.batch
            self.advance()

    def _batch(self) -> pa.RecordBatch:
        if self.batch is None:
            raise StopIteration
        return self.batch


class SampleIds:
    """Sorted sample ids that are looked for in sorted batches, one after the other.

    Each look sees only the ids that can be in its batch: testing every batch against all ids
    takes quadratic time.
    """

    def __init__(self, ids: pa.Array) -> None:
        self._ids, self._at = ids, 0

    def mask(self, batch: pa.RecordBatch) -> pa.Array:
        """For each row of the next batch, whether its sample is among the ids."""
        samples = batch.column("sample_id")
        if self._at == len(self._ids) or not batch.num_rows:
            return pc.is_in(samples, value_set=self._ids.slice(0, 0))
        stop = _upto(self._ids, str(samples[-1].as_py()), self._at)
        near = self._ids.slice(self._at, stop - self._at)
        self._at = stop
        return _among(samples, near)

    def without(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Rows of other samples."""
        for batch in batches:
            mask = self.mask(batch)
            yield batch if not mask.true_count else batch.filter(pc.invert(mask))

    def only(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Rows of these samples; without any, nothing is read."""
        if not len(self._ids):
            return
        for batch in batches:
            mask = self.mask(batch)
            if mask.true_count:
                yield batch.filter(mask)


def _among(samples: pa.Array, near: pa.Array) -> pa.Array:
    """For each of some samples, whether it is `near`; both are sorted."""
    rows, few = fixed_width(samples), fixed_width(near)
    if rows is None or few is None or rows.dtype != few.dtype:
        return pc.is_in(samples, value_set=near)
    # a few searches, where `is_in` would hash every row
    first, behind = np.searchsorted(rows, few), np.searchsorted(rows, few, "right")
    if (behind > first + 1).any():
        return pc.is_in(samples, value_set=near)
    mask = np.zeros(len(rows), bool)
    mask[first[behind > first]] = True
    return of_numpy(mask)


def _upto(ids: pa.Array, bound: str, start: int = 0) -> int:
    """Number of ids up to and including `bound`; those before `start` are."""
    return bisect_right(range(len(ids)), bound, lo=start, key=lambda at: str(ids[at].as_py()))
