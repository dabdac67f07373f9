"""Scores of one turn. A score that is not there is a state, never a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from qmirror_assets.synjudge.dimensions import HIGHEST, LOWEST, Dimension


class State(StrEnum):
    """How a dimension came to its score, or why it has none."""

    SCORED = "scored"
    NULL_RULE = "null_rule"  # 0, because text or picture is missing
    ABSTAINED = "abstained"  # the judge has nothing to go by
    UNPARSABLE = "unparsable"  # the judge's reply cannot be read


_WITH_VALUE = frozenset({State.SCORED, State.NULL_RULE})


@dataclass(frozen=True, slots=True)
class Score:
    """The score of one dimension. value: 0 to 5, or None unless scored or by a null rule."""

    value: int | None
    state: State
    reason: str

    def __post_init__(self) -> None:
        if (self.value is None) == (self.state in _WITH_VALUE):
            raise ValueError(f"a score that is {self.state} cannot be {self.value}")
        if self.value is not None and not LOWEST <= self.value <= HIGHEST:
            raise ValueError(f"a score is from {LOWEST} to {HIGHEST}, not {self.value}")


def scored(value: int, reason: str) -> Score:
    """A score that the judge gave."""
    return Score(value, State.SCORED, reason)


def abstained(reason: str) -> Score:
    """No score, because there is nothing to go by."""
    return Score(None, State.ABSTAINED, reason)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The scores of all four dimensions. suggestion: how to mend the picture's caption, or ""."""

    scores: Mapping[Dimension, Score]
    suggestion: str = ""

    def __post_init__(self) -> None:
        if set(self.scores) != set(Dimension):
            raise ValueError(f"a verdict has all of {', '.join(Dimension)}")

    def value(self, dimension: Dimension) -> int | None:
        """The score of a dimension, or None."""
        return self.scores[dimension].value

    def values(self) -> list[int]:
        """The scores that are there."""
        return [s.value for s in self.scores.values() if s.value is not None]

    def count(self, state: State) -> int:
        """How many dimensions are in `state`."""
        return sum(score.state is state for score in self.scores.values())

    @property
    def mean(self) -> float | None:
        """Mean of the scores that are there; None where there is none. See `count` for the rest."""
        values = self.values()
        return sum(values) / len(values) if values else None

    def passes(self, floor: int) -> bool:
        """Whether something is scored and nothing scored is below `floor`."""
        values = self.values()
        return bool(values) and min(values) >= floor


def unparsable(reason: str) -> Verdict:
    """The verdict of a reply that cannot be read: no score at all."""
    return Verdict(dict.fromkeys(Dimension, Score(None, State.UNPARSABLE, reason)))
