"""Snapshots and candidates: what a directory holds, and that equal content is equal bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from qmirror_assets.errors import InconsistentSnapshot, RecipeError, UsageError, VersionError
from qmirror_assets.release.candidate import make_candidate
from qmirror_assets.release.checksums import hash_files, read_checksums
from qmirror_assets.release.digest import digest_of_facts, release_digest
from qmirror_assets.release.registry import find_version
from qmirror_assets.release.snapshot import load_snapshot, take_snapshot
from qmirror_assets.store import atomic
from tests.integration.release_fixtures import (  # noqa: F401
    DATASET,
    VERSION,
    Shop,
    built,
    open_shop,
    seed,
    seeds,
    shop,
)

RUN_FACTS = {"run.json", "lineage/attempts.parquet"}


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(folder / name).to_pylist()
    return found


# -- snapshots


def test_a_snapshot_names_every_node_from_intake_to_final(shop: Shop) -> None:
    snapshot = take_snapshot(shop.store, shop.graph, DATASET, "crates")
    assert [n.node for n in snapshot.nodes] == ["intake", *(n.name for n in shop.graph)]
    assert load_snapshot(shop.store, snapshot.digest) == snapshot


def test_a_node_that_is_not_built_is_named(tmp_path: Path) -> None:
    with open_shop(tmp_path) as shop:
        shop.build(only=["draft"])
        with pytest.raises(InconsistentSnapshot, match=r"final does not fit.*Materialize final"):
            take_snapshot(shop.store, shop.graph, DATASET, "crates")


def test_an_input_that_moved_on_is_refused(shop: Shop) -> None:
    shop.write_seeds([*seeds(), seed(99, "crates")])
    shop.build(only=["draft"])
    with pytest.raises(InconsistentSnapshot, match="rows of draft"):
        take_snapshot(shop.store, shop.graph, DATASET, "crates")
    take_snapshot(shop.store, shop.graph, DATASET, "parcels")  # the other domain is untouched


def test_settings_that_changed_are_refused(shop: Shop) -> None:
    shop.edit("at_least: 40", "at_least: 41")
    with pytest.raises(InconsistentSnapshot, match="judge does not fit.*settings"):
        take_snapshot(shop.store, shop.graph, DATASET, "crates")


def test_inputs_that_came_out_equal_need_no_rebuild(shop: Shop) -> None:
    """`draft` runs again and gives the same rows, so what follows rightly stays as it is."""
    before = take_snapshot(shop.store, shop.graph, DATASET, "crates")
    shop.edit("name: draft\n", "name: draft\n    description: said otherwise\n")
    shop.edit("reads: [question], column: draft}", "reads: [question, answer], column: draft}")
    shop.build()
    after = take_snapshot(shop.store, shop.graph, DATASET, "crates")
    assert after.manifest_of("draft") != before.manifest_of("draft")
    assert after.manifest_of("final") == before.manifest_of("final")


def test_a_rejected_seed_that_goes_leaves_the_rest_as_it_is(shop: Shop) -> None:
    """`good` then has fewer rejections, `unique` the same rows, and `final` is not built again."""
    made = shop.candidate()
    samples = rows(made.directory, "lineage/samples.parquet")
    gone = next(s["sample_id"] for s in samples if s["status"] == "rejected")
    lineage = rows(made.directory, "lineage/rows.parquet")
    first = next(r for r in lineage if r["sample_id"] == gone and r["node"] == "intake")
    name = json.loads(first["data"])["seed_id"]
    shop.write_seeds([s for s in seeds() if s["id"] != name])
    shop.build()
    after = shop.candidate()
    assert after.release_digest == made.release_digest
    assert len(rows(after.directory, "lineage/samples.parquet")) == len(samples) - 1


def test_a_limited_build_makes_a_partial_snapshot(tmp_path: Path) -> None:
    with open_shop(tmp_path) as shop:
        shop.build(limit=6)
        assert all(snapshot.partial for snapshot in shop.snapshots())
        assert shop.candidate().partial


# -- candidates


def test_facts_hold_one_row_a_sample_with_what_the_gate_asks(shop: Shop) -> None:
    made = shop.candidate()
    facts = rows(made.directory, "facts.parquet")
    assert len(facts) == made.samples > 10
    assert [f["id"] for f in facts] == sorted(f["id"] for f in facts)
    assert all(
        f["lineage_ok"] and f["answer_preserved"] and f["image_in_cas"] and f["image_decodes"]
        for f in facts
    )
    assert {f["image_width"] for f in facts} == {1}
    assert {f["split"] for f in facts} == {"train", "validation", "test"}
    by_family: dict[str, set[str]] = {}
    for fact in facts:
        by_family.setdefault(fact["family"], set()).add(fact["split"])
    assert all(len(splits) == 1 for splits in by_family.values())


def test_domains_and_samples_account_for_every_seed(shop: Shop) -> None:
    made = shop.candidate()
    domains = {d["domain"]: d for d in rows(made.directory, "domains.parquet")}
    for domain in domains.values():
        assert domain["seeds"] == 15
        assert domain["accepted"] + domain["rejected"] == 15
        assert domain["yield"] == pytest.approx(domain["accepted"] / 15)
    assert domains["crates"]["duplicates"] == 1  # a seed that stands twice
    samples = rows(made.directory, "lineage/samples.parquet")
    assert len(samples) == 30
    assert {(s["status"], s["reason"]) for s in samples} == {
        ("accepted", ""),
        ("rejected", "rule_failed"),
    }
    manifest = json.loads((made.directory / "manifest.json").read_text())
    assert manifest["counts"]["quarantined"] == 2
    assert [s["node"] for s in manifest["stages"]][:2] == ["intake", "draft"]


def test_lineage_holds_rejected_samples_and_their_actions(shop: Shop) -> None:
    made = shop.candidate()
    found = rows(made.directory, "lineage/rows.parquet")
    keys = {key for row in found for key in row["actions"]}
    assert {a["action_key"] for a in rows(made.directory, "lineage/actions.parquet")} == keys
    rejected = rows(made.directory, "lineage/rejections.parquet")
    assert sum(r["sample_id"] == "" for r in rejected) == 2
    assert {r["place"] for r in rejected if not r["sample_id"]} == {
        "seeds.jsonl:32",
        "seeds.jsonl:33",
    }
    pictures = rows(made.directory, "lineage/images.parquet")
    facts = rows(made.directory, "facts.parquet")
    assert not {p["digest"] for p in pictures} & {f["image_digest"] for f in facts}
    assert pictures
    assert all(p["bytes"] for p in pictures)


def test_two_builds_give_the_same_bytes_but_for_run_facts(shop: Shop, tmp_path: Path) -> None:
    mine = shop.candidate()
    with open_shop(tmp_path / "other") as other:
        other.build(only=["draft"])  # a build that stopped on the way, and went on
        other.build()
        theirs = other.candidate()
        assert theirs.release_digest == mine.release_digest
        left, right = hash_files(mine.directory), hash_files(theirs.directory)
    assert {n for n in left if left[n] != right[n]} <= RUN_FACTS
    assert set(left) == set(right)


def test_the_digest_is_known_without_writing_and_found_in_the_facts(shop: Shop) -> None:
    expected = release_digest(shop.store, shop.graph, shop.snapshots())
    made = shop.candidate()
    assert made.release_digest == expected == digest_of_facts(made.directory / "facts.parquet")


def test_one_changed_answer_changes_the_digest(shop: Shop) -> None:
    before = shop.candidate()
    changed = seeds()
    facts = rows(before.directory, "facts.parquet")
    target = next(s for s in changed if s["answer"] == facts[0]["answer"])
    target["answer"] += " or so"
    shop.write_seeds(changed)
    shop.build()
    after = shop.candidate()
    assert after.release_digest != before.release_digest
    new = {s["sample_id"]: s for s in rows(after.directory, "lineage/samples.parquet")}
    assert [s["supersedes"] for s in new.values() if s["supersedes"]] == [facts[0]["id"]]


def test_a_candidate_may_be_made_again_and_checksums_list_all_files(shop: Shop) -> None:
    first = shop.candidate()
    (first.directory / "stray.txt").write_text("left over")
    second = shop.candidate()
    assert not (second.directory / "stray.txt").exists()
    assert read_checksums(second.directory) == hash_files(second.directory)
    row = find_version(shop.store, DATASET, VERSION)
    assert row is not None
    assert (row.state, row.bytes_digest) == ("candidate", second.bytes_digest)
    assert [p.name for p in second.directory.parent.iterdir()] == [VERSION]


@pytest.mark.parametrize("point", ["before_candidate", "after_candidate"])
def test_a_death_leaves_no_half_candidate(
    shop: Shop, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Death(BaseException):
        pass

    def die(name: str) -> None:
        if name == point:
            raise Death

    monkeypatch.setattr(atomic, "crash_point", die)
    with pytest.raises(Death):
        shop.candidate()
    monkeypatch.undo()
    made = shop.candidate()
    assert read_checksums(made.directory) == hash_files(made.directory)


def test_a_lost_picture_is_a_fact_not_a_crash(shop: Shop) -> None:
    first = rows(shop.candidate().directory, "facts.parquet")[0]
    shop.store.cas.path(first["image_digest"]).unlink()
    again = {f["id"]: f for f in rows(shop.candidate().directory, "facts.parquet")}
    assert again[first["id"]]["image_in_cas"] is False
    assert again[first["id"]]["image_decodes"] is False


def test_a_lost_action_breaks_the_lineage_of_its_samples(shop: Shop) -> None:
    made = shop.candidate()
    sample = rows(made.directory, "facts.parquet")[0]["id"]
    lineage = rows(made.directory, "lineage/rows.parquet")
    key = next(r["actions"][0] for r in lineage if r["sample_id"] == sample and r["actions"])
    shop.store.actions.drop([key])
    facts = {f["id"]: f["lineage_ok"] for f in rows(shop.candidate().directory, "facts.parquet")}
    assert facts.pop(sample) is False
    assert all(facts.values())


def test_an_answer_that_differs_from_its_seeds_is_seen(shop: Shop) -> None:
    shop.edit("preserve: {answer: answer}", "preserve: {answer: question}")
    facts = rows(shop.candidate().directory, "facts.parquet")
    assert not any(f["answer_preserved"] for f in facts)


def test_repeated_samples_point_to_the_first(tmp_path: Path) -> None:
    with open_shop(tmp_path) as shop:
        shop.edit("question: revised, image", "question: family, image")
        shop.edit("title: Toy shop", 'title: Toy "shop"')
        same = [{**s, "figure": {"kind": "table", "title": "One"}} for s in seeds()]
        shop.write_seeds(same)
        shop.build()
        facts = rows(shop.candidate().directory, "facts.parquet")
        groups: dict[str, list[str]] = {}
        for fact in facts:
            groups.setdefault(fact["question"], []).append(fact["id"])
        expected = {i: ids[0] if i != ids[0] else "" for ids in groups.values() for i in ids}
        assert {f["id"]: f["duplicate_of"] for f in facts} == expected
        assert any(expected.values())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("split_by: family", "split_by: famly", "family"),
        ("{answer: answer}", "{answr: answer}", "answer"),
        ("{question: revised", "{id: revised", "another name"),
        ("split_by: family", "split_by: family, splits: {../x: 1.0}", "bad name"),
    ],
    ids=["split", "preserve", "id", "split name"],
)
def test_columns_that_are_not_there_are_named(shop: Shop, old: str, new: str, message: str) -> None:
    shop.edit(old, new)
    snapshots = [load_snapshot(shop.store, s.digest) for s in _snapshots_of_old_recipe(shop)]
    with pytest.raises(RecipeError, match=message):
        make_candidate(shop.store, shop.graph, DATASET, VERSION, snapshots)


def _snapshots_of_old_recipe(shop: Shop) -> list[Any]:
    text = (shop.folder / "recipe.yaml").read_text()
    with open_shop(shop.folder) as old:
        found = old.snapshots()
    (shop.folder / "recipe.yaml").write_text(text)
    return found


@pytest.mark.parametrize("which", ["none", "twice", "foreign"])
def test_snapshots_that_make_no_version_are_refused(shop: Shop, which: str) -> None:
    one = shop.snapshots()[0]
    dataset = "other" if which == "foreign" else DATASET
    snapshots = {"none": [], "twice": [one, one], "foreign": [one]}[which]
    with pytest.raises(UsageError, match="one snapshot a domain"):
        make_candidate(shop.store, shop.graph, dataset, VERSION, snapshots)


def test_a_bad_version_name_is_refused(shop: Shop) -> None:
    with pytest.raises(VersionError):
        shop.candidate("../2026.11.0")


def test_an_empty_candidate_can_be_made_for_the_gate_to_refuse(tmp_path: Path) -> None:
    with open_shop(tmp_path) as shop:
        shop.edit("accepted, equals: true", "accepted, equals: 7")
        shop.build()
        made = shop.candidate()
        assert made.samples == 0
        assert rows(made.directory, "facts.parquet") == []
        assert not (made.directory / "data").exists()
