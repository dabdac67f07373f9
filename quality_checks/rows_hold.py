"""Our one expectation of Great Expectations: a condition holds in every row.

The library's own SQL expectation counts unexpected rows alone, so it passes on an empty table and
on rows where the condition is null. This one also reports how many rows it could evaluate, in the
result keys of the library's column expectations, with one scan and at most `EXAMPLES` rows read.
Imports Great Expectations; import this module lazily.
"""

from __future__ import annotations

from typing import Any, ClassVar

from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.metrics.query_metrics.query_table.query_table import (
    QueryTable,
)

from quality_checks.check import Holds

EXAMPLES = 20


class RowsHoldQuery(QueryTable):  # type: ignore[misc]  # the library is not typed
    """The metric: the one row that `rows_hold_query` returns."""

    metric_name = "rows_hold.query"
    value_keys = ("rows_hold_query",)
    query_param_name: ClassVar[str] = "rows_hold_query"


class ExpectRowsToHold(BatchExpectation):  # type: ignore[misc]  # the library is not typed
    """Expect a condition to hold in all rows, but for the share `tolerated` (0 to 1)."""

    rows_hold_query: str
    tolerated: float = 0.0

    metric_dependencies: ClassVar[tuple[str, ...]] = ("rows_hold.query",)
    success_keys: ClassVar[tuple[str, ...]] = ("rows_hold_query", "tolerated")
    domain_keys: ClassVar[tuple[str, ...]] = ("batch_id", "row_condition", "condition_parser")

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,
    ) -> dict[str, Any]:
        row = metrics["rows_hold.query"][0]
        allowed = self.tolerated * row["element_count"] + 1e-9  # 0.1 * 10 rows is one row
        return {
            "success": row["unexpected_count"] <= allowed,
            "result": {
                "element_count": row["element_count"],
                "missing_count": row["missing_count"],
                "unexpected_count": row["unexpected_count"],
                "partial_unexpected_index_list": row["examples"] or [],
            },
        }


def rows_hold_query(rule: Holds, key: str) -> str:
    """The query behind `rule`; `key` names a row. `{batch}` is left for the library to fill."""
    return f"""
        SELECT count(*) AS element_count,
            count(*) FILTER (WHERE ok IS NULL) AS missing_count,
            count(*) FILTER (WHERE ok IS NOT TRUE) AS unexpected_count,
            min(struct_pack({key} := key, value := value), {EXAMPLES})
                FILTER (WHERE ok IS NOT TRUE) AS examples
        FROM (
            SELECT CAST({key} AS VARCHAR) AS key,
                CAST({rule.value} AS VARCHAR) AS value,
                ({rule.condition}) AS ok
            FROM {rule.source}
        ) AS checked
    """  # noqa: S608 - conditions are ours, see check.py
