"""The best-of-N variant of a recipe is the recipe, but for its loops."""

from __future__ import annotations

from typing import Any

import pytest

from qmirror_assets.recipe import find_recipe, load_recipe, shipped_recipes, shipped_variants
from qmirror_assets.stages.compile import compile_recipe

VARIANTS = [name for name in shipped_variants() if name.endswith("/best_of_n")]
TEXTS = ("recipe", "title", "description")
LOOP = (
    "rounds", "refinements", "no_suggestion", "no_gain", "ties", "patience", "rank_by",
    "description", "steps",
)  # fmt: skip
STEP = ("generate", "revise", "again", "temperature", "reads")


def content(place: str) -> dict[str, Any]:
    return load_recipe(place).spec.model_dump(mode="json", by_alias=True)


def without_loops(spec: dict[str, Any]) -> dict[str, Any]:
    """A recipe without its texts and without what makes a loop refine or draw again."""
    stages = [inner for s in spec["stages"] for inner in (s, *s.get("stages", ()))]
    for stage in stages:
        if stage["kind"] == "refine":
            stage["plain_steps"] = [
                {**s, "with": {k: v for k, v in s["with"].items() if k not in STEP}}
                for s in stage["steps"]
            ]
            for name in LOOP:
                stage.pop(name)
    return {name: value for name, value in spec.items() if name not in TEXTS}


def test_there_is_one() -> None:
    assert VARIANTS == ["intersyn/best_of_n"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_only_the_loops_differ(variant: str) -> None:
    recipe = variant.partition("/")[0]
    assert without_loops(content(variant)) == without_loops(content(recipe))
    assert load_recipe(variant).name == f"{load_recipe(recipe).name}-best-of-n"


@pytest.mark.parametrize("variant", VARIANTS)
def test_nothing_is_revised_and_nothing_stops_early(variant: str) -> None:
    for node in compile_recipe(load_recipe(variant)):
        if node.uses == "draft":
            assert node.step is not None
            assert node.step.fingerprint["again"] is True
            assert node.step.fingerprint["revise"] == []
        if node.loop_end is not None:
            end = node.loop_end
            assert (end.accept, end.no_suggestion, end.no_gain, end.patience) == ((), (), (), None)


@pytest.mark.parametrize("variant", VARIANTS)
def test_its_requests_are_no_fewer_than_the_loops(variant: str) -> None:
    """Else the report could not compare at the same number of requests."""

    def most(place: str) -> dict[tuple[int, str], int]:
        found: dict[tuple[int, str], int] = {}
        for node in compile_recipe(load_recipe(place)):
            if node.round:
                at = (node.turn, node.stage)
                found[at] = found.get(at, 0) + node.most_requests
        return found

    drafts, loop = most(variant), most(variant.partition("/")[0])
    assert drafts.keys() == loop.keys()
    assert all(drafts[at] >= loop[at] for at in loop)


def test_variants_are_found_by_name_and_are_no_datasets_of_their_own() -> None:
    assert find_recipe("intersyn/best_of_n").name == "best_of_n.yaml"
    assert not any("/" in name for name in shipped_recipes())
