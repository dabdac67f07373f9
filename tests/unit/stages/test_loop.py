"""When a row stops, why, and which of its rounds is kept."""

from __future__ import annotations

import math
from typing import Any

import pytest

from qmirror_assets.conditions import Condition
from qmirror_assets.fingerprint import canonical
from qmirror_assets.stages.loop import CONTINUE, SETTLED, LoopEnd, StopReason

ACCEPT = (Condition(column="passed", equals=True),)
NO_SUGGESTION = (Condition(column="advice", empty=True),)


def end(round_: int = 1, **more: Any) -> LoopEnd:
    fields: dict[str, Any] = {
        "last": False,
        "accept": ACCEPT,
        "no_suggestion": (),
        "rank_by": ("score",),
        "patience": None,
        "columns": ("text", "score"),
        **more,
    }
    return LoopEnd(round=round_, **fields)


def run(rounds: list[dict[str, Any]], **more: Any) -> list[dict[str, Any]]:
    """The loop columns after each round, fed back as the runner does, until the row settles."""
    carried: dict[str, Any] = {}
    decided = []
    for number, row in enumerate(rounds, 1):
        made = end(number, last=number == len(rounds), **more).decide({**carried, **row})
        decided.append(made)
        carried = {"best": made["best"], "stale": made["stale"]}
        if made["loop_state"] == SETTLED:
            break
    return decided


def scores(*values: Any) -> list[dict[str, Any]]:
    return [{"text": f"t{i}", "score": v, "passed": False} for i, v in enumerate(values, 1)]


def test_accepted_stops_at_once_and_is_kept() -> None:
    rows = scores(50, 40, 60)
    rows[1]["passed"] = True
    decided = run(rows)
    assert len(decided) == 2
    assert decided[-1]["stop_reason"] == StopReason.ACCEPTED
    # accepted beats a better rank that broke a rule
    assert decided[-1]["best"] == {
        "round": 2,
        "rank": [40.0],
        "accepted": True,
        "columns": {"text": "t2", "score": 40},
    }


@pytest.mark.parametrize("passed", [None, "true", 1, 1.0, math.nan], ids=repr)
def test_what_is_not_true_is_not_accepted(passed: Any) -> None:
    decided = end().decide({"score": 99, "passed": passed})
    assert decided["loop_state"] == CONTINUE
    assert decided["best"]["accepted"] is False


def test_without_conditions_nothing_is_accepted() -> None:
    decided = end(accept=(), last=True).decide({"score": 100})
    assert (decided["stop_reason"], decided["best"]["accepted"]) == (StopReason.MAX_ROUNDS, False)


def test_the_best_round_is_kept_while_scores_fall() -> None:
    decided = run(scores(70, 60, 50, 10))
    assert [d["best"]["round"] for d in decided] == [1, 1, 1, 1]
    assert [d["stale"] for d in decided] == [0, 1, 2, 3]
    assert decided[-1]["stop_reason"] == StopReason.MAX_ROUNDS
    assert decided[-1]["best"]["columns"]["text"] == "t1"


def test_the_best_round_follows_scores_that_rise_and_ties_keep_the_first() -> None:
    decided = run(scores(10, 30, 30, 20, 40))
    assert [d["best"]["round"] for d in decided] == [1, 2, 2, 2, 5]
    assert [d["stale"] for d in decided] == [0, 0, 1, 2, 0]


@pytest.mark.parametrize(
    ("patience", "rounds"), [(1, 2), (2, 3), (3, 4), (None, 5)], ids=["1", "2", "3", "endless"]
)
def test_no_gain_after_patience(patience: int | None, rounds: int) -> None:
    decided = run(scores(70, 60, 65, 50, 50), patience=patience)
    assert len(decided) == rounds
    expected = StopReason.NO_GAIN if patience else StopReason.MAX_ROUNDS
    assert decided[-1]["stop_reason"] == expected


def test_a_gain_resets_patience() -> None:
    decided = run(scores(50, 40, 60, 55, 54, 53), patience=2)
    assert [d["stale"] for d in decided] == [0, 1, 0, 1, 2]
    assert decided[-1]["best"]["round"] == 3


def test_no_suggestion_stops_with_the_best_so_far() -> None:
    rows = scores(50, 40, 60)
    for row, advice in zip(rows, ["more", "", "more"], strict=True):
        row["advice"] = advice
    decided = run(rows, no_suggestion=NO_SUGGESTION)
    assert len(decided) == 2
    assert decided[-1]["stop_reason"] == StopReason.NO_SUGGESTION
    assert decided[-1]["best"]["round"] == 1


def test_accepted_comes_before_the_other_reasons() -> None:
    row = {"score": 1, "passed": True, "advice": ""}
    decided = end(last=True, no_suggestion=NO_SUGGESTION, patience=1).decide(row)
    assert decided["stop_reason"] == StopReason.ACCEPTED


@pytest.mark.parametrize("bad", [None, math.nan, math.inf, -math.inf, "95", [95]], ids=repr)
def test_a_rank_that_is_no_number_is_below_every_number(bad: Any) -> None:
    decided = run(scores(bad, -1e9))
    assert decided[0]["best"]["rank"] == [None]
    assert decided[1]["best"]["round"] == 2
    decided = run(scores(0, bad))
    assert decided[1]["best"]["round"] == 1
    for made in run(scores(bad, bad, bad)):
        assert made["best"]["round"] == 1
        canonical({k: v for k, v in made.items() if k != "best"})
        canonical(made["best"]["rank"])


def test_rank_compares_column_by_column() -> None:
    rows = [
        {"passed": False, "score": 90, "text": "a"},
        {"passed": False, "score": 95, "text": "b"},
        {"passed": True, "score": 10, "text": "c"},
    ]
    decided = run(rows, accept=(), rank_by=("passed", "score"))
    assert [d["best"]["round"] for d in decided] == [1, 2, 3]


def test_the_fingerprint_is_what_decides() -> None:
    base = end().fingerprint()
    assert end(2).fingerprint() == base, "rounds with the same rules share their meaning"
    for change in [
        {"last": True},
        {"accept": ()},
        {"no_suggestion": NO_SUGGESTION},
        {"rank_by": ("x",)},
        {"patience": 2},
    ]:
        assert end(**change).fingerprint() != base
