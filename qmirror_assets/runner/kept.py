"""Seeds that are copied from a table of an earlier intake, because their lines are known."""

from __future__ import annotations

from array import array as numbers
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qmirror_assets.runner.seed_lines import Numbers, SeedLines
from qmirror_assets.runner.sources import KnownSeeds
from qmirror_assets.runner.spool import SEED_SCHEMA, SPOOLED
from qmirror_assets.store import tables
from qmirror_assets.store.arrays import array, of_numpy, to_numpy
from qmirror_assets.store.layers import Table

_PART = 65_536  # lines that are looked through at once


class Kept:
    """The known lines of one intake: 4 bytes each, and 20 for each run of them."""

    def __init__(self, known: SeedLines) -> None:
        self._known = known
        self._entries = numbers("i")
        # of each run: its first line, and the reading order and place of that
        self._firsts, self._ordinals, self._places = numbers("q"), numbers("q"), numbers("i")
        self._names: dict[str, int] = {}

    def add(self, item: KnownSeeds) -> None:
        """Note a run of known lines."""
        self._firsts.append(len(self._entries))
        self._ordinals.append(item.ordinal)
        self._places.append(self._names.setdefault(item.place, len(self._names)))
        self._entries.frombytes(item.entries.tobytes())

    def first(self) -> dict[str, int]:
        """Domain -> reading order of its first known line."""
        found: dict[str, int] = {}
        for start, entries in self._parts():
            kinds, at = np.unique(self._known.table[entries], return_index=True)
            for table, line in zip(kinds.tolist(), (at + start).tolist(), strict=True):
                domain = self._known.domains[table]
                ordinal = int(self._order(np.array([line]))[0][0])
                found[domain] = min(ordinal, found.get(domain, ordinal))
        return found

    def of(self, domain: str, standing: Standing | None = None) -> list[Picks]:
        """The known lines of one domain, by the file that holds their rows.

        Args:
            domain: Partition key.
            standing: Rows whose lines are left out.
        """
        found = []
        for table, name in enumerate(self._known.domains):
            if name == domain:
                mine = self._lines_of(table, standing)
                if len(mine):  # else the file need not even be there
                    found.append(self._picks(table, mine))
        return found

    def stand(self, domain: str, base: Table, samples: pa.Array) -> Standing | None:
        """Rows of a base that stay as they are: of one line each, and of none of `samples`."""
        for table, name in enumerate(self._known.domains):
            if name == domain and self._known.tables[table] == base.base:
                rows = self._known.position[self._all()[self._lines_of(table, None)]]
                if len(rows):
                    once = np.bincount(rows, minlength=base.count_base()) == 1
                    return Standing(base, self._known, table, once & ~_rows_of(base, samples))
        return None

    def _all(self) -> Numbers:
        return np.frombuffer(self._entries, np.int32)

    def _parts(self) -> Iterator[tuple[int, Numbers]]:
        for start in range(0, len(self._entries), _PART):
            yield start, self._all()[start : start + _PART]

    def _lines_of(self, table: int, standing: Standing | None) -> Numbers:
        """Numbers of the known lines whose rows are in a table, but for those that stand."""
        found = [np.empty(0, np.int32)]
        for start, entries in self._parts():
            mine = self._known.table[entries] == table
            if standing is not None and standing.table == table:
                mine &= ~standing.lines(entries)
            found.append((np.flatnonzero(mine) + start).astype(np.int32))
        return np.concatenate(found)

    def _order(self, lines: Numbers) -> tuple[Numbers, Numbers]:
        """Reading order and place of lines."""
        firsts = np.frombuffer(self._firsts, np.int64)
        run = np.searchsorted(firsts, lines, "right") - 1
        ordinals = np.frombuffer(self._ordinals, np.int64)[run] + lines - firsts[run]
        return ordinals, np.frombuffer(self._places, np.int32)[run]

    def _picks(self, table: int, lines: Numbers) -> Picks:
        entries = self._all()[lines]
        ordinals, places = self._order(lines)
        rows = self._known.position[entries]
        order = np.lexsort((ordinals, rows))
        return Picks(
            self._known.tables[table], self._known, tuple(self._names), rows[order],
            ordinals[order], places[order], entries[order],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """Rows of a base that stay where they are. rows: for each of them, whether it does."""

    base: Table
    known: SeedLines
    table: int
    rows: Numbers

    def lines(self, entries: Numbers) -> Numbers:
        """For each entry, whether it is the line of such a row."""
        mine: Numbers = self.known.table[entries] == self.table
        mine[mine] = self.rows[self.known.position[entries[mine]]]
        return mine

    def traces(self) -> Iterator[tuple[pa.Array, Numbers]]:
        """What is known of the lines of these rows, and the rows, by parts in any order."""
        for start in range(0, len(self.known.table), _PART):
            entries = np.arange(start, min(start + _PART, len(self.known.table)), dtype=np.int32)
            entries = entries[self.lines(entries)]
            yield self.known.traces(entries), self.known.position[entries]

    def others(self) -> pa.Array:
        """Samples of all other rows of the base, sorted."""
        left, start = [array([], pa.string())], 0
        for batch in self.base.batches(["sample_id"]):
            stop = start + batch.num_rows
            left.append(batch.column("sample_id").filter(of_numpy(~self.rows[start:stop])))
            start = stop
        return pa.concat_arrays(left)


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
        mask = _rows_of(Table(self.path), samples)[self.rows]
        return self._only(~mask), self._only(mask)

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
        columns["trace"] = self.known.traces(self.entries[part])
        return tables.to_batch(SPOOLED, columns)


def _rows_of(base: Table, samples: pa.Array) -> Numbers:
    """For each row of a base, whether it is one of these samples."""
    here, start = np.zeros(base.count_base(), bool), 0
    for batch in base.batches(["sample_id"]):
        found = pc.is_in(batch.column("sample_id"), value_set=samples)
        here[to_numpy(pc.indices_nonzero(found)).astype(np.int64) + start] = True
        start += batch.num_rows
    return here
