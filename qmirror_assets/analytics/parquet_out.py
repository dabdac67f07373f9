"""Analytics files: Parquet, replaced as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from qmirror_assets.keys import parse_slug
from qmirror_assets.store import Store, atomic
from qmirror_assets.store.atomic import wrap_os_errors


def analytics_folder(store: Store, dataset: str) -> Path:
    """Where the analytics of a dataset lie.

    Raises:
        KeyParseError: not a dataset name.
    """
    return store.root / "analytics" / parse_slug(dataset, "dataset name")


def source_path(folder: Path, name: str) -> Path:
    """The file of a source."""
    return folder / "sources" / f"{name}.parquet"


def model_path(folder: Path, name: str) -> Path:
    """The file of a model that is kept as a table."""
    return folder / f"{name}.parquet"


def write_parquet(path: Path, schema: Any, batches: Iterable[Any]) -> int:
    """Stream Arrow batches into `path` and give the number of rows; all or nothing."""
    rows = 0
    with atomic.temp_beside(path) as temp:
        with (
            wrap_os_errors(path, "write"),
            pq.ParquetWriter(temp, schema, compression="zstd", compression_level=1) as writer,
        ):
            for batch in batches:
                writer.write_batch(batch)
                rows += batch.num_rows
        atomic.replace(temp, path)
    return rows
