"""What became of each line of the seed files, kept from one intake to the next.

A mere cache, one file a dataset: safe to delete, checked by digest, and left aside when it is
damaged, of another code number, or names a table that is no longer there. Its lines are then read
as if they were new. Line 1 is the sha256 of the rest, line 2 a header, then follows a Parquet
table: a trace (digests of line, id and content) -> table and row of the seed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from qmirror_assets.errors import DamagedObject, NotFoundError
from qmirror_assets.fingerprint import SCHEME
from qmirror_assets.records import Json
from qmirror_assets.runner.spool import SEED_SCHEMA
from qmirror_assets.seeds.known import TRACE_BYTES
from qmirror_assets.store import Store
from qmirror_assets.store.arrays import of_numpy, to_numpy
from qmirror_assets.store.atomic import wrap_os_errors

CODE = 1
"""Raised by hand when an equal seed gets another row than before."""

LINES = pa.schema(
    [("trace", pa.binary(TRACE_BYTES)), ("table", pa.int32()), ("position", pa.int32())]
)
_WORDS = TRACE_BYTES // 8
_HEX = 64


@dataclass(frozen=True, slots=True)
class SeedLines:
    """Known lines, sorted by digest; about 48 bytes each.

    domains and tables: by table number; traces: per line the two words of its digest, then the
    digests of id and content; heads: the first words, for searching.
    """

    domains: tuple[str, ...]
    tables: tuple[Path, ...]
    traces: npt.NDArray[np.uint64]
    heads: npt.NDArray[np.uint64]
    table: npt.NDArray[np.int32]
    position: npt.NDArray[np.int32]
    has_ids: bool = False

    def find(self, digests: bytes) -> npt.NDArray[np.int32]:
        """The entry of each of these 16-byte digests; -1 for one that is not known."""
        asked = np.frombuffer(digests, "<u8").reshape(-1, 2)
        if not len(self.heads):
            return np.full(len(asked), -1, np.int32)
        place = np.minimum(np.searchsorted(self.heads, asked[:, 0]), len(self.heads) - 1)
        same = (self.traces[place, :2] == asked).all(axis=1)
        return np.where(same, place, -1).astype(np.int32)

    def ids(self, entries: npt.NDArray[np.int32]) -> tuple[list[int], list[int]]:
        """Digests of the ids of these lines (0 without an id) and of their contents."""
        found = self.traces[entries]
        return found[:, 2].tolist(), found[:, 3].tolist()


def lines_path(store: Store, dataset: str) -> Path:
    """Where the lines of a dataset are kept."""
    return store.root / "seed_lines" / dataset


def header(dataset: str) -> Json:
    """What the rows of known lines are made by, besides the lines and their settings."""
    columns = [[field.name, str(field.type)] for field in SEED_SCHEMA]
    return [SCHEME, CODE, dataset, columns]


def load_lines(store: Store, dataset: str) -> SeedLines:
    """The lines of the last whole intake whose seeds can still be copied; none is a fine answer.

    Raises:
        StoreUnavailable: the file cannot be read.
    """
    path = lines_path(store, dataset)
    with wrap_os_errors(path, "read"):
        data = path.read_bytes() if path.is_file() else b""
    view = memoryview(data)
    if data[:_HEX] != hashlib.sha256(view[_HEX + 1 :]).hexdigest().encode():
        return _sorted((), (), pa.Table.from_batches([], LINES))
    end = data.index(b"\n", _HEX + 1)
    head = orjson.loads(view[_HEX + 1 : end])
    if head["made_by"] != header(dataset):
        return _sorted((), (), pa.Table.from_batches([], LINES))
    return _standing(store, head["tables"], pa.py_buffer(view[end + 1 :]))


def _standing(store: Store, named: list[list[str]], data: pa.Buffer) -> SeedLines:
    """Lines whose tables are there."""
    lines = pq.ParquetFile(pa.BufferReader(data)).read(use_threads=False)
    held = [_hold(store, digest) for _, digest in named]
    if None in held:
        there = np.array([path is not None for path in held], bool)
        lines = lines.filter(of_numpy(there[to_numpy(lines.column("table"))]))
    domains = tuple(domain for domain, _ in named)
    return _sorted(domains, tuple(path or Path() for path in held), lines)


def _hold(store: Store, digest: str) -> Path | None:
    """The table, safe from a collection of garbage for as long as this process holds a lease."""
    try:
        store.cas.renew(digest)
        return store.cas.verified_path(digest)
    except (NotFoundError, DamagedObject):
        return None  # its seeds are parsed again, which is always possible


def _sorted(domains: tuple[str, ...], tables: tuple[Path, ...], lines: pa.Table) -> SeedLines:
    traces = np.empty((lines.num_rows, _WORDS), np.uint64)
    start = 0
    for chunk in lines.column("trace").chunks:
        words = np.frombuffer(chunk.buffers()[1], "<u8").reshape(-1, _WORDS)
        traces[start : start + len(chunk)] = words[chunk.offset : chunk.offset + len(chunk)]
        start += len(chunk)
    order = np.argsort(traces[:, 0], kind="stable")
    traces = traces[order]
    table, position = (to_numpy(lines.column(name))[order] for name in LINES.names[1:])
    has_ids = bool(traces[:, 2].any())
    return SeedLines(domains, tables, traces, traces[:, 0].copy(), table, position, has_ids)
