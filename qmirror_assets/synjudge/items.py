"""A turn of a published dialogue with its picture's bytes, as calibration takes it in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from qmirror_assets.records import Json, Row
from qmirror_assets.synjudge.subject import Subject, subject_of


@dataclass(frozen=True, slots=True)
class Item:
    """One turn. image: encoded bytes, empty where there is none.

    topic: what the dialogue is about; pictures are swapped between topics only. picture: the
    record of the picture's source. spec: what a figure was drawn from, where that is known.
    """

    sample_id: str
    turn: int
    question: str
    answer: str
    image: bytes
    caption: str = ""
    topic: str = ""
    picture: Mapping[str, Json] = field(default_factory=dict)
    drawn: tuple[tuple[str, str], ...] = ()
    spec: Mapping[str, Json] | None = None

    @property
    def key(self) -> str:
        """Sample and turn in one word."""
        return f"{self.sample_id}:{self.turn}"

    @property
    def digest(self) -> str:
        """SHA-256 of the picture, "" where there is none."""
        return hashlib.sha256(self.image).hexdigest() if self.image else ""

    @property
    def subject(self) -> Subject:
        """The turn as a judge sees it."""
        return subject_of(
            self.question, self.answer, self.caption, self.digest, self.picture, self.drawn
        )

    def row(self) -> Row:
        """The turn under the column names that the judge's step reads by default."""
        return {
            "question": self.question,
            "answer": self.answer,
            "caption": self.caption,
            "image": self.digest,
            "picture": dict(self.picture) or None,
            "drawn": [list(pair) for pair in self.drawn] or None,
        }
