"""`qmirror calibrate` on a published version of a project, with a judge that is a model."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from qmirror_assets.cli import run
from qmirror_assets.release.registry import VersionRow, put_candidate, put_published
from qmirror_assets.store import open_store
from tests.conftest import make_toy
from tests.unit.stages.test_syn_judge import SCORES
from tests.unit.synjudge.shelf import figure_items, photo_items

ITEMS = [*photo_items()[:3], *figure_items()[:2]]
VERSION = "2026.11.0"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    toy = make_toy(folder / "recipe")
    files = folder / "data" / "releases" / "toy" / VERSION / "data"
    files.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist([_row(item) for item in ITEMS]), files / "a.parquet")
    with contextlib.closing(open_store(folder / "data")) as store:
        row = VersionRow("toy", VERSION, "", "0" * 64, len(ITEMS), "0" * 64, "")
        put_candidate(store, row)
        put_published(store, "toy", VERSION)
        store.state.put_dataset(
            "toy",
            {"recipe": str(toy.folder), "profile": "model", "seeds": [], "limit": None},
        )
    judge = {"kind": "fake", "scripted": [{"pattern": ".", "text": orjson.dumps(SCORES).decode()}]}
    profile = {"profile": "model", "engines": {"judge": judge}}
    (folder / "profiles").mkdir()
    (folder / "profiles" / "model.yaml").write_text(yaml.safe_dump(profile))
    return folder


def _row(item: Any) -> dict[str, Any]:
    turn = {
        **item.row(), "turn": item.turn, "picture": dict(item.picture), "figure": item.spec,
    }  # fmt: skip
    picture = {"bytes": item.image, "path": None}
    conversation = orjson.dumps([turn]).decode()
    return {"id": item.sample_id, "conversation": conversation, "images": [picture]}


def calibrate(project: Path, *more: str) -> int:
    return run(["calibrate", "toy", "--project", str(project), "--per-kind", "4", *more])


def test_json_and_files(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("sample_id,turn,tcc\nphoto0,0,5\nphoto1,0,4\n")
    out = tmp_path / "out"
    code = calibrate(project, "--json", "--out", str(out), "--labels", str(labels))
    found = orjson.loads(capsys.readouterr().out)
    assert code == 0
    assert (found["turns"], found["version"], found["random_seed"]) == (5, VERSION, 0)
    assert found["labels"]["tcc"]["compared"] == 2
    assert {"planted.jsonl", "report.json", "report.html", "kinds.png", "labels.png"} <= {
        path.name for path in out.iterdir()
    }


def test_text_goes_to_the_data_folder(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert calibrate(project, "--random-seed", "9") == 0
    out = capsys.readouterr().out
    assert "random_seed 9" in out
    assert "claims: none" in out
    assert (project / "data" / "calibrations" / "toy" / VERSION / "report.html").is_file()


@pytest.mark.parametrize(
    ("more", "code", "message"),
    [
        (["--version", "2026.1.7"], 2, "no candidate or release"),
        (["--profile", "nowhere"], 2, "no such profile"),
        (["--per-kind", "1"], 2, "--per-kind"),
    ],
    ids=["version", "profile", "per-kind"],
)
def test_bad_usage_is_named(
    project: Path, more: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert calibrate(project, *more) == code
    assert message in capsys.readouterr().err


def test_a_profile_without_a_judge_is_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "profiles" / "blind.yaml").write_text("profile: blind\nengines: {}\n")
    assert calibrate(project, "--profile", "blind") == 2
    assert "no engine for role 'judge'" in capsys.readouterr().err
