"""Seed licences of the samples of a version."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from qmirror_assets.store import tables


@dataclass(frozen=True, slots=True)
class LicenceRow:
    """Samples of one licence in one domain."""

    licence: str
    domain: str
    samples: int


def count_licences(facts: Path) -> list[LicenceRow]:
    """Samples by licence and domain, from a facts table."""
    counts: Counter[tuple[str, str]] = Counter()
    for batch in tables.iter_batches(facts, ["licence", "domain"]):
        counts.update(zip(*(column.to_pylist() for column in batch.columns), strict=True))
    return [LicenceRow(*key, samples) for key, samples in sorted(counts.items())]
