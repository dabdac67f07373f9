"""The gate over a candidate that a real build wrote."""

from __future__ import annotations

from typing import Any

import pytest

from qmirror_assets.recipe import load_recipe
from qmirror_assets.release.candidate import Candidate, make_candidate
from qmirror_assets.release.snapshot import take_snapshot
from qmirror_assets.stages.compile import compile_recipe
from quality_checks import evaluate, suite_fingerprint


@pytest.fixture
def candidate(toy: Any) -> Candidate:
    toy.write([toy_row(number) for number in range(24)])
    toy.build()
    graph = compile_recipe(load_recipe(str(toy.folder)))
    store = toy.open()
    try:
        domains = store.state.domain_names("toy")
        snapshots = [take_snapshot(store, graph, "toy", domain) for domain in domains]
        return make_candidate(store, graph, "toy", "2026.11.0", snapshots)
    finally:
        store.close()


def toy_row(number: int) -> dict[str, Any]:
    return {
        "question": f"What is {number} plus {number * 7}?",
        "answer": str(number * 8),
        "domain": ("sums", "more")[number % 2],
        "licence": "CC0-1.0",
        "source": "toy",
    }


def test_a_built_candidate_is_gated_under_its_own_digests(toy: Any, candidate: Candidate) -> None:
    gate = load_recipe(str(toy.folder)).spec.gate
    record = evaluate(candidate.directory, gate, 0.1)
    assert not [check.sentence for check in record.checks if not check.passed]
    assert record.opens()
    assert (record.dataset, record.version) == ("toy", "2026.11.0")
    assert record.candidate == candidate.bytes_digest
    assert record.release_digest == candidate.release_digest
    assert record.suite == suite_fingerprint(gate, 0.1)


def test_the_same_candidate_is_refused_under_stricter_rules(toy: Any, candidate: Candidate) -> None:
    gate = load_recipe(str(toy.folder)).spec.gate
    strict = gate.model_copy(update={"require_image": True, "min_rows": 25})
    record = evaluate(candidate.directory, strict, 0.1)
    failed = {check.name for check in record.failed()}
    assert {"row_floor", "images_present"} <= failed
    assert not record.opens()
