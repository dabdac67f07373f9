"""Row tables: Parquet files sorted by sample id, streamed in and out.

Page checksums are written because a flipped bit in a page otherwise reads as a changed value
without any error. Dictionaries only where values repeat: ids and text would only pay for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from qmirror_assets.errors import DamagedObject, StoreUnavailable, UnknownFormat
from qmirror_assets.fingerprint import RowsDigest
from qmirror_assets.records import Column
from qmirror_assets.store.arrays import array, joined
from qmirror_assets.store.atomic import wrap_os_errors

if TYPE_CHECKING:
    from pyarrow.dataset import Dataset

_SMALL = 1 << 17
"""Bytes of a file whose columns stay in memory for a while."""
ROW_GROUP = 16_384
BATCH = 4_096
SYSTEM = ("sample_id", "seed_digest", "row_digest", "parent_digest", "actions")
"""Columns every row table begins with."""
KEYS = ("sample_id", "row_digest")
"""Columns that say which rows a table holds."""

_TYPES = {
    Column.STR: pa.string(),
    Column.INT: pa.int64(),
    Column.FLOAT: pa.float64(),
    Column.BOOL: pa.bool_(),
    Column.JSON: pa.string(),
}
_SYSTEM_FIELDS = [
    pa.field("sample_id", pa.string(), nullable=False),
    pa.field("seed_digest", pa.string(), nullable=False),
    pa.field("row_digest", pa.string(), nullable=False),
    pa.field("parent_digest", pa.string(), nullable=False),
    pa.field("actions", pa.list_(pa.string()), nullable=False),
]
KEY_SCHEMA = pa.schema([f for f in _SYSTEM_FIELDS if f.name in KEYS])
REJECTIONS = pa.schema(
    [
        pa.field("sample_id", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("detail", pa.string(), nullable=False),
        pa.field("parent_digest", pa.string(), nullable=False),
        pa.field("actions", pa.list_(pa.string()), nullable=False),
        pa.field("place", pa.string(), nullable=False),  # file:line of a seed that never got an id
    ]
)


def same_columns(one: pa.Schema, other: pa.Schema) -> bool:
    """Whether two schemas have the same columns of the same types, in any order."""
    return {f.name: f.type for f in one} == {f.name: f.type for f in other}


def row_schema(columns: Mapping[str, Column]) -> pa.Schema:
    """The Arrow schema of a row table with these columns (JSON columns are text)."""
    fields = [
        pa.field(name, _TYPES[kind], metadata={"qmirror": kind.value})
        for name, kind in columns.items()
    ]
    return pa.schema([*_SYSTEM_FIELDS, *fields])


def columns_of(schema: pa.Schema) -> dict[str, Column]:
    """The declared columns of a row table, without the system ones.

    Raises:
        UnknownFormat: a kind of column that this version of the package does not have.
    """
    return {f.name: _kind_of(f) for f in schema if f.name not in SYSTEM}


def _kind_of(field_: pa.Field) -> Column:
    name = (field_.metadata or {}).get(b"qmirror", b"str").decode()
    try:
        return Column(name)
    except ValueError as error:
        raise UnknownFormat(
            f"column {field_.name!r} of a table is of an unknown kind",
            expected=", ".join(Column),
            found=repr(name),
            remedy="Update the package, or build the dataset again",
        ) from error


@dataclass(slots=True)
class Written:
    """What a writer has written so far."""

    rows: int = 0
    digest: RowsDigest = field(default_factory=RowsDigest)

    def add_bytes(self, rows: int, values: memoryview) -> None:
        """Count rows, and digest the values of their only column."""
        self.rows += rows
        self.digest.update_bytes(values)

    def add(self, batch: pa.RecordBatch, columns: Sequence[str]) -> None:
        """Count the rows of a batch, and digest these columns of them."""
        self.rows += batch.num_rows
        if len(columns) == 1:  # as Arrow holds them, values follow each other
            self.digest.update_bytes(joined(batch.column(columns[0])))
            return
        cells = [batch.column(name).to_pylist() for name in columns]
        self.digest.update(chain.from_iterable(zip(*cells, strict=True)))


class TableWriter:
    """Streams sorted batches into one Parquet file, digesting `digest_columns` on the way.

    The file is made with the first row group, or when it is closed. `keys` is given the KEYS of
    all rows.
    """

    def __init__(
        self,
        path: Path,
        schema: pa.Schema,
        digest_columns: Sequence[str],
        keys: TableWriter | None = None,
    ) -> None:
        self.schema, self.keys = schema, keys
        self.written = Written()
        self._path, self._digest_columns = path, tuple(digest_columns)
        self._pending: list[pa.RecordBatch] = []
        self._pending_rows = 0
        self._file: _File | None = None
        self._closed = False

    def write(self, batch: pa.RecordBatch) -> None:
        """Add a batch whose rows follow all earlier ones in sample order."""
        if batch.num_rows == 0:
            return
        self.written.add(batch, self._digest_columns)
        if self.keys is not None:
            self.keys.write(batch.select(list(KEYS)))
        self._pending.append(batch)
        self._pending_rows += batch.num_rows
        if self._pending_rows >= ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        if self._file is None:
            self._file = _File(self._path, self.schema)
        if self._pending:
            self._file.write(pa.Table.from_batches(self._pending, self.schema))
            self._pending, self._pending_rows = [], 0

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """All rows so far; few of them need no file. No row can be added after many."""
        if self._file is None:
            yield from (b if columns is None else b.select(list(columns)) for b in self._pending)
            return
        self.close()
        yield from iter_batches(self._path, columns)

    def close(self) -> Written:
        """Finish the file."""
        if not self._closed:
            self._flush()
            self._close()
        return self.written

    def abandon(self) -> None:
        """Close the file as it is; the caller removes it."""
        self._pending = []
        self._close()

    def _close(self) -> None:
        self._closed = True
        if self._file is not None:
            self._file.close()


def _open_writer(sink: pa.NativeFile, schema: pa.Schema) -> pq.ParquetWriter:
    repeated = [n for n in ("reason", "domain", "language", "licence") if n in schema.names]
    return pq.ParquetWriter(
        sink, schema, compression="zstd", compression_level=1, use_dictionary=repeated,
        write_page_checksum=True,
        write_statistics=["sample_id"] if "sample_id" in schema.names else False,
    )  # fmt: skip


def no_rows(schema: pa.Schema) -> bytes:
    """The file that a writer makes of no rows."""
    return _no_rows(schema.serialize().to_pybytes())  # schemas are equal whatever their metadata


@lru_cache
def _no_rows(schema: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    _open_writer(sink, pa.ipc.read_schema(pa.py_buffer(schema))).close()
    return bytes(sink.getvalue())


class _File:
    """The Parquet file of a row table while it is written."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path = path
        with wrap_os_errors(path, "write"):
            self._sink = pa.OSFile(str(path), "wb")
            self._writer = _open_writer(self._sink, schema)

    def write(self, table: pa.Table) -> None:
        """Add a row group."""
        with wrap_os_errors(self._path, "write"):
            self._writer.write_table(table, row_group_size=ROW_GROUP)

    def close(self) -> None:
        """Finish the file."""
        with wrap_os_errors(self._path, "write"):
            self._writer.close()
            self._sink.close()


