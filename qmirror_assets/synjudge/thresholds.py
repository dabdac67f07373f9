"""Where the programmatic judge draws its lines. Tuned on planted defects; see `calibration`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits on signals; every one is a share from 0 to 1.

    least_shown: agreement of texts and picture record from which the thing asked for is shown.
    least_related: agreement of question and answer. most_copied: share of the answer that the
    picture's words say as well. least_sharp: sharpness of a photo without visible blur.
    least_sharp_figure: the same for a drawn figure, whose edges are sharper. least_read: how much
    of a drawn label must be read for it to be there.
    """

    least_shown: float = 0.35
    least_related: float = 0.15
    most_copied: float = 0.6
    least_sharp: float = 0.45
    least_sharp_figure: float = 0.6
    least_read: float = 0.75
