"""The suite as data: names, descriptions and the fingerprint. No Great Expectations here."""

from __future__ import annotations

import time
from typing import Any

import pytest

from qmirror_assets.recipe import GateSpec
from quality_checks import check_names, suite, suite_fingerprint

NAMES = [
    "row_floor",
    "ids_present",
    "ids_unique",
    "row_digests_unique",
    "question_present",
    "answer_present",
    "licence_present",
    "split_present",
    "score_evaluated",
    "score_finite",
    "score_in_range",
    "images_present",
    "images_stored",
    "images_decodable",
    "image_sizes",
    "lineage_closed",
    "answers_preserved",
    "duplicate_rate",
    "families_kept_together",
    "yield_per_domain",
    "reject_rate_per_domain",
    "engine_failures_per_domain",
    "rows_per_domain",
    "domain_counts",
    "domains_complete",
]
THRESHOLDS: dict[str, Any] = {
    "min_rows": 7,
    "min_rows_per_domain": 7,
    "min_evaluated": 0.7,
    "max_reject_rate": 0.7,
    "max_duplicate_rate": 0.7,
    "min_yield": 0.7,
    "score_column": "",
    "score_range": (0.0, 7.0),
    "require_image": False,
}


def test_check_names_are_stable() -> None:
    assert [check.name for check in check_names(GateSpec())] == NAMES


def test_only_the_split_of_families_is_a_warning() -> None:
    found = [check.name for check in check_names(GateSpec()) if check.severity != "critical"]
    assert found == ["families_kept_together"]


def test_descriptions_name_the_thresholds() -> None:
    infos = check_names(GateSpec(min_rows=40, min_yield=0.25), 0.05)
    described = {check.name: check.description for check in infos}
    assert described["row_floor"] == "Expects at least 40 samples."
    assert "25 %" in described["yield_per_domain"]
    assert "5 %" in described["engine_failures_per_domain"]


def test_a_recipe_without_a_score_has_no_score_checks() -> None:
    names = [check.name for check in check_names(GateSpec(score_column=""))]
    assert names == [name for name in NAMES if not name.startswith("score_")]


def test_pictures_are_optional_where_the_gate_says_so() -> None:
    names = [check.name for check in check_names(GateSpec(require_image=False))]
    assert names == [name for name in NAMES if name != "images_present"]


@pytest.mark.parametrize("field", THRESHOLDS)
def test_fingerprint_follows_every_threshold(field: str) -> None:
    changed = GateSpec.model_validate({field: THRESHOLDS[field]})
    assert suite_fingerprint(changed, 0.1) != suite_fingerprint(GateSpec(), 0.1)


def test_fingerprint_follows_the_failure_rate() -> None:
    assert suite_fingerprint(GateSpec(), 0.2) != suite_fingerprint(GateSpec(), 0.1)


def test_fingerprint_follows_our_code(monkeypatch: pytest.MonkeyPatch) -> None:
    before = suite_fingerprint(GateSpec(), 0.1)
    monkeypatch.setattr(suite, "CODE", suite.CODE + 1)
    assert suite_fingerprint(GateSpec(), 0.1) != before


def test_fingerprint_follows_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    before = suite_fingerprint(GateSpec(), 0.1)
    monkeypatch.setattr(suite, "version", lambda name: f"{name} 9.9")
    assert suite_fingerprint(GateSpec(), 0.1) != before


def test_every_gate_field_is_covered() -> None:
    # `preserve` is applied when the facts are made; the checks see its outcome alone.
    assert {*THRESHOLDS, "preserve"} == set(GateSpec.model_fields)


def test_fingerprint_is_stable_and_quick() -> None:
    first = suite_fingerprint(GateSpec(), 0.1)
    start = time.perf_counter()
    assert suite_fingerprint(GateSpec(), 0.1) == first
    assert time.perf_counter() - start < 0.1  # 1-2 ms on a quiet machine
