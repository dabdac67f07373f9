"""Seed sources: files and the computed generator, read in one order, limited fairly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qmirror_assets.errors import SeedFileError
from qmirror_assets.recipe import ComputedSource, SeedFiles
from qmirror_assets.runner.sources import NumberedSeed, QuarantinedSeed, Sources
from tests.conftest import toy_seed, write_seeds


def sources(folder: Path, *entries: dict[str, Any], **more: Any) -> Sources:
    made = [
        ComputedSource.model_validate(e) if "computed" in e else SeedFiles.model_validate(e)
        for e in entries
    ]
    return Sources(made, folder, 7, **more)


def read(made: Sources) -> list[NumberedSeed | QuarantinedSeed]:
    return list(made.read(lambda _data: "0" * 64))


def test_files_come_in_name_order_and_rows_are_numbered(tmp_path: Path) -> None:
    write_seeds(tmp_path / "b.jsonl", [toy_seed(2), toy_seed(3)])
    write_seeds(tmp_path / "a.jsonl", [toy_seed(1)])
    found = read(sources(tmp_path, {"file": "*.jsonl"}))
    assert [(s.seed.answer, s.ordinal, s.place) for s in found] == [
        ("8", 0, "a.jsonl"),
        ("16", 1, "b.jsonl"),
        ("24", 2, "b.jsonl"),
    ]


def test_settings_fill_what_a_row_leaves_open(tmp_path: Path) -> None:
    bare = {"question": "q", "answer": "a"}
    write_seeds(tmp_path / "a.jsonl", [bare, {**bare, "answer": "b", "domain": "Own"}])
    entry = {
        "file": "a.jsonl",
        "domain": "Earth Science",
        "licence": "CC0-1.0",
        "source": "book",
        "language": "de",
    }
    first, second = read(sources(tmp_path, entry))
    assert (first.seed.domain, second.seed.domain) == ("earth-science", "own")
    assert (first.seed.licence, first.seed.source, first.seed.language) == ("CC0-1.0", "book", "de")
    assert read(sources(tmp_path, {"file": "a.jsonl"}))[0].seed.domain == "general"


def test_display_names(tmp_path: Path) -> None:
    write_seeds(tmp_path / "a.jsonl", [toy_seed(1, "earth-science"), toy_seed(2, "physics")])
    made = sources(tmp_path, {"file": "a.jsonl"}, displays={"physics": "PHYSICS!"})
    found = read(made)
    assert [made.display(s.seed.domain) for s in found] == ["Earth science", "PHYSICS!"]


def test_bad_rows_keep_their_place(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("{broken\n")
    (found,) = read(sources(tmp_path, {"file": "a.jsonl"}))
    assert isinstance(found, QuarantinedSeed)
    assert found.place == "a.jsonl:1"
    assert "{broken" in found.detail


def test_with_a_limit_sources_take_turns(tmp_path: Path) -> None:
    for name in "abc":
        write_seeds(tmp_path / f"{name}.jsonl", [toy_seed(i, name) for i in range(9)])
    made = sources(tmp_path, {"file": "*.jsonl"}, {"computed": {"count": 9}}, limit=6)
    found = read(made)
    assert [s.place for s in found] == [
        "a.jsonl",
        "b.jsonl",
        "c.jsonl",
        "computed",
        "a.jsonl",
        "b.jsonl",
    ]
    assert [s.ordinal for s in found] == list(range(6))


def test_computed_seeds_follow_the_random_seed(tmp_path: Path) -> None:
    def digests(**computed: Any) -> list[str]:
        return [s.digest for s in read(sources(tmp_path, {"computed": {"count": 5, **computed}}))]

    assert digests() == digests(random_seed=7), "by default the recipe's"
    assert digests() != digests(random_seed=8)


@pytest.mark.parametrize("file", ["absent.jsonl", "absent/*.jsonl", "../*.nothing"])
def test_a_pattern_that_matches_nothing_is_named(tmp_path: Path, file: str) -> None:
    with pytest.raises(SeedFileError, match="is not there"):
        sources(tmp_path, {"file": file}).files()


def test_a_folder_is_no_seed_file(tmp_path: Path) -> None:
    (tmp_path / "sub.jsonl").mkdir()
    with pytest.raises(SeedFileError, match="cannot be read"):
        sources(tmp_path, {"file": "*.jsonl"}).identity()


def test_identity_is_contents_settings_and_limit(tmp_path: Path) -> None:
    write_seeds(tmp_path / "a.jsonl", [toy_seed(1)])
    write_seeds(tmp_path / "b.jsonl", [toy_seed(2)])
    base = sources(tmp_path, {"file": "*.jsonl"}).identity()
    assert sources(tmp_path, {"file": "b.jsonl"}, {"file": "a.jsonl"}).identity() == base
    (tmp_path / "a.jsonl").rename(tmp_path / "z.jsonl")
    assert sources(tmp_path, {"file": "*.jsonl"}).identity() == base
    others = [
        sources(tmp_path, {"file": "*.jsonl"}, limit=5),
        sources(tmp_path, {"file": "*.jsonl", "columns": {"question": "q"}}),
        sources(tmp_path, {"file": "*.jsonl"}, {"computed": {"count": 1}}),
        sources(tmp_path, {"file": "b.jsonl"}),
    ]
    assert all(other.identity() != base for other in others)
