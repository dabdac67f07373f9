"""A recipe is refused before anything runs, with the line, the place and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from qmirror_assets.errors import RecipeError
from qmirror_assets.recipe import find_recipe, load_recipe, shipped_recipes

GOOD = """\
recipe: small
random_seed: 1
seeds:
  - file: seeds/*.jsonl
  - computed: {count: 3}
  - topics: {count: 5}
domains:
  earth-science: Earth science
stages:
  - kind: map
    name: draft
    uses: llm
    with: {messages: [{prompt: a.j2}], reads: [question], column: draft}
  - kind: refine
    name: refine
    rounds: 2
    steps:
      - {name: write, uses: llm}
      - {name: judge, uses: llm}
    accept:
      - {column: ok, equals: true}
    rank_by: [ok]
  - kind: assemble
    name: final
    columns: {question: question}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "recipe.yaml"
    path.write_text(text, "utf-8")
    return path


def refused(folder: Path, text: str) -> str:
    with pytest.raises(RecipeError) as caught:
        load_recipe(str(write(folder, text)))
    return str(caught.value)


def test_a_good_recipe(tmp_path: Path) -> None:
    recipe = load_recipe(str(write(tmp_path, GOOD)))
    assert recipe.name == "small"
    assert recipe.folder == tmp_path
    assert [type(source).__name__ for source in recipe.spec.seeds] == [
        "SeedFiles",
        "ComputedSource",
        "TopicSource",
    ]
    assert [stage.kind for stage in recipe.spec.stages] == ["map", "refine", "assemble"]
    assert load_recipe(str(tmp_path)).digest == recipe.digest


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("recipe: small", "# a comment\nrecipe:   'small'", True),
        ("recipe: small\nrandom_seed: 1", "random_seed: 1\nrecipe: small", True),
        ("random_seed: 1", "random_seed: 2", False),
        ("rounds: 2", "rounds: 3", False),
        ("equals: true", "equals: false", False),
        ("count: 3", "count: 4", False),
    ],
    ids=["comment", "key order", "random seed", "rounds", "threshold", "seeds"],
)
def test_digest_is_over_content(tmp_path: Path, old: str, new: str, same: bool) -> None:
    before = load_recipe(str(write(tmp_path, GOOD))).digest
    after = load_recipe(str(write(tmp_path, GOOD.replace(old, new)))).digest
    assert (before == after) is same


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("random_seed: 1", "random_sead: 1", 2, "Did you mean 'random_seed'?"),
        ("    uses: llm\n    with", "    usess: llm\n    with", 12, "Did you mean 'uses'?"),
        ("file: seeds", "fiel: seeds", 4, "Did you mean 'file'?"),
        ("{count: 3}", "{cuont: 3}", 5, "Did you mean 'count'?"),
        ("{count: 3}", "{count: 3, famlies: [x]}", 5, "Did you mean 'families'?"),
        ("{count: 3}", "{count: 0}", 5, "greater than or equal to 1"),
        ("{count: 5}", "{cuont: 5}", 6, "Did you mean 'count'?"),
        ("{count: 5}", "{count: 5, catgories: [x]}", 6, "Did you mean 'categories'?"),
        ("{count: 5}", "{count: -1}", 6, "greater than or equal to 1"),
        ("{count: 5}", "{count: 5, domains: birds}", 6, "valid tuple"),
        ("topics: {count: 5}", "topics:", 6, "valid dictionary"),
        ("topics: {count: 5}", "{topics: {count: 5}, computed: {count: 1}}", 6, "does not go with"),
        ("column: ok, equals: true", "colunm: ok, equals: true", 21, "Did you mean 'column'?"),
        ("equals: true", "equals: true, at_least: 1", 21, "exactly one of"),
        ("rounds: 2", "rounds: 0", 16, "greater than or equal to 1"),
        ("rounds: 2", "rounds: 99", 16, "less than or equal to 10"),
        ("kind: map", "kind: mpa", 10, "does not match any of the expected tags"),
        ("name: draft", "name: Draft", 11, "should match pattern"),
        ("name: draft", "name: ../draft", 11, "should match pattern"),
        ("name: judge", "name: write", 17, "step name 'write' stands twice"),
        ("    name: draft", "    name: final", 1, "stage name 'final' stands twice"),
        ("    name: draft", "    name: snapshot", 1, "one of the system's own assets"),
        ("    name: draft", "    name: intake", 1, "one of the system's own assets"),
        ("recipe: small", "recipe: Small", 1, "bad recipe name"),
        ("recipe: small", "recipe: ../small", 1, "bad recipe name"),
        ("  earth-science:", "  Earth science:", 1, "bad domain"),
        ("rank_by: [ok]", "rank_by: []", 22, "at least 1 item"),
        ("random_seed: 1", "random_seed: -1", 2, "greater than or equal to 0"),
        ("random_seed: 1", "random_seed: one", 2, "valid integer"),
        (
            "random_seed: 1",
            "random_seed: 1\nlimits: {failure_rate: 2}",
            3,
            "less than or equal to 1",
        ),
        ("random_seed: 1", "random_seed: 1\nrelease: {splits: {train: 0.5}}", 3, "sum to 1"),
        ("random_seed: 1", "random_seed: 1\nrelease: {splits: {a: 1.5, b: -0.5}}", 3, "positive"),
    ],
    ids=lambda value: str(value).strip()[:30],
)
def test_refused_with_line_and_remedy(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    assert GOOD.count(old) == 1
    message = refused(tmp_path, GOOD.replace(old, new))
    assert f"recipe recipe.yaml, line {line}" in message
    assert says in message


def test_the_last_stage_must_assemble(tmp_path: Path) -> None:
    data: dict[str, Any] = yaml.safe_load(GOOD)
    data["stages"] = data["stages"][:-1]
    assert "last stage must be of kind 'assemble'" in refused(tmp_path, yaml.safe_dump(data))


@pytest.mark.parametrize("text", ["", "# only a comment\n", "- a\n- b\n", "7\n"], ids=repr)
def test_an_empty_file_or_no_mapping(tmp_path: Path, text: str) -> None:
    assert "expected a mapping with key `recipe`" in refused(tmp_path, text)


@pytest.mark.parametrize("name", ["qmirrror", "../nowhere", "a" * 300, "a\0b", ""], ids=ascii)
def test_no_such_recipe(name: str) -> None:
    with pytest.raises(RecipeError, match="no such recipe") as caught:
        load_recipe(name)
    if name == "qmirrror":
        assert "Did you mean 'qmirror'?" in str(caught.value)


def test_every_shipped_recipe_loads() -> None:
    for name, path in shipped_recipes().items():
        assert find_recipe(name) == path
        assert load_recipe(name).name == name
