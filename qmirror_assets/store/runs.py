"""Sorted runs of rows in one temporary file, in small parts that are read one at a time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from qmirror_assets.store.atomic import wrap_os_errors

PART_BYTES = 1 << 17
"""Arrow bytes of a part, or one row: a merge holds two parts of each run."""

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Rows in order. parts: their numbers in the file; fences: the last key of each part."""

    parts: range
    fences: tuple[Key, ...]


class RunFile:
    """Runs on disk: all are added first, then they are read.

    Args:
        path: A temporary file; the caller removes it.
        schema: Of the rows.
        by: Columns that make a key.
    """

    def __init__(self, path: Path, schema: pa.Schema, by: Sequence[str]) -> None:
        self._path, self._by = path, by
        self._parts = 0
        self._reader: pa.ipc.RecordBatchFileReader | None = None
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        with wrap_os_errors(path, "write"):
            self._file = pa.OSFile(str(path), "wb")
            self._writer = pa.ipc.new_file(self._file, schema, options=options)

    def add(self, batches: Iterable[pa.RecordBatch]) -> Run:
        """Add a run of batches that are in order."""
        first, fences = self._parts, list[Key]()
        for batch in batches:
            size = max(1, batch.num_rows * PART_BYTES // max(1, batch.nbytes))
            for start in range(0, batch.num_rows, size):
                part = batch.slice(start, size)
                fences.append(key_at(part, self._by, part.num_rows - 1))
                with wrap_os_errors(self._path, "write"):
                    self._writer.write_batch(part)
        self._parts += len(fences)
        return Run(range(first, self._parts), tuple(fences))

    def read(self, run: Run) -> Iterator[pa.RecordBatch]:
        """The parts of a run, once all runs are added."""
        reader = self._open()
        for number in run.parts:
            with wrap_os_errors(self._path, "read"):
                part = reader.get_batch(number)
            yield part

    def _open(self) -> pa.ipc.RecordBatchFileReader:
        if self._reader is None:
            with wrap_os_errors(self._path, "write"):
                self._writer.close()
                self._file.close()
            with wrap_os_errors(self._path, "read"):
                self._file = pa.OSFile(str(self._path), "rb")
                self._reader = pa.ipc.open_file(self._file)
        return self._reader

    def __enter__(self) -> RunFile:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError, pa.ArrowException):  # the disk was full: the file goes anyway
            self._writer.close()
            self._file.close()


class RunCursor:
    """A run with a position."""

    def __init__(self, parts: Iterator[pa.RecordBatch], by: Sequence[str]) -> None:
        self._parts, self._by = parts, by
        self._rest = next(parts, None)

    def take_to(self, bound: Key) -> Iterator[pa.RecordBatch]:
        """All next rows up to and including those of key `bound`."""
        while self._rest is not None:
            rest = self._rest
            upto = _upto(rest, self._by, bound)
            yield rest.slice(0, upto)
            if upto < rest.num_rows:
                self._rest = rest.slice(upto)
                return
            self._rest = next(self._parts, None)


def _upto(batch: pa.RecordBatch, by: Sequence[str], bound: Key) -> int:
    """Number of rows up to and including those of key `bound`."""
    return bisect_right(range(batch.num_rows), bound, key=lambda row: key_at(batch, by, row))


def key_at(batch: pa.RecordBatch, by: Sequence[str], row: int) -> Key:
    """The key of a row."""
    return tuple(batch.column(name)[row].as_py() for name in by)
