"""Marts against figures counted by hand from the row tables."""

from __future__ import annotations

import json
import statistics
from collections import Counter, defaultdict

import pytest

from qmirror_assets.records import Reason
from qmirror_assets.store import schema
from tests.unit.analytics.conftest import Build

ROUNDS = [f"polish/round_{k}/judge" for k in (1, 2, 3)]
STEPS = [f"polish/round_{k}/{step}" for k in (1, 2, 3) for step in ("revise", "judge")]


def test_the_build_has_what_the_marts_speak_of(loop: Build) -> None:
    stops = Counter(row["stop_reason"] for row in loop.table("polish/judged"))
    assert stops["accepted"] > 5
    assert stops["max_rounds"] > 5
    assert stops["engine_error"] > 1  # lost in round 2 or 3


def test_funnel_balances_and_waiting_comes_back(loop: Build) -> None:
    funnel = {(r["node"], r["domain"]): r for r in loop.mart("yield_funnel")}
    for row in funnel.values():
        assert row["rows_in"] == row["rows_out"] + row["rejected"] + row["duplicates"]
    for domain in ("sums", "more"):
        last, judged = (funnel[node, domain] for node in (STEPS[-1], "polish/judged"))
        assert last["waiting"] > 0
        assert last["alive"] == judged["rows_out"] == judged["alive"]
        assert judged["share_alive"] == pytest.approx(judged["rows_out"] / judged["seeds"])
    assert funnel["intake", "quarantine"]["share_alive"] is None
    assert funnel["intake", "sums"]["duplicates"] == 1


def test_funnel_is_in_build_order(loop: Build) -> None:
    nodes = list(dict.fromkeys(row["node"] for row in loop.mart("yield_funnel")))
    assert nodes == ["intake", *(node.name for node in loop.graph)]


def test_rule_failures_count_every_rule_once(loop: Build) -> None:
    counted = Counter(
        (node, row["at_domain"], rule["name"], rule["state"])
        for node in ROUNDS
        for row in loop.table(node)
        for rule in json.loads(row["rules"])
    )
    mart = loop.mart("rule_failures")
    for row in mart:
        at = (row["node"], row["domain"], row["rule"])
        assert row["passes"] == counted[*at, "pass"]
        assert row["fails"] == counted[*at, "fail"]
        assert row["abstains"] == counted[*at, "abstain"]
        assert row["evaluated"] == row["passes"] + row["fails"]
    assert sum(r["evaluated"] + r["abstains"] for r in mart) == counted.total() > 100


def test_score_distribution(loop: Build) -> None:
    values = defaultdict(list)
    for number, node in enumerate(ROUNDS, 1):
        for row in loop.table(node):
            accepted = row["stop_reason"] == "accepted"
            values[number, "score", accepted].append(row["score"])
            values[number, "fluent", accepted].append(float(row["fluent"]))
    rows = loop.mart("score_distribution")
    mart = {(r["round"], r["score_column"], r["is_accepted"]): r for r in rows}
    assert mart.keys() == values.keys()
    for at, found in values.items():
        assert mart[at]["samples"] == mart[at]["finite"] == len(found)
        assert mart[at]["mean"] == pytest.approx(statistics.mean(found), abs=1e-6)
        assert mart[at]["median"] == statistics.median(found)
        assert (mart[at]["minimum"], mart[at]["maximum"]) == (min(found), max(found))


def test_round_gain_carries_settled_samples_forward(loop: Build) -> None:
    judged = {row["sample_id"]: row for row in loop.table("polish/judged")}
    best: dict[str, float] = {}
    for number, (node, row) in enumerate(zip(ROUNDS, loop.mart("round_gain"), strict=True), 1):
        rows = loop.table(node)
        best |= {r["sample_id"]: json.loads(r["best"])["rank"][1] for r in rows}
        stops = Counter(r["stop_reason"] for r in rows)
        assert row["round"] == number
        assert row["active"] == len(rows)
        assert (row["accepted"], row["max_rounds"]) == (stops["accepted"], stops["max_rounds"])
        assert row["scored_so_far"] == len(best)
        assert row["mean_best_score"] == pytest.approx(statistics.mean(best.values()), abs=1e-6)
        lost = [j for j in judged.values() if j["stop_reason"] == "engine_error"]
        assert row["lost"] == sum(j["rounds"] == number for j in lost)
    assert row["accepted_so_far"] == sum(j["accepted"] for j in judged.values())


