"""Seeds that are copied from a table of an earlier intake, because their lines are known."""

from __future__ import annotations

from array import array as numbers
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from qmirror_assets.runner.seed_lines import SeedLines
from qmirror_assets.runner.sources import KnownSeeds
from qmirror_assets.runner.spool import SEED_SCHEMA, SPOOLED
from qmirror_assets.seeds.known import TRACE_BYTES
from qmirror_assets.store import tables
from qmirror_assets.store.arrays import array, of_numpy, to_numpy

Numbers = npt.NDArray[Any]


class Kept:
    """The known lines of one intake; 16 bytes each."""

    def __init__(self, known: SeedLines) -> None:
        self._known = known
        self._entries, self._ordinals, self._places = numbers("i"), numbers("q"), numbers("i")
        self._names: dict[str, int] = {}

    def add(self, item: KnownSeeds) -> None:
        """Note a run of known lines."""
        size = len(item.entries)
        place = self._names.setdefault(item.place, len(self._names))
        self._entries.frombytes(item.entries.tobytes())
        self._ordinals.extend(range(item.ordinal, item.ordinal + size))
        self._places.extend([place] * size)

    def first(self) -> dict[str, int]:
        """Domain -> reading order of its first known line."""
        number = self._known.table[np.frombuffer(self._entries, np.int32)]
        ordinals = np.frombuffer(self._ordinals, np.int64)
        found: dict[str, int] = {}
        for table, domain in enumerate(self._known.domains):
            mine = ordinals[number == table]
            if len(mine):
                first = int(mine.min())
                found[domain] = min(first, found.get(domain, first))
        return found

    def of(self, domain: str) -> list[Picks]:
        """The known lines of one domain, by the file that holds their rows."""
        entries = np.frombuffer(self._entries, np.int32)
        number = self._known.table[entries]
        found = []
        for table, name in enumerate(self._known.domains):
            mine = np.flatnonzero(number == table)
            if name == domain and len(mine):  # else the file need not even be there
                found.append(self._picks(table, mine, entries))
        return found

    def _picks(self, table: int, mine: Numbers, all_entries: Numbers) -> Picks:
        entries = all_entries[mine]
        ordinals = np.frombuffer(self._ordinals, np.int64)[mine]
        rows = self._known.position[entries]
        order = np.lexsort((ordinals, rows))
        places = np.frombuffer(self._places, np.int32)[mine[order]]
        return Picks(
            self._known.tables[table], self._known, tuple(self._names), rows[order],
            ordinals[order], places, entries[order],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picks:
    """Rows of a table to copy, in row order; a row stands once for each line that gives it."""

    path: Path
    known: SeedLines
    names: tuple[str, ...]
    rows: Numbers
    ordinals: Numbers
    places: Numbers
    entries: Numbers

    def split(self, samples: pa.Array) -> tuple[Picks, Picks]:
        """Rows of other samples than these, and rows of these."""
        here, start = np.zeros(tables.count_rows(self.path), bool), 0
        for batch in tables.iter_batches(self.path, ["sample_id"]):
            found = pc.is_in(batch.column("sample_id"), value_set=samples)
            here[to_numpy(pc.indices_nonzero(found)).astype(np.int64) + start] = True
            start += batch.num_rows
        mask = here[self.rows]
        return self._only(~mask), self._only(mask)

    def single(self) -> tuple[Picks, Picks]:
        """Rows that stand once, and the lines of rows that stand more than once."""
        same = self.rows[1:] == self.rows[:-1]
        repeated = np.zeros(len(self.rows), bool)
        repeated[1:] |= same
        repeated[:-1] |= same
        return self._only(~repeated), self._only(repeated)

    def traces(self, size: int = 65_536) -> Iterator[tuple[pa.Array, Numbers]]:
        """What is known of the line of each row, and the rows, by parts of at most `size`."""
        for start in range(0, len(self.rows), size):
            part = slice(start, start + size)
            yield self._traces(part), self.rows[part]

    def _traces(self, part: slice) -> pa.Array:
        traces = self.known.traces[self.entries[part]]
        return pa.FixedSizeBinaryArray.from_buffers(
            pa.binary(TRACE_BYTES), len(traces), [None, pa.py_buffer(traces.tobytes())]
        )

    def others(self) -> pa.Array:
        """Samples of all other rows of the file, sorted."""
        left, start = [array([], pa.string())], 0
        there = np.ones(tables.count_rows(self.path), bool)
        there[self.rows] = False
        for batch in tables.iter_batches(self.path, ["sample_id"]):
            stop = start + batch.num_rows
            left.append(batch.column("sample_id").filter(of_numpy(there[start:stop])))
            start = stop
        return pa.concat_arrays(left)

    def _only(self, mask: Numbers) -> Picks:
        columns = (self.rows, self.ordinals, self.places, self.entries)
        return Picks(self.path, self.known, self.names, *(column[mask] for column in columns))

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows as spooled ones, in order of sample and reading."""
        if not len(self.rows):
            return
        start = 0
        for batch in tables.iter_batches(self.path):
            stop = start + batch.num_rows
            low, high = np.searchsorted(self.rows, [start, stop]).tolist()
            for at in range(low, high, tables.BATCH):
                yield self._batch(batch, start, slice(at, min(at + tables.BATCH, high)))
            start = stop

    def _batch(self, batch: pa.RecordBatch, start: int, part: slice) -> pa.RecordBatch:
        rows = self.rows[part] - start
        whole = len(rows) == batch.num_rows and bool((np.diff(rows) == 1).all())
        taken = batch if whole else batch.take(of_numpy(rows))
        columns = {name: taken.column(name) for name in SEED_SCHEMA.names}
        columns["place"] = pa.DictionaryArray.from_arrays(
            of_numpy(self.places[part]), array(self.names, pa.string())
        ).dictionary_decode()
        columns["ordinal"] = of_numpy(self.ordinals[part])
        columns["trace"] = self._traces(part)
        return tables.to_batch(SPOOLED, columns)
