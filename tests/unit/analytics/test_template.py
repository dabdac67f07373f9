"""Model files: three calls and nothing else, with the line named."""

from __future__ import annotations

import pytest

from qmirror_assets.analytics.model import Materialized
from qmirror_assets.analytics.template import read_target, render
from qmirror_assets.errors import UsageError


def test_calls_become_quoted_names() -> None:
    found = render(
        "{{ config(materialized='view') }}\nselect a from {{ ref('stg_x') }}\n"
        "join {{ source('build', 'nodes') }}", "m.sql",
    )  # fmt: skip
    assert found.sql == '\nselect a from "stg_x"\njoin "build"."nodes"'
    assert (found.refs, found.sources) == ({"stg_x": 2}, {"build.nodes": 3})
    assert found.materialized is Materialized.VIEW


def test_a_call_over_several_lines_keeps_line_numbers() -> None:
    text = "{{ config(\n  materialized='table'\n) }}\nselect 1 as a\nfrom {{ ref('x') }}"
    found = render(text, "m.sql")
    assert found.sql.split("\n").index("select 1 as a") == 3
    assert found.refs == {"x": 5}


@pytest.mark.parametrize(
    "text",
    [
        "{{ var('x') }}",
        "{{ ref(name) }}",
        "{{ ref('a', 'b') }}",
        "{{ ref('a' ~ 'b') }}",
        "{{ ref('a').upper() }}",
        "{{ ref('a') | safe }}",
        "{{ ref('a\" union select 1 --') }}",
        "{{ ref('a', version=2) }}",
        "{{ ref(*names) }}",
        "{{ source('build') }}",
        "{{ config(materialized='incremental') }}",
        "{{ config(alias='x') }}",
        "{{ 1 + 1 }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ self._TemplateReference__context }}",
        "{% for x in [1] %}{% endfor %}",
        "{% set x = 1 %}",
        "{% include 'schema.yml' %}",
        "{% macro m() %}{% endmacro %}",
        "{{ ref('a') ",
    ],
    ids=lambda text: text[:40],
)
def test_anything_else_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        render(f"select 1\n{text}", "marts/m.sql")
    assert "marts/m.sql, line 2" in str(refused.value)


def test_endless_nesting_is_refused() -> None:
    with pytest.raises(UsageError, match="not allowed"):
        render("{{ " + "(" * 3000 + " }}", "m.sql")


def test_too_long_a_file_is_refused() -> None:
    with pytest.raises(UsageError, match="too long"):
        render("-" * 100_001, "m.sql")


def test_targets_of_schema_files() -> None:
    assert read_target("ref('stg_nodes')", "schema.yml") == "stg_nodes"
    assert read_target("source('build', 'nodes')", "schema.yml") == "build.nodes"
    for text in ("config(materialized='view')", "stg_nodes", "ref('a') }}{{ ref('b')"):
        with pytest.raises(UsageError):
            read_target(text, "schema.yml")
