"""Running the tests of a schema file. Failures are counted as dbt counts them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from duckdb import ColumnExpression, ConstantExpression, FunctionExpression

from qmirror_assets.analytics.model import ColumnTest, TestKind, TestResult

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

_COUNT = "n"


def run_tests(
    connection: DuckDBPyConnection, tests: Iterable[ColumnTest]
) -> tuple[TestResult, ...]:
    """Run tests over the models of a connection.

    `evaluated` counts the rows a test looked at: all of them for not_null, those with a value
    for the others. `failures` counts rows without a value (not_null), values that stand more
    than once (unique), values that are not in the list (accepted_values), and rows whose value
    the other model lacks (relationships).
    """
    return tuple(_run(connection, test) for test in tests)


def _run(connection: DuckDBPyConnection, test: ColumnTest) -> TestResult:
    rows = connection.table(test.model)
    column = ColumnExpression(test.column)
    seen = rows if test.kind is TestKind.NOT_NULL else rows.filter(column.isnotnull())
    failures = _count(_FAILING[test.kind](connection, seen, test))
    evaluated = _count(seen)
    return TestResult(
        test.model, test.column, test.kind.value, failures == 0, failures, evaluated
    )


def _count(rows: DuckDBPyRelation) -> int:
    return int(rows.aggregate([FunctionExpression("count_star")]).fetchall()[0][0])


def _nulls(
    _connection: DuckDBPyConnection, rows: DuckDBPyRelation, test: ColumnTest
) -> DuckDBPyRelation:
    return rows.filter(ColumnExpression(test.column).isnull())


def _values(rows: DuckDBPyRelation, column: str) -> DuckDBPyRelation:
    count = FunctionExpression("count_star").alias(_COUNT)
    return rows.aggregate([ColumnExpression(column).alias("value"), count])


def _repeated(
    _connection: DuckDBPyConnection, rows: DuckDBPyRelation, test: ColumnTest
) -> DuckDBPyRelation:
    return _values(rows, test.column).filter(ColumnExpression(_COUNT) > ConstantExpression(1))


def _unexpected(
    _connection: DuckDBPyConnection, rows: DuckDBPyRelation, test: ColumnTest
) -> DuckDBPyRelation:
    known = [ConstantExpression(value) for value in test.values]
    return _values(rows, test.column).filter(ColumnExpression("value").isnotin(*known))


def _orphans(
    connection: DuckDBPyConnection, rows: DuckDBPyRelation, test: ColumnTest
) -> DuckDBPyRelation:
    there = connection.table(test.to).select(ColumnExpression(test.field).alias("parent"))
    child = rows.select(ColumnExpression(test.column).alias("child"))
    return child.join(there, "child = parent", "anti")


_Failing = Callable[["DuckDBPyConnection", "DuckDBPyRelation", ColumnTest], "DuckDBPyRelation"]
_FAILING: Mapping[TestKind, _Failing] = {
    TestKind.NOT_NULL: _nulls,
    TestKind.UNIQUE: _repeated,
    TestKind.ACCEPTED_VALUES: _unexpected,
    TestKind.RELATIONSHIPS: _orphans,
}
