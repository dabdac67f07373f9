"""Exports: what others read of a published version, from its directory alone."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from qmirror_assets.cli import run
from qmirror_assets.errors import DamagedObject, UsageError
from qmirror_assets.exports import export_release
from qmirror_assets.release.candidate import make_candidate
from qmirror_assets.release.gate import GateRecord
from qmirror_assets.release.publish import publish
from qmirror_assets.release.registry import save_gate
from qmirror_assets.release.snapshot import take_snapshot
from tests.dialogues import TURNS, Dialogues, Planted, open_dialogues, planted
from tests.integration.release_fixtures import SUITE, VERSION, check

SAMPLES = 24


def publish_version(made: Dialogues) -> Path:
    """Snapshot, candidate, a passing gate, release."""
    store, graph, name = made.store, made.graph, made.dataset
    shots = [take_snapshot(store, graph, name, d) for d in store.state.domain_names(name)]
    made_candidate = make_candidate(store, graph, name, VERSION, shots)
    save_gate(
        store,
        GateRecord(
            dataset=name, version=VERSION, candidate=made_candidate.bytes_digest,
            release_digest=made_candidate.release_digest, suite=SUITE, passed=True, partial=False,
            checks=(check("rows"),), libraries={}, at=1_795_000_000.0,
        ),
    )  # fmt: skip
    return publish(store, name, VERSION, SUITE).directory


@dataclass(frozen=True)
class Site:
    """A published dataset of dialogues, closed."""

    folder: Path
    release: Path

    def export(self, shape: str, out: Path, *more: str) -> int:
        place = ["--project", str(self.folder), "--data", str(self.folder / "data")]
        return run(["export", "talks", "--format", shape, "--out", str(out), *place, *more])

    @property
    def rows(self) -> dict[str, dict[str, object]]:
        files = sorted(self.release.glob("data/*.parquet"))
        return {row["id"]: row for file in files for row in pq.read_table(file).to_pylist()}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("export")
    score = planted((2.0, 3.0, 3.5, 4.0), SAMPLES)
    with open_dialogues(folder, TURNS, lambda: Planted(score), SAMPLES) as made:
        made.build()
        release = publish_version(made)
    return Site(folder, release)


def lines_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_conversations_alternate_and_name_their_pictures(site: Site, tmp_path: Path) -> None:
    out = tmp_path / "new" / "talks"
    assert site.export("intersyn", out) == 0
    assert {p.name for p in out.iterdir()} == {
        "README.md", "images", "sources.jsonl", "test.jsonl", "train.jsonl",
    }  # fmt: skip
    found = {
        line["id"]: line for split in ("train", "test") for line in lines_of(out / f"{split}.jsonl")
    }
    assert found.keys() == site.rows.keys()
    longest = 0
    for sample, line in found.items():
        assert list(line) == ["id", "topic", "conversations"]
        records = json.loads(str(site.rows[sample]["conversation"]))
        items = line["conversations"]
        assert isinstance(items, list)
        longest = max(longest, len(items))
        assert [item["from"] for item in items] == ["human", "gpt"] * len(records)
        for record, asked, said in zip(records, items[::2], items[1::2], strict=True):
            assert asked == {"from": "human", "value": record["question"]}
            assert (said["value"], said["caption"]) == (record["answer"], record["caption"])
            data = (out / said["image"]).read_bytes()
            assert said["image"] == f"images/{hashlib.sha256(data).hexdigest()}.png"
    assert longest == 4, "some dialogues have two turns"


def test_every_picture_says_where_it_comes_from(site: Site, tmp_path: Path) -> None:
    site.export("intersyn", tmp_path / "out")
    sources = lines_of(tmp_path / "out" / "sources.jsonl")
    held = {f"images/{path.name}" for path in (tmp_path / "out" / "images").iterdir()}
    assert {line["image"] for line in sources} == held
    for line in sources:
        assert (line["licence"], line["image_source"]) == ("CC0-1.0", "fake")
        assert isinstance(line["picture"], dict)
        assert line["picture"]["licence"] == "CC0-1.0"


def test_the_flat_shape_opens_with_datasets(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    from datasets import load_dataset

    assert site.export("flat", tmp_path / "flat") == 0
    loaded = load_dataset(str(tmp_path / "flat"), cache_dir=str(tmp_path / "cache"))
    assert set(loaded) == {"train", "test"}
    rows = [row for split in loaded.values() for row in split]
    turns = {(row["id"], row["turn"]): row for row in rows}
    assert len(turns) == len(rows) > SAMPLES
    for sample, whole in site.rows.items():
        for record in json.loads(str(whole["conversation"])):
            row = turns[sample, record["turn"]]
            assert row["question"] == record["question"]
            assert [row[n] for n in ("tcc", "icc", "iq", "its", "syn_score")] == [
                record[n] for n in ("tcc", "icc", "iq", "its", "syn_score")
            ]
            assert (row["topic"], row["domain"]) == (whole["topic"], whole["domain"])
            assert (row["licence"], row["image_licence"]) == ("CC0-1.0", "CC0-1.0")
            assert row["image"].size == (1, 1)
    raw = [pq.read_table(f) for f in sorted((tmp_path / "flat" / "data").iterdir())]
    for picture in (p for table in raw for p in table["image"].to_pylist()):
        assert picture["path"] == f"{hashlib.sha256(picture['bytes']).hexdigest()}.png"


def test_splits_stay_apart(site: Site, tmp_path: Path) -> None:
    site.export("flat", tmp_path / "flat")
    site.export("intersyn", tmp_path / "talks")
    for split in ("train", "test"):
        own = set(
            pq.read_table(site.release / "data" / f"{split}-00000-of-00001.parquet")[
                "id"
            ].to_pylist()
        )
        flat = pq.read_table(tmp_path / "flat" / "data" / f"{split}-00000-of-00001.parquet")
        assert set(flat["id"].to_pylist()) == own
        assert {line["id"] for line in lines_of(tmp_path / "talks" / f"{split}.jsonl")} == own


@pytest.mark.parametrize("shape", ["intersyn", "flat"])
def test_the_same_release_gives_the_same_bytes(site: Site, tmp_path: Path, shape: str) -> None:
    for name in ("one", "two"):
        site.export(shape, tmp_path / name)
    files = [p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*") if p.is_file()]
    assert files
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_a_copied_release_is_enough(site: Site, tmp_path: Path) -> None:
    shutil.copytree(site.release, tmp_path / "copy")
    assert export_release(tmp_path / "copy", "flat", tmp_path / "out").dialogues == SAMPLES


def test_an_empty_folder_is_filled(site: Site, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert site.export("flat", tmp_path / "out") == 0


@pytest.mark.parametrize("taken", ["file", "folder", "link"])
def test_nothing_is_written_over(site: Site, tmp_path: Path, taken: str) -> None:
    out, other = tmp_path / "out", tmp_path / "other"
    other.mkdir()
    if taken == "file":
        out.write_text("mine")
    elif taken == "link":
        out.symlink_to(other)
    else:
        out.mkdir()
        (out / "mine").write_text("mine")
    with pytest.raises(UsageError, match="not an empty folder"):
        export_release(site.release, "flat", out)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["other", "out"]
    assert not list(other.iterdir())


def spoil(site: Site, folder: Path, conversation: str | None, data: bytes | None) -> Path:
    """A copy of the release in which every row of a file holds other cells."""
    shutil.copytree(site.release, folder)
    path = folder / "data" / "train-00000-of-00001.parquet"
    table = pq.read_table(path)
    rows = table.to_pylist()
    for row in rows:
        row["conversation"] = conversation or row["conversation"]
        if data is not None:
            row["images"] = [{"bytes": data, "path": "../../escaped.png"}]
    path.chmod(0o644)
    pq.write_table(type(table).from_pylist(rows, schema=table.schema), path)
    return folder


@pytest.mark.parametrize(
    ("conversation", "data"),
    [
        (None, b"no picture"),
        (None, b""),
        ('[{"image": "../../../etc/passwd"}]', None),
        ('[{"image": ["a"]}]', None),
        ('[{"image": ', None),
        ('{"image": "a"}', None),
        ('["a"]', None),
        (f'[{{"image": "{hashlib.sha256(b"<svg/>").hexdigest()}"}}]', b"<svg/>"),
    ],
    ids=[
        "another picture",
        "no bytes",
        "a path for a digest",
        "a list for a digest",
        "not JSON",
        "no list",
        "no turns",
        "not a picture",
    ],
)
@pytest.mark.parametrize("shape", ["intersyn", "flat"])
def test_a_damaged_release_leaves_nothing(
    site: Site, tmp_path: Path, shape: str, conversation: str | None, data: bytes | None
) -> None:
    release = spoil(site, tmp_path / "release", conversation, data)
    with pytest.raises(DamagedObject, match="not in the release|cannot be read"):
        export_release(release, shape, tmp_path / "out")
    assert [p.name for p in tmp_path.iterdir()] == ["release"]


def test_only_published_versions(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert site.export("flat", tmp_path / "out", "--version", "2020.1.0") == 2
    assert f"expected {VERSION}" in capsys.readouterr().err
    assert site.export("wide", tmp_path / "out") == 2


def test_samples_that_are_no_dialogues(tmp_path: Path) -> None:
    manifest = {"schema": 1, "dataset": "plain", "features": {"id": {}, "question": {}}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(UsageError, match="no dialogues to export"):
        export_release(tmp_path, "flat", tmp_path / "out")
