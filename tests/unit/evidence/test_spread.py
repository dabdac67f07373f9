"""Spreads and their intervals against textbook figures."""

from __future__ import annotations

import random
import statistics

import pytest

from qmirror_assets.evidence.spread import FEWEST, Interval, Spread, difference, pool


def spread(values: list[float]) -> Spread:
    return Spread(len(values), statistics.fmean(values), statistics.stdev(values))


def test_pooled_is_the_spread_of_all_numbers() -> None:
    draw = random.Random(3)
    parts = [[draw.gauss(n, 1 + n) for _ in range(5 + n)] for n in range(4)]
    whole, pooled = spread([x for part in parts for x in part]), pool(map(spread, parts))
    assert pooled.count == whole.count
    assert (pooled.mean, pooled.sd) == (pytest.approx(whole.mean), pytest.approx(whole.sd))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([], Spread()),
        ([Spread(), Spread()], Spread()),
        ([Spread(1, 4.0), Spread()], Spread(1, 4.0)),
        ([Spread(1, 3.0), Spread(1, 5.0)], Spread(2, 4.0, 2**0.5)),
    ],
    ids=["none", "empty ones", "one number", "two numbers"],
)
def test_pooling_small_groups(parts: list[Spread], expected: Spread) -> None:
    assert pool(parts) == expected


@pytest.mark.parametrize(
    ("count", "quantile"), [(10, 2.2622), (31, 2.0423), (500, 1.9647)], ids=str
)
def test_interval_is_students(count: int, quantile: float) -> None:
    found = Spread(count, 2.0, 3.0).interval()
    assert found is not None
    half = quantile * 3.0 / count**0.5
    assert (found.low, found.high) == (
        pytest.approx(2 - half, abs=1e-4),
        pytest.approx(2 + half, abs=1e-4),
    )


def test_few_numbers_have_no_interval() -> None:
    assert Spread(FEWEST - 1, 4.0, 0.0).interval() is None
    assert Spread(FEWEST, 4.0, 0.0).interval() == Interval(4.0, 4.0)
    assert difference(Spread(FEWEST - 1, 4.0), Spread(50, 4.0)) is None


def test_welch_against_a_textbook_case() -> None:
    # 15 and 15 numbers of unequal spread: 22.6 degrees of freedom, t = 2.0704
    found = difference(Spread(15, 20.82, 2.6), Spread(15, 23.71, 1.5))
    assert found is not None
    assert (found.low, found.high) == (
        pytest.approx(-4.4946, abs=2e-3),
        pytest.approx(-1.2854, abs=2e-3),
    )
    assert found.sign == -1


def test_groups_without_spread_differ_exactly() -> None:
    assert difference(Spread(9, 3.0), Spread(9, 2.5)) == Interval(0.5, 0.5)
