"""Dialogues: how many turns, what each leaves, and which nodes a recipe of turns has."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from qmirror_assets.fingerprint import derive_random_seed
from qmirror_assets.stage_specs import TurnsStage
from qmirror_assets.stages.base import At
from qmirror_assets.stages.turns import DrawTurns, EndTurn


def stage(**more: Any) -> TurnsStage:
    settings: dict[str, Any] = {
        "name": "turns",
        "shares": [0.5, 0.3, 0.2],
        "keeps": ["question", "image", "points"],
        "image": "image",
        "means": {"score": "points"},
        "stages": [
            {"kind": "map", "name": "ask", "uses": "llm"},
            {
                "kind": "refine", "name": "answer", "refinements": 2, "record": "loops",
                "steps": [{"name": "text", "uses": "draft"}], "rank_by": ["points"],
            },
        ],
        **more,
    }  # fmt: skip
    return TurnsStage.model_validate(settings)


def at(number: int, turn: int = 0) -> At:
    digest = f"{number:064x}"
    return At("s", digest, turn, 0, lambda draw: derive_random_seed(7, digest, turn, 0, draw))


def test_turns_are_drawn_by_their_shares() -> None:
    step = DrawTurns(stage())
    drawn = [step.run({}, at(n))["turns"] for n in range(4_000)]
    shares = [drawn.count(turns) / len(drawn) for turns in (1, 2, 3)]
    assert shares == pytest.approx([0.5, 0.3, 0.2], abs=0.03)
    assert drawn == [step.run({}, at(n))["turns"] for n in range(4_000)]


def test_a_longer_dialogue_leaves_shorter_ones_as_they_were() -> None:
    two, three = DrawTurns(stage(shares=[0.5, 0.5])), DrawTurns(stage(shares=[0.5, 0.3, 0.2]))
    pairs = [(two.run({}, at(n))["turns"], three.run({}, at(n))["turns"]) for n in range(500)]
    assert {after for before, after in pairs if before == 1} == {1}
    assert {after for before, after in pairs if before == 2} == {2, 3}


def test_some_samples_have_one_turn_only() -> None:
    step = DrawTurns(stage(single=[{"column": "figure", "empty": False}]))
    assert {step.run({"figure": {"kind": "flow"}}, at(n))["turns"] for n in range(50)} == {1}
    assert step.inputs == ("figure",)
    assert step.run({"figure": None}, at(1))["ended"] == ""


def test_a_turn_joins_the_dialogue() -> None:
    step = EndTurn(stage())
    row = {"dialogue": [], "question": "Q1", "image": "d1", "points": 4, "loops": {"answer": {}}}
    first = step.run(row, at(1, 1))
    assert first["dialogue"] == [{"turn": 1, "question": "Q1", "image": "d1", "points": 4}]
    assert (first["images"], first["score"], first["loops"]) == (["d1"], 4.0, None)
    again = {**row, **first, "question": "Q2", "image": "d2", "points": 1}
    second = step.run(again, at(1, 2))
    assert [turn["question"] for turn in second["dialogue"]] == ["Q1", "Q2"]
    assert (second["images"], second["score"]) == (["d1", "d2"], 2.5)


def test_a_mean_knows_only_what_was_scored() -> None:
    step = EndTurn(stage())
    row = {"dialogue": [{"points": None, "image": "d"}], "question": "Q", "image": "e", "points": 3}
    assert step.run(row, at(1, 2))["score"] == 3.0
    assert step.run({**row, "points": None}, at(1, 2))["score"] is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shares": [0.5, 0.4]}, "sum to 1"),
        ({"shares": [1.0, 0.0]}, "last share is 0"),
        ({"shares": [0.1] * 10}, "at most 5"),
        ({"image": "picture"}, "'picture' is not among `keeps`"),
        ({"means": {"score": "grade"}}, "'grade' is not among `keeps`"),
        ({"stages": []}, "at least 1"),
    ],
    ids=["sum", "zero", "six turns", "image", "mean", "no stages"],
)
def test_what_a_recipe_cannot_say(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        stage(**change)


@pytest.mark.parametrize("refinements", [0, 50], ids=["K=0", "K=50"])
def test_k_has_limits(refinements: int) -> None:
    loop = {
        "kind": "refine", "name": "a", "refinements": refinements, "rank_by": ["points"],
        "steps": [{"name": "text", "uses": "draft"}],
    }  # fmt: skip
    with pytest.raises(ValidationError, match="refinements"):
        stage(stages=[loop])
