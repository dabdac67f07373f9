"""What became of each line of the seed files, kept from one intake to the next.

A mere cache, one file a dataset: safe to delete, checked by digest, and left aside when it is
damaged, of another code number, or names a table that is no longer there. Its lines are then read
as if they were new. Line 1 is the sha256 of the rest, line 2 a header, then follow records sorted
by line: a trace (digests of line, id and content), and table and row of the seed.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from qmirror_assets.errors import DamagedObject, NotFoundError
from qmirror_assets.fingerprint import SCHEME
from qmirror_assets.records import Json
from qmirror_assets.runner.spool import SEED_SCHEMA
from qmirror_assets.seeds.known import TRACE_BYTES
from qmirror_assets.store import Store
from qmirror_assets.store.atomic import wrap_os_errors

CODE = 2
"""Raised by hand when an equal seed gets another row than before, or a record is another one."""

TRACE = np.dtype([("line", ">u8", 2), ("ids", "<u8", 2)])
"""A trace as numbers, so that lines in order of their bytes are in order of their numbers."""
RECORD = np.dtype([("trace", TRACE), ("table", "<i4"), ("position", "<i4")])
_HEX = 64
_BLOCK = 16_384  # records that are read at once

Numbers = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class SeedLines:
    """Known lines, sorted by digest: 24 bytes each, 40 where any line has an id.

    domains and tables: by table number; heads and tails: the two words of a line's digest;
    idents: digests of id and content; none where no line has an id.
    """

    domains: tuple[str, ...]
    tables: tuple[Path, ...]
    heads: npt.NDArray[np.uint64]
    tails: npt.NDArray[np.uint64]
    table: npt.NDArray[np.int32]
    position: npt.NDArray[np.int32]
    idents: npt.NDArray[np.uint64] | None = None

    @property
    def has_ids(self) -> bool:
        """Whether any known line has an id of its own."""
        return self.idents is not None

    def find(self, digests: bytes) -> npt.NDArray[np.int32]:
        """The entry of each of these 16-byte digests; -1 for one that is not known."""
        asked = np.frombuffer(digests, ">u8").reshape(-1, 2).astype(np.uint64)
        if not len(self.heads):
            return np.full(len(asked), -1, np.int32)
        place = np.minimum(np.searchsorted(self.heads, asked[:, 0]), len(self.heads) - 1)
        same = (self.heads[place] == asked[:, 0]) & (self.tails[place] == asked[:, 1])
        return np.where(same, place, -1).astype(np.int32)

    def ids(self, entries: npt.NDArray[np.int32]) -> tuple[list[int], list[int]]:
        """Digests of the ids of these lines (0 without an id) and of their contents."""
        if self.idents is None:
            return [0] * len(entries), [0] * len(entries)
        found = self.idents[entries]
        return found[:, 0].tolist(), found[:, 1].tolist()

    def traces(self, entries: npt.NDArray[np.int32]) -> pa.Array:
        """The traces of these lines, as the reader made them."""
        cells = np.zeros(len(entries), TRACE)
        cells["line"][:, 0], cells["line"][:, 1] = self.heads[entries], self.tails[entries]
        if self.idents is not None:
            cells["ids"] = self.idents[entries]
        kind, data = pa.binary(TRACE_BYTES), pa.py_buffer(cells.tobytes())
        return pa.FixedSizeBinaryArray.from_buffers(kind, len(entries), [None, data])


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
        if not path.is_file():
            return _NONE
        with path.open("rb") as file:
            found = _read(file, header(dataset))
    return _NONE if found is None else _standing(store, *found)


def _read(file: BinaryIO, made_by: Json) -> tuple[list[list[str]], dict[str, Numbers]] | None:
    """The tables that are named and the columns of the records; None where they do not count."""
    digest, second = file.read(_HEX + 1), file.readline()
    try:
        head = orjson.loads(second)
        named, ids, known = head["tables"], head["ids"], head["made_by"] == made_by
    except (ValueError, TypeError, KeyError):
        return None
    bytes_ = os.fstat(file.fileno()).st_size - file.tell()
    if not known or bytes_ % RECORD.itemsize:
        return None
    columns = _columns(bytes_ // RECORD.itemsize, ids=bool(ids))
    found = _fill(columns, file, hashlib.sha256(second))
    return (named, columns) if digest == found.encode() + b"\n" else None


def _columns(size: int, *, ids: bool) -> dict[str, Numbers]:
    columns: dict[str, Numbers] = {name: np.empty(size, np.uint64) for name in ("heads", "tails")}
    columns |= {name: np.empty(size, np.int32) for name in ("table", "position")}
    return {**columns, "idents": np.empty((size, 2), np.uint64)} if ids else columns


def _fill(columns: dict[str, Numbers], file: BinaryIO, digest: hashlib._Hash) -> str:
    """Read the records, and give the digest of what `digest` has seen and of them."""
    start = 0
    while data := file.read(_BLOCK * RECORD.itemsize):
        digest.update(data)
        records = np.frombuffer(data, RECORD)
        part = slice(start, start := start + len(records))
        lines = records["trace"]["line"]
        columns["heads"][part], columns["tails"][part] = lines[:, 0], lines[:, 1]
        for name in ("table", "position"):
            columns[name][part] = records[name]
        if "idents" in columns:
            columns["idents"][part] = records["trace"]["ids"]
    return digest.hexdigest()


def _standing(store: Store, named: list[list[str]], columns: dict[str, Numbers]) -> SeedLines:
    """Lines whose tables are there."""
    held = [_hold(store, digest) for _, digest in named]
    if None in held:
        there = np.array([path is not None for path in held], bool)[columns["table"]]
        columns = {name: cells[there] for name, cells in columns.items()}
    domains = tuple(domain for domain, _ in named)
    return SeedLines(domains, tuple(path or Path() for path in held), **columns)


def _hold(store: Store, digest: str) -> Path | None:
    """The table, safe from a collection of garbage for as long as this process holds a lease."""
    try:
        store.cas.renew(digest)
        return store.cas.verified_path(digest)
    except (NotFoundError, DamagedObject):
        return None  # its seeds are parsed again, which is always possible


_NONE = SeedLines((), (), **_columns(0, ids=False))
