"""A frame: how one stretch of a question reads once its value is in the figure.

Frame texts hold marks that `compose` turns into words at the end, when it is known how many
values moved: SHOWN after a noun phrase, PREDICATE after a verb, LISTED for entries of a list,
NOUN where a label may stand. Seeds hold no control characters, so marks cannot be forged.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from qmirror_assets.mirror.nouns import default_noun, names_dimension
from qmirror_assets.mirror.spans import Span

SHOWN: Final = "\x01"
PREDICATE: Final = "\x02"
LISTED: Final = "\x03"
NOUN: Final = "\x04"


@dataclass(frozen=True, slots=True)
class Frame:
    """`question[start:end]` becomes `text`.

    noun: what the text calls the value; a label may take its place at the NOUN mark.
    label: what code calls it in the figure where that differs from `noun`.
    owner: what the value belongs to ("the block"), for labels made by code; "" if unknown.
    rule: name of the phrase rule, for reports.
    """

    start: int
    end: int
    text: str
    noun: str
    owner: str = ""
    label: str = ""
    rule: str = ""

    @property
    def name(self) -> str:
        """The label that code gives the value: "mass of the block"."""
        core = self.label or self.noun
        owner = re.sub(r"^(?:a|an|this) ", "the ", self.owner)
        return f"{core} of {owner}" if owner and " of " not in core else core


@dataclass(frozen=True, slots=True)
class Place:
    """A span with the text on both sides of it."""

    question: str
    span: Span

    @property
    def left(self) -> str:
        """Text before the span."""
        return self.question[: self.span.start]

    @property
    def right(self) -> str:
        """Text after the span."""
        return self.question[self.span.end :]

    @property
    def dimension(self) -> str:
        """What the span's unit measures."""
        return self.span.dimension

    def default(self, noun: str = "") -> str:
        """The name to use where the text has none: the given's role if it fits, else `noun`."""
        role = self.span.role.lower()
        if role and (names_dimension(role, self.dimension) or self.dimension in {"count", ""}):
            return re.sub(r"^(?:first|second|third) ", "", self.span.role)
        return noun or default_noun(self.dimension)

    def frame(
        self, cut: int, take: int, text: str, noun: str, owner: str = "", *, label: str = ""
    ) -> Frame:
        """Replace from `cut` characters before the span to `take` characters after it."""
        return Frame(self.span.start - cut, self.span.end + take, text, noun, owner, label)


PhraseRule = Callable[[Place], Frame | None]
