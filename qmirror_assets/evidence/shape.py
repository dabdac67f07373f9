"""What a curve over refinements does, decided from paired changes and their intervals.

All pairs of refinements are looked at, so their intervals are widened together (Bonferroni): a
curve of pure noise is called anything but level in at most one of twenty reports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from qmirror_assets.evidence.spread import CONFIDENCE, Interval, Spread

NEGLIGIBLE = 0.2
"""Share of the first drafts' standard deviation below which a change counts as none."""

Changes = Mapping[tuple[int, int], Spread]
"""(from k, to k) -> change of the same samples."""


class Kind(StrEnum):
    """What a curve does from its first to its last refinement."""

    RISING = "rising"
    FALLING = "falling"
    RISES_THEN_FALLS = "rises then falls"
    FALLS_THEN_RISES = "falls then rises"
    FLAT = "flat"
    UNCLEAR = "cannot be told apart from flat"
    TOO_FEW = "too few samples to say"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a curve does from refinement `first` to `last`.

    change: from first to last, of the samples that have both; interval: of that change, all pairs
    of refinements together. turn: where it turns, of the two kinds that turn. level_from: the
    refinement after which no change is sure, of a curve that rises or falls.
    """

    kind: Kind
    first: int
    last: int
    change: Spread
    interval: Interval | None = None
    turn: int | None = None
    level_from: int | None = None


def find_shape(steps: Sequence[int], changes: Changes, spread: float) -> Shape:
    """What a curve over the refinements `steps` does.

    Args:
        steps: Refinements that can be compared, ascending; at least one.
        changes: Change of each pair of them; a missing pair has no samples.
        spread: Standard deviation of the first drafts, the measure of what is negligible.
    """
    first, last = steps[0], steps[-1]
    pairs = list(combinations(steps, 2))
    confidence = 1 - (1 - CONFIDENCE) / max(1, len(pairs))
    found = {pair: changes.get(pair, Spread()).interval(confidence) for pair in pairs}
    known = {pair: interval for pair, interval in found.items() if interval is not None}
    change = changes.get((first, last), Spread())
    whole = known.get((first, last))
    if whole is None:
        return Shape(Kind.TOO_FEW, first, last, change)
    kind, turn = _turning(steps, changes, known) or (_direct(known, whole, spread), None)
    level = _level_from(steps, known) if kind in (Kind.RISING, Kind.FALLING) else None
    return Shape(kind, first, last, change, whole, turn, level)


Known = Mapping[tuple[int, int], Interval]


def _turning(steps: Sequence[int], changes: Changes, known: Known) -> tuple[Kind, int] | None:
    """The peak or the trough inside, when both of its sides are sure."""
    first, last = steps[0], steps[-1]
    inner = [k for k in steps[1:-1] if (first, k) in known and (k, last) in known]
    if not inner:
        return None

    def height(k: int) -> float:
        return changes[first, k].mean

    for at, kind, sides in (
        (max(inner, key=height), Kind.RISES_THEN_FALLS, (1, -1)),
        (min(inner, key=height), Kind.FALLS_THEN_RISES, (-1, 1)),
    ):
        if (known[first, at].sign, known[at, last].sign) == sides:
            return kind, at
    return None


def _direct(known: Known, whole: Interval, spread: float) -> Kind:
    if whole.sign:
        return Kind.RISING if whole.sign > 0 else Kind.FALLING
    level = all(interval.within(NEGLIGIBLE * spread) for interval in known.values())
    return Kind.FLAT if level else Kind.UNCLEAR


def _level_from(steps: Sequence[int], known: Known) -> int | None:
    """The first refinement but the first draft after which no change is sure; None: the last."""
    for index, k in enumerate(steps[1:-1], 1):
        later = [known.get(pair) for pair in combinations(steps[index:], 2)]
        if not any(interval is None or interval.sign for interval in later):
            return k
    return None
