"""Parsed and copied seeds of one domain into its table: the first of each repeat, in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qmirror_assets.records import Reason
from qmirror_assets.runner.kept import Kept, Picks, Standing
from qmirror_assets.runner.lines_writer import LinesWriter
from qmirror_assets.runner.output import LayeredOutput, Output
from qmirror_assets.runner.spool import SEED_SCHEMA, SPOOLED, Spool
from qmirror_assets.store import tables
from qmirror_assets.store.arrays import array
from qmirror_assets.store.layers import Table
from qmirror_assets.store.merging import merge_sorted


def drain(
    spool: Spool, picks: Sequence[Picks], output: Output, lines: LinesWriter | None
) -> tuple[int, int]:
    """Write all rows in sample order, the first of each repeat; (rows, repeats)."""
    counted = _Counted()
    for batch in _even(counted.first_of_each(_all_rows(spool, picks), output)):
        output.rows.write(_only(batch, SEED_SCHEMA))
        if lines is not None:
            lines.add(batch.column("trace"))
    return counted.rows, counted.twins


def _all_rows(spool: Spool, picks: Sequence[Picks]) -> Iterator[pa.RecordBatch]:
    """Rows in order of sample and reading, whether they were parsed or are copied."""
    kept = []
    samples = spool.samples() if picks else None
    for known in picks:
        alone, twins = known.split(samples)
        kept.append(alone)
        # the merge looks at samples only: those on both sides are sorted with the parsed rows
        _spool(spool, twins)
    return reduce(merge_sorted, [known.batches() for known in kept], spool.batches())


def _spool(spool: Spool, picks: Picks) -> None:
    for batch in picks.batches():
        spool.add_rows(batch)


@dataclass(frozen=True, slots=True)
class Changes:
    """Which rows stay in the file they are in, and which go beside it.

    base: each of its rows stands once, and in no other place.
    """

    base: Standing
    beside: tuple[Picks, ...]
    number: int  # rows that will lie beside the base, and rows of it that no longer count


def find_changes(spool: Spool, kept: Kept, domain: str, base: Table) -> Changes | None:
    """What would change beside the base of a table; None where nothing stays in it."""
    samples = spool.samples()
    standing = kept.stand(domain, base, samples)
    if standing is None:
        return None
    beside = tuple(kept.of(domain, standing))
    gone = int(np.count_nonzero(~standing.rows))
    moved = len(samples) + sum(len(item.rows) for item in beside)
    return Changes(standing, beside, moved + gone)


def drain_changes(
    spool: Spool, found: Changes, output: LayeredOutput, lines: LinesWriter | None
) -> tuple[int, int]:
    """Write what lies beside the base; (rows, repeats) of the whole table."""
    output.drop(found.base.others())
    for picks in found.beside:
        _spool(spool, picks)
    rows, twins = drain(spool, (), output, lines)
    return rows + int(np.count_nonzero(found.base.rows)), twins


class _Counted:
    """Rows and repeats seen so far."""

    def __init__(self) -> None:
        self.rows = self.twins = 0

    def first_of_each(
        self, stream: Iterable[pa.RecordBatch], output: Output
    ) -> Iterator[pa.RecordBatch]:
        """The rows that are no repeats; repeats are rejected."""
        last = ""
        for batch in stream:
            samples = batch.column("sample_id")
            before = pa.concat_arrays([array([last], pa.string()), samples[:-1]])
            last = samples[-1].as_py()
            keep = pc.not_equal(samples, before)
            good = batch if keep.true_count == batch.num_rows else batch.filter(keep)
            self.rows += batch.num_rows
            if good.num_rows < batch.num_rows:
                self.twins += batch.num_rows - good.num_rows
                output.rejections.write(_repeats(batch.filter(pc.invert(keep))))
            yield good


def _even(stream: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of one size: a table's bytes do not show how it came about."""
    held, size = list[pa.RecordBatch](), 0
    for batch in stream:
        held.append(batch)
        size += batch.num_rows
        if size >= tables.BATCH:
            table = pa.Table.from_batches(held, SPOOLED).combine_chunks()
            whole = size - size % tables.BATCH
            yield from table.slice(0, whole).to_batches(max_chunksize=tables.BATCH)
            held, size = table.slice(whole).to_batches(), size - whole
    if size:
        yield from pa.Table.from_batches(held, SPOOLED).combine_chunks().to_batches()


def _only(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    return tables.to_batch(schema, {name: batch.column(name) for name in schema.names})


def _repeats(batch: pa.RecordBatch) -> pa.RecordBatch:
    size = batch.num_rows
    return tables.to_batch(
        tables.REJECTIONS,
        {
            "sample_id": batch.column("sample_id"),
            "reason": [Reason.DUPLICATE_SEED.value] * size,
            "detail": ["the same question, answer, givens and choices as an earlier row"] * size,
            "parent_digest": batch.column("parent_digest"),
            "actions": [[] for _ in range(size)],
            "place": batch.column("place"),
        },
    )
