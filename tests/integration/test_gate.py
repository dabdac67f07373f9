"""The suite over small candidates: one planted defect, exactly the named checks fail."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qmirror_assets.errors import DamagedObject
from qmirror_assets.recipe import GateSpec
from qmirror_assets.release.gate import CheckResult, GateRecord
from quality_checks import evaluate, suite_fingerprint
from quality_checks.check import Check, Holds
from quality_checks.testing import Rows, clean_domains, clean_facts, write_candidate

SAMPLES = 120
GATE = GateSpec(min_rows=100, min_rows_per_domain=40, min_yield=0.7, max_reject_rate=0.3)
Edit = Callable[[Rows], Any]


def put(column: str, *values: Any, row: int = 0) -> Edit:
    """Put `values` into `column` of the rows from `row` on."""

    def edit(rows: Rows) -> None:
        for number, value in enumerate(values, row):
            rows[number][column] = value

    return edit


def drop(column: str) -> Edit:
    return lambda rows: [row.pop(column) for row in rows]


def gate_of(
    folder: Path,
    facts: Edit | None = None,
    domains: Edit | None = None,
    gate: GateSpec = GATE,
) -> GateRecord:
    rows = clean_facts(SAMPLES)
    listed = clean_domains(rows)
    if facts:
        facts(rows)
    if domains:
        domains(listed)
    return evaluate(write_candidate(folder / "candidate", rows, listed), gate, 0.1)


def failed(record: GateRecord) -> set[str]:
    return {check.name for check in record.checks if not check.passed}


def check_of(record: GateRecord, name: str) -> CheckResult:
    return next(check for check in record.checks if check.name == name)


def test_a_clean_candidate_passes(tmp_path: Path) -> None:
    record = gate_of(tmp_path)
    assert record.passed
    assert record.opens()
    assert not failed(record)
    assert {c.evaluated for c in record.checks} == {SAMPLES, 3}
    assert record.suite == suite_fingerprint(GATE, 0.1)
    assert set(record.libraries) > {"great-expectations", "duckdb"}
    assert GateRecord.load(record.dump()) == record


NAN_FAILS = {"score_evaluated", "score_finite", "score_in_range"}
FACTS: dict[str, tuple[Edit, set[str]]] = {
    "score-nan": (put("score", math.nan), NAN_FAILS),
    "score-infinite": (put("score", math.inf), NAN_FAILS),
    "score-all-nan": (put("score", *[math.nan] * SAMPLES), NAN_FAILS),
    "score-99-percent-nan": (put("score", *[math.nan] * (SAMPLES - 1)), NAN_FAILS),
    "score-null": (put("score", None), {"score_evaluated"}),
    "score-too-high": (put("score", 100.5), {"score_in_range"}),
    "score-negative": (put("score", -0.5), {"score_in_range"}),
    "id-null": (put("id", None), {"ids_present", "ids_unique", "rows_per_domain"}),
    "id-empty": (put("id", ""), {"ids_present"}),
    "id-twice": (put("id", "sample-000009"), {"ids_unique"}),
    "content-twice": (put("row_digest", "same", "same"), {"row_digests_unique"}),
    "question-blank": (put("question", " \n\t"), {"question_present"}),
    "question-null": (put("question", None), {"question_present"}),
    "answer-empty": (put("answer", ""), {"answer_present"}),
    "licence-null": (put("licence", None), {"licence_present"}),
    "licence-empty": (put("licence", ""), {"licence_present"}),
    "split-of-a-loner-empty": (
        lambda rows: rows[0].update(split="", family=""),
        {"split_present"},
    ),
    "no-picture": (put("image_digest", ""), {"images_present"}),
    "picture-not-stored": (put("image_in_cas", False), {"images_stored"}),
    "picture-broken": (put("image_decodes", False), {"images_decodable"}),
    "picture-unknown": (put("image_decodes", None), {"images_decodable"}),
    "picture-of-no-size": (put("image_width", 0), {"image_sizes"}),
    "picture-too-wide": (put("image_width", 10_001), {"image_sizes"}),
    "picture-a-bomb": (
        lambda rows: rows[0].update(image_width=9_999, image_height=9_999), {"image_sizes"}
    ),
    "lineage-broken": (put("lineage_ok", False), {"lineage_closed"}),
    "lineage-unknown": (put("lineage_ok", None), {"lineage_closed"}),
    "answer-changed": (put("answer_preserved", False), {"answers_preserved"}),
    "duplicates": (put("duplicate_of", *["sample-000099"] * 13), {"duplicate_rate"}),
    "domain-unknown": (put("domain", "astrology"), {"domain_counts", "rows_per_domain"}),
    "domain-null": (put("domain", None), {"domain_counts", "rows_per_domain"}),
    "unlisted-domain": (
        lambda rows: rows.append({**rows[0], "id": "x", "row_digest": "x", "domain": "astrology"}),
        {"domain_counts"},
    ),
    "no-score-column": (drop("score"), NAN_FAILS),
    "no-licence-column": (drop("licence"), {"licence_present"}),
    "no-lineage-column": (drop("lineage_ok"), {"lineage_closed"}),
}  # fmt: skip


@pytest.mark.parametrize(("edit", "names"), FACTS.values(), ids=FACTS)
def test_a_defect_in_the_samples(tmp_path: Path, edit: Edit, names: set[str]) -> None:
    record = gate_of(tmp_path, facts=edit)
    assert failed(record) == names
    assert not record.passed
    assert not record.opens()


DOMAINS: dict[str, tuple[Edit, set[str]]] = {
    "low-yield": (put("yield", 0.69, row=1), {"yield_per_domain"}),
    "yield-nan": (put("yield", math.nan), {"yield_per_domain"}),
    "yield-null": (put("yield", None), {"yield_per_domain"}),
    "high-reject-rate": (put("reject_rate", 0.31), {"reject_rate_per_domain"}),
    "engine-failures": (put("engine_failures", 6), {"engine_failures_per_domain"}),
    "no-seeds": (put("seeds", 0), {"engine_failures_per_domain"}),
    "wrong-count": (put("accepted", 41), {"domain_counts"}),
    "partial": (put("partial", True), {"domains_complete"}),
    "domain-left-out": (lambda rows: rows.pop(), {"domain_counts"}),
    "domain-twice": (
        lambda rows: rows.append(dict(rows[0])), {"domain_counts", "rows_per_domain"}
    ),
    "domain-without-samples": (
        lambda rows: rows.append({**rows[0], "domain": "geology", "accepted": 0}),
        {"rows_per_domain"},
    ),
    "no-yield-column": (drop("yield"), {"yield_per_domain"}),
    "no-partial-column": (drop("partial"), {"domains_complete"}),
}  # fmt: skip


@pytest.mark.parametrize(("edit", "names"), DOMAINS.values(), ids=DOMAINS)
def test_a_defect_in_the_domains(tmp_path: Path, edit: Edit, names: set[str]) -> None:
    record = gate_of(tmp_path, domains=edit)
    assert failed(record) == names
    assert not record.passed


def test_the_failing_domain_and_its_value_are_named(tmp_path: Path) -> None:
    check = check_of(gate_of(tmp_path, domains=put("yield", 0.125, row=1)), "yield_per_domain")
    assert (check.domain, check.unexpected_ids) == ("chemistry", ("chemistry",))
    assert check.sentence.endswith("1 of 3 domains (33.33 %) below that: chemistry (0.125).")


def test_a_partial_domain_makes_the_record_partial(tmp_path: Path) -> None:
    assert gate_of(tmp_path, domains=put("partial", True)).partial


def test_too_few_samples(tmp_path: Path) -> None:
    record = gate_of(tmp_path, gate=GATE.model_copy(update={"min_rows": SAMPLES + 1}))
    assert failed(record) == {"row_floor"}
    assert check_of(record, "row_floor").sentence == "Expected at least 121 samples; found 120."


def test_an_empty_table_fails_every_check_of_samples(tmp_path: Path) -> None:
    record = gate_of(tmp_path, facts=lambda rows: rows.clear())
    names = {check.name for check in record.checks if check.unexpected_count or check.evaluated}
    assert not record.passed
    assert failed(record) >= {"row_floor", "ids_unique", "lineage_closed", *NAN_FAILS}
    assert not {c.name for c in record.checks if c.passed and c.column in ("score", "id", "")}
    assert names == {c.name for c in record.checks if c.sentence.count("domain")}


def test_no_domains_fail_every_check_of_domains(tmp_path: Path) -> None:
    record = gate_of(tmp_path, domains=lambda rows: rows.clear())
    assert {c.name for c in record.checks if c.column in ("yield", "reject_rate", "partial")} <= (
        failed(record)
    )
    assert not record.passed


def test_shares_are_tolerated_up_to_the_threshold(tmp_path: Path) -> None:
    gate = GATE.model_copy(update={"min_evaluated": 0.9})

    def edit(rows: Rows) -> None:
        put("duplicate_of", *["sample-000099"] * 12)(rows)
        put("score", *[None] * 12)(rows)

    record = gate_of(tmp_path, facts=edit, gate=gate)
    assert record.passed
    assert check_of(record, "duplicate_rate").unexpected_count == 12


def test_a_family_in_two_splits_warns_and_does_not_block(tmp_path: Path) -> None:
    record = gate_of(tmp_path, facts=put("split", "elsewhere"))
    check = check_of(record, "families_kept_together")
    assert failed(record) == {"families_kept_together"}
    assert check.severity == "warning"
    assert record.passed


def test_a_warning_that_raises_blocks(tmp_path: Path) -> None:
    record = gate_of(tmp_path, facts=drop("family"))
    assert failed(record) == {"families_kept_together"}
    assert check_of(record, "families_kept_together").severity == "critical"
    assert not record.passed


def test_samples_without_a_picture_are_exempt_where_allowed(tmp_path: Path) -> None:
    def edit(rows: Rows) -> None:
        rows[0].update(
            image_digest="", image_in_cas=False, image_decodes=False, image_width=0, image_height=0
        )
        rows[1]["image_decodes"] = False

    record = gate_of(tmp_path, facts=edit, gate=GATE.model_copy(update={"require_image": False}))
    assert failed(record) == {"images_decodable"}
    assert check_of(record, "images_decodable").unexpected_ids == ("sample-000001",)


def test_a_row_that_cannot_be_decided_is_named(tmp_path: Path) -> None:
    check = check_of(gate_of(tmp_path, facts=put("image_decodes", None)), "images_decodable")
    assert (check.evaluated, check.unexpected_ids) == (SAMPLES - 1, ("sample-000000",))
    assert "only 119 of 120 samples could be evaluated: sample-000000" in check.sentence


def test_an_expectation_that_raises_fails_alone(tmp_path: Path) -> None:
    record = gate_of(tmp_path, facts=lambda r: [row.update(score="high") for row in r])
    assert failed(record) == NAN_FAILS
    assert "could not be evaluated" in check_of(record, "score_finite").sentence


def test_every_failure_lists_at_most_20_rows(tmp_path: Path) -> None:
    record = gate_of(tmp_path, facts=put("image_in_cas", *[False] * SAMPLES))
    check = check_of(record, "images_stored")
    assert (check.unexpected_count, len(check.unexpected_ids)) == (SAMPLES, 20)


def test_hostile_texts_are_data(tmp_path: Path) -> None:
    hostile = ["'; DROP VIEW facts; --", '"quoted"', "{batch}", ":name", "%s %(x)s", "\x00\u202e"]

    def edit(rows: Rows) -> None:
        for column in ("id", "question", "family"):
            put(column, *hostile)(rows)
        put("lineage_ok", *[False] * len(hostile))(rows)

    record = gate_of(tmp_path, facts=edit)
    assert failed(record) == {"lineage_closed"}
    assert set(check_of(record, "lineage_closed").unexpected_ids) == set(hostile)


def test_a_result_that_the_library_withholds_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from quality_checks import evaluation

    build = evaluation.build_suite
    monkeypatch.setattr(
        evaluation, "build_suite", lambda name, checks: build(name, list(checks)[1:])
    )
    record = gate_of(tmp_path)
    assert failed(record) == {"row_floor", "yield_per_domain"}


def test_a_table_that_the_library_cannot_open_fails_all_its_checks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from great_expectations.exceptions import GreatExpectationsError

    from quality_checks import evaluation

    def refuse(name: str, _checks: object) -> None:
        raise GreatExpectationsError(f"no {name}")

    monkeypatch.setattr(evaluation, "build_suite", refuse)
    record = gate_of(tmp_path)
    assert failed(record) == {check.name for check in record.checks}


def test_a_suite_without_checks_does_not_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from quality_checks import evaluation

    monkeypatch.setattr(evaluation, "build_checks", lambda _gate, _rate: ())
    assert not gate_of(tmp_path).passed


def test_a_broken_condition_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from quality_checks import evaluation

    broken = Check("broken", "facts", "", "sense", "without it", Holds("no_such_function(id)"))
    build = evaluation.build_checks
    monkeypatch.setattr(evaluation, "build_checks", lambda g, r: (broken, *build(g, r)))
    assert failed(gate_of(tmp_path)) == {"broken"}


def test_a_candidate_made_again_meanwhile_gets_no_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from quality_checks import evaluation

    original = evaluation.evaluate_checks

    def swap(views: Any, checks: Any) -> Any:
        results = original(views, checks)
        write_candidate(tmp_path / "candidate", clean_facts(SAMPLES + 1))
        return results

    monkeypatch.setattr(evaluation, "evaluate_checks", swap)
    with pytest.raises(DamagedObject, match="made again"):
        gate_of(tmp_path)
