"""Checks as Great Expectations suites. Imports Great Expectations; import this module lazily."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import great_expectations as gx
from great_expectations import expectations as gxe

from quality_checks.check import KEYS, AlwaysTrue, AtLeast, Check, Holds, Unique
from quality_checks.rows_hold import EXAMPLES, ExpectRowsToHold, rows_hold_query

NAME = "check"
"""The key of an expectation's meta that holds the name of its check."""


def build_suite(name: str, checks: Iterable[Check]) -> Any:
    """A suite with one expectation per check."""
    return gx.ExpectationSuite(name=name, expectations=[to_expectation(c) for c in checks])


def to_expectation(check: Check) -> Any:
    """The expectation of one check, with its name and severity."""
    about = {"meta": {NAME: check.name}, "severity": check.severity}
    match check.rule:
        case AtLeast(rows):
            return gxe.ExpectTableRowCountToBeBetween(min_value=rows, **about)
        case Unique(column):
            return gxe.ExpectColumnValuesToBeUnique(column=column, **about)
        case AlwaysTrue(column):
            return gxe.ExpectColumnValuesToBeInSet(column=column, value_set=[True], **about)
        case Holds() as rule:
            query = rows_hold_query(rule, KEYS[check.table])
            return ExpectRowsToHold(rows_hold_query=query, tolerated=rule.tolerated, **about)


def result_format(key: str) -> dict[str, Any]:
    """What the library reports: counts and the keys of a few unexpected rows, never all."""
    return {
        "result_format": "SUMMARY",
        "unexpected_index_column_names": [key],
        "partial_unexpected_count": EXAMPLES,
    }
