"""The kinds of defects that are planted, and what each must do to the scores."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from qmirror_assets.synjudge.dimensions import Dimension
from qmirror_assets.synjudge.signals import Signal


class Defect(StrEnum):
    """Kinds of defects."""

    DROP_OBJECT = "drop_object"
    SWAP_IMAGE = "swap_image"
    CONTRADICT_VALUE = "contradict_value"
    BLUR = "blur"
    DUPLICATE_TEXT = "duplicate_text"
    TRUNCATE_ANSWER = "truncate_answer"
    EMPTY_ANSWER = "empty_answer"
    NO_IMAGE = "no_image"


MUST_FALL: Final[Mapping[Defect, tuple[Dimension, ...]]] = MappingProxyType(
    {
        Defect.DROP_OBJECT: (Dimension.ICC,),
        Defect.SWAP_IMAGE: (Dimension.ICC, Dimension.ITS),
        Defect.CONTRADICT_VALUE: (Dimension.ITS,),
        Defect.BLUR: (Dimension.IQ,),
        Defect.DUPLICATE_TEXT: (Dimension.ITS,),
        Defect.TRUNCATE_ANSWER: (Dimension.TCC,),
        Defect.EMPTY_ANSWER: (Dimension.TCC, Dimension.ITS),
        Defect.NO_IMAGE: (Dimension.ICC, Dimension.IQ, Dimension.ITS),
    }
)
"""Defect -> the dimensions that must fall. None may rise for it."""

SHOWS_AS: Final[Mapping[Defect, Signal]] = MappingProxyType(
    {
        Defect.DROP_OBJECT: Signal.UNREAD,
        Defect.SWAP_IMAGE: Signal.NOT_SHOWN,
        Defect.CONTRADICT_VALUE: Signal.CONTRADICTED,
        Defect.BLUR: Signal.BLURRED,
        Defect.DUPLICATE_TEXT: Signal.COPIED,
        Defect.TRUNCATE_ANSWER: Signal.CUT_SHORT,
        Defect.EMPTY_ANSWER: Signal.NO_TEXT,
        Defect.NO_IMAGE: Signal.NO_PICTURE,
    }
)
"""Defect -> the signal by which a judge that measures can see it."""
