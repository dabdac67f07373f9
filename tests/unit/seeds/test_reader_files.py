from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qmirror_assets.errors import SeedFileError
from qmirror_assets.records import Given, Reason, Seed
from qmirror_assets.seeds.files import BadSeed, SeedFile, read_file
from qmirror_assets.seeds.identity import seed_identity


def write(folder: Path, *rows: dict[str, Any], name: str = "seeds.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_columns_are_mapped_and_the_rest_is_extra(tmp_path: Path) -> None:
    path = write(tmp_path, {"prompt": "q", "solution": "a", "answer": "kept", "topic": "d"})
    columns = {"question": "prompt", "answer": "solution", "domain": "topic"}
    (seed,) = read_file(SeedFile(path, columns=columns))
    assert isinstance(seed, Seed)
    assert (seed.question, seed.answer, seed.domain) == ("q", "a", "d")
    assert seed.extra == {"answer": "kept"}


def test_defaults_fill_absent_and_empty_cells_only(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"question": "q", "answer": "a"},
        {"question": "q", "answer": "a", "domain": "", "language": None},
        {"question": "q", "answer": "a", "domain": "Own", "language": "es"},
    ]
    file = SeedFile(
        write(tmp_path, *rows), domain="My Domain", language="de", licence="CC0-1.0", source="s"
    )
    seeds = [row for row in read_file(file) if isinstance(row, Seed)]
    assert [seed.domain for seed in seeds] == ["my-domain", "my-domain", "own"]
    assert [seed.language for seed in seeds] == ["de", "de", "es"]
    assert {(seed.licence, seed.source) for seed in seeds} == {("CC0-1.0", "s")}


def test_one_id_with_two_contents(tmp_path: Path) -> None:
    row = {"question": "q", "answer": "a", "domain": "d", "id": "1"}
    changed = row | {"answer": "b"}
    rows = read_file(SeedFile(write(tmp_path, row, row, changed, {**row, "id": "2"})))
    assert [read.reason if isinstance(read, BadSeed) else "seed" for read in rows] == [
        "seed",
        "seed",
        Reason.DUPLICATE_ID,
        "seed",
    ]


def test_format_overrides_the_suffix(tmp_path: Path) -> None:
    path = write(tmp_path, {"question": "q", "answer": "a", "domain": "d"}, name="seeds.txt")
    assert len(list(read_file(SeedFile(path, format="jsonl")))) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"path": Path("absent.jsonl")}, "cannot be read"),
        ({"path": Path("bad\0name.jsonl")}, "cannot be read"),
        ({"path": Path()}, "not a plain file"),
        ({"format": "xlsx"}, "no known format"),
        ({"columns": {"question": " "}}, "empty column name"),
        ({"columns": {"anser": "x"}}, "Did you mean 'answer'"),
        ({"domain": "a/b"}, "a path"),
        ({"language": "German"}, "a tag such as"),
        ({"licence": "x" * 500}, "at most 200"),
    ],
    ids=[
        "absent",
        "nul",
        "folder",
        "format",
        "empty-map",
        "unknown-map",
        "domain",
        "language",
        "licence",
    ],
)
def test_unusable_file_is_refused_before_the_first_row(
    tmp_path: Path, options: dict[str, Any], words: str
) -> None:
    path = write(tmp_path, {"question": "q", "answer": "a", "domain": "d"})
    options = {"path": path} | options
    options["path"] = tmp_path / options["path"]
    with pytest.raises(SeedFileError, match=words):
        read_file(SeedFile(**options))


@pytest.mark.parametrize("name", ["seeds.json", "seeds", "seeds.csv.gz"])
def test_unknown_suffix(tmp_path: Path, name: str) -> None:
    with pytest.raises(SeedFileError, match="no known format"):
        read_file(SeedFile(write(tmp_path, name=name)))


def test_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "seeds.jsonl")
    with pytest.raises(SeedFileError, match="not a plain file"):
        read_file(SeedFile(tmp_path / "seeds.jsonl"))


def test_utf16_is_named(tmp_path: Path) -> None:
    (tmp_path / "seeds.jsonl").write_text("{}\n", encoding="utf-16")
    with pytest.raises(SeedFileError, match="UTF-16"):
        list(read_file(SeedFile(tmp_path / "seeds.jsonl")))


SEED = Seed("q\u00e9", "a\nb", "d", (Given("r", "s", "1", "m"),), ("x", "y"), ("00ff",), "id")


@pytest.mark.parametrize(
    "twin",
    [
        replace(SEED, question="qe\u0301"),
        replace(SEED, answer="a\r\nb"),
        replace(SEED, domain="other", seed_id="2", licence="l", source="s", language="de"),
        replace(SEED, figure={"version": 1}, extra={"n": 1}, family="f"),
    ],
    ids=["nfc", "lf", "carried", "figure"],
)
def test_identity_ignores_what_is_carried(twin: Seed) -> None:
    assert seed_identity(twin) == seed_identity(SEED)


@pytest.mark.parametrize(
    "other",
    [
        replace(SEED, question="q"),
        replace(SEED, answer="a b"),
        replace(SEED, givens=(Given("r", "s", "1", ""),)),
        replace(SEED, givens=()),
        replace(SEED, choices=("y", "x")),
        replace(SEED, input_images=()),
    ],
    ids=["question", "answer", "unit", "givens", "order", "images"],
)
def test_identity_sees_content(other: Seed) -> None:
    assert seed_identity(other) != seed_identity(SEED)


def test_identity_bytes_are_fixed() -> None:
    assert seed_identity(Seed("q", "a", "d")) == (
        b'{"answer":"a","choices":[],"givens":[],"input_images":[],"question":"q"}'
    )
