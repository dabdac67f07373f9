"""Columns whose curves a report shows, and what to call them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """A score column. missing: what a row without a number means."""

    label: str
    higher_is_better: bool = True
    missing: str = "not scored"


_ABSTAINED = "judge abstained"

MEASURES: Mapping[str, Measure] = {
    "syn_score": Measure("SynJudge, mean of the scored dimensions (0–5)", missing=_ABSTAINED),
    "tcc": Measure("TCC, text content completeness (0–5)", missing=_ABSTAINED),
    "icc": Measure("ICC, image content completeness (0–5)", missing=_ABSTAINED),
    "iq": Measure("IQ, image quality (0–5)", missing=_ABSTAINED),
    "its": Measure("ITS, image-text synergy (0–5)", missing=_ABSTAINED),
    "rules_kept": Measure("rules of code, minus those broken"),
    "critic_score": Measure(
        "critic's score (0–10)", missing="not asked: a rule had found the fault, or last round"
    ),
    "overlap": Measure(
        "overlap of caption and answer (0–1)", higher_is_better=False, missing="not measured"
    ),
    "score": Measure("score"),
}
"""Known columns in the order of a report. A loop's own ranking score is shown in any case."""


def measure_of(column: str) -> Measure:
    """How a column is called; one that is not known goes by its name."""
    return MEASURES.get(column, Measure(column))


def shown_columns(present: set[str], headline: str) -> list[str]:
    """The columns a loop's report shows: the headline first, then known ones in their order."""
    return [headline, *(name for name in MEASURES if name in present and name != headline)]
