"""What curves are called, on numbers whose shape is known."""

from __future__ import annotations

import random
import statistics
from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import pytest

from qmirror_assets.evidence.shape import Changes, Kind, Shape, find_shape
from qmirror_assets.evidence.spread import Spread


def changes_of(rows: Sequence[Sequence[float]]) -> Changes:
    """Paired changes of samples given as rows of scores over k."""
    found = {}
    for j, k in combinations(range(len(rows[0])), 2):
        values = [row[k] - row[j] for row in rows]
        found[j, k] = Spread(len(values), statistics.fmean(values), statistics.stdev(values))
    return found


def shape_of(curve: Sequence[float], noise: float, count: int = 400, seed: int = 1) -> Shape:
    draw = random.Random(seed)
    rows = [[draw.gauss(level, noise) for level in curve] for _ in range(count)]
    return find_shape(range(len(curve)), changes_of(rows), noise or 1.0)


@pytest.mark.parametrize("noise", [0.0, 0.5], ids=["exact", "noisy"])
@pytest.mark.parametrize(
    ("curve", "kind"),
    [
        ((2, 2.5, 3, 3.5), Kind.RISING),
        ((3.5, 3, 2.5, 2), Kind.FALLING),
        ((3, 3, 3, 3), Kind.FLAT),
        ((2, 3, 3.5, 2.5), Kind.RISES_THEN_FALLS),
        ((2, 3, 2.5, 2), Kind.RISES_THEN_FALLS),
        ((4, 3, 3.5, 4.5), Kind.FALLS_THEN_RISES),
        ((2, 4), Kind.RISING),
    ],
    ids=["up", "down", "level", "peak", "back to where it was", "trough", "one refinement"],
)
def test_kinds(curve: tuple[float, ...], kind: Kind, noise: float) -> None:
    assert shape_of(curve, noise, count=1500).kind is kind


def test_where_it_turns_and_where_it_levels_off() -> None:
    assert shape_of((2, 3, 3.5, 2.5), 0.3).turn == 2
    assert shape_of((2, 3.5, 3.5, 3.5), 0.3).level_from == 1
    assert shape_of((2, 2.5, 3, 3.5), 0.3).level_from is None


def test_wide_intervals_are_no_proof_of_level() -> None:
    found = shape_of((3, 3, 3, 3), 1.0, count=20)
    assert found.kind is Kind.UNCLEAR
    assert found.interval is not None
    assert found.interval.low < 0 < found.interval.high


def test_few_samples_say_nothing() -> None:
    assert shape_of((1, 2, 3, 4), 0.0, count=7).kind is Kind.TOO_FEW
    assert find_shape([0, 1], {}, 1.0).kind is Kind.TOO_FEW


def test_noise_is_seldom_called_anything() -> None:
    """Intervals of six pairs are widened together: 400 level curves, at most 5 % get a name."""
    kinds = Counter(shape_of((3, 3, 3, 3), 1.0, count=60, seed=seed).kind for seed in range(400))
    named = kinds.total() - kinds[Kind.FLAT] - kinds[Kind.UNCLEAR]
    assert named <= 20, kinds
