"""Queries: what they see, and that they reach nothing else (reliability table S2)."""

from __future__ import annotations

from pathlib import Path

import pytest

from qmirror_assets.analytics import query
from qmirror_assets.analytics.connection import open_connection
from qmirror_assets.errors import KeyParseError, NotFoundError, UsageError
from qmirror_assets.store import Store, open_store
from tests.unit.analytics.conftest import Build

CANARY = "canary-7d1c"


@pytest.fixture(scope="module")
def canary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("secret") / "canary.csv"
    path.write_text(f"a\n{CANARY}\n", "utf-8")
    return path


FILE_READS = [
    "select * from read_text('{f}')", "select * from read_blob('{f}')",
    "select * from read_csv('{f}')", "select * from read_csv_auto('{f}')",
    "select * from read_json('{f}')", "select * from read_parquet('{f}')",
    "select * from '{f}'", 'select * from "{f}"', "select * from glob('{f}')",
    "select * from sniff_csv('{f}')", "select * from parquet_schema('{f}')",
    "select * from query('select * from read_text(''{f}'')')",
    "select node from stg_nodes union all select content from read_text('{f}')",
    "select node from stg_nodes where node = '' union select * from '{f}'",
    "with x as (select * from read_text('{f}')) select * from x",
    "select (select content from read_text('{f}')) as c from stg_nodes",
    "select node from stg_nodes where exists (select 1 from read_text('{f}'))",
    "select node, x.content from stg_nodes, lateral (select * from read_text('{f}')) x",
    "select * from stg_nodes; select * from read_text('{f}')",
    "copy (select 1) to '{f}'", "copy stg_nodes from '{f}'", "export database '{f}'",
    "attach '{f}' as x", "create table x as select * from '{f}'", "import database '{f}'",
    "insert into stg_nodes select * from '{f}'", "load '{f}'", "install '{f}'",
    "pragma import_database('{f}')", "call read_text('{f}')", "explain analyze select * from '{f}'",
    "select * from read_text(['{f}'])", "select content from read_text(concat('', '{f}'))",
    "select * /* */ from/**/read_text('{f}')", "select * from ReAd_TeXt('{f}')",
    "select * from main.read_text('{f}')", "select * from system.main.read_text('{f}')",
    "pivot (select * from '{f}') on a", "summarize select * from '{f}'",
    "from read_text('{f}')", "table '{f}'", "select * from st_read('{f}')",
    "prepare p as select * from '{f}'", "execute p", "select * from read_ndjson('{f}')",
    "select add_parquet_key('k', '{f}')", "select * from parquet_scan('{f}')",
    "select * from read_json_objects('{f}')", "select * from arrow_scan('{f}')",
]  # fmt: skip
OUTSIDE = [
    "select * from duckdb_settings()", "select * from duckdb_secrets()",
    "select * from duckdb_tables()", "select * from duckdb_views()", "select * from pg_tables",
    "select * from pg_catalog.pg_tables", "select * from information_schema.tables",
    "select * from information_schema.columns", "select * from sqlite_master",
    "select * from duckdb_temporary_files()", "select * from pragma_database_list()",
    "select current_setting('temp_directory')", "select current_setting('home_directory')",
    "select getenv('HOME')", "select getvariable('x')", "select which_secret('x', 's3')",
    "select * from build__nodes", "select * from temp.main.build__nodes",
    "select * from memory.build.nodes", "select * from python_leak", "show all tables",
    "describe stg_nodes", "set enable_external_access = true", "reset enable_external_access",
    "set lock_configuration = false", "set memory_limit = '64GB'", "pragma database_list",
    "select 1; set threads = 64", "drop view stg_nodes", "delete from stg_nodes",
    "create macro m() as 1", "create function f() as 1", "create secret s (type s3)",
    "begin transaction", "vacuum", "checkpoint", "use temp", "detach memory",
    "select * from query_table('stg_nodes')", "select * from duckdb_logs()",
]  # fmt: skip


@pytest.mark.parametrize("sql", FILE_READS, ids=lambda sql: sql[:50])
def test_no_file_is_read(loop: Build, canary: Path, sql: str) -> None:
    before = canary.read_bytes()
    with pytest.raises(UsageError) as refused:
        query(loop.store, "toy", sql.replace("{f}", str(canary)))
    assert CANARY not in str(refused.value)
    assert canary.read_bytes() == before


