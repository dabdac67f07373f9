"""Running models and tests: one model alone, failing tests, failing SQL, what is left on disk."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from qmirror_assets.analytics import TestResult, run_analytics, run_model
from qmirror_assets.analytics.source_tables import SOURCES, arrow_schema
from qmirror_assets.analytics.sources import open_sources
from qmirror_assets.errors import KeyParseError, NotFoundError, QMirrorError, StoreUnavailable
from qmirror_assets.store import atomic
from tests.unit.analytics.conftest import Build, write_project

SCHEMA = """\
sources: [{name: build, tables: [{name: nodes}, {name: seeds}]}]
models:
  - name: stg_seeds
    columns:
      - {name: sample_id, data_tests: [not_null, unique]}
      - {name: licence, data_tests: [not_null, unique, {accepted_values: {values: [MIT]}}]}
      - name: half
        data_tests: [not_null, {relationships: {to: ref('stg_seeds'), field: licence}}]
"""
SEEDS = """\
select sample_id, licence, case when licence = 'MIT' then 'GPL' end as half
from {{ source('build', 'seeds') }}
"""


def test_one_model_gives_the_same_rows_and_only_its_tests(loop: Build) -> None:
    whole = next(m for m in loop.result.models if m.name == "rule_failures")
    before = whole.path.read_bytes()
    alone = run_model(loop.store, loop.graph, "toy", "rule_failures")
    assert [m.name for m in alone.models] == ["rule_failures"]
    assert {test.model for test in alone.tests} == {"rule_failures"}
    assert whole.path.read_bytes() == before


def test_views_have_no_file(loop: Build) -> None:
    for model in loop.result.models:
        assert (model.path is None) == (model.layer == "staging")
        if model.path is not None:
            assert pq.read_metadata(model.path).num_rows == model.rows


def test_failures_are_counted(loop: Build, tmp_path: Path) -> None:
    folder = write_project(tmp_path, {"staging/schema.yml": SCHEMA, "staging/stg_seeds.sql": SEEDS})
    found = run_model(loop.store, loop.graph, "toy", "stg_seeds", folder=folder)
    assert found.tests == (
        TestResult("stg_seeds", "sample_id", "not_null", True, 0, 61),
        TestResult("stg_seeds", "sample_id", "unique", True, 0, 61),
        TestResult("stg_seeds", "licence", "not_null", True, 0, 61),
        TestResult("stg_seeds", "licence", "unique", False, 1, 61),
        TestResult("stg_seeds", "licence", "accepted_values", False, 1, 61),
        TestResult("stg_seeds", "half", "not_null", False, 60, 61),
        TestResult("stg_seeds", "half", "relationships", False, 1, 1),
    )


NO_COLUMN = "select sample_id,\n  no_such as a\nfrom {{ source('build', 'seeds') }}"
NO_NUMBER = "select cast(licence as integer) as a\nfrom {{ source('build', 'seeds') }}"
TESTED = "models: [{name: bad, columns: [{name: a, data_tests: [not_null]}]}]"


@pytest.mark.parametrize(
    ("layer", "sql", "tested"),
    [
        ("staging", NO_COLUMN, ""),
        ("marts", NO_COLUMN, ""),
        ("marts", NO_NUMBER, ""),
        ("staging", NO_NUMBER, TESTED),  # a view fails when its test reads it
    ],
    ids=["view", "table", "table at run time", "view at run time"],
)
def test_failing_sql_names_the_model_and_writes_nothing(
    loop: Build, tmp_path: Path, layer: str, sql: str, tested: str
) -> None:
    schema = SCHEMA.partition("models:")[0] + tested
    folder = write_project(tmp_path, {"staging/schema.yml": schema, f"{layer}/bad.sql": sql})
    with pytest.raises(QMirrorError, match=f"{layer}/bad.sql"):
        run_analytics(loop.store, loop.graph, "toy", folder=folder)
    there = [p.name for p in (loop.store.root / "analytics" / "toy").iterdir()]
    assert not [name for name in there if "bad" in name or name.startswith(atomic.TEMP_PREFIX)]


def test_an_unwritable_file_is_named(loop: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq, "ParquetWriter", full)
    with pytest.raises(StoreUnavailable, match="No space left"):
        run_model(loop.store, loop.graph, "toy", "licence_coverage")


def test_unknown_datasets_are_refused(loop: Build) -> None:
    with pytest.raises(NotFoundError, match="nothing of dataset 'other'"):
        run_analytics(loop.store, loop.graph, "other")
    with pytest.raises(KeyParseError):
        run_analytics(loop.store, loop.graph, "../toy")


def test_sources_have_their_schema(loop: Build, plain: Build) -> None:
    for build in (loop, plain):
        for name, path in open_sources(build.store, build.graph, "toy").export().items():
            assert pq.read_schema(path).equals(arrow_schema(name))
    assert set(SOURCES) == {p.stem for p in path.parent.iterdir()}


def test_recipe_columns_with_hostile_names_are_only_names() -> None:
    import duckdb
    import pyarrow as pa

    from qmirror_assets.analytics.build_sources import _json_object
    from qmirror_assets.records import Column

    name = 'a"; drop table t; --'
    connection = duckdb.connect(":memory:")
    relation = connection.from_arrow(pa.table({name: [1.5, float("nan")]}))
    found = relation.select(_json_object({name: Column.FLOAT}).alias("x")).fetchall()
    assert found == [('{"a\\"; drop table t; --":1.5}',), ('{"a\\"; drop table t; --":null}',)]
