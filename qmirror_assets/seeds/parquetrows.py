"""Parquet tables, read row group by row group with limits on what a small file may unfold to.

A file of some kilobytes can hold gigabytes: one long text repeated by its dictionary, or a page
of zeros. So texts are read as dictionaries and measured before any cell is built, and the sizes
in the footer are limited before a page is touched. A footer that lies about its pages, or makes
Arrow abort, is stopped by the process this runs in (`parquetchild`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from qmirror_assets.records import Reason, Rejection
from qmirror_assets.seeds.faults import file_error
from qmirror_assets.seeds.parquettypes import check_schema, measure_batch
from qmirror_assets.seeds.rawrow import RawRow

if TYPE_CHECKING:
    from pathlib import Path

BATCH_ROWS = 256
PIECE_BYTES = 1 << 18  # cells built at a time, and the most one row may hold
CHUNK_BYTES = 1 << 30
CHUNK_VALUES = 1 << 25
BOMB_BYTES, BOMB_RATIO = 1 << 26, 1_000  # of a column chunk as of the whole file
FOOTER_BYTES = 1 << 24

CheckHeader = Callable[[Sequence[str]], None]


def decode_parquet(path: Path, check_header: CheckHeader) -> Iterator[RawRow]:
    """One raw row a table row; `line` is the 1-based row number.

    Args:
        path: a Parquet file of texts, numbers, booleans, lists and structs.
        check_header: called once with the column names; raises when they cannot serve.

    Raises:
        SeedFileError: damaged, truncated or over the limits; a column type that is not JSON.
    """
    number = unfolded = 0
    with _open(path) as table:
        check_header(check_schema(table.schema_arrow, path))
        for group in range(table.num_row_groups):
            _check_group(table.metadata.row_group(group), path)
            for batch in _iter_batches(table, group, path, number + 1):
                unfolded += measure_batch(batch)
                _check_total(unfolded, path)
                for row in _split(batch):
                    number += 1
                    yield RawRow(number, row)


@contextmanager
def _open(path: Path) -> Iterator[pq.ParquetFile]:
    limits: dict[str, Any] = {
        "thrift_string_size_limit": FOOTER_BYTES,
        "thrift_container_size_limit": FOOTER_BYTES,
        "pre_buffer": False,
        "buffer_size": 1 << 20,
        "page_checksum_verification": True,
        "arrow_extensions_enabled": False,
    }
    with _as_file_error(path, 0):
        with pq.ParquetFile(path, **limits) as probe:
            texts = _find_texts(probe.metadata)
        table = pq.ParquetFile(path, read_dictionary=texts, **limits)
    with table:
        yield table


def _find_texts(metadata: pq.FileMetaData) -> list[str]:
    columns = [metadata.schema.column(index) for index in range(metadata.num_columns)]
    return [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]


@contextmanager
def _as_file_error(path: Path, row: int) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise file_error(
            path,
            "is not a whole Parquet file",
            line=row,
            found=(str(error) or type(error).__name__).splitlines()[0][:160].rstrip(". "),
            remedy="Write it again, or copy it again from where it came",
        ) from error


def _check_total(unfolded: int, path: Path) -> None:
    size = path.stat().st_size
    if unfolded > BOMB_BYTES and unfolded > BOMB_RATIO * size:
        raise file_error(
            path,
            "unfolds too far",
            expected=f"at most {BOMB_RATIO} times its {size} bytes",
            found=f"more than {unfolded} bytes of cells",
            remedy="Leave out the column that repeats long texts",
        )


def _check_group(group: pq.RowGroupMetaData, path: Path) -> None:
    for index in range(group.num_columns):
        chunk = group.column(index)
        full, packed = chunk.total_uncompressed_size, chunk.total_compressed_size
        bomb = full > BOMB_BYTES and full > BOMB_RATIO * max(packed, 1)
        if bomb or full > CHUNK_BYTES or chunk.num_values > CHUNK_VALUES:
            raise file_error(
                path,
                f"column '{chunk.path_in_schema}' unfolds too far",
                expected=f"at most {CHUNK_BYTES} bytes and {CHUNK_VALUES} values a row group",
                found=f"{full} bytes and {chunk.num_values} values from {packed} bytes",
                remedy="Write smaller row groups, or leave the column out",
            )


def _iter_batches(
    table: pq.ParquetFile, group: int, path: Path, first: int
) -> Iterator[pa.RecordBatch]:
    row = first
    with _as_file_error(path, row):
        batches = table.iter_batches(BATCH_ROWS, row_groups=[group], use_threads=False)
    while True:
        with _as_file_error(path, row):
            batch = next(batches, None)
        if batch is None:
            return
        row += batch.num_rows
        yield batch


def _split(batch: pa.RecordBatch) -> Iterator[dict[str, Any] | Rejection]:
    """The rows of a batch, built in pieces of at most 256 KiB; halving finds the row at fault."""
    built = _build_rows(batch)
    if isinstance(built, list):
        yield from built
    elif batch.num_rows == 1:
        yield built
    else:
        middle = batch.num_rows // 2
        yield from _split(batch.slice(0, middle))
        yield from _split(batch.slice(middle))


def _build_rows(batch: pa.RecordBatch) -> list[dict[str, Any]] | Rejection:
    size = measure_batch(batch)
    if size > PIECE_BYTES:
        return Rejection(Reason.TOO_LONG, f"a row of {size} bytes; at most {PIECE_BYTES}")
    try:
        rows: list[dict[str, Any]] = batch.to_pylist()
    except UnicodeDecodeError as error:
        return Rejection(Reason.BAD_ENCODING, f"byte {error.start + 1} is not UTF-8")
    return rows
