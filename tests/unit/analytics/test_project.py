"""The SQL project: order, unknown names, cycles, schema files; and the shipped one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from qmirror_assets.analytics import list_models
from qmirror_assets.analytics.column_lineage import column_lineage
from qmirror_assets.analytics.project import load_project, shipped_folder
from qmirror_assets.analytics.schema_file import load_schema
from qmirror_assets.analytics.source_tables import SOURCES
from qmirror_assets.errors import NotFoundError, UsageError
from tests.unit.analytics.conftest import write_project

SCHEMA = "sources: [{name: build, tables: [{name: nodes}]}]\nmodels: []\n"
STG = "select n.node as node, n.round as round from {{ source('build', 'nodes') }} as n"
RELATED = """\
models:
  - name: m
    columns:
      - name: node
        data_tests: [{{relationships: {{to: ref('{to}'), field: {field}}}}}]
"""
MART = "select s.node as node, count(*) as nodes from {{ ref('stg') }} as s group by s.node"


def project(folder: Path, **files: str) -> Path:
    named = {name.replace("__", "/") + ".sql": text for name, text in files.items()}
    return write_project(folder, {"staging/schema.yml": SCHEMA, **named})


def test_models_stand_after_what_they_read(tmp_path: Path) -> None:
    folder = project(tmp_path, marts__b="select c.node as node from {{ ref('c') }} as c",
                     marts__c=MART, staging__stg=STG)  # fmt: skip
    models = list_models(folder)
    assert [m.name for m in models] == ["stg", "c", "b"]
    assert models[0].depends_on == ("build.nodes",)
    assert [m.name for m in load_project(folder).needed_by(["c"])] == ["stg", "c"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"marts__m": "select 1 as a\nfrom {{ ref('stgg') }}"},
            "marts/m.sql, line 2: no model 'stgg'.*'stg'",
        ),
        (
            {"marts__m": "select 1 as a from {{ source('build', 'node') }}"},
            "no source 'build.node'.*nodes",
        ),
        ({"marts__stg": MART}, "stands twice"),
        ({"marts__m": "select node as a from stg"}, "no table 'stg'.*ref\\(\\)"),
        ({"marts__m": "select node from 'x.parquet'"}, "no table"),
        ({"marts__m": "delete from {{ ref('stg') }}"}, "refused"),
        ({"marts__m": "select * from {{ ref('stg') }}"}, "name each column"),
        (
            {"marts__m": "select a.node from {{ ref('n') }} as a",
             "marts__n": "select a.node from {{ ref('m') }} as a"},
            "cycle; found m -> n -> m|cycle; found n -> m -> n",
        ),
    ],
    ids=["ref", "source", "twice", "bare", "file", "delete", "star", "cycle"],
)  # fmt: skip
def test_a_bad_project_is_named(tmp_path: Path, files: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load_project(project(tmp_path, staging__stg=STG, **files))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("models: [{name: mm}]", "no model 'mm'"),
        ("models: [{name: m, columns: [{name: nods}]}]", "no column 'nods'.*nodes"),
        ("models: [{name: m, columns: [{name: node, data_tests: [nul]}]}]", "data_tests"),
        ("models: [{name: m, columns: [{name: node, tests: [unique]}]}]", "line 1.*data_tests"),
        (
            RELATED.format(to="x", field="node"),
            "relates to no model 'x'",
        ),
        (
            RELATED.format(to="stg", field="nod"),
            "no column 'nod'",
        ),
        ("sources: [{name: build, tables: [{name: secrets}]}]", "no source 'build.secrets'"),
        ("models: [{name: m, name: m}]", "stands twice"),
    ],
    ids=["model", "column", "test", "key", "relation", "field", "source", "twice"],
)  # fmt: skip
def test_a_bad_schema_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    folder = project(tmp_path, staging__stg=STG, marts__m=MART)
    (folder / "marts" / "schema.yml").write_text(text, "utf-8")
    with pytest.raises(UsageError, match=message):
        load_project(folder)


def test_unknown_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="Did you mean 'stg'"):
        load_project(project(tmp_path, staging__stg=STG)).get("stgg")


def test_column_lineage(tmp_path: Path) -> None:
    text = (
        "with counted as (select node, count(*) as n, max(round) as last from {{ ref('stg') }} "
        "group by node), named as (select node, kind from {{ source('build', 'nodes') }}) "
        "select c.node as node, c.n as n, coalesce(c.last, 0) as last, named.kind || 'x' as kind "
        "from counted as c full outer join named on c.node = named.node"
    )
    loaded = load_project(project(tmp_path, staging__stg=STG, marts__m=text))
    assert column_lineage(loaded.get("m"), loaded) == {
        "node": (("stg", "node"),),
        "n": (),
        "last": (("stg", "round"),),
        "kind": (("build.nodes", "kind"),),
    }


def test_every_shipped_column_is_traced_or_counts() -> None:
    loaded = load_project()
    for model in loaded.models:
        lineage = column_lineage(model, loaded)
        assert set(lineage) == {column.name for column in model.columns}
        for column, parents in lineage.items():
            for table, _ in parents:
                assert table in model.depends_on
            counts = "count(*)" in model.sql and model.layer == "marts"
            assert parents or counts, f"{model.name}.{column}"


def test_shipped_models_are_documented_and_keyed() -> None:
    models = list_models()
    assert {m.name for m in models if m.layer == "marts"} == {
        "yield_funnel", "rule_failures", "score_distribution", "round_gain", "cost_by_stage",
        "reject_reasons", "licence_coverage", "sample_quality", "loop_rounds", "loop_scores",
        "loop_gains",
    }  # fmt: skip
    for model in models:
        assert model.description
        assert [c.name for c in model.columns if not c.description] == []
        header = model.sql.split("select")[0]
        assert all(word in header for word in ("-- Grain:", "-- Inputs:", "-- Output:"))
        if model.layer == "marts":
            assert {"unique", "not_null"} <= {t.kind for t in model.tests}


def test_shipped_sources_are_the_declared_ones() -> None:
    path = shipped_folder() / "staging" / "schema.yml"
    assert set(load_schema(path, "staging/schema.yml").source_names()) == set(SOURCES)
    read = {source for model in list_models() for source in model.sources}
    assert read == set(SOURCES)


def test_listing_models_is_light() -> None:
    code = (
        "import sys; from qmirror_assets.analytics import list_models; list_models(); "
        "print([m for m in ('duckdb', 'dagster', 'great_expectations') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
