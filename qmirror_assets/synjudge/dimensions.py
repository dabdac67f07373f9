"""What is scored: four dimensions, whole numbers from 0 to 5, each number with its meaning."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

LOWEST: Final = 0
HIGHEST: Final = 5


class Dimension(StrEnum):
    """The four dimensions, by the names of their columns."""

    TCC = "tcc"
    ICC = "icc"
    IQ = "iq"
    ITS = "its"


NAMES: Final[Mapping[Dimension, str]] = MappingProxyType(
    {
        Dimension.TCC: "text content completeness: the answer against the question, text alone",
        Dimension.ICC: "image content completeness: the picture against the question",
        Dimension.IQ: "image quality: the picture as a picture, whatever it shows",
        Dimension.ITS: "image-text synergy: answer and picture agree and complete each other",
    }
)

ANCHORS: Final[Mapping[Dimension, tuple[str, ...]]] = MappingProxyType(
    {
        Dimension.TCC: (
            "there is no answer",
            "beside the question, wrong, or broken text",
            "little of what was asked; much of it doubtful, badly cut or badly sized",
            "the main points are there; some are doubtful or missing",
            "all that was asked, with one small gap or clumsy wording",
            "exact, fluent and whole",
        ),
        Dimension.ICC: (
            "there is no picture",
            "nothing of what was asked for is shown",
            "about half of what was asked for is missing",
            "a few things are missing; most can be recognised",
            "all of it is there, with small flaws of detail",
            "all of it is there, whole, and it answers the question well",
        ),
        Dimension.IQ: (
            "there is no picture",
            "nothing can be made out",
            "blurred; its contents can hardly be read",
            "middling; the main things are clear",
            "clear, with no blur that one would notice",
            "sharp, of very high quality",
        ),
        Dimension.ITS: (
            "text or picture is missing, or they have nothing to do with each other",
            "a few weak links",
            "about half of what the text says is shown",
            "they mostly agree; something that matters does not",
            "they agree but for small things, or one repeats the other",
            "they agree throughout, and each adds what the other lacks",
        ),
    }
)
"""What each score means: `ANCHORS[dimension][score]`."""

NEEDS_TEXT: Final = frozenset({Dimension.TCC, Dimension.ITS})
NEEDS_PICTURE: Final = frozenset({Dimension.ICC, Dimension.IQ, Dimension.ITS})
