"""Thresholds from one half, figures from the other; and a judge beside labels."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest
from scipy import stats

from qmirror_assets.synjudge.calibration import (
    Case,
    Half,
    report_kinds,
    split_samples,
    tune_threshold,
)
from qmirror_assets.synjudge.defects import MUST_FALL, SHOWS_AS, Defect
from qmirror_assets.synjudge.dimensions import Dimension
from qmirror_assets.synjudge.judged import Judged, failed
from qmirror_assets.synjudge.labelled import compare
from qmirror_assets.synjudge.shares import share
from qmirror_assets.synjudge.signals import Signal
from qmirror_assets.synjudge.verdict import Verdict, abstained, scored

TCC, ICC, IQ, ITS = Dimension


def verdict(value: int | None = 5, **others: int | None) -> Verdict:
    values = {name: others.get(name.value, value) for name in Dimension}
    return Verdict({n: abstained("") if v is None else scored(v, "") for n, v in values.items()})


def measured(**signals: float) -> Judged:
    levels: dict[Signal, float | None] = {Signal.BLURRED: 0.1}
    return Judged(verdict(), {**levels, **{Signal(n): v for n, v in signals.items()}})


def half(clean: int, bad: list[float], alarms: int = 0) -> Half:
    source = measured(copied=0.1)
    good = [measured(copied=0.9 if i < alarms else 0.1) for i in range(clean)]
    cases = [Case(Defect.DUPLICATE_TEXT, measured(copied=level), source) for level in bad]
    return Half(tuple(good), tuple(cases), {Defect.DUPLICATE_TEXT: {"why": 1}})


def of(defect: Defect, tune: Half, report: Half) -> Any:
    return next(kind for kind in report_kinds(tune, report) if kind.defect is defect)


def test_no_sample_is_in_both_halves() -> None:
    ids = [f"s{i % 21}" for i in range(60)]
    tune, report = split_samples(ids, 3)
    assert tune.isdisjoint(report)
    assert tune | report == set(ids)
    assert (len(tune), len(report)) == (11, 10)
    assert split_samples(ids, 3) == (tune, report)
    assert split_samples(ids, 4) != (tune, report)


@pytest.mark.parametrize(
    ("clean", "bad", "expected"),
    [
        ([0.1, 0.2], [0.8, 0.9], 0.5),
        ([0.1] * 20 + [0.95], [0.8, 0.9], 0.45),
        ([0.5] * 20, [0.4, 0.3], None),
        ([0.1] * 19, [], None),
        ([None] * 5, [0.2, 1.0], 0.1),
        ([0.0] * 5, [1.0] * 5, 0.5),
    ],
    ids=["gap", "one-false-alarm-in-21", "upside-down", "nothing-planted", "no-signal", "rule"],
)
def test_tuning(clean: list[float], bad: list[float], expected: float | None) -> None:
    assert tune_threshold(clean, bad) == expected


def test_a_threshold_comes_from_one_half_and_its_figures_from_the_other() -> None:
    found = of(Defect.DUPLICATE_TEXT, half(30, [0.8] * 30), half(30, [0.8] * 24 + [0.2] * 6))
    assert found.threshold == 0.45
    assert (found.detection.hits, found.detection.total, found.planted) == (24, 30, 60)
    assert not found.claimed
    assert "detects 80%" in found.why
    assert found.unfit == {"why": 2}


@pytest.mark.parametrize(
    ("tune", "report", "claimed", "why"),
    [
        (half(30, [0.8] * 25), half(30, [0.8] * 25), True, ""),
        (half(30, [0.8] * 25), half(30, [0.8] * 24), False, "only 49 of 50"),
        (half(30, [0.8] * 25), half(30, [0.8] * 25, alarms=2), False, "7% false alarms"),
        (half(30, [0.8] * 25), half(9, [0.8] * 25), False, "only 9 good turns"),
        (half(30, [0.05] * 25), half(30, [0.05] * 25), False, "no threshold"),
    ],
    ids=["claimed", "too-few", "false-alarms", "few-good", "blind"],
)
def test_claims(tune: Half, report: Half, claimed: bool, why: str) -> None:
    found = of(Defect.DUPLICATE_TEXT, tune, report)
    assert (found.claimed, why in found.why) == (claimed, True)
    assert found.by == SHOWS_AS[Defect.DUPLICATE_TEXT]


def test_a_judge_without_measures_is_tuned_on_its_scores() -> None:
    good = Judged(verdict(4), {Signal.COPIED: 0.0})
    bad = Judged(verdict(4, iq=2), {Signal.COPIED: 0.0})
    silent = Judged(verdict(4, iq=None), {})
    part = Half((good,) * 20, (*[Case(Defect.BLUR, bad, good)] * 25,
                               Case(Defect.BLUR, silent, good)), {})  # fmt: skip
    found = of(Defect.BLUR, part, part)
    assert found.by == "iq"
    assert found.detection.hits == 25
    assert found.unseen == 1  # an abstention detects nothing, and is no score either
    assert found.fell.hits == 25


def test_failed_verdicts_detect_nothing() -> None:
    good = measured(copied=0.1)
    cases = (Case(Defect.DUPLICATE_TEXT, failed("timeout"), good),)
    found = of(Defect.DUPLICATE_TEXT, half(20, [0.9] * 9), Half((good,), cases, {}))
    assert (found.detection.hits, found.unseen, found.fell.hits) == (0, 1, 0)


def test_moves_are_counted_by_direction() -> None:
    source = Judged(verdict(4), {})
    for value, fell, rose in ((2, 1, 0), (4, 0, 0), (5, 0, 1)):
        now = Judged(verdict(4, **{name.value: value for name in MUST_FALL[Defect.NO_IMAGE]}), {})
        part = Half((source,), (Case(Defect.NO_IMAGE, now, source),), {})
        found = of(Defect.NO_IMAGE, part, part)
        assert (found.fell.hits, found.rose) == (fell, rose)


def test_wilson_interval_of_a_textbook_case() -> None:
    found = share(9, 10)
    assert (round(found.low or 0, 3), round(found.high or 0, 3)) == (0.596, 0.982)
    assert share(0, 0).value is None


def labels(values: list[int]) -> dict[tuple[str, int], dict[Dimension, int]]:
    return {(f"s{i // 2}", i % 2): {TCC: value} for i, value in enumerate(values)}


def verdicts(values: list[int | None]) -> dict[tuple[str, int], Verdict]:
    return {(f"s{i // 2}", i % 2): verdict(value) for i, value in enumerate(values)}


def test_figures_against_labels_are_those_of_the_formulas() -> None:
    generator = random.Random(5)
    human = [generator.randint(0, 5) for _ in range(80)]
    judge: list[int | None] = [
        max(0, min(5, h + generator.choice([-2, -1, 0, 0, 1]))) for h in human
    ]
    found = compare(verdicts(judge), labels(human), 1)[TCC]
    apart = np.array(judge, float) - np.array(human, float)
    assert found.rmse.value == round(math.sqrt((apart**2).mean()), 4)
    assert found.near.value == round(float((abs(apart) <= 1).mean()), 4)
    expected = stats.spearmanr(human, judge).statistic
    assert found.spearman.value == round(float(expected), 4)
    for estimate in (found.rmse, found.near, found.spearman):
        assert None not in (estimate.low, estimate.value, estimate.high)
        assert estimate.low < estimate.value < estimate.high
    assert compare(verdicts(judge), labels(human), 1)[TCC] == found


def test_turns_of_one_sample_are_no_further_evidence() -> None:
    def width(turns: int) -> float:
        keys = [(f"s{i}", turn) for i in range(12) for turn in range(turns)]
        human = {key: {TCC: 3} for key in keys}
        judge = {key: verdict(5 if int(key[0][1:]) < 4 else 3) for key in keys}
        near = compare(judge, human, 0)[TCC].near
        return (near.high or 0) - (near.low or 0)

    assert width(1) == pytest.approx(width(9), abs=0.02)


def test_abstentions_are_counted_and_never_compared() -> None:
    found = compare(verdicts([5, None, 0, None]), labels([5, 5, 0, 3]), 0)[TCC]
    assert (found.labelled, found.compared, found.rmse.value) == (4, 2, 0.0)
    assert found.confusion[5] == (0, 0, 0, 0, 0, 1, 1)
    assert found.confusion[3] == (0, 0, 0, 0, 0, 0, 1)
    assert sum(map(sum, found.confusion)) == 4


@pytest.mark.parametrize("judge", [[4, 4, 4, 4], [None] * 4], ids=["flat", "silent"])
def test_what_is_not_defined_is_not_a_number(judge: list[int | None]) -> None:
    found = compare(verdicts(judge), labels([1, 2, 3, 4]), 0)
    assert found[TCC].spearman.value is None
    assert found[IQ].labelled == 0