@contextmanager
def open_table(path: Path) -> Iterator[pq.ParquetFile]:
    """Open a Parquet file with page checksums verified."""
    try:
        with (
            pa.OSFile(str(path)) as source,  # given a path, pyarrow looks for its file system
            pq.ParquetFile(source, page_checksum_verification=True) as file,
        ):
            yield file
    except (OSError, pa.ArrowException) as error:
        if getattr(error, "errno", None) is not None:  # the file system's, not the file's
            raise StoreUnavailable(f"cannot read table {path}", found=str(error)) from error
        raise DamagedObject(
            f"table {path} is damaged",
            expected="a Parquet file whose pages match their checksums",
            found=str(error),
            remedy="Run `qmirror fsck --repair`, then `qmirror build`",
        ) from error


def schema_of(path: Path) -> pa.Schema:
    """Schema of a table, without pandas or row-group metadata."""
    return _footer(path)[0]


def count_rows(path: Path) -> int:
    """Number of rows of a table."""
    return _footer(path)[1]


def _footer(path: Path) -> tuple[pa.Schema, int]:
    with wrap_os_errors(path, "read table"):
        facts = path.stat()
    return _read_footer(path, facts.st_ino, facts.st_size, facts.st_mtime_ns)


@lru_cache(maxsize=256)
def _read_footer(path: Path, *_file: int) -> tuple[pa.Schema, int]:
    """What is asked of the same file several times in a build."""
    with open_table(path) as file:
        return file.schema_arrow.remove_metadata(), int(file.metadata.num_rows)


def iter_batches(
    path: Path, columns: Sequence[str] | None = None, size: int = BATCH
) -> Iterator[pa.RecordBatch]:
    """Batches of a table in file order."""
    with open_table(path) as file:
        rows = 0
        for group in range(file.num_row_groups):
            # over several groups at once, it would hold the pages of all it has gone through
            for batch in file.iter_batches(size, [group], columns, use_threads=False):
                rows += batch.num_rows
                yield batch
        _check_rows(rows, file)


def dataset(path: Path) -> Dataset:
    """A table for a query engine."""
    import pyarrow.dataset as ds  # noqa: PLC0415  # a third of a second: it loads pandas

    # read ahead of what is asked for, it would hold what it has handed out
    return ds.dataset(path, format=ds.ParquetFileFormat(pre_buffer=False))


def read_columns(path: Path, columns: Sequence[str]) -> pa.Table:
    """Some columns of a table as a whole (ids and digests, not text)."""
    with wrap_os_errors(path, "read table"):
        facts = path.stat()
    read = _read_columns if facts.st_size <= _SMALL else _read_columns.__wrapped__
    return read(path, tuple(columns), facts.st_ino, facts.st_size, facts.st_mtime_ns)


@lru_cache(maxsize=32)
def _read_columns(path: Path, columns: Sequence[str], *_file: int) -> pa.Table:
    """The changes beside a table are asked for several times in a build."""
    with open_table(path) as file:
        table = file.read(columns=list(columns), use_threads=False)
        _check_rows(table.num_rows, file)
        return table


def _check_rows(rows: int, file: pq.ParquetFile) -> None:
    # page headers have no checksum: a flipped bit there reads as a table with fewer rows
    if rows != file.metadata.num_rows:
        raise pa.ArrowInvalid(f"{rows} rows of {file.metadata.num_rows}")


def to_batch(schema: pa.Schema, values: Mapping[str, Sequence[Any] | pa.Array]) -> pa.RecordBatch:
    """A batch of `schema` from columns of Python values or Arrow arrays."""
    arrays = [
        column if isinstance(column := values[f.name], pa.Array) else array(column, f.type)
        for f in schema
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
