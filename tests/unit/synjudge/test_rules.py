"""Null rules, the cap on copies, states and means: what code does to every verdict."""

from __future__ import annotations

import pytest

from qmirror_assets.synjudge.aggregate import aggregate
from qmirror_assets.synjudge.dimensions import ANCHORS, HIGHEST, Dimension
from qmirror_assets.synjudge.rules import apply_rules
from qmirror_assets.synjudge.verdict import Score, State, Verdict, abstained, scored, unparsable

TCC, ICC, IQ, ITS = Dimension


def verdict(*values: int | None) -> Verdict:
    scores = [abstained("no idea") if v is None else scored(v, "said") for v in values]
    return Verdict(dict(zip(Dimension, scores, strict=True)))


def ruled(
    said: Verdict, *, text: bool = True, picture: bool = True, copied: float = 0.0
) -> Verdict:
    return apply_rules(said, has_text=text, has_picture=picture, copied=copied, most_copied=0.6)


@pytest.mark.parametrize(
    ("text", "picture", "expected"),
    [
        (True, True, [5, 4, 3, 5]),
        (False, True, [0, 4, 3, 0]),
        (True, False, [5, 0, 0, 0]),
        (False, False, [0, 0, 0, 0]),
    ],
    ids=["both", "no-text", "no-picture", "neither"],
)
def test_null_rules_hold_whatever_the_judge_said(
    text: bool, picture: bool, expected: list[int]
) -> None:
    found = ruled(verdict(5, 4, 3, 5), text=text, picture=picture)
    assert [found.value(name) for name in Dimension] == expected
    nulls = {name for name, value in zip(Dimension, expected, strict=True) if value == 0}
    assert {n for n in Dimension if found.scores[n].state is State.NULL_RULE} == nulls


def test_null_rules_stand_in_for_an_abstention() -> None:
    assert ruled(verdict(None, None, None, None), picture=False).values() == [0, 0, 0]


@pytest.mark.parametrize(
    ("its", "copied", "expected"),
    [(5, 0.6, 4), (5, 0.59, 5), (4, 1.0, 4), (2, 1.0, 2), (None, 1.0, None)],
    ids=["capped", "below", "at-cap", "lower", "abstained"],
)
def test_a_redundant_pair_has_a_synergy_of_four_at_most(
    its: int | None, copied: float, expected: int | None
) -> None:
    assert ruled(verdict(4, 4, 4, its), copied=copied).value(ITS) == expected


def test_no_rule_makes_a_score_out_of_an_unreadable_reply() -> None:
    found = ruled(unparsable("garbage"), text=False, picture=False, copied=1.0)
    assert found.values() == []
    assert found.count(State.UNPARSABLE) == 4


def test_mean_is_over_what_is_scored_and_abstentions_are_counted_apart() -> None:
    found = verdict(4, None, 5, None)
    assert (found.mean, found.count(State.ABSTAINED)) == (4.5, 2)
    assert verdict(None, None, None, None).mean is None


@pytest.mark.parametrize(
    ("values", "passes"),
    [((4, 3, 5, 3), True), ((4, 2, 5, 5), False), ((4, None, 5, 3), True), ((None,) * 4, False)],
    ids=["all", "one-below", "abstained", "nothing-scored"],
)
def test_passing(values: tuple[int | None, ...], passes: bool) -> None:
    assert verdict(*values).passes(3) is passes


@pytest.mark.parametrize(
    ("value", "state"),
    [(None, State.SCORED), (3, State.ABSTAINED), (3, State.UNPARSABLE), (6, State.SCORED),
     (-1, State.SCORED)],
    ids=["scored-none", "abstained-3", "unparsable-3", "six", "minus-one"],
)  # fmt: skip
def test_a_number_and_its_state_agree(value: int | None, state: State) -> None:
    with pytest.raises(ValueError, match="score"):
        Score(value, state, "")


def test_aggregate_leaves_nothing_out() -> None:
    rows = [
        verdict(4, 2, 5, None), ruled(verdict(2, 5, 5, 5), picture=False), unparsable("x"),
        verdict(None, 4, 5, 5),
    ]  # fmt: skip
    found = aggregate(rows)
    for summary in found.values():
        parts = (summary.scored, summary.null_rule, summary.abstained, summary.unparsable)
        assert sum(parts) == summary.turns == 4
    assert (found[TCC].mean, found[TCC].variance, found[TCC].unparsable) == (3.0, 1.0, 1)
    assert found[ICC].mean == 2.0  # (2 + 0 + 4) / 3: the null rule counts, the unreadable does not
    assert (found[ITS].scored, found[ITS].null_rule, found[ITS].abstained) == (1, 1, 1)


def test_aggregate_of_nothing_has_no_mean() -> None:
    assert aggregate([])[IQ].mean is None


def test_every_score_has_a_meaning() -> None:
    assert {name: len(said) for name, said in ANCHORS.items()} == dict.fromkeys(
        Dimension, HIGHEST + 1
    )
