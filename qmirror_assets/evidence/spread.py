"""Mean and spread of some numbers, and the interval that the mean lies in."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

CONFIDENCE = 0.95
FEWEST = 8
"""Numbers below which no interval is given: scores of few steps are often all equal by chance."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, both included."""

    low: float
    high: float

    @property
    def sign(self) -> int:
        """1 above zero, -1 below it, 0 where zero is inside."""
        return (self.low > 0) - (self.high < 0)

    def within(self, margin: float) -> bool:
        """Whether it lies inside -margin to margin."""
        return -margin <= self.low and self.high <= margin


@dataclass(frozen=True, slots=True)
class Spread:
    """Of `count` numbers; sd: sample standard deviation, 0 for one number."""

    count: int = 0
    mean: float = 0.0
    sd: float = 0.0

    def interval(self, confidence: float = CONFIDENCE) -> Interval | None:
        """Student's t interval of the mean; None for fewer than `FEWEST` numbers."""
        if self.count < FEWEST:
            return None
        half = _student(self.count - 1, confidence) * self.sd / math.sqrt(self.count)
        return Interval(self.mean - half, self.mean + half)


def pool(parts: Iterable[Spread]) -> Spread:
    """The spread of all numbers together."""
    held = [part for part in parts if part.count]
    count = sum(part.count for part in held)
    if not count:
        return Spread()
    mean = math.fsum(part.count * part.mean for part in held) / count
    squares = math.fsum(
        (part.count - 1) * part.sd**2 + part.count * (part.mean - mean) ** 2 for part in held
    )
    return Spread(count, mean, math.sqrt(squares / (count - 1)) if count > 1 else 0.0)


def difference(a: Spread, b: Spread) -> Interval | None:
    """Welch's interval of mean(a) - mean(b), of two independent groups; None for too few."""
    if min(a.count, b.count) < FEWEST:
        return None
    gap, parts = a.mean - b.mean, [s.sd**2 / s.count for s in (a, b)]
    if not sum(parts):
        return Interval(gap, gap)
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / (a.count - 1) + parts[1] ** 2 / (b.count - 1))
    half = _student(freedom, CONFIDENCE) * math.sqrt(sum(parts))
    return Interval(gap - half, gap + half)


def _student(freedom: float, confidence: float) -> float:
    """The two-sided quantile of Student's t."""
    from scipy.special import stdtrit  # noqa: PLC0415  # 0.1 s that other commands need not pay

    return float(stdtrit(freedom, (1 + confidence) / 2))
