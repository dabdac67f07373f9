"""Shares with their uncertainty."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

from qmirror_assets.records import Json

CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `total`, with its Wilson interval at 95 %. value, low, high: None for 0 of 0."""

    hits: int
    total: int
    value: float | None
    low: float | None
    high: float | None

    def to_json(self) -> dict[str, Json]:
        """The share as JSON."""
        return asdict(self)


def share(hits: int, total: int) -> Share:
    """A share and its interval. It takes the cases for independent."""
    from scipy.stats import binomtest

    if total == 0:
        return Share(0, 0, None, None, None)
    interval = binomtest(hits, total).proportion_ci(CONFIDENCE, method="wilson")
    return Share(hits, total, hits / total, float(interval.low), float(interval.high))
