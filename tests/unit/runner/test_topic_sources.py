"""Topics as a source of a dataset: contents decide, names do not; unchanged rows stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qmirror_assets.errors import RecipeError, SeedFileError
from qmirror_assets.keys import PartitionKey
from qmirror_assets.recipe import SeedFiles, TopicSource, load_recipe
from qmirror_assets.runner.intake import intake_fingerprint, run_intake
from qmirror_assets.runner.sources import NumberedSeed, Sources
from qmirror_assets.stages.graph import INTAKE
from qmirror_assets.store import tables
from tests.conftest import Toy, toy_seed, write_seeds

TOPICS = """\
domain: {domain}
licence: CC0-1.0
categories:
  - name: {domain} things
    kind: thing
    topics: [a {domain} cup, a {domain} hat, a {domain} pen]
"""
TEMPLATES = """\
licence: CC0-1.0
templates:
  - {id: plain, text: "What is {topic}? Draw it."}
  - {id: use, text: "What is {topic} for? Draw it."}
"""
ENTRY = {"count": 6, "path": "topics/*.yaml", "templates": "templates.yaml"}
RECIPE = (
    'seeds: [{file: "seeds/*.jsonl"},'
    " {topics: {count: 12, path: topics/*.yaml, templates: templates.yaml}}]\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path)
    return tmp_path


def write(folder: Path) -> None:
    (folder / "topics").mkdir()
    for domain in ("red", "blue"):
        (folder / "topics" / f"{domain}.yaml").write_text(TOPICS.format(domain=domain))
    (folder / "templates.yaml").write_text(TEMPLATES)


def sources(folder: Path, *entries: dict[str, Any], **more: Any) -> Sources:
    made = [TopicSource(topics=e) if "count" in e else SeedFiles.model_validate(e) for e in entries]
    return Sources(made, folder, 7, **more)


def read(made: Sources) -> list[NumberedSeed]:
    found = list(made.read(lambda _data: "0" * 64))
    assert all(isinstance(item, NumberedSeed) for item in found)
    return found  # type: ignore[return-value]


def test_seeds_are_numbered_and_placed(folder: Path) -> None:
    found = read(sources(folder, ENTRY))
    assert [item.ordinal for item in found] == list(range(6))
    assert {(item.place, item.seed.domain) for item in found} == {
        ("red.yaml", "red"),
        ("blue.yaml", "blue"),
    }
    assert not any(item.trace for item in found)


def test_a_limit_takes_turns_with_other_sources(folder: Path) -> None:
    write_seeds(folder / "a.jsonl", [toy_seed(i) for i in range(9)])
    found = read(sources(folder, {"file": "a.jsonl"}, ENTRY, limit=4))
    assert [item.place == "a.jsonl" for item in found] == [True, False, True, False]


def test_topics_follow_the_random_seed(folder: Path) -> None:
    def questions(**more: Any) -> list[str]:
        return [item.seed.question for item in read(sources(folder, {**ENTRY, **more}))]

    assert questions() == questions(random_seed=7), "by default the recipe's"
    assert questions() != questions(random_seed=8)
    assert questions(count=3) == questions()[:3]


def test_identity_is_contents_and_settings(folder: Path) -> None:
    base = sources(folder, ENTRY).identity()
    others = [
        sources(folder, {**ENTRY, "count": 5}).identity(),
        sources(folder, {**ENTRY, "domains": ("red",)}).identity(),
        sources(folder, {**ENTRY, "random_seed": 8}).identity(),
        sources(folder, {**ENTRY, "templates": ""}).identity(),
        sources(folder, ENTRY, ENTRY).identity(),
    ]
    (folder / "topics").rename(folder / "moved")
    (folder / "moved" / "blue.yaml").rename(folder / "moved" / "zzz.yaml")
    (folder / "templates.yaml").rename(folder / "asked.yaml")
    moved = {**ENTRY, "path": "moved/*.yaml", "templates": "asked.yaml"}
    assert sources(folder, moved).identity() == base
    for path in (folder / "moved" / "zzz.yaml", folder / "asked.yaml"):
        path.write_text(path.read_text().replace("Draw", "Paint").replace("cup", "mug"))
        others.append(sources(folder, moved).identity())
    assert base not in others
    assert len({repr(other) for other in others}) == len(others)


def test_sources_without_topics_are_what_they_were(folder: Path) -> None:
    write_seeds(folder / "a.jsonl", [toy_seed(1)])
    assert len(sources(folder, {"file": "a.jsonl"}).identity()) == 3


@pytest.mark.parametrize("gone", ["topics/red.yaml", "templates.yaml"])
def test_what_is_not_there_is_named_before_anything_runs(folder: Path, gone: str) -> None:
    made = sources(folder, {**ENTRY, "path": "topics/red.yaml"})
    made.check()
    (folder / gone).unlink()
    with pytest.raises(SeedFileError, match=f"seed file '{gone}' is not there"):
        made.check()


def test_a_fault_in_a_file_stops_the_intake(toy: Toy) -> None:
    write(toy.folder)
    toy.edit('seeds: [{file: "seeds/*.jsonl"}]\n', RECIPE)
    path = toy.folder / "topics" / "red.yaml"
    path.write_text(path.read_text().replace("a red hat", "a blue hat"))
    store = toy.open()
    with pytest.raises(RecipeError, match="topic 'blue hat' stands twice"):
        run_intake(store, "toy", Sources.of(load_recipe(str(toy.folder))))
    store.close()


def rows(toy: Toy) -> dict[str, list[dict[str, Any]]]:
    """The intake tables by domain after an intake."""
    store = toy.open()
    try:
        result = run_intake(store, "toy", Sources.of(load_recipe(str(toy.folder))))
        found = {}
        for domain in result.domains:
            current = store.current(PartitionKey("toy", INTAKE, domain))
            assert current is not None
            assert current[1].counts.balanced()
            names = ["sample_id", "row_digest", "question", "answer", "family", "place"]
            found[domain] = tables.read_columns(
                store.cas.verified_path(current[1].rows), names
            ).to_pylist()
        return found
    finally:
        store.close()


def digests(table: list[dict[str, Any]]) -> set[str]:
    return {row["row_digest"] for row in table}


def test_an_intake_holds_files_and_topics_and_changes_little(toy: Toy) -> None:
    write(toy.folder)
    toy.write([toy_seed(i) for i in range(20)])
    toy.edit('seeds: [{file: "seeds/*.jsonl"}]\n', RECIPE)
    first = rows(toy)
    assert {domain: len(table) for domain, table in first.items()} == {
        "sums": 20, "red": 6, "blue": 6,
    }  # fmt: skip
    assert {row["answer"] for row in first["red"]} == {""}
    # known lines of the seed file and topics that are asked again go together
    toy.write([toy_seed(i) for i in range(21)])
    path = toy.folder / "topics" / "red.yaml"
    path.write_text(path.read_text().replace("a red pen", "a red pen, a red bag"))
    second = rows(toy)
    assert digests(second["sums"]) > digests(first["sums"])
    assert second["blue"] == first["blue"]
    assert len(second["red"]) == 6, "count stays"
    toy.edit("count: 12", "count: 14")
    third = rows(toy)
    assert digests(third["red"]) > digests(first["red"])
    assert third["blue"] == first["blue"]


def test_a_renamed_file_is_no_change(toy: Toy) -> None:
    write(toy.folder)
    toy.edit('seeds: [{file: "seeds/*.jsonl"}]\n', RECIPE)

    def fingerprint() -> str:
        return intake_fingerprint("toy", Sources.of(load_recipe(str(toy.folder))))

    before, first = fingerprint(), rows(toy)
    (toy.folder / "topics" / "red.yaml").rename(toy.folder / "topics" / "a.yaml")
    assert fingerprint() == before
    assert digests(rows(toy)["red"]) == digests(first["red"])


def test_a_build_goes_through_seeds_without_answers(toy: Toy) -> None:
    write(toy.folder)
    toy.write([toy_seed(1)])
    toy.edit('seeds: [{file: "seeds/*.jsonl"}]\n', RECIPE)
    assert toy.build().calls == 2 * 13
    assert toy.build().calls == 0
    toy.edit("count: 12", "count: 9")
    assert toy.build().calls == 0, "a smaller count asks nothing new"
