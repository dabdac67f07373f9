"""A judge beside labels by people: how far apart, how often near, in the same order, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from qmirror_assets.records import Json
from qmirror_assets.synjudge.dimensions import HIGHEST, Dimension
from qmirror_assets.synjudge.verdict import Verdict

DRAWS: Final = 2_000
"""Bootstrap draws of one interval."""
_NEAR: Final = 1
_INTERVAL: Final = (2.5, 97.5)  # percentiles

TurnKey = tuple[str, int]
Labels = Mapping[TurnKey, Mapping[Dimension, int]]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % bootstrap interval over samples; None where it is not defined."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One dimension. labelled: turns with a label; compared: those that the judge scored too.

    confusion: 6 rows, the label; 7 columns, the judge's score and last "no score".
    """

    labelled: int
    compared: int
    rmse: Estimate
    near: Estimate  # A@1: share within one point
    spearman: Estimate
    confusion: tuple[tuple[int, ...], ...]

    def to_json(self) -> dict[str, Json]:
        """The comparison as JSON."""
        return asdict(self)


def compare(
    verdicts: Mapping[TurnKey, Verdict], labels: Labels, random_seed: int
) -> Mapping[Dimension, Comparison]:
    """Every dimension, over the turns that have a label and a verdict."""
    return {name: _compare(name, verdicts, labels, random_seed) for name in Dimension}


def _compare(
    name: Dimension, verdicts: Mapping[TurnKey, Verdict], labels: Labels, random_seed: int
) -> Comparison:
    keys = sorted(key for key in labels if key in verdicts and name in labels[key])
    both = [(key[0], labels[key][name], verdicts[key].value(name)) for key in keys]
    scored = [(sample, human, judge) for sample, human, judge in both if judge is not None]
    table = [[0] * (HIGHEST + 2) for _ in range(HIGHEST + 1)]
    for _, human, judge in both:
        table[human][HIGHEST + 1 if judge is None else judge] += 1
    rmse, near, order = _estimate(scored, random_seed)
    return Comparison(len(both), len(scored), rmse, near, order, tuple(map(tuple, table)))


def _estimate(
    scored: Sequence[tuple[str, int, int]], random_seed: int
) -> tuple[Estimate, Estimate, Estimate]:
    """RMSE, A@1 and rank correlation; whole samples are drawn, as turns of one hang together."""
    import numpy as np

    if not scored:
        nothing = Estimate(None, None, None)
        return nothing, nothing, nothing
    human = np.array([row[1] for row in scored], float)
    judge = np.array([row[2] for row in scored], float)
    names, group = np.unique([row[0] for row in scored], return_inverse=True)
    members = [np.flatnonzero(group == i) for i in range(len(names))]
    generator = np.random.default_rng(random_seed)
    draws = []
    for _ in range(DRAWS):
        picked = generator.integers(len(names), size=len(names))
        rows = np.concatenate([members[i] for i in picked])
        draws.append(_figures(human[rows], judge[rows]))
    spread = np.array(draws).T
    rmse, near, order = (
        _with_interval(value, column)
        for value, column in zip(_figures(human, judge), spread, strict=True)
    )
    return rmse, near, order


def _figures(human: Any, judge: Any) -> tuple[float, float, float]:
    import numpy as np
    from scipy.stats import rankdata

    apart = judge - human
    ranks = rankdata(human), rankdata(judge)
    flat = any(np.ptp(rank) == 0 for rank in ranks)  # no order: no correlation
    order = float("nan") if flat else float(np.corrcoef(*ranks)[0, 1])
    return float(np.sqrt(np.mean(apart**2))), float(np.mean(np.abs(apart) <= _NEAR)), order


def _with_interval(value: float, draws: Any) -> Estimate:
    import numpy as np

    known = draws[~np.isnan(draws)]
    if np.isnan(value) or known.size == 0:
        return Estimate(None, None, None)
    low, high = np.percentile(known, _INTERVAL)
    return Estimate(round(value, 4), round(float(low), 4), round(float(high), 4))
