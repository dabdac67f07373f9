"""Sources of a dataset as Parquet files: written from the stores, read by models and queries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qmirror_assets.analytics import build_sources, run_sources
from qmirror_assets.analytics.built import Built, read_built
from qmirror_assets.analytics.connection import open_connection
from qmirror_assets.analytics.parquet_out import analytics_folder, source_path, write_parquet
from qmirror_assets.analytics.source_tables import SOURCES, arrow_schema
from qmirror_assets.stages.graph import Graph
from qmirror_assets.store import Store

_EXTRACTS: Mapping[str, Callable[[Built, Any], Iterator[Any]]] = {
    "build.nodes": build_sources.nodes,
    "build.partitions": build_sources.partitions,
    "build.rejections": build_sources.rejections,
    "build.rounds": build_sources.rounds,
    "build.rules": build_sources.rules,
    "build.judged": build_sources.judged,
    "build.requests": build_sources.requests,
    "build.samples": build_sources.samples,
    "build.seeds": build_sources.seeds,
    "run.attempts": run_sources.attempts,
    "run.materializations": run_sources.materializations,
}


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources of one dataset over one set of manifests."""

    built: Built
    folder: Path

    def export(self, names: Iterable[str] = SOURCES) -> dict[str, Path]:
        """Write those sources (all by default) and give their files."""
        files = {name: source_path(self.folder, name) for name in names}
        with open_connection(self.built.store.spill) as connection:
            for name, path in files.items():
                batches = _EXTRACTS[name](self.built, connection)
                write_parquet(path, arrow_schema(name), batches)
        return files


def open_sources(store: Store, graph: Graph, dataset: str) -> Sources:
    """The sources of a dataset as it is built now.

    Raises:
        NotFoundError: nothing of the dataset is built. KeyParseError: not a dataset name.
    """
    folder = analytics_folder(store, dataset)
    return Sources(read_built(store, graph, dataset), folder)