def test_cost_is_of_calls_that_were_made(loop: Build) -> None:
    attempts = loop.store.state.rows(schema.attempts.select())
    mart = {row["node"]: row for row in loop.mart("cost_by_stage")}
    for node in STEPS:
        own = [a for a in attempts if a.node == node]
        failed = Counter(a.outcome for a in own if a.outcome != "ok")
        assert mart[node]["calls"] == len(own)
        assert mart[node]["failures"] == failed.total() == mart[node]["refusals"]
        assert mart[node]["completion_tokens"] == sum(a.completion_tokens for a in own)
    assert sum(row["failures"] for row in mart.values()) > 3
    assert mart["good"]["calls"] == 0
    assert mart["good"]["hit_share"] is None


def test_failures_by_outcome_add_up(loop: Build) -> None:
    outcomes = [
        "rate_limited", "server_errors", "timeouts", "resets", "unusable_replies", "refusals",
        "cut_replies", "content_filtered", "bad_requests", "render_errors", "engine_errors",
    ]  # fmt: skip
    for row in loop.mart("cost_by_stage"):
        assert sum(row[name] for name in outcomes) == row["failures"]


def test_reject_reasons(loop: Build) -> None:
    mart = {(r["stage"], r["domain"], r["reason"]): r for r in loop.mart("reject_reasons")}
    assert mart["intake", "quarantine", "wrong_type"]["samples"] == 0
    assert mart["intake", "sums", "duplicate_seed"]["is_duplicate"]
    rejected = [r for node in STEPS for r in loop.table(node, rejections=True)]
    refused = [row for key, row in mart.items() if key[0] == "polish"]
    assert {row["reason"] for row in refused} == {Reason.REFUSAL.value}
    assert sum(row["rejections"] for row in refused) == len(rejected)
    lost = [r for r in loop.table("polish/judged") if r["stop_reason"] == "engine_error"]
    assert sum(row["settled_anyway"] for row in refused) == len(lost) > 1


def test_licence_coverage(loop: Build) -> None:
    final = {row["sample_id"] for row in loop.table("final")}
    mart = {(row["licence"], row["source"]): row for row in loop.mart("licence_coverage")}
    assert mart["MIT", "other"]["seeds"] == 1
    assert mart["CC0-1.0", "toy"]["seeds"] == 60
    assert sum(row["accepted"] for row in mart.values()) == len(final)


def test_sample_quality(loop: Build) -> None:
    final = {row["sample_id"]: row for row in loop.table("final")}
    judged = {row["sample_id"]: row for row in loop.table("polish/judged")}
    mart = loop.mart("sample_quality")
    assert [row["sample_id"] for row in mart] == sorted(final)
    for row in mart:
        own = judged[row["sample_id"]]
        assert (row["rounds"], row["best_round"]) == (own["rounds"], own["best_round"])
        assert row["score"] == own["score"] >= 80
        assert row["writer"] == "en"
        assert json.loads(row["scalars"])["score"] == own["score"]


def test_a_recipe_without_loop_or_rules_gives_typed_empty_marts(loop: Build, plain: Build) -> None:
    columns = {model.name: model.columns for model in plain.result.models}
    assert columns == {model.name: model.columns for model in loop.result.models}
    for name in ("rule_failures", "score_distribution", "round_gain"):
        assert plain.mart(name) == []
    quality = plain.mart("sample_quality")
    assert len(quality) == 61
    assert {(row["loops"], row["rounds"], row["score"]) for row in quality} == {(0, 0, None)}


@pytest.mark.parametrize("name", ["loop", "plain"])
def test_every_shipped_test_passes(name: str, request: pytest.FixtureRequest) -> None:
    tests = request.getfixturevalue(name).result.tests
    assert len(tests) > 150
    assert [test for test in tests if not test.passed] == []


def test_marts_have_plain_types(loop: Build) -> None:
    marts = [model for model in loop.result.models if model.layer == "marts"]
    types = {kind for model in marts for kind in model.columns.values()}
    assert types == {"BIGINT", "INTEGER", "DOUBLE", "BOOLEAN", "VARCHAR"}
