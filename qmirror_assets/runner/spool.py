"""Seeds of one domain on disk: written in reading order, read back in sample order.

Memory does not grow with rows: batches are appended to one unsorted file and sorted on disk.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from qmirror_assets.fingerprint import short_digest
from qmirror_assets.records import Column, Json, Reason, Seed
from qmirror_assets.runner.output import Output
from qmirror_assets.runner.sources import NumberedSeed
from qmirror_assets.stages.compile import SEED_COLUMNS
from qmirror_assets.store import Store, tables
from qmirror_assets.store.atomic import wrap_os_errors
from qmirror_assets.store.sorting import sorted_batches

SPOOL_ROWS = 2_048
SEED_SCHEMA = tables.row_schema(SEED_COLUMNS)
"""Schema of an intake table."""
_SPOOL = SEED_SCHEMA.append(pa.field("place", pa.string())).append(pa.field("ordinal", pa.int64()))


def sample_id(dataset: str, domain: str, seed_digest: str, variant: int = 0) -> str:
    """digest(dataset, domain, seed digest, variant)."""
    return short_digest(["sample", dataset, domain, seed_digest, variant])


class Spool:
    """Unsorted seeds of one domain on disk."""

    def __init__(self, store: Store, dataset: str) -> None:
        self._store, self._dataset = store, dataset
        self._path = store.cas.new_temp()
        with wrap_os_errors(self._path, "write"):
            self._writer = pq.ParquetWriter(
                self._path, _SPOOL, compression="zstd", compression_level=1
            )
        self._pending: list[dict[str, Any]] = []

    def add(self, item: NumberedSeed) -> None:
        """Spool one seed."""
        self._pending.append(_seed_row(self._dataset, item))
        if len(self._pending) >= SPOOL_ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._pending:
            batch = pa.RecordBatch.from_pylist(self._pending, schema=_SPOOL)
            with wrap_os_errors(self._path, "write"):
                self._writer.write_batch(batch)
            self._pending = []

    def drain(self, output: Output) -> tuple[int, int]:
        """Write all rows in sample order, the first of each repeat; (rows, repeats)."""
        self._flush()
        with wrap_os_errors(self._path, "write"):
            self._writer.close()
        rows = twins = 0
        last = ""
        order = ["sample_id", "ordinal"]
        for batch in sorted_batches([self._path], _SPOOL, order, self._store.spill):
            keep, last = _first_of_each(batch.column("sample_id").to_pylist(), last)
            rows += batch.num_rows
            twins += batch.num_rows - sum(keep)
            good = batch.filter(pa.array(keep, pa.bool_()))
            output.rows.write(
                tables.to_batch(SEED_SCHEMA, {n: good.column(n) for n in SEED_SCHEMA.names})
            )
            if not all(keep):
                output.rejections.write(
                    _repeats(batch.filter(pa.array([not k for k in keep], pa.bool_())))
                )
        return rows, twins

    def discard(self) -> None:
        """Remove the file."""
        with suppress(OSError, pa.ArrowException):  # the disk was full: the file goes anyway
            self._writer.close()
        self._path.unlink(missing_ok=True)


def _first_of_each(ids: list[str], last: str) -> tuple[list[bool], str]:
    keep = []
    for sample in ids:
        keep.append(sample != last)
        last = sample
    return keep, last


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


def _seed_row(dataset: str, item: NumberedSeed) -> dict[str, Any]:
    seed = item.seed
    values = _seed_values(seed)
    return {
        "sample_id": sample_id(dataset, seed.domain, item.digest),
        "seed_digest": item.digest,
        "row_digest": short_digest(values),
        "parent_digest": item.digest,
        "actions": [],
        "place": item.place,
        "ordinal": item.ordinal,
        **{
            name: orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
            if SEED_COLUMNS[name] is Column.JSON
            else value
            for name, value in values.items()
        },
    }


def _seed_values(seed: Seed) -> dict[str, Json]:
    return {
        "domain": seed.domain,
        "question": seed.question,
        "answer": seed.answer,
        "givens": [
            {"role": g.role, "symbol": g.symbol, "value": g.value, "unit": g.unit}
            for g in seed.givens
        ],
        "choices": list(seed.choices),
        "input_images": list(seed.input_images),
        "seed_id": seed.seed_id,
        "language": seed.language,
        "licence": seed.licence,
        "source": seed.source,
        "family": seed.family,
        "figure": dict(seed.figure) if seed.figure is not None else None,
        "extra": dict(seed.extra),
    }
