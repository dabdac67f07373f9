"""What a calibration found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from qmirror_assets.records import Json
from qmirror_assets.synjudge.aggregate import DimensionSummary
from qmirror_assets.synjudge.calibration import Case, KindReport
from qmirror_assets.synjudge.dimensions import Dimension
from qmirror_assets.synjudge.judged import Judged
from qmirror_assets.synjudge.labelled import Comparison
from qmirror_assets.synjudge.planted import Planted


@dataclass(frozen=True, slots=True)
class Shown:
    """A judged planted defect, and whether its own half reports it."""

    planted: Planted
    case: Case
    reported: bool


@dataclass(frozen=True, slots=True)
class Calibration:
    """Everything in the report.

    judge: identity of the engine. turns: good turns judged. failures: turns or defects without a
    verdict. comparisons: against labels, empty without them; unmatched: labels of no turn.
    """

    dataset: str
    version: str
    judge: Mapping[str, str]
    random_seed: int
    samples: int
    turns: int
    failures: int
    summary: Mapping[Dimension, DimensionSummary]
    kinds: tuple[KindReport, ...]
    comparisons: Mapping[Dimension, Comparison]
    unmatched: int
    folder: Path

    @property
    def claims(self) -> tuple[str, ...]:
        """Kinds of defects that the judge may be trusted with."""
        return tuple(kind.defect.value for kind in self.kinds if kind.claimed)

    def to_json(self) -> dict[str, Json]:
        """The calibration as JSON."""
        return {
            "dataset": self.dataset, "version": self.version, "judge": dict(self.judge),
            "random_seed": self.random_seed, "samples": self.samples, "turns": self.turns,
            "failures": self.failures, "claims": list(self.claims),
            "summary": {name.value: s.to_json() for name, s in self.summary.items()},
            "kinds": [kind.to_json() for kind in self.kinds],
            "labels": {name.value: c.to_json() for name, c in self.comparisons.items()},
            "unmatched_labels": self.unmatched, "folder": str(self.folder),
        }  # fmt: skip


Verdicts = Mapping[str, Judged]
"""Judged items by their keys."""
