"""Filter and assemble."""

from __future__ import annotations

from typing import Any

import pytest

from qmirror_assets.records import Column, Reason, Rejection
from qmirror_assets.stage_specs import AssembleStage, FilterStage
from qmirror_assets.stages.base import At
from qmirror_assets.stages.simple import AssembleStep, FilterStep

AT = At("s", "d", 0, 0, lambda draw: draw)


def filter_step(**more: Any) -> FilterStep:
    where = [{"column": "score", "at_least": 50}, {"column": "ok", "equals": True}]
    return FilterStep(
        FilterStage.model_validate({"kind": "filter", "name": "f", "where": where, **more})
    )


def test_a_good_row_passes_unchanged() -> None:
    assert filter_step().run({"score": 50, "ok": True}, AT) == {}


@pytest.mark.parametrize(
    ("row", "detail"),
    [
        ({"score": 49, "ok": True}, "not: score at least 50.0"),
        ({"score": float("nan"), "ok": True}, "not: score at least 50.0"),
        ({"score": 60, "ok": None}, "not: ok equals True"),
        ({}, "not: score at least 50.0"),
    ],
    ids=["low", "nan", "null", "missing"],
)
def test_a_failing_row_is_rejected_in_words(row: dict[str, Any], detail: str) -> None:
    assert filter_step().run(row, AT) == Rejection(Reason.FILTERED, detail)


@pytest.mark.parametrize(
    ("why", "detail"),
    [
        (["a", "b"], "a; b"),
        ("text", "text"),
        (None, "not: ok equals True"),
        ([], "not: ok equals True"),
    ],
    ids=str,
)
def test_a_column_explains(why: Any, detail: str) -> None:
    step = filter_step(detail="why", reason="rule_failed")
    assert set(step.inputs) == {"score", "ok", "why"}
    rejected = step.run({"score": 60, "ok": False, "why": why}, AT)
    assert rejected == Rejection(Reason.RULE_FAILED, detail)


def test_thresholds_are_in_the_fingerprint() -> None:
    other = filter_step(where=[{"column": "score", "at_least": 51}])
    assert other.fingerprint != filter_step().fingerprint == filter_step().fingerprint


def test_assemble_names_and_types_the_final_columns() -> None:
    stage = AssembleStage(
        name="final", columns={"q": "question", "again": "question", "n": "count"}
    )
    step = AssembleStep(stage, {"question": Column.STR, "count": Column.INT, "unused": Column.JSON})
    assert step.outputs == {"q": Column.STR, "again": Column.STR, "n": Column.INT}
    assert list(step.inputs) == ["question", "count"]
    assert step.run({"question": "Q", "count": None}, AT) == {"q": "Q", "again": "Q", "n": None}
