"""Image quality from measurements: photos by sharpness, contrast and size, figures by legibility.

Natural-image statistics are never used on figures: they call a clean flat drawing a bad photo.
"""

from __future__ import annotations

from typing import Final

from qmirror_assets.synjudge.measures import Measures
from qmirror_assets.synjudge.subject import Subject
from qmirror_assets.synjudge.thresholds import Thresholds
from qmirror_assets.synjudge.verdict import Score, scored

_SIZES: Final = ((96, 2), (192, 3), (384, 4))
"""Longer side in pixels below which a photo has at most that score."""
_FAINT: Final = 0.05
_LEGIBLE: Final = ((0.97, 5), (0.9, 4), (0.8, 3), (0.6, 2))
_BLURS: Final = ((1.0, 5), (0.85, 3), (0.5, 2))
"""Share of the least sharpness down to which a picture has at most that score."""


def judge_appearance(subject: Subject, measures: Measures, limits: Thresholds) -> Score:
    """The score of the picture as a picture."""
    if subject.is_figure:
        return _judge_figure(measures, limits)
    return _judge_photo(measures, limits)


def _judge_figure(measures: Measures, limits: Thresholds) -> Score:
    if not measures.texts:
        return scored(1, "none of the drawn texts can be read")
    sharp = _by_sharpness(measures.sharpness / limits.least_sharp_figure)
    legible = next((score for floor, score in _LEGIBLE if measures.confidence >= floor), 1)
    said = f"text is read with {measures.confidence:.0%} confidence"
    return scored(min(sharp, legible), f"{said}, sharpness {measures.sharpness:.2f}")


def _judge_photo(measures: Measures, limits: Thresholds) -> Score:
    if measures.contrast < _FAINT:
        return scored(1, f"hardly any contrast ({measures.contrast:.2f}): nothing can be made out")
    longer = max(measures.width, measures.height)
    size = next((score for side, score in _SIZES if longer < side), 5)
    sharp = _by_sharpness(measures.sharpness / limits.least_sharp)
    said = f"sharpness {measures.sharpness:.2f}, {measures.width} x {measures.height} pixels"
    return scored(min(size, sharp), said)


def _by_sharpness(ratio: float) -> int:
    return next((score for floor, score in _BLURS if ratio >= floor), 1)
