"""Publishing: what opens the way, everything that closes it, and what a release then is."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from qmirror_assets.errors import GateRefused, NotFoundError, QMirrorError, VersionError
from qmirror_assets.release.candidate import Candidate
from qmirror_assets.release.checksums import hash_files, read_checksums, write_checksums
from qmirror_assets.release.publish import Release, publish
from qmirror_assets.release.registry import current_version, find_version, list_versions
from qmirror_assets.release.versions import rollback
from qmirror_assets.store import atomic
from tests.integration.release_fixtures import (  # noqa: F401
    DATASET,
    SUITE,
    VERSION,
    Shop,
    built,
    check,
    open_shop,
    seed,
    seeds,
    shop,
)


def published(shop: Shop, version: str = VERSION) -> Release:
    made = shop.candidate(version)
    shop.pass_gate(made)
    return publish(shop.store, DATASET, version, SUITE)


def nothing_published(shop: Shop) -> bool:
    releases = shop.store.root / "releases" / DATASET
    left = list(releases.glob("*")) if releases.exists() else []
    return not left and current_version(shop.store, DATASET) == ""


# -- a release


def test_a_release_is_whole_and_read_only(shop: Shop) -> None:
    release = published(shop)
    assert release.made
    assert read_checksums(release.directory) == hash_files(release.directory)
    files = [p for p in release.directory.rglob("*") if p.is_file()]
    assert {p.stat().st_mode & 0o777 for p in files} == {0o444}
    assert {"README.md", "croissant.json", "gate.json", "run.json"} <= {p.name for p in files}
    assert not (shop.store.root / "candidates" / DATASET / VERSION).exists()
    current = json.loads((release.directory.parent / "current.json").read_text())
    assert current["directory"] == VERSION
    row = find_version(shop.store, DATASET, VERSION)
    assert row is not None
    assert (row.state, row.current, row.path) == ("published", True, release.directory)


def test_publishing_twice_and_making_it_again_change_nothing(shop: Shop) -> None:
    release = published(shop)
    before = {p: (p.stat().st_mtime_ns, p.stat().st_ino) for p in release.directory.rglob("*")}
    again = publish(shop.store, DATASET, VERSION, SUITE)
    made = shop.candidate()
    assert (again.made, again.release_digest) == (False, release.release_digest)
    assert made.directory == release.directory
    assert before == {
        p: (p.stat().st_mtime_ns, p.stat().st_ino) for p in release.directory.rglob("*")
    }


def test_load_dataset_opens_it_with_pictures(shop: Shop, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    datasets.disable_progress_bars()
    release = published(shop)
    loaded = datasets.load_dataset(str(release.directory), cache_dir=str(tmp_path / "cache"))
    assert set(loaded) == {"train", "validation", "test"}
    assert sum(len(split) for split in loaded.values()) == release.samples
    facts = pq.read_table(release.directory / "facts.parquet").to_pylist()
    expected = {f["id"]: (f["split"], f["question"], f["answer"]) for f in facts}
    for name, split in loaded.items():
        assert type(split.features["image"]).__name__ == "Image"
        for row in split:
            assert expected.pop(row["id"]) == (name, row["question"], row["answer"])
            assert row["image"].size == (1, 1)
            assert json.loads(row["givens"])[0]["role"] == "mass"
    assert not expected


def test_the_card_holds_its_metadata_and_shows_text_as_text(shop: Shop) -> None:
    release = published(shop)
    text = (release.directory / "README.md").read_text()
    _, head, body = text.split("---\n", 2)
    card = yaml.safe_load(head)
    assert card["license"] == "cc-by-4.0"
    assert "synthetic" in card["tags"]
    assert card["annotations_creators"] == ["machine-generated"]
    assert card["configs"][0]["config_name"] == "default"
    assert [s["name"] for s in card["dataset_info"]["splits"]] == ["train", "validation", "test"]
    sizes = {s["name"]: s["num_examples"] for s in card["dataset_info"]["splits"]}
    assert sum(sizes.values()) == release.samples
    assert not re.search(r"<[a-z/]", re.sub(r"```.*?```", "", body, flags=re.DOTALL))
    assert "&#60;b&#62;markup" in body
    for heading in ("How it was made", "Seeds and licences", "Gate", "Limits", "Audit"):
        assert f"## {heading}\n" in body


def test_croissant_names_every_data_file_with_its_digest(shop: Shop) -> None:
    release = published(shop)
    data = json.loads((release.directory / "croissant.json").read_text())
    sums = read_checksums(release.directory)
    files = {f["contentUrl"]: f["sha256"] for f in data["distribution"]}
    assert files == {name: digest for name, digest in sums.items() if name.startswith("data/")}
    assert data["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    fields = {f["name"]: f["dataType"] for f in data["recordSet"][0]["field"]}
    assert fields["image"] == "sc:ImageObject"
    assert fields["score"] == "sc:Integer"


# -- refusals


def record_of(**changes: Any) -> Callable[[Shop, Candidate], None]:
    return lambda shop, made: shop.pass_gate(made, **changes) and None


def change_a_byte(name: str) -> Callable[[Shop, Candidate], None]:
    def change(shop: Shop, made: Candidate) -> None:
        shop.pass_gate(made)
        path = made.directory / name
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)

    return change


def change_and_sign(shop: Shop, made: Candidate) -> None:
    shop.pass_gate(made)
    path = made.directory / "manifest.json"
    path.write_text(path.read_text().replace("CC-BY-4.0", "CC0-1.0"))
    (made.directory / "checksums.sha256").unlink()
    write_checksums(made.directory)


def add_a_file(shop: Shop, made: Candidate) -> None:
    shop.pass_gate(made)
    (made.directory / "data" / "train-00001-of-00002.parquet").write_bytes(b"PAR1")


def add_a_link(shop: Shop, made: Candidate) -> None:
    shop.pass_gate(made)
    (made.directory / "data" / "link").symlink_to("/etc/hostname")


def remove_a_file(shop: Shop, made: Candidate) -> None:
    shop.pass_gate(made)
    next((made.directory / "data").iterdir()).unlink()


def make_it_again(shop: Shop, made: Candidate) -> None:
    shop.pass_gate(made)
    shop.write_seeds(seeds(27))
    shop.build()
    shop.candidate()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda _shop, _made: None, "was not checked"),
        (record_of(suite="6" * 64), "the checks changed since"),
        (record_of(candidate="7" * 64), "was not checked"),
        (record_of(passed=False), "does not say it passed"),
        (record_of(partial=True), "a partial candidate"),
        (record_of(checks=()), "no check at all"),
        (record_of(checks=(check("a"), check("b", passed=False))), "Expected b"),
        (record_of(checks=(check("a"), check("b", evaluated=0))), "Expected b"),
        (record_of(checks=(check("a"), check("b", evaluated=0, severity="warning"))), "b"),
        (change_a_byte("facts.parquet"), "facts.parquet changed"),
        (change_a_byte("run.json"), "run.json changed"),
        (change_a_byte("checksums.sha256"), "bytes that the gate checked"),
        (change_and_sign, "bytes of digest"),
        (add_a_file, "is not listed"),
        (add_a_link, "not a plain file"),
        (remove_a_file, "is missing"),
        (make_it_again, "made again since"),
    ],
    ids=[
        "no record", "other suite", "other candidate", "not passed", "partial record",
        "no checks", "failed check", "unevaluated check", "unevaluated warning", "changed facts",
        "changed run facts", "changed checksums", "changed and signed", "added file", "added link",
        "removed file", "made again",
    ],
)  # fmt: skip
def test_the_gate_refuses(
    shop: Shop, spoil: Callable[[Shop, Candidate], None], message: str
) -> None:
    spoil(shop, shop.candidate())
    with pytest.raises(GateRefused, match=message) as refusal:
        publish(shop.store, DATASET, VERSION, SUITE)
    assert refusal.value.exit_code == 1
    assert nothing_published(shop)


def test_a_failed_warning_is_published_and_told(shop: Shop) -> None:
    made = shop.candidate()
    shop.pass_gate(made, checks=(check("a"), check("b", passed=False, severity="warning")))
    release = publish(shop.store, DATASET, VERSION, SUITE)
    assert "| b |  | fail | warning |" in (release.directory / "README.md").read_text()


def test_a_partial_candidate_is_refused_whatever_the_record_says(tmp_path: Path) -> None:
    with open_shop(tmp_path) as shop:
        shop.build(limit=8)
        shop.pass_gate(shop.candidate(), partial=False)
        with pytest.raises(GateRefused, match="limit"):
            publish(shop.store, DATASET, VERSION, SUITE)
        assert nothing_published(shop)


def test_no_candidate_is_an_error_that_names_what_is_there(shop: Shop) -> None:
    shop.candidate("2026.11.3")
    with pytest.raises(NotFoundError, match=r"2026\.11\.3"):
        publish(shop.store, DATASET, VERSION, SUITE)


@pytest.mark.parametrize("bad", ["..", "2026.11", "2026.13.0", "2026.11.0/x"])
def test_hostile_versions_are_refused(shop: Shop, bad: str) -> None:
    with pytest.raises(VersionError):
        publish(shop.store, DATASET, bad, SUITE)


def test_a_published_version_is_never_replaced(shop: Shop) -> None:
    release = published(shop)
    before = hash_files(release.directory)
    shop.write_seeds([*seeds(), seed(77, "crates")])
    shop.build()
    with pytest.raises(VersionError, match="published already"):
        shop.candidate()
    assert hash_files(release.directory) == before


def test_a_foreign_directory_in_its_place_is_left_alone(shop: Shop) -> None:
    shop.pass_gate(shop.candidate())
    place = shop.store.root / "releases" / DATASET / VERSION
    place.mkdir(parents=True)
    (place / "precious.txt").write_text("mine")
    with pytest.raises(QMirrorError):
        publish(shop.store, DATASET, VERSION, SUITE)
    assert (place / "precious.txt").read_text() == "mine"
    assert current_version(shop.store, DATASET) == ""


def test_a_gate_record_that_was_tampered_with_opens_nothing(shop: Shop) -> None:
    made = shop.candidate()
    shop.pass_gate(made, passed=False)
    with sqlite3.connect(shop.store.root / "state.sqlite") as connection:
        connection.execute("UPDATE gates SET passed = 1")
    with pytest.raises(GateRefused):
        publish(shop.store, DATASET, VERSION, SUITE)


# -- death and order


@pytest.mark.parametrize("point", ["before_release", "after_release", "after_published"])
def test_a_death_while_publishing_is_made_good_by_the_next(
    shop: Shop, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Death(BaseException):
        pass

    def die(name: str) -> None:
        if name == point:
            raise Death

    shop.pass_gate(shop.candidate())
    monkeypatch.setattr(atomic, "crash_point", die)
    with pytest.raises(Death):
        publish(shop.store, DATASET, VERSION, SUITE)
    monkeypatch.undo()
    release = publish(shop.store, DATASET, VERSION, SUITE)
    assert read_checksums(release.directory) == hash_files(release.directory)
    assert current_version(shop.store, DATASET) == VERSION
    assert sorted(p.name for p in release.directory.parent.iterdir()) == [VERSION, "current.json"]


def test_versions_are_listed_in_order_and_current_can_go_back(shop: Shop) -> None:
    published(shop, "2026.11.9")
    shop.write_seeds(seeds(27))
    shop.build()
    published(shop, "2026.11.10")
    shop.candidate("2026.11.11")
    rows = list_versions(shop.store, DATASET)
    assert [(r.version, r.state, r.current) for r in rows] == [
        ("2026.11.9", "published", False),
        ("2026.11.10", "published", True),
        ("2026.11.11", "candidate", False),
    ]
    assert rows[0].release_digest != rows[1].release_digest
    back = rollback(shop.store, DATASET, "2026.11.9")
    assert back.current
    current = back.path.parent / "current.json"
    assert json.loads(current.read_text())["version"] == "2026.11.9"
    with pytest.raises(VersionError, match="candidate"):
        rollback(shop.store, DATASET, "2026.11.11")
