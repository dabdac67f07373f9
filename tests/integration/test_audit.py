"""Audit: any sample back to its seed, from the stores and from a release directory alone."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from qmirror_assets.engines.fake import FakeEngine, FakeOptions
from qmirror_assets.engines.faults import Fault, FaultPlan, FaultRule
from qmirror_assets.errors import (
    DamagedObject,
    KeyParseError,
    NotFoundError,
    StoreUnavailable,
)
from qmirror_assets.lineage.audit import audit, audit_release, find_samples
from qmirror_assets.lineage.render import render_text
from qmirror_assets.lineage.trail import AuditTrail
from qmirror_assets.release.publish import publish
from tests.integration.release_fixtures import (  # noqa: F401
    DATASET,
    SUITE,
    VERSION,
    Shop,
    built,
    open_shop,
    seed,
    seeds,
    shop,
)


def samples(folder: Path, status: str) -> list[str]:
    table = pq.read_table(folder / "lineage" / "samples.parquet").to_pylist()
    return [row["sample_id"] for row in table if row["status"] == status]


def of_store(shop: Shop, sample: str) -> AuditTrail:
    return audit(shop.store, DATASET, shop.graph.nodes, sample)


@pytest.fixture
def release(shop: Shop) -> Path:
    shop.pass_gate(shop.candidate())
    return publish(shop.store, DATASET, VERSION, SUITE).directory


@pytest.mark.parametrize("status", ["accepted", "rejected"])
def test_store_and_release_tell_the_same(shop: Shop, release: Path, status: str) -> None:
    for sample in samples(release, status):
        mine, theirs = of_store(shop, sample), audit_release(release, sample)
        assert replace(theirs, origin="store") == mine
        assert mine.status == status


def test_an_accepted_sample_shows_seed_rounds_gate_and_release(shop: Shop, release: Path) -> None:
    trails = [of_store(shop, sample) for sample in samples(release, "accepted")]
    trail = max(trails, key=lambda t: len(t.steps))
    assert trail.licence in ("CC0-1.0", "CC-BY-4.0")
    assert trail.source == "a toy | catalogue"
    assert trail.seed["answer"].endswith("kg")
    assert [s.node for s in trail.steps][:2] == ["intake", "draft"]
    assert trail.steps[-1].node == "final"
    judge = next(s for s in trail.steps if s.node == "polish/round_1/judge")
    (action,) = judge.actions
    assert action.request["messages"][0]["content"].startswith("Judge: ")
    assert json.loads(action.reply["text"])["score"] == judge.data["score"]
    assert action.engine == {"kind": "fake", "model": "a"}
    assert [a.outcome for a in action.attempts] == ["ok"]
    assert action.completion_tokens > 0
    image = next(s for s in trail.steps if s.node == "polish/round_1/image")
    assert image.actions[0].pictures == (image.data["image"],)
    (held,) = trail.held_by
    assert (held.version, held.state, held.gate.passed, held.gate.checks) == (
        VERSION, "published", True, 2,
    )  # fmt: skip


def test_parents_lead_from_the_last_row_to_the_seed(release: Path) -> None:
    for sample in samples(release, "accepted"):
        trail = audit_release(release, sample)
        by_digest = {s.row_digest: s for s in trail.steps if s.row_digest}
        step, seen = trail.steps[-1], []
        while step.node != "intake":
            parents = [s for s in trail.steps if s.row_digest == step.parent_digest and s != step]
            assert parents or step.parent_digest == step.row_digest
            seen.append(step.node)
            step = min(parents, key=lambda s: s.ordinal)
        assert by_digest[step.row_digest].parent_digest == trail.seed_digest
        assert seen[0] == "final"


def test_a_rejected_sample_shows_every_round_and_why(release: Path) -> None:
    trail = audit_release(release, samples(release, "rejected")[0])
    assert trail.reason == "rule_failed"
    assert [s.round for s in trail.steps if s.node.endswith("judge")] == [1, 2, 3]
    assert trail.steps[-1].rejections[0].detail == "not: accepted equals True"
    assert trail.held_by == ()


def test_the_release_directory_is_enough(shop: Shop, release: Path, tmp_path: Path) -> None:
    sample = samples(release, "accepted")[0]
    expected = audit_release(release, sample)
    alone = tmp_path / "elsewhere" / "copy"
    shutil.copytree(release, alone)
    shop.store.close()
    shutil.rmtree(shop.folder)
    assert audit_release(alone, sample) == expected


def test_a_candidate_can_be_audited_too(shop: Shop) -> None:
    made = shop.candidate()
    sample = samples(made.directory, "accepted")[0]
    (held,) = audit_release(made.directory, sample).held_by
    assert (held.state, held.gate) == ("candidate", None)
    shop.pass_gate(made, passed=False)
    (held,) = of_store(shop, sample).held_by
    assert held.gate is not None
    assert not held.gate.passed


def test_a_unique_beginning_is_enough(shop: Shop, release: Path) -> None:
    sample = samples(release, "accepted")[0]
    assert audit_release(release, sample[:8].upper()).sample_id == sample
    assert of_store(shop, sample[:9]).sample_id == sample
    assert find_samples(shop.store, sample[:8]) == [(DATASET, sample)]


@pytest.mark.parametrize(
    "hostile",
    ["", "abc", "' OR 1=1 --", "%" * 32, "../../etc/passwd", "0" * 33, "g" * 32, "0" * 7 + "*"],
)
def test_hostile_ids_are_refused_before_any_query(shop: Shop, release: Path, hostile: str) -> None:
    with pytest.raises(KeyParseError):
        audit_release(release, hostile)
    with pytest.raises(KeyParseError):
        of_store(shop, hostile)


def test_an_unknown_id_is_named(shop: Shop, release: Path) -> None:
    with pytest.raises(NotFoundError, match="version 2026.11.0 of shop"):
        audit_release(release, "0" * 32)
    with pytest.raises(NotFoundError, match="dataset shop"):
        of_store(shop, "0" * 32)
    assert find_samples(shop.store, "0" * 32) == []


def test_an_edited_seed_names_the_sample_it_replaces(shop: Shop, release: Path) -> None:
    edited = seeds()
    edited[2]["question"] += " Say it twice."
    shop.write_seeds(edited)
    shop.build()
    old = audit_release(release, _sample_of(release, "crates-2"))
    new = next(
        trail
        for _, sample in _all_samples(shop)
        if (trail := of_store(shop, sample)).seed["seed_id"] == "crates-2"
    )
    assert new.supersedes == old.sample_id
    assert f"replaces sample {old.sample_id}" in render_text(new)


def _sample_of(folder: Path, seed_id: str) -> str:
    rows = pq.read_table(folder / "lineage" / "rows.parquet").to_pylist()
    return next(
        r["sample_id"]
        for r in rows
        if r["node"] == "intake" and json.loads(r["data"])["seed_id"] == seed_id
    )


def _all_samples(shop: Shop) -> list[tuple[str, str]]:
    made = shop.candidate("2026.11.1")
    both = samples(made.directory, "accepted") + samples(made.directory, "rejected")
    return [(DATASET, sample) for sample in both]


def test_failed_calls_are_shown_with_their_attempts(tmp_path: Path) -> None:
    plan = FaultPlan((FaultRule(Fault.BAD_REQUEST, 1.0, permanent=True, match="number 4 "),))
    with open_shop(tmp_path) as shop:
        shop.engine = lambda: FakeEngine(FakeOptions(plan=plan), {"kind": "fake", "model": "a"})
        shop.build()
        made = shop.candidate()
        trail = audit_release(made.directory, _sample_of(made.directory, "crates-4"))
    assert (trail.status, trail.reason) == ("rejected", "bad_request")
    (action,) = trail.steps[-1].actions
    assert action.reply is None
    assert {a.outcome for a in action.attempts} == {"bad_request"}
    assert "it never succeeded" in render_text(trail)


@pytest.mark.parametrize(
    ("name", "error"),
    [("manifest.json", DamagedObject), ("lineage/rows.parquet", DamagedObject)],
)
def test_a_missing_file_is_named(release: Path, name: str, error: type[Exception]) -> None:
    sample = samples(release, "accepted")[0]
    (release / name).unlink()
    with pytest.raises(error, match=Path(name).name):
        audit_release(release, sample)


def test_a_damaged_table_is_an_error_not_a_guess(release: Path) -> None:
    sample = samples(release, "accepted")[0]
    path = release / "lineage" / "rows.parquet"
    path.chmod(0o644)
    path.write_bytes(b"PAR1" + b"\0" * 64)
    with pytest.raises(StoreUnavailable, match="lineage table"):
        audit_release(release, sample)


def test_a_trail_is_json(release: Path) -> None:
    trail = audit_release(release, samples(release, "accepted")[0])
    again = json.loads(json.dumps(trail.to_json()))
    assert again["steps"][1]["node"] == "draft"


def test_nothing_a_terminal_obeys_is_printed(tmp_path: Path) -> None:
    with open_shop(tmp_path) as shop:
        rows = [{**seed(1, "crates"), "source": "x", "question": "What is it\u00ad?"}]
        shop.write_seeds(rows)
        shop.build()
        ((_, sample),) = _all_samples(shop)
        trail = of_store(shop, sample)
    hostile = replace(trail, source="\x1b]0;owned\x07\u202egnp.exe", licence="a\nb\u200b")
    text = render_text(hostile)
    assert not {"\x1b", "\x07", "\u202e", "\u200b", "\u00ad"} & set(text)
    assert "\\x1b]0;owned\\x07" in text
    assert "a⏎b" in text
