"""What a judge said of one item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qmirror_assets.records import Json
from qmirror_assets.synjudge.dimensions import HIGHEST, Dimension
from qmirror_assets.synjudge.signals import Signal
from qmirror_assets.synjudge.verdict import Score, State, Verdict, unparsable


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict with the signals behind it; signals of the picture are there for measuring judges.

    failure: why the judge gave no verdict at all, or "".
    """

    verdict: Verdict
    signals: Mapping[Signal, float | None]
    failure: str = ""

    @property
    def measured(self) -> bool:
        """Whether the judge measured the picture instead of being shown it."""
        return self.signals.get(Signal.BLURRED) is not None

    def badness(self, dimensions: tuple[Dimension, ...]) -> float | None:
        """How bad the worst of some dimensions is, 0 to 1; None where one has no score."""
        values = [self.verdict.value(dimension) for dimension in dimensions]
        known = [value for value in values if value is not None]
        return 1.0 - min(known) / HIGHEST if len(known) == len(values) else None


def judged_of(output: Mapping[str, Json]) -> Judged:
    """What the judge's step gave, from its output columns."""
    states, reasons = output["syn_states"], output["syn_reasons"]
    scores = {
        name: Score(output[name.value], State(states[name.value]), reasons[name.value])
        for name in Dimension
    }
    signals = {Signal(name): value for name, value in output["syn_signals"].items()}
    return Judged(Verdict(scores, output["suggestion"]), signals)


def failed(reason: str) -> Judged:
    """An item whose judge gave no verdict."""
    return Judged(unparsable(reason), {}, reason)
