"""Analytics: the SQL project `dbt_like_sql` over what a dataset's build left behind.

Models are plain SELECT files with `ref()`, `source()` and `config()`. They read eleven sources that
are exported from the stores, run in memory in DuckDB, and every mart becomes one Parquet file
under `<data>/analytics/<dataset>/`. Importing this package loads none of DuckDB, Arrow, sqlglot.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qmirror_assets.analytics.model import (
    AnalyticsResult,
    ColumnTest,
    Model,
    ModelColumn,
    ModelResult,
    QueryResult,
    TestResult,
)
from qmirror_assets.stages.graph import Graph
from qmirror_assets.store import Store


def list_models(folder: Path | None = None) -> tuple[Model, ...]:
    """All models of the SQL project (the shipped one by default), each after what it reads.

    Raises:
        UsageError: a file is refused, naming file, line and remedy.
    """
    from qmirror_assets.analytics.project import load_project  # noqa: PLC0415

    return load_project(folder).models


def run_analytics(
    store: Store, graph: Graph, dataset: str, *, folder: Path | None = None
) -> AnalyticsResult:
    """Run every model and every test over what is built of `dataset` now.

    Raises:
        NotFoundError: nothing is built. UsageError: a model file is refused.
        QMirrorError: DuckDB cannot run a model. StoreUnavailable: a file cannot be written.
    """
    from qmirror_assets.analytics.run import run_all  # noqa: PLC0415

    return run_all(store, graph, dataset, folder=folder)


def run_model(
    store: Store, graph: Graph, dataset: str, name: str, *, folder: Path | None = None
) -> AnalyticsResult:
    """Run one model, exporting only the sources it needs, and its tests.

    Raises:
        NotFoundError: no such model, or nothing is built; others as `run_analytics`.
    """
    return run_models(store, graph, dataset, [name], folder=folder)


def run_models(
    store: Store, graph: Graph, dataset: str, names: Sequence[str], *, folder: Path | None = None
) -> AnalyticsResult:
    """Run some models over one export of the sources they need; see `run_model`."""
    from qmirror_assets.analytics.run import run_some  # noqa: PLC0415

    return run_some(store, graph, dataset, names, folder=folder)


def query(
    store: Store,
    dataset: str,
    sql: str,
    *,
    limit: int = 1_000,
    seconds: float = 30.0,
    folder: Path | None = None,
) -> QueryResult:
    """Answer one read-only SELECT over the marts, staging views and sources last written.

    Args:
        store: The stores.
        dataset: Name of the dataset.
        sql: One SELECT over `mart`, `stg_...`, `build.table` and `run.table` names.
        limit: Most rows given back.
        seconds: Time after which the query is stopped.
        folder: Another SQL project than the shipped one.

    Raises:
        UsageError: refused or failing SQL, an unknown table (with the nearest), or out of time.
        NotFoundError: the dataset has no analytics yet.
    """
    from qmirror_assets.analytics.readonly import run_query  # noqa: PLC0415

    return run_query(store, dataset, sql, limit=limit, seconds=seconds, folder=folder)


__all__ = [
    "AnalyticsResult",
    "ColumnTest",
    "Model",
    "ModelColumn",
    "ModelResult",
    "QueryResult",
    "TestResult",
    "list_models",
    "query",
    "run_analytics",
    "run_model",
    "run_models",
]
