"""What a plan says: plain frozen data, the same for the table and for JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from qmirror_assets.records import Json
from qmirror_assets.runner.unknown import Range


@dataclass(frozen=True, slots=True)
class SeedChange:
    """How the seeds of a domain differ from its intake table."""

    domain: str
    new: int
    edited: int  # another content under the same user id
    gone: int
    relabelled: int  # the same content with another licence, source or carried column

    def __str__(self) -> str:
        counts = [
            (self.new, "new"), (self.edited, "edited"), (self.gone, "gone"),
            (self.relabelled, "with other labels"),
        ]  # fmt: skip
        said = [f"{count} {what}" for count, what in counts if count]
        if not said:
            return "repeats among the seeds changed"
        first, _, rest = said[0].partition(" ")
        noun = "seed" if first == "1" else "seeds"
        return ", ".join([f"{first} {noun} {rest}", *said[1:]])


@dataclass(frozen=True, slots=True)
class Estimate:
    """An amount: the least, the most, and what the means of the measured calls give."""

    low: float = 0.0
    mean: float = 0.0
    high: float = 0.0

    def __add__(self, other: Estimate) -> Estimate:
        return Estimate(self.low + other.low, self.mean + other.mean, self.high + other.high)

    def scaled(self, factor: float) -> Estimate:
        """This much, `factor` times."""
        return Estimate(self.low * factor, self.mean * factor, self.high * factor)

    def over(self, calls: Range) -> Estimate:
        """This much a call, over so many calls."""
        middle = (calls.low + calls.high) / 2
        return Estimate(self.low * calls.low, self.mean * middle, self.high * calls.high)


@dataclass(frozen=True, slots=True)
class Expense:
    """What the planned calls would take. seconds: on the wall, at the engines' concurrency.

    cost: None when no engine with planned calls has a price in the profile. measured: where the
    means come from: `earlier builds`, `a pilot` or both.
    """

    tokens: Estimate
    seconds: Estimate
    cost: Estimate | None
    currency: str
    prices_as_of: tuple[str, ...]
    measured: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannedPartition:
    """One (stage, domain)."""

    node: str
    domain: str
    fresh: bool  # proved up to date from manifests
    reasons: tuple[str, ...]  # why not
    rows: Range  # rows that would go through the stage
    calls: Range  # engine calls that would be made
    cached: int  # results that would come from the action cache


@dataclass(frozen=True, slots=True)
class Plan:
    """What a build would do. `expense` is None when nothing was ever measured."""

    dataset: str
    profile: str
    seeds_changed: bool  # seed files differ; their seeds may be the same
    seeds: tuple[SeedChange, ...]
    partitions: tuple[PlannedPartition, ...]  # in build order, those up to date included
    calls: Range
    expense: Expense | None
    notes: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether everything is up to date."""
        return not self.seeds_changed and self.fresh == len(self.partitions)

    @property
    def fresh(self) -> int:
        """Partitions that are up to date."""
        return sum(item.fresh for item in self.partitions)

    def to_json(self) -> dict[str, Json]:
        """The plan as JSON; counts that are not sure are `{low, high}` ranges."""
        return {
            **asdict(self),
            "nothing": self.nothing,
            "fresh": self.fresh,
            "exact": self.calls.exact,
        }
