"""What was measured and read in a picture, read back from an engine's answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qmirror_assets.mirror.reading import in_reading_order
from qmirror_assets.records import Json


@dataclass(frozen=True, slots=True)
class Measures:
    """Numbers of one picture; see `engines.pixels`.

    texts: recognised lines in reading order. confidence: mean score of the recognition over its
    lines, weighted by length, 0 to 1; 0 where nothing is read.
    """

    width: int
    height: int
    sharpness: float
    contrast: float
    ink: float
    texts: tuple[str, ...]
    confidence: float

    @classmethod
    def of(cls, value: Mapping[str, Json]) -> Measures:
        """The measures in the body of a raw result."""
        items = list(value["texts"])
        weights = [len(str(item["text"])) for item in items]
        total = sum(
            weight * float(item["score"]) for weight, item in zip(weights, items, strict=True)
        )
        return cls(
            int(value["width"]), int(value["height"]), float(value["sharpness"]),
            float(value["contrast"]), float(value["ink"]), tuple(in_reading_order(items)),
            total / sum(weights) if any(weights) else 0.0,
        )  # fmt: skip
