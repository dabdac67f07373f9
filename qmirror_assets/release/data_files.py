"""The data files of a version: `data/{split}-00000-of-0000N.parquet`, pictures inside.

`datasets.load_dataset` opens the folder as it is: features stand in the schema's metadata. Row
groups are small for viewers, pages are cut by content so that a store which knows an earlier
version takes only what changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from qmirror_assets.records import Column, Json
from qmirror_assets.release.columns import ID, ReleaseColumns
from qmirror_assets.release.parquet import GroupWriter
from qmirror_assets.store.tables import row_schema

ROW_GROUP = 100
SHARD_BYTES = 400_000_000
_DTYPES = {
    Column.STR: "string", Column.INT: "int64", Column.FLOAT: "float64", Column.BOOL: "bool",
    Column.JSON: "string",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DataFile:
    """One finished file. path: relative to the version's folder."""

    split: str
    path: str
    rows: int
    bytes: int


def hub_features(columns: ReleaseColumns) -> dict[str, Json]:
    """Features of the data files as the `datasets` library writes them."""
    features: dict[str, Json] = {ID: {"dtype": "string", "_type": "Value"}}
    for name, kind in columns.final.items():
        value: Json = {"dtype": _DTYPES[kind], "_type": "Value"}
        if name == columns.image:
            image = {"_type": "Image"}
            value = {"feature": image, "_type": "List"} if columns.many_images else image
        features[name] = value
    return features


def data_schema(columns: ReleaseColumns) -> pa.Schema:
    """Arrow schema of the data files."""
    kinds = row_schema(columns.final)
    picture = pa.struct([pa.field("bytes", pa.binary()), pa.field("path", pa.string())])
    if columns.many_images:
        picture = pa.list_(picture)
    fields = [pa.field(ID, pa.string())] + [
        pa.field(name, picture if name == columns.image else kinds.field(name).type)
        for name in columns.final
    ]
    info = {"info": {"features": hub_features(columns)}}
    return pa.schema(fields, metadata={"huggingface": orjson.dumps(info).decode()})


class DataWriter:
    """Writes samples to the files of their splits, a new file when one is full."""

    def __init__(
        self, folder: Path, columns: ReleaseColumns, *, shard_bytes: int = SHARD_BYTES
    ) -> None:
        self._folder, self._columns = folder / "data", columns
        self._schema = data_schema(columns)
        self._shard_bytes = shard_bytes
        self._open: dict[str, _Shard] = {}
        self._done: dict[str, list[_Shard]] = {}

    def write(
        self, split: str, sample_id: str, cells: Mapping[str, Any], pictures: Sequence[Json]
    ) -> None:
        """Add a sample. pictures: {"bytes", "path"}, or None for one that is lost."""
        row = {name: cells[name] for name in self._columns.final} | {ID: sample_id}
        size = sum(len(v) for v in row.values() if isinstance(v, str))
        if self._columns.image:
            many = self._columns.many_images
            row[self._columns.image] = list(pictures) if many else next(iter(pictures), None)
            size += sum(len(picture["bytes"]) for picture in pictures if picture)
        self._shard(split).add(row, size)

    def _shard(self, split: str) -> _Shard:
        shard = self._open.get(split)
        if shard is None or shard.size >= self._shard_bytes:
            if shard is not None:
                shard.close()
            done = self._done.setdefault(split, [])
            path = self._folder / f"{split}-{len(done):05d}.part"
            # a picture compresses no further, and its digests differ: no dictionary for it
            writer = GroupWriter(
                path, self._schema, ROW_GROUP, use_content_defined_chunking=True,
                use_dictionary=[n for n in self._columns.final if n != self._columns.image],
            )  # fmt: skip
            shard = self._open[split] = _Shard(path, writer)
            done.append(shard)
        return shard

    def close(self) -> list[DataFile]:
        """Finish and name all files; splits in alphabetical order."""
        for shard in self._open.values():
            shard.close()
        return [
            self._name(split, index, shards)
            for split, shards in sorted(self._done.items())
            for index in range(len(shards))
        ]

    def _name(self, split: str, index: int, shards: list[_Shard]) -> DataFile:
        name = f"{split}-{index:05d}-of-{len(shards):05d}.parquet"
        path = shards[index].path.rename(self._folder / name)
        return DataFile(split, f"data/{name}", shards[index].writer.rows, path.stat().st_size)


@dataclass(slots=True)
class _Shard:
    """One file while it is written; at most one row group of rows waits in memory."""

    path: Path
    writer: GroupWriter
    size: int = 0

    def add(self, row: Mapping[str, Any], size: int) -> None:
        self.writer.write_rows([row])
        self.size += size

    def close(self) -> None:
        if not self.writer.closed:
            self.writer.close()
