"""One SELECT over named tables; everything else is refused before DuckDB sees it."""

from __future__ import annotations

import pytest

from qmirror_assets.analytics.statement import check_tables, output_columns, parse_select
from qmirror_assets.errors import UsageError


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("select a from t", ("a",)),
        ("select a from t;", ("a",)),
        ("with x as (select a from t) select a from x", ("a",)),
        ("select a from t union all select a from t", ("a",)),
        ("select t.a, (select max(a) from t) as b from t", ("a", "b")),
        ("select a from t, unnest([1, 2]) as u(b)", ("a",)),
        ("select i from range(3) as r(i)", ("i",)),
    ],
)
def test_a_select_passes(sql: str, columns: tuple[str, ...]) -> None:
    statement = parse_select(sql, "q")
    check_tables(statement, {"t"}, "q")
    assert output_columns(statement, "q") == columns


@pytest.mark.parametrize(
    "sql",
    [
        "", ";", "select 1; select 2", "insert into t values (1)", "delete from t",
        "update t set a = 1", "create table x as select 1", "drop table t", "copy t to 'x'",
        "attach 'x.db'", "pragma database_list", "set threads = 1", "install httpfs", "load icu",
        "call pragma_version()", "explain select 1", "describe t", "show tables",
        "select a into b from t", "select a from t where a = ?", "select a from t where a = $1",
        "export database 'x'", "vacuum", "checkpoint", "use x", "begin", "select (", "select '",
        "values (1)", "select " + "(" * 2000 + "1" + ")" * 2000,
    ],
    ids=lambda sql: sql[:30],
)  # fmt: skip
def test_what_is_no_select_is_refused(sql: str) -> None:
    with pytest.raises(UsageError):
        parse_select(sql, "q")


def test_the_short_form_of_duckdb_is_a_select() -> None:
    statement = parse_select("from t", "q")
    assert statement.key == "select"
    check_tables(statement, {"t"}, "q")


# the name of a WITH of another part of the statement is not known in this one
NAMED_ELSEWHERE = (
    "select a from (with pg_tables as (select 1 as a) select a from pg_tables) as s "
    "union all select a from pg_tables"
)


@pytest.mark.parametrize(
    "sql",
    [
        "select a from u", "select a from main.t", "select a from 'x.parquet'",
        "select a from x.y.t", "select a from read_csv('x')", "select a from read_text('/x')",
        "select a from glob('*')", "select a from query('select 1')",
        "select a from query_table('t')",
        "select a from duckdb_settings()", "select a from pg_tables",
        "select a from information_schema.tables", "select a from t join 'x.csv' on true",
        "select (select content from read_text('x')) as a from t",
        "select a from t where a in (select b from u)",
        "with x as (select 1 as a) select a from t union select a from (select a from y) as x",
        NAMED_ELSEWHERE,
        "with pg_tables as (select 1 as a) select a from pg_catalog.pg_tables",
        "select current_setting('temp_directory') as a from t",
        "select getenv('HOME') as a from t",
        "select a from sniff_csv('x')", "select a from parquet_metadata('x')",
    ],
    ids=lambda sql: sql[:44],
)  # fmt: skip
def test_other_tables_files_and_settings_are_refused(sql: str) -> None:
    with pytest.raises(UsageError):
        check_tables(parse_select(sql, "q"), {"t", "build.nodes"}, "q")


def test_the_nearest_table_and_the_line_are_named() -> None:
    with pytest.raises(UsageError, match="Did you mean 'yield_funnel'"):
        check_tables(parse_select("select a from yeild_funnel", "q"), {"yield_funnel"}, "q")
    with pytest.raises(UsageError, match=r"m\.sql, line 3"):
        parse_select("select a\nfrom t\nwhere a = = 1", "m.sql")


@pytest.mark.parametrize("sql", ["select * from t", "select a, a from t", "select 1 from t"])
def test_columns_have_one_name_each(sql: str) -> None:
    with pytest.raises(UsageError):
        output_columns(parse_select(sql, "q"), "q")
