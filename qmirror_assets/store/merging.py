"""Streams that are sorted by sample id: merging two, and taking from one in step with another.

Everything streams, so memory does not grow with rows.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from qmirror_assets.store.arrays import fixed_width, joined, of_numpy


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


def merge_column(
    base: Iterable[pa.RecordBatch], few: pa.RecordBatch, name: str
) -> Iterator[tuple[int, memoryview]]:
    """A text column of a stream and of a few rows more, in sample order, as bytes end to end.

    Args:
        base: Sorted by sample id, with the column.
        few: Likewise; rows of other samples.
        name: The column.
    Gives the number of values and their bytes, part by part.
    """
    start = 0
    for batch in base:
        if not batch.num_rows:
            continue
        stop = _upto(few.column("sample_id"), str(batch.column("sample_id")[-1].as_py()), start)
        yield _spliced(batch, few.slice(start, stop - start), name)
        start = stop
    rest = few.column(name).slice(start)
    if len(rest):
        yield len(rest), joined(rest)


def _spliced(batch: pa.RecordBatch, few: pa.RecordBatch, name: str) -> tuple[int, memoryview]:
    rows = batch.num_rows + few.num_rows
    if not few.num_rows:
        return rows, joined(batch.column(name))
    ids, values = _alike(batch, few, "sample_id"), _alike(batch, few, name)
    if ids is None or values is None:
        both = pa.Table.from_batches([batch, few]).sort_by("sample_id").column(name)
        return rows, joined(both.combine_chunks())
    # a few insertions into one column, where a merge of rows would build all columns anew
    merged = np.insert(values[0], np.searchsorted(*ids), values[1])
    return rows, memoryview(merged.tobytes())


def _alike(
    one: pa.RecordBatch, other: pa.RecordBatch, name: str
) -> tuple[npt.NDArray[np.bytes_], npt.NDArray[np.bytes_]] | None:
    """A text column of both as NumPy bytes, or None where its values differ in length."""
    first, second = fixed_width(one.column(name)), fixed_width(other.column(name))
    if first is None or second is None or first.dtype != second.dtype:
        return None
    return first, second


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
