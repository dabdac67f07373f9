"""Seeds of one domain on disk: written in reading order, read back in sample order.

Memory does not grow with rows: batches are appended to one unsorted file and sorted on disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from qmirror_assets.fingerprint import short_digest
from qmirror_assets.records import Column, Json, Seed
from qmirror_assets.runner.sources import NumberedSeed
from qmirror_assets.seeds.known import TRACE_BYTES
from qmirror_assets.stages.compile import SEED_COLUMNS
from qmirror_assets.store import Store, tables
from qmirror_assets.store.arrays import array
from qmirror_assets.store.atomic import wrap_os_errors
from qmirror_assets.store.sorting import sort_rows, sorted_batches

SPOOL_ROWS = 2_048
SEED_SCHEMA = tables.row_schema(SEED_COLUMNS)
"""Schema of an intake table."""
SPOOLED = pa.schema(
    [
        *SEED_SCHEMA,
        pa.field("place", pa.string()),
        pa.field("ordinal", pa.int64()),
        pa.field("trace", pa.binary(TRACE_BYTES)),
    ]
)
"""Schema of seeds on their way there."""
_ORDER = ("sample_id", "ordinal")
_JSON_COLUMNS = [name for name, kind in SEED_COLUMNS.items() if kind is Column.JSON]


def sample_id(dataset: str, domain: str, seed_digest: str, variant: int = 0) -> str:
    """digest(dataset, domain, seed digest, variant)."""
    return short_digest(["sample", dataset, domain, seed_digest, variant])


class Spool:
    """Unsorted seeds of one domain; more than SPOOL_ROWS of them on disk."""

    def __init__(self, store: Store, dataset: str) -> None:
        self._store, self._dataset = store, dataset
        self._files: list[_File] = []
        self._pending: list[dict[str, Any]] = []
        self._few: pa.RecordBatch | None = None  # pending rows that were asked for

    def add(self, item: NumberedSeed) -> None:
        """Spool one seed."""
        self._pending.append(_seed_row(self._dataset, item))
        self._few = None
        if len(self._pending) >= SPOOL_ROWS:
            self._flush()

    def add_rows(self, batch: pa.RecordBatch) -> None:
        """Spool rows that are made already."""
        self._flush()
        self._file().write(batch)

    def _flush(self) -> None:
        if self._pending:
            batch = self._held()
            self._pending, self._few = [], None
            self._file().write(batch)

    def _held(self) -> pa.RecordBatch:
        """The pending rows."""
        if self._few is None:
            columns = {name: [row[name] for row in self._pending] for name in SPOOLED.names}
            self._few = tables.to_batch(SPOOLED, columns)
        return self._few

    def _file(self) -> _File:
        if not self._files or self._files[-1].closed:
            self._files.append(_File(self._store))
        return self._files[-1]

    def samples(self) -> pa.Array:
        """The samples of all rows so far."""
        if not self._files:
            return self._held().column("sample_id")
        read = [array([], pa.string())]
        for path in self._finish():
            read += tables.read_columns(path, ["sample_id"]).column("sample_id").chunks
        return pa.concat_arrays(read)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """All rows in order of sample and reading."""
        if not self._files:
            return iter(sort_rows(pa.Table.from_batches([self._held()]), _ORDER).to_batches())
        return sorted_batches(self._finish(), SPOOLED, _ORDER, self._store.spill)

    def _finish(self) -> list[Path]:
        self._flush()
        for file in self._files:
            file.close()
        return [file.path for file in self._files]

    @contextmanager
    def gone_on_error(self) -> Iterator[None]:
        """Discard the file when the block fails."""
        try:
            yield
        except BaseException:
            self.discard()
            raise

    def discard(self) -> None:
        """Remove the files."""
        for file in self._files:
            with suppress(OSError, pa.ArrowException):  # the disk was full: the file goes anyway
                file.close()
            file.path.unlink(missing_ok=True)


class _File:
    """One temporary file of rows."""

    def __init__(self, store: Store) -> None:
        self.path, self.closed = store.cas.new_temp(), False
        with wrap_os_errors(self.path, "write"):
            self._writer = pq.ParquetWriter(
                self.path, SPOOLED, compression="zstd", compression_level=1
            )

    def write(self, batch: pa.RecordBatch) -> None:
        with wrap_os_errors(self.path, "write"):
            self._writer.write_batch(batch)

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            with wrap_os_errors(self.path, "write"):
                self._writer.close()


def _seed_row(dataset: str, item: NumberedSeed) -> dict[str, Any]:
    values = _seed_values(item.seed)
    row = {
        "sample_id": sample_id(dataset, item.seed.domain, item.digest),
        "seed_digest": item.digest,
        "row_digest": short_digest(values),
        "parent_digest": item.digest,
        "actions": [],
        "place": item.place,
        "ordinal": item.ordinal,
        "trace": item.trace or None,
        **values,
    }
    for name in _JSON_COLUMNS:
        row[name] = orjson.dumps(values[name], option=orjson.OPT_SORT_KEYS).decode()
    return row


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
