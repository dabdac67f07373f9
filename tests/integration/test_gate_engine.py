"""The DuckDB patch and the manners of the gate, each in a fresh process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from quality_checks.duckdb_engine import keep_duckdb_connection
from quality_checks.testing import clean_facts, write_candidate

EXPECT_ROWS = """
import sys
from pathlib import Path
import great_expectations as gx, duckdb
if sys.argv[2] == "patched":
    from quality_checks.duckdb_engine import keep_duckdb_connection
    keep_duckdb_connection()
path = Path(sys.argv[1]) / f"{sys.argv[2]}.duckdb"
with duckdb.connect(str(path)) as connection:
    connection.execute("CREATE TABLE t AS SELECT 1 AS a")
source = gx.get_context(mode="ephemeral").data_sources.add_sql(
    "s", connection_string=f"duckdb:///{path}", create_temp_table=False
)
batch = source.add_table_asset("t", table_name="t").add_batch_definition_whole_table("b")
result = batch.get_batch().validate(gx.expectations.ExpectTableRowCountToEqual(value=1))
print("evaluated" if result.success else "broken")
"""

EVALUATE = """
import sys
from pathlib import Path
from qmirror_assets.recipe import GateSpec
from quality_checks import evaluate
record = evaluate(Path(sys.argv[1]), GateSpec(), 0.1)
print(record.opens(), sum(not check.passed for check in record.checks))
"""


def run(script: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "TMPDIR": str(folder)}
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(("patched", "outcome"), [("patched", "evaluated"), ("bare", "broken")])
def test_canary_duckdb_needs_the_patch(tmp_path: Path, patched: str, outcome: str) -> None:
    """When "bare" fails here, Great Expectations has learnt DuckDB: remove the patch."""
    done = run(EXPECT_ROWS, str(tmp_path), patched, folder=tmp_path)
    assert done.stdout.split() == [outcome], done.stderr[-2000:]


@pytest.mark.parametrize("damaged", [False, True], ids=["clean", "with-raising-checks"])
def test_the_gate_leaves_nothing_behind(tmp_path: Path, damaged: bool) -> None:
    """Nothing printed, no file in the working, home or temporary folder, nothing changed."""
    facts = clean_facts(30)
    for row in facts if damaged else ():
        row.pop("licence")
    candidate = write_candidate(tmp_path / "candidate", facts)
    before = {p.name: p.read_bytes() for p in candidate.iterdir()}
    home = tmp_path / "home"
    home.mkdir()
    done = run(EVALUATE, str(candidate), folder=home)
    assert done.stderr == ""
    assert done.stdout.split() == (["False", "1"] if damaged else ["True", "0"])
    assert list(home.iterdir()) == []
    assert {p.name: p.read_bytes() for p in candidate.iterdir()} == before


def test_patching_twice_changes_nothing() -> None:
    from great_expectations.execution_engine import SqlAlchemyExecutionEngine

    keep_duckdb_connection()
    once = SqlAlchemyExecutionEngine.get_connection
    keep_duckdb_connection()
    assert SqlAlchemyExecutionEngine.get_connection is once


def test_other_dialects_keep_their_own_way() -> None:
    from great_expectations.execution_engine import SqlAlchemyExecutionEngine
    from sqlalchemy import text

    keep_duckdb_connection()
    engine = SqlAlchemyExecutionEngine(connection_string="sqlite://")
    with engine.get_connection() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    engine.close()
