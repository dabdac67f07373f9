"""Writing what became of each line of the seed files; see `seed_lines`."""

from __future__ import annotations

import hashlib
from contextlib import suppress

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from qmirror_assets.runner.seed_lines import RECORD, TRACE, header, lines_path
from qmirror_assets.seeds.known import TRACE_BYTES
from qmirror_assets.store import Store, atomic
from qmirror_assets.store.arrays import of_numpy, to_numpy
from qmirror_assets.store.atomic import wrap_os_errors
from qmirror_assets.store.sorting import sorted_batches

LINES = pa.schema(
    [("trace", pa.binary(TRACE_BYTES)), ("table", pa.int32()), ("position", pa.int32())]
)


class LinesWriter:
    """Collects the lines of an intake on disk; `commit` makes them those of the dataset."""

    def __init__(self, store: Store, dataset: str) -> None:
        self._store, self._dataset = store, dataset
        self._temps = [store.cas.new_temp(), store.cas.new_temp()]
        self._tables: list[tuple[str, str]] = []
        self._rows, self._ids = 0, False
        with wrap_os_errors(self._temps[0], "write"):
            self._writer = pq.ParquetWriter(
                self._temps[0], LINES, compression="zstd", compression_level=1,
                use_dictionary=False, write_statistics=False,
            )  # fmt: skip

    def add(self, traces: pa.Array) -> None:
        """Note the lines of the next rows of the table at hand; null for a row without one."""
        place = of_numpy(np.arange(self._rows, self._rows + len(traces), dtype=np.int32))
        self._rows += len(traces)
        self._write(traces, place)

    def _write(self, traces: pa.Array, places: pa.Array) -> None:
        number = of_numpy(np.full(len(traces), len(self._tables), np.int32))
        batch = pa.RecordBatch.from_arrays([traces, number, places], schema=LINES)
        batch = batch.filter(traces.is_valid())
        if not batch.num_rows:
            return
        self._ids |= bool(_cells(batch)["ids"].any())
        with wrap_os_errors(self._temps[0], "write"):
            self._writer.write_batch(batch)

    def keep(self, traces: pa.Array, positions: npt.NDArray[np.int32]) -> None:
        """Note the lines of rows that stay where they are in the table at hand."""
        self._write(traces, of_numpy(positions))

    def end_table(self, domain: str, digest: str) -> None:
        """The table at hand is whole; rows that follow belong to the next one."""
        self._tables.append((domain, digest))
        self._rows = 0

    def commit(self) -> None:
        """Replace what an earlier intake knew, at once or not at all."""
        path = lines_path(self._store, self._dataset)
        with wrap_os_errors(path, "write"):
            self._writer.close()
            self._write_sorted()
            path.parent.mkdir(parents=True, exist_ok=True)
        atomic.replace(self._temps[1], path, durable=False)  # a part of it does not pass its digest

    def _write_sorted(self) -> None:
        made_by = header(self._dataset)
        said = {"made_by": made_by, "tables": self._tables, "ids": self._ids}
        head = orjson.dumps(said) + b"\n"
        digest = hashlib.sha256(head)
        with self._temps[1].open("wb") as target:
            target.write(bytes(digest.digest_size * 2) + b"\n" + head)
            for batch in sorted_batches([self._temps[0]], LINES, ["trace"], self._store.spill):
                records = _records(batch)
                digest.update(records)
                target.write(records)
            target.seek(0)
            target.write(digest.hexdigest().encode())

    def discard(self) -> None:
        """Remove temporary files."""
        with suppress(OSError, pa.ArrowException):  # the disk was full: the file goes anyway
            self._writer.close()
        for path in self._temps:
            path.unlink(missing_ok=True)


def _cells(batch: pa.RecordBatch) -> npt.NDArray[np.void]:
    """The traces of a batch."""
    column = batch.column("trace")
    return np.frombuffer(column.buffers()[1], TRACE, len(column), column.offset * TRACE_BYTES)


def _records(batch: pa.RecordBatch) -> bytes:
    records = np.empty(batch.num_rows, RECORD)
    records["trace"] = _cells(batch)
    for name in ("table", "position"):
        records[name] = to_numpy(batch.column(name))
    return records.tobytes()
