"""Running the tests of a schema file. Failures are counted as dbt counts them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from duckdb import ColumnExpression, ConstantExpression, FunctionExpression

from qmirror_assets.analytics.model import ColumnTest, TestKind, TestResult

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

_COUNT = "n"


def run_tests(
    connection: DuckDBPyConnection, tests: Iterable[ColumnTest]
) -> tuple[TestResult, ...]:
    """Run tests over the models of a connection, in their order.

    `evaluated` counts the rows a test looked at: all of them for not_null, those with a value
    for the others. `failures` counts rows without a value (not_null), values that stand more
    than once (unique), values that are not in the list (accepted_values), and rows whose value
    the other model lacks (relationships).
    """
    found: list[TestResult] = []
    for model, group in groupby(tests, attrgetter("model")):
        of_model = list(group)
        counts = _count_values(connection.table(model), {test.column for test in of_model})
        found += [_run(connection, test, counts) for test in of_model]
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Counts:
    """Rows of a model, and how many of them have a value, by column."""

    rows: int
    values: Mapping[str, int]


def _count_values(rows: DuckDBPyRelation, columns: Iterable[str]) -> _Counts:
    """One scan for all columns: a scan for every not_null would be a hundred of them."""
    names = sorted(columns)
    counted = [FunctionExpression("count", ColumnExpression(name)) for name in names]
    total, *values = rows.aggregate([FunctionExpression("count_star"), *counted]).fetchall()[0]
    return _Counts(int(total), dict(zip(names, map(int, values), strict=True)))


def _run(connection: DuckDBPyConnection, test: ColumnTest, counts: _Counts) -> TestResult:
    present = counts.values[test.column]
    if test.kind is TestKind.NOT_NULL:
        failures, evaluated = counts.rows - present, counts.rows
    else:
        failures = _FAILING[test.kind](connection, test) if present else 0
        evaluated = present
    return TestResult(test.model, test.column, test.kind.value, failures == 0, failures, evaluated)


def _count(rows: DuckDBPyRelation) -> int:
    return int(rows.aggregate([FunctionExpression("count_star")]).fetchall()[0][0])


def _values(connection: DuckDBPyConnection, test: ColumnTest) -> DuckDBPyRelation:
    """Each value of the tested column with the number of its rows."""
    column = ColumnExpression(test.column)
    count = FunctionExpression("count_star").alias(_COUNT)
    rows = connection.table(test.model).filter(column.isnotnull())
    return rows.aggregate([column.alias("value"), count])


def _repeated(connection: DuckDBPyConnection, test: ColumnTest) -> int:
    more_than_once = ColumnExpression(_COUNT) > ConstantExpression(1)
    return _count(_values(connection, test).filter(more_than_once))


def _unexpected(connection: DuckDBPyConnection, test: ColumnTest) -> int:
    known = [ConstantExpression(value) for value in test.values]
    return _count(_values(connection, test).filter(ColumnExpression("value").isnotin(*known)))


def _orphans(connection: DuckDBPyConnection, test: ColumnTest) -> int:
    there = connection.table(test.to).select(ColumnExpression(test.field).alias("parent"))
    child = connection.table(test.model).select(ColumnExpression(test.column).alias("child"))
    have_value = child.filter(ColumnExpression("child").isnotnull())
    return _count(have_value.set_alias("c").join(there.set_alias("p"), "child = parent", "anti"))


_Failing = Callable[["DuckDBPyConnection", ColumnTest], int]
_FAILING: Mapping[TestKind, _Failing] = {
    TestKind.UNIQUE: _repeated,
    TestKind.ACCEPTED_VALUES: _unexpected,
    TestKind.RELATIONSHIPS: _orphans,
}
