"""Running models: sources in, one Parquet file a mart out, tests over what was written."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from qmirror_assets.analytics.checks import run_tests
from qmirror_assets.analytics.connection import (
    BATCH,
    open_connection,
    register_parquet,
    register_sources,
)
from qmirror_assets.analytics.model import (
    AnalyticsResult,
    Materialized,
    Model,
    ModelResult,
    TestResult,
)
from qmirror_assets.analytics.parquet_out import model_path, write_parquet
from qmirror_assets.analytics.project import load_project
from qmirror_assets.analytics.sources import Sources, open_sources
from qmirror_assets.errors import QMirrorError
from qmirror_assets.stages.graph import Graph
from qmirror_assets.store import Store

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

_LINE = re.compile(r"^LINE (\d+):", re.MULTILINE)


def run_all(
    store: Store, graph: Graph, dataset: str, *, folder: Path | None = None
) -> AnalyticsResult:
    """Run every model of the SQL project and all tests; see `run_analytics` of the package."""
    project = load_project(folder)
    sources = open_sources(store, graph, dataset)
    return _run(sources, project.models, {model.name for model in project.models})


def run_some(
    store: Store, graph: Graph, dataset: str, names: Sequence[str], *, folder: Path | None = None
) -> AnalyticsResult:
    """Run some models with what they need, and their tests; see `run_models` of the package."""
    project = load_project(folder)
    related = [test.to for name in names for test in project.get(name).tests if test.to]
    needed = project.needed_by([*names, *related])
    return _run(open_sources(store, graph, dataset), needed, set(names))


def _run(sources: Sources, models: Iterable[Model], wanted: set[str]) -> AnalyticsResult:
    """Run `models`; those in `wanted` are written, tested and reported, the others only read."""
    models = tuple(models)
    needed = sorted({source for model in models for source in model.sources})
    files = sources.export(needed)
    results = []
    with open_connection(sources.built.store.spill) as connection:
        register_sources(connection, files)
        for model in models:
            if model.name in wanted:
                results.append(_run_model(connection, sources.folder, model))
            else:
                relation_of(connection, model).create_view(model.name)
        tests = [_test_model(connection, m) for m in models if m.name in wanted]
    return AnalyticsResult(tuple(results), tuple(chain.from_iterable(tests)))


def relation_of(connection: DuckDBPyConnection, model: Model) -> DuckDBPyRelation:
    """A model's SELECT as a relation; nothing is computed yet.

    Raises:
        QMirrorError: DuckDB refuses the SQL (a wrong column, for instance).
    """
    import duckdb  # noqa: PLC0415

    try:
        return connection.sql(model.sql)
    except duckdb.Error as error:
        raise _failed(model, error) from error


def _run_model(connection: DuckDBPyConnection, folder: Path, model: Model) -> ModelResult:
    import duckdb  # noqa: PLC0415

    started = time.perf_counter()
    relation = relation_of(connection, model)
    columns = dict(zip(relation.columns, map(str, relation.types), strict=True))
    try:
        if model.materialized is Materialized.VIEW:
            path = None
            relation.create_view(model.name)
            rows = int(connection.table(model.name).count("*").fetchall()[0][0])
        else:
            path = model_path(folder, model.name)
            reader = relation.to_arrow_reader(BATCH)
            rows = write_parquet(path, reader.schema, reader)
            register_parquet(connection, path, model.name)
    except duckdb.Error as error:
        raise _failed(model, error) from error
    seconds = time.perf_counter() - started
    return ModelResult(model.name, model.layer, rows, path, seconds, columns)


def _test_model(connection: DuckDBPyConnection, model: Model) -> tuple[TestResult, ...]:
    import duckdb  # noqa: PLC0415

    try:
        return run_tests(connection, model.tests)
    except duckdb.Error as error:  # a view is computed here for the first time
        raise _failed(model, error) from error


def _failed(model: Model, error: Exception) -> QMirrorError:
    text = str(error).strip()
    line = _LINE.search(text)
    where = f"{model.place}{f', line {line[1]}' if line else ''}"
    return QMirrorError(f"{where}: the model cannot be run", found=text.splitlines()[0][:300])
