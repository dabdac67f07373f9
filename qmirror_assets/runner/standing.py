"""Which rows stand: a merge join of tables that are all sorted by sample id.

Both sides stream, so memory does not grow with rows: a hash join of a million ids takes hundreds
of megabytes, and a test of every batch against all ids takes quadratic time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qmirror_assets.records import ENGINE_REASONS
from qmirror_assets.store import tables
from qmirror_assets.store.arrays import array, of_numpy, to_numpy
from qmirror_assets.store.layers import Table
from qmirror_assets.store.merging import Cursor

_ID, _PARENT = "sample_id", "parent_digest"
KEY_BATCH = 16_384
"""Rows of one step of the join: two short columns each."""


@dataclass(frozen=True, slots=True)
class Previous:
    """The two tables of a materialization.

    rejections: None where there are none. consumed: digest of the manifest of the input it was
    made of.
    """

    rows: Table
    rejections: Path | None
    consumed: str = ""

    def refused(
        self, columns: Sequence[str] | None = None, size: int = tables.BATCH
    ) -> Iterator[pa.RecordBatch]:
        """The rejections, in sample order."""
        if self.rejections is not None:
            yield from tables.iter_batches(self.rejections, columns, size)


def results(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The rejections of a batch that are results.

    A failed call is none: its row is tried again whenever the partition is run, and `retry` runs
    a partition for these rows alone.
    """
    return batch.filter(pc.invert(pc.is_in(batch.column("reason"), value_set=_AGAIN)))


_FALSE = array([False], pa.bool_())[0]
_AGAIN = array([reason.value for reason in ENGINE_REASONS], pa.string())


@dataclass(frozen=True, slots=True)
class Comparison:
    """A stage's input beside its last materialization.

    rows: of the input. todo: samples of those whose result does not stand, sorted. gone: samples
    of rows of the last materialization that do not stand, sorted. refused: of its rejections that
    do. The two arrays hold what changed, not what there is.
    """

    rows: int
    todo: pa.Array
    gone: pa.Array
    refused: pa.Array

    @property
    def unchanged(self) -> int:
        """Input rows whose result stands."""
        return self.rows - len(self.todo)


def compare(source: Iterable[pa.RecordBatch], previous: Previous) -> Comparison:
    """Join an input with what was made of it.

    Args:
        source: (sample_id, row_digest) of the input rows, in sample order.
        previous: The last materialization. Its row stands when it was made from the row of the
            input: the same sample and digest. So does a rejection, if it is a result.
    """
    keys = [_ID, _PARENT]
    made = Cursor(previous.rows.batches(keys, KEY_BATCH))
    refused = Cursor(map(results, previous.refused([*keys, "reason"], KEY_BATCH)))
    rows, found = 0, _Found()
    for batch in source:
        if not batch.num_rows:
            continue
        rows += batch.num_rows
        bound = str(batch.column(_ID)[-1].as_py())
        found.add(batch, made.take_all_to(bound), refused.take_all_to(bound))
    for rest in made.rest():
        found.gone.append(rest.column(_ID))
    return Comparison(rows, _all(found.todo), _all(found.gone), _all(found.refused))


class _Found:
    """Samples seen so far."""

    def __init__(self) -> None:
        self.todo: list[pa.Array] = []
        self.gone: list[pa.Array] = []
        self.refused: list[pa.Array] = []

    def add(
        self, batch: pa.RecordBatch, made: list[pa.RecordBatch], refused: list[pa.RecordBatch]
    ) -> None:
        """Judge the rows of one batch and what was made up to its last sample."""
        todo = batch.column(_ID), batch.column("row_digest")
        for part in made:
            todo, stands = _split(todo, part)
            self.gone.append(part.column(_ID).filter(pc.invert(stands)))
        for part in refused:
            todo, stands = _split(todo, part)
            self.refused.append(part.column(_ID).filter(stands))
        self.todo.append(todo[0])


_Rows = tuple[pa.Array, pa.Array]


def _split(rows: _Rows, part: pa.RecordBatch) -> tuple[_Rows, pa.Array]:
    """Rows (sample ids, digests) that were not made, and which of `part` was made from one."""
    samples, digests = rows
    place = pc.index_in(samples, value_set=part.column(_ID))  # null: no row of that sample
    same = pc.equal(part.column(_PARENT).take(place), digests)
    stand = pc.fill_null(same, _FALSE)
    used = np.zeros(part.num_rows, bool)
    used[to_numpy(place.filter(stand))] = True
    rest = pc.invert(stand)
    return (samples.filter(rest), digests.filter(rest)), of_numpy(used)


def _all(parts: list[pa.Array]) -> pa.Array:
    return pa.concat_arrays(parts) if parts else array([], pa.string())