@pytest.mark.parametrize("sql", OUTSIDE, ids=lambda sql: sql[:50])
def test_nothing_outside_the_analytics_is_seen(loop: Build, sql: str) -> None:
    python_leak = [1]
    with pytest.raises(UsageError):
        query(loop.store, "toy", sql)
    assert python_leak


@pytest.mark.parametrize("sql", [*FILE_READS, *OUTSIDE[22:27]], ids=lambda sql: sql[:50])
def test_the_connection_alone_reads_no_file(tmp_path: Path, canary: Path, sql: str) -> None:
    """The second wall without the first: whatever the SQL is, DuckDB opens no path."""
    import duckdb

    with open_connection(tmp_path) as connection:
        connection.execute("create table stg_nodes (node text)")
        try:
            found = connection.execute(sql.replace("{f}", str(canary))).fetchall()
        except duckdb.Error as error:
            found = str(error)
    assert CANARY not in str(found)
    assert canary.read_text("utf-8").count(CANARY) == 1


def test_the_connection_sees_no_python_variable(tmp_path: Path) -> None:
    import duckdb
    import pyarrow as pa

    secret = pa.table({"a": [CANARY]})
    with open_connection(tmp_path) as connection, pytest.raises(duckdb.CatalogException):
        connection.sql("select * from secret").fetchall()
    assert secret.num_rows == 1


@pytest.mark.parametrize(
    "value",
    ["' or '1'='1", "x' union select node from stg_nodes --", "%", "_", "'; drop table x", "\\"],
)
def test_a_quoted_value_matches_only_itself(loop: Build, value: str) -> None:
    text = value.replace("'", "''")
    assert query(loop.store, "toy", f"select node from stg_nodes where node = '{text}'").rows == ()


def test_marts_views_and_sources_are_readable(loop: Build) -> None:
    for table in ("yield_funnel", "stg_rules", "build.rounds", "run.attempts"):
        found = query(loop.store, "toy", f"select count(*) as n from {table}")
        assert found.columns == ("n",)
        assert found.rows[0][0] > 0


def test_a_query_joins_and_is_cut_at_the_limit(loop: Build) -> None:
    sql = (
        "with best as (select sample_id, score from sample_quality) select s.licence, b.score "
        "from best as b join stg_seeds as s using (sample_id) order by b.score desc"
    )
    found = query(loop.store, "toy", sql, limit=3)
    assert (len(found.rows), found.truncated) == (3, True)
    assert found.types == ("VARCHAR", "DOUBLE")
    assert not query(loop.store, "toy", sql).truncated


def test_the_nearest_table_is_named(loop: Build) -> None:
    with pytest.raises(UsageError, match="Did you mean 'cost_by_stage'"):
        query(loop.store, "toy", "select * from cost_by_stages")


def test_a_wrong_column_is_named(loop: Build) -> None:
    with pytest.raises(UsageError, match="no_such"):
        query(loop.store, "toy", "select no_such from yield_funnel")


@pytest.mark.parametrize(
    "sql",
    [
        "select count(*) as n from range(100000000000) as r(i)",
        "with recursive x as (select 1 as i union all select i + 1 from x) select max(i) from x",
    ],
    ids=["range", "recursion"],
)
def test_an_endless_query_is_stopped(loop: Build, sql: str) -> None:
    with pytest.raises(UsageError, match=r"took longer than 0\.3 seconds"):
        query(loop.store, "toy", sql, seconds=0.3)


def test_a_huge_query_is_bounded(loop: Build) -> None:
    sql = "select list(i) as l from range(2000000000) as r(i)"
    with pytest.raises(UsageError):
        query(loop.store, "toy", sql, seconds=5)


def test_bad_arguments(loop: Build, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="too long"):
        query(loop.store, "toy", "select 1 as a --" + "x" * 20_000)
    for limit in (0, -1, 10**9):
        with pytest.raises(UsageError, match="limit"):
            query(loop.store, "toy", "select 1 as a", limit=limit)
    with pytest.raises(KeyParseError):
        query(loop.store, "../toy", "select 1 as a")
    empty: Store = open_store(tmp_path / "data")
    with pytest.raises(NotFoundError, match="has no analytics"):
        query(empty, "toy", "select 1 as a")
    empty.close()
