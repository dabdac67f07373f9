"""What is known of a dataset's loops: plain frozen data, the same for page, JSON and metadata."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qmirror_assets.evidence.shape import Shape
from qmirror_assets.evidence.spread import Interval, Spread

CRITIC = "critic_score"
STOPS = ("accepted", "no_suggestion", "no_gain", "max_rounds", "lost")
"""How samples leave a loop: the first three before its end, unless they do so in the last round."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Requests by the kind of engine."""

    text: int = 0
    judge: int = 0  # judges and vision models
    image: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.text + self.judge + self.image

    def __add__(self, other: Asked) -> Asked:
        return Asked(self.text + other.text, self.judge + other.judge, self.image + other.image)


@dataclass(frozen=True, slots=True)
class Round:
    """Refinement k of a loop over all domains, or in one. k = 0 is the first draft.

    samples finished the first draft; reached finished this refinement; stops: how many of them
    stopped after it, by reason. stopped_early: share of samples that have stopped content or
    without gain up to here while a refinement was left. asked: what the rows stand on, cached or
    not. calls, tokens, seconds, cost: what engines did for it so far.
    gain: of the kept mean over k - 1; gain_per_request: summed over samples, for one request.
    """

    k: int
    samples: int
    reached: int
    failed: int
    stops: Mapping[str, int]
    stopped_early: float
    asked: Asked
    calls: int
    tokens: int
    seconds: float
    cost: float
    gain: float | None = None
    gain_per_request: float | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One refinement of a curve: rows and their numbers, with the 95 % interval of the mean.

    raw: the rows of the refinement itself. kept: all samples, each with its best round so far.
    """

    k: int
    reached: int
    raw: Spread
    raw_interval: Interval | None
    samples: int
    kept: Spread
    kept_interval: Interval | None
    comparable: bool  # at least half of both rows have a number


@dataclass(frozen=True, slots=True)
class Curve:
    """One score over the refinements of a loop.

    raw_shape, kept_shape: what it does, from paired changes. sentences: the same in words.
    """

    column: str
    label: str
    higher_is_better: bool
    missing: str
    points: tuple[Point, ...]
    raw_shape: Shape | None
    kept_shape: Shape | None
    sentences: tuple[str, ...] = ()

    @property
    def unscored(self) -> int:
        """Rows of all refinements without a number."""
        return sum(point.reached - point.raw.count for point in self.points)


@dataclass(frozen=True, slots=True)
class DomainLoop:
    """A loop in one domain: its headline score kept at first and at last."""

    domain: str
    samples: int
    first: Spread
    last: Spread
    change: Spread
    change_interval: Interval | None
    stopped_early: float
    asked: Asked


@dataclass(frozen=True, slots=True)
class Loop:
    """One refinement loop of one turn. ceiling: most requests of one sample."""

    turn: int
    stage: str
    rounds: tuple[Round, ...]
    curves: tuple[Curve, ...]  # the headline first
    domains: tuple[DomainLoop, ...]
    ceiling: Asked
    sentences: tuple[str, ...] = ()

    @property
    def samples(self) -> int:
        """Samples that finished the first draft."""
        return self.rounds[0].samples

    @property
    def asked(self) -> Asked:
        """Requests of all refinements."""
        return sum((r.asked for r in self.rounds), Asked())

    @property
    def leading(self) -> tuple[Curve, ...]:
        """The headline, and the critic's score where rules of code make the headline."""
        more = [curve for curve in self.curves[1:] if curve.column == CRITIC]
        return (*self.curves[:1], *more)

    @property
    def title(self) -> str:
        """Such as `turn 2, image`."""
        return f"turn {self.turn}, {self.stage}" if self.turn else self.stage


@dataclass(frozen=True, slots=True)
class Turn:
    """The loops of one turn together: requests that were used of those that could have been."""

    turn: int
    samples: int
    asked: Asked
    ceiling: Asked  # of one sample
    sentence: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """All loops of a dataset, in build order."""

    dataset: str
    loops: tuple[Loop, ...]
    turns: tuple[Turn, ...] = ()
    sentences: tuple[str, ...] = field(default=())
