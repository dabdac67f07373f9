"""Scores of many turns as counts and means; what has no score is counted, never averaged in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from qmirror_assets.records import Json
from qmirror_assets.synjudge.dimensions import Dimension
from qmirror_assets.synjudge.verdict import State, Verdict


@dataclass(frozen=True, slots=True)
class DimensionSummary:
    """One dimension over `turns` turns; these are the sum of the four counts.

    mean, variance: over scored and null-rule turns together (variance of the population); None
    where there are none.
    """

    turns: int
    scored: int
    null_rule: int
    abstained: int
    unparsable: int
    mean: float | None
    variance: float | None

    def to_json(self) -> dict[str, Json]:
        """The summary as JSON."""
        return asdict(self)


def aggregate(verdicts: Iterable[Verdict]) -> Mapping[Dimension, DimensionSummary]:
    """Every dimension over all verdicts."""
    rows = list(verdicts)
    return {dimension: _summary(rows, dimension) for dimension in Dimension}


def _summary(verdicts: list[Verdict], dimension: Dimension) -> DimensionSummary:
    scores = [verdict.scores[dimension] for verdict in verdicts]
    values = [score.value for score in scores if score.value is not None]
    counts = {state: sum(score.state is state for score in scores) for state in State}
    mean = sum(values) / len(values) if values else None
    spread = None if mean is None else sum((v - mean) ** 2 for v in values) / len(values)
    return DimensionSummary(
        len(scores), counts[State.SCORED], counts[State.NULL_RULE], counts[State.ABSTAINED],
        counts[State.UNPARSABLE], mean, spread,
    )  # fmt: skip
