"""A row table as its readers see it: one file, or a file with the changes since it was written.

An edit of a few rows writes those rows and the ids of the rows that they replace or that went
(docs/decisions/0006); the large file below stays as it is. What is read is the same either way.
Who asks only which rows there are reads their keys, a small file beside the large one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from qmirror_assets.store import tables
from qmirror_assets.store.merging import SampleIds, merge_sorted
from qmirror_assets.store.tables import BATCH

LAYER_FROM = 4_096
"""Rows of a base below which a whole new file costs no more than the changes."""
LARGEST_SHARE = 8
"""Changes grow up to one row in so many of the base; then all is written into one file again."""

if TYPE_CHECKING:
    from pyarrow.dataset import Dataset

T = TypeVar("T")
_ID = "sample_id"
DROPPED = pa.schema([pa.field(_ID, pa.string(), nullable=False)])
"""Schema of the ids of base rows that are no longer there."""


@dataclass(frozen=True, slots=True)
class Table:
    """A row table sorted by sample id, each sample once.

    delta: rows in place of dropped ones, and new ones. dropped: samples whose row in `base` does
    not count (also such as are not in it). Both or neither. keys: the columns `tables.KEYS` of
    `base` alone. check: of the bytes of `base`, made before they are read; None: they were.
    rows: of `base`, where that is known.
    """

    base: Path
    delta: Path | None = None
    dropped: Path | None = None
    keys: Path | None = field(default=None, kw_only=True)
    check: Callable[[], object] | None = field(
        default=None, kw_only=True, repr=False, compare=False
    )
    rows: int | None = field(default=None, kw_only=True)

    def checked(self) -> Table:
        """The same, all its bytes checked."""
        self._base()
        return self

    def _base(self) -> Path:
        if self.check is not None:
            self.check()
        return self.base

    def _with(self, columns: Sequence[str] | None) -> Path:
        """The smallest file that has these columns of the rows of `base`."""
        if self.keys is None or columns is None or not set(columns) <= set(tables.KEYS):
            return self._base()
        return self.keys

    def schema(self) -> pa.Schema:
        """Its schema, without file metadata."""
        return tables.schema_of(self.base if self.delta is None else self.delta)

    def count_base(self) -> int:
        """Rows of `base`, also those that no longer count."""
        return self.rows if self.rows is not None else tables.count_rows(self.keys or self._base())

    def batches(
        self, columns: Sequence[str] | None = None, size: int = BATCH
    ) -> Iterator[pa.RecordBatch]:
        """All rows in sample order.

        Args:
            columns: Names to read, in their order; None for all.
            size: Most rows of a batch of the base.
        """
        if self.delta is None or self.dropped is None:
            yield from tables.iter_batches(self._with(columns), columns, size=size)
            return
        wanted = None if columns is None else list(dict.fromkeys([_ID, *columns]))
        gone = SampleIds(ids_of(self.dropped))
        base = gone.without(tables.iter_batches(self._with(wanted), wanted, size=size))
        merged = merge_sorted(base, tables.iter_batches(self.delta, wanted, size=size))
        yield from merged if columns is None else (b.select(list(columns)) for b in merged)

    def pick(
        self, samples: pa.Array, columns: Sequence[str], size: int
    ) -> Iterator[pa.RecordBatch]:
        """The rows of some samples, in sample order; parts that hold none are not read.

        Args:
            samples: Sorted ids.
            columns: Names to read, the sample id among them.
            size: Most rows of a batch.
        """
        if self.delta is None:
            yield from self._pick(samples, columns, size)
            return
        changed = pc.is_in(samples, value_set=ids_of(self.delta))
        yield from merge_sorted(
            self._pick(samples.filter(pc.invert(changed)), columns, size),
            SampleIds(samples.filter(changed)).only(
                tables.iter_batches(self.delta, columns, size=size)
            ),
        )

    def _pick(
        self, samples: pa.Array, columns: Sequence[str], size: int
    ) -> Iterator[pa.RecordBatch]:
        if len(samples):
            base = tables.iter_batches(self._with(columns), columns, size=size)
            yield from SampleIds(samples).only(base)

    def read(self, columns: Sequence[str]) -> pa.Table:
        """Some columns as a whole (ids and digests, not text)."""
        if self.delta is None:
            return tables.read_columns(self._with(columns), columns)
        fields = [self.schema().field(name) for name in columns]
        return pa.Table.from_batches(self.batches(columns), pa.schema(fields))

    def scan(self) -> Dataset | pa.RecordBatchReader:
        """All rows for a query engine, which may read it once."""
        if self.delta is None:
            return tables.dataset(self._base())
        return pa.RecordBatchReader.from_batches(self.schema(), self.batches())

    def rows_where(self, look: Callable[[Path], Sequence[T]]) -> Sequence[T]:
        """The rows of one sample; `look` finds what a file has of it."""
        if self.delta is None or self.dropped is None:
            return look(self._base())
        return look(self.delta) or (() if look(self.dropped) else look(self._base()))

    @property
    def files(self) -> tuple[Path, ...]:
        """The files it is made of."""
        return tuple(path for path in (self.base, self.delta, self.dropped) if path is not None)


def wants_keys(rows: int) -> bool:
    """Whether a base of so many rows may get changes beside it, and so needs its keys apart."""
    return rows >= LAYER_FROM


def is_small(rows: int, changed: int) -> bool:
    """Whether so many changes lie better beside a base of `rows` than in a new file."""
    return wants_keys(rows) and changed * LARGEST_SHARE <= rows


def keys_of(path: Path) -> pa.RecordBatch:
    """The columns `tables.KEYS` of a file, in order."""
    return keys_among(tables.read_columns(path, tables.KEYS))


def keys_among(columns: pa.Table) -> pa.RecordBatch:
    """The columns `tables.KEYS` of rows in memory, as one batch."""
    arrays = [columns.column(name).combine_chunks() for name in tables.KEYS]
    return pa.RecordBatch.from_arrays(arrays, schema=tables.KEY_SCHEMA)


def ids_of(path: Path) -> pa.Array:
    """The sample ids of a file, in order."""
    if "row_digest" in tables.schema_of(path).names:
        return keys_of(path).column(_ID)  # asked for by others as well
    return tables.read_columns(path, [_ID]).column(_ID).combine_chunks()
