"""The loop marts against figures counted by hand from the row tables."""

from __future__ import annotations

import json
import statistics
from collections import Counter, defaultdict
from itertools import combinations
from typing import Any

import pytest

from tests.unit.analytics.conftest import Build
from tests.unit.analytics.test_marts import ROUNDS

DOMAINS = ("more", "sums")


def rows_of(loop: Build, domain: str) -> dict[int, dict[str, Any]]:
    """k -> sample -> row, of one domain."""
    return {
        k: {row["sample_id"]: row for row in loop.table(node) if row["at_domain"] == domain}
        for k, node in enumerate(ROUNDS)
    }


def kept_at(rows: dict[int, dict[str, Any]], k: int) -> dict[str, int]:
    """Sample -> refinement it would keep if the loop ended after k."""
    kept: dict[str, int] = {}
    for j in range(k + 1):
        kept |= {s: json.loads(row["best"])["round"] - 1 for s, row in rows[j].items()}
    return kept


@pytest.mark.parametrize("domain", DOMAINS)
def test_rounds_count_who_stopped_and_why(loop: Build, domain: str) -> None:
    mart = {r["k"]: r for r in loop.mart("loop_rounds") if r["domain"] == domain}
    rows = rows_of(loop, domain)
    judged = [r for r in loop.table("polish/judged") if r["at_domain"] == domain]
    assert [*mart] == [0, 1, 2]
    stopped = 0
    for k, row in mart.items():
        stops = Counter(r["stop_reason"] for r in rows[k].values())
        assert row["samples"] == len(rows[0])
        assert row["reached"] == len(rows[k])
        assert [row["accepted"], row["max_rounds"]] == [stops["accepted"], stops["max_rounds"]]
        lost = [r for r in judged if r["stop_reason"] == "engine_error" and r["rounds"] == k + 1]
        assert row["lost"] == len(lost)
        stopped += stops["accepted"] if k < 2 else 0
        assert (row["stopped_early"], row["stopped_early_share"]) == (
            stopped, pytest.approx(stopped / len(rows[0])),
        )  # fmt: skip
    left = sum(r["accepted"] + r["max_rounds"] + r["lost"] for r in mart.values())
    assert left == len(rows[0]), "everybody left, once"


@pytest.mark.parametrize("domain", DOMAINS)
def test_rounds_count_requests_and_failures(loop: Build, domain: str) -> None:
    for row in loop.mart("loop_rounds"):
        if row["domain"] != domain:
            continue
        nodes = [f"polish/round_{row['k'] + 1}/{step}" for step in ("revise", "judge")]
        tables = [t for n in nodes for t in (loop.table(n), loop.table(n, rejections=True))]
        mine = [r for table in tables for r in table if r["at_domain"] == domain]
        assert row["requests"] == row["text_requests"] == sum(len(r["actions"]) for r in mine)
        assert row["calls"] == row["requests"], "nothing was cached or shared in this build"
        refused = [
            r for n in nodes for r in loop.table(n, rejections=True) if r["at_domain"] == domain
        ]
        assert row["failed"] == len(refused)


@pytest.mark.parametrize("domain", DOMAINS)
def test_scores_raw_and_kept(loop: Build, domain: str) -> None:
    rows = rows_of(loop, domain)
    mart = {
        (r["k"], r["score_column"]): r for r in loop.mart("loop_scores") if r["domain"] == domain
    }
    for k in range(3):
        raw = [row["score"] for row in rows[k].values()]
        kept = [rows[at][sample]["score"] for sample, at in kept_at(rows, k).items()]
        found = mart[k, "score"]
        assert (found["reached"], found["raw_scored"]) == (len(raw), len(raw))
        assert found["raw_mean"] == pytest.approx(statistics.fmean(raw), abs=1e-6)
        assert found["raw_sd"] == pytest.approx(statistics.stdev(raw), abs=1e-6)
        assert (found["samples"], found["kept_scored"]) == (len(rows[0]), len(kept))
        assert found["kept_mean"] == pytest.approx(statistics.fmean(kept), abs=1e-6)
        assert found["kept_sd"] == pytest.approx(statistics.stdev(kept), abs=1e-6)
        assert mart[k, "fluent"]["is_flag"]
        assert not found["is_flag"]


@pytest.mark.parametrize("domain", DOMAINS)
def test_gains_are_of_the_same_samples(loop: Build, domain: str) -> None:
    rows, changes = rows_of(loop, domain), defaultdict(list)
    for j, k in combinations(range(3), 2):
        for sample in rows[0]:
            at = [kept_at(rows, n)[sample] for n in (j, k)]
            scores = [rows[n][sample]["score"] for n in at]
            changes["kept", j, k].append(scores[1] - scores[0])
        both = rows[j].keys() & rows[k].keys()
        changes["raw", j, k] = [rows[k][s]["score"] - rows[j][s]["score"] for s in both]
    mart = {
        (r["curve"], r["from_k"], r["to_k"]): r
        for r in loop.mart("loop_gains")
        if r["domain"] == domain and r["score_column"] == "score"
    }
    assert mart.keys() == changes.keys()
    for at, values in changes.items():
        assert mart[at]["pairs"] == len(values)
        assert mart[at]["mean"] == pytest.approx(statistics.fmean(values), abs=1e-6)
        assert mart[at]["sd"] == pytest.approx(statistics.stdev(values), abs=1e-6)


def test_yes_or_no_columns_have_no_gain(loop: Build) -> None:
    assert {row["score_column"] for row in loop.mart("loop_gains")} == {"score"}


def test_without_a_loop_they_are_empty(plain: Build) -> None:
    assert [plain.mart(f"loop_{name}") for name in ("rounds", "scores", "gains")] == [[], [], []]
