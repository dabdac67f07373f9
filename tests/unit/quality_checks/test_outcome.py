"""Reading what Great Expectations returned: everything unclear fails."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from quality_checks.check import AlwaysTrue, AtLeast, Check, Holds
from quality_checks.outcome import Outcome, read_outcome, to_check_result

CHECK = Check("stored", "facts", "x", "every x to be so", "whose x is not", AlwaysTrue("x"))
WARNING = Check("kept", "facts", "x", "every x to be so", "not", Holds("x"), "warning")


def returned(success: Any = True, info: Any = None, **result: Any) -> Any:
    return SimpleNamespace(success=success, result=result, exception_info=info)


@pytest.mark.parametrize(
    ("result", "table_rows"),
    [
        pytest.param(returned(element_count=0), 0, id="empty-table"),
        pytest.param(returned(element_count=0), 9, id="saw-no-row"),
        pytest.param(returned(element_count=8), 9, id="saw-fewer-rows"),
        pytest.param(returned(element_count=9, missing_count=1), 9, id="one-null"),
        pytest.param(returned(element_count=9, missing_count=9), 9, id="all-null"),
        pytest.param(returned(False, element_count=9, unexpected_count=1), 9, id="failed"),
        pytest.param(returned(None, element_count=9), 9, id="no-verdict"),
        pytest.param(returned("yes", element_count=9), 9, id="verdict-not-bool"),
        pytest.param(returned(), 9, id="no-count"),
        pytest.param(returned(element_count="9"), 9, id="count-not-int"),
        pytest.param(
            returned(info={"raised_exception": True, "exception_message": "no"}, element_count=9),
            9,
            id="raised",
        ),
        pytest.param(
            returned(info={"metric": {"raised_exception": True}}, element_count=9),
            9,
            id="a-metric-raised",
        ),
    ],
)
def test_unclear_results_fail(result: Any, table_rows: int) -> None:
    check = to_check_result(CHECK, read_outcome(result, "id"), table_rows)
    assert not check.passed
    assert check.severity == "critical"
    assert check.sentence.startswith("Expected every x to be so; found ")


def test_a_full_clean_result_passes() -> None:
    info = {"raised_exception": False, "exception_message": None}
    result = returned(info=info, element_count=9, missing_count=0, unexpected_count=0)
    check = to_check_result(CHECK, read_outcome(result, "id"), 9)
    assert check.passed
    assert check.evaluated == 9
    assert check.sentence == "Expected every x to be so; found 0 of 9 samples whose x is not."


def test_unexpected_rows_are_named() -> None:
    rows = [{"id": f"s{n}", "x": n} for n in range(30)]
    result = returned(
        False, element_count=60, unexpected_count=30, partial_unexpected_index_list=rows
    )
    check = to_check_result(CHECK, read_outcome(result, "id"), 60)
    assert len(check.unexpected_ids) == 20
    assert "30 of 60 samples (50 %) whose x is not: s0 (0), s1 (1)" in check.sentence
    assert check.observed["values"]["s1"] == "1"


def test_a_failed_warning_stays_a_warning() -> None:
    check = to_check_result(WARNING, Outcome(success=False, rows=9, unexpected=1), 9)
    assert (check.passed, check.severity) == (False, "warning")


@pytest.mark.parametrize(
    "outcome", [Outcome(error="raised"), Outcome(success=True, rows=9, missing=1)], ids=repr
)
def test_a_warning_that_cannot_be_evaluated_is_critical(outcome: Outcome) -> None:
    check = to_check_result(WARNING, outcome, 9)
    assert (check.passed, check.severity) == (False, "critical")


def test_a_row_count_counts_as_evaluated() -> None:
    floor = Check("row_floor", "facts", "", "at least 5 samples", "", AtLeast(5))
    check = to_check_result(floor, read_outcome(returned(observed_value=9), "id"), 9)
    assert (check.passed, check.evaluated) == (True, 9)
    assert check.sentence == "Expected at least 5 samples; found 9."


def test_the_only_failing_domain_is_named() -> None:
    check = Check("yield", "domains", "yield", "a yield", "below", Holds("x"))
    outcome = Outcome(rows=3, unexpected=1, examples={"physics": "0.1"})
    assert to_check_result(check, outcome, 3).domain == "physics"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("(_duckdb.BinderException) Binder Error: no column x!\nLINE 1: ...", "no column x."),
        (
            'wrapped "(duckdb.IOException) cannot read /tmp/qmirror-gate-ab12/facts.parquet: bad',
            "cannot read facts.parquet: bad.",
        ),
        ("", "returned"),
        ("x" * 5000, "x..."),
    ],
    ids=["first-line", "no-private-path", "empty", "long"],
)  # fmt: skip
def test_errors_are_told_in_one_line(error: str, told: str) -> None:
    outcome = Outcome(error=error) if error else read_outcome(returned(), "id")
    sentence = to_check_result(CHECK, outcome, 9).sentence
    assert told.rstrip(".") in sentence
    assert "\n" not in sentence
    assert len(sentence) < 300
