"""What is judged: one turn's texts and its picture's own record, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from qmirror_assets.records import Json

_READABLE_ROLES: Final = frozenset({"title", "label", "value", "node"})
"""Texts that must be legible. Symbols (θ, R₁, +) and ticks are often beyond text recognition."""
_LEAST_CHARACTERS: Final = 2


@dataclass(frozen=True, slots=True)
class Subject:
    """One turn as the judge sees it.

    caption: what was asked of the picture; a model that judges never sees it. described: what the
    picture's source says that it shows. drawn: (role, text) of every text in a drawn figure, in
    drawing order; empty for any other picture.
    """

    question: str
    answer: str
    caption: str = ""
    described: str = ""
    drawn: tuple[tuple[str, str], ...] = ()
    has_picture: bool = True

    @property
    def has_text(self) -> bool:
        """Whether there is an answer: at least one letter or digit."""
        return any(character.isalnum() for character in self.answer)

    @property
    def is_figure(self) -> bool:
        """Whether the picture was drawn from a spec, so that its texts are known."""
        return bool(self.drawn)

    @property
    def shown(self) -> str:
        """All words that are known of the picture's content."""
        return " ".join([self.described, *(text for _, text in self.drawn)]).strip()

    @property
    def labels(self) -> tuple[str, ...]:
        """Drawn texts that must be legible."""
        wanted = [text for role, text in self.drawn if role in _READABLE_ROLES]
        return tuple(dict.fromkeys(text for text in wanted if len(text) >= _LEAST_CHARACTERS))


def subject_of(
    question: Json, answer: Json, caption: Json, image: Json, picture: Json, drawn: Json
) -> Subject:
    """The subject in the columns of a row; every one of them may be None."""
    record = picture if isinstance(picture, Mapping) else {}
    texts = drawn or record.get("drawn")
    return Subject(
        _text(question), _text(answer), _text(caption), describe(record), _pairs(texts), bool(image)
    )


def describe(record: Mapping[str, Json]) -> str:
    """What a picture's source says of it: its description, and its title where that adds one."""
    source = record.get("source")
    title = _text(source.get("title")) if isinstance(source, Mapping) else ""
    alt = _text(record.get("alt"))
    return alt if title.lower() in alt.lower() else f"{alt} {title}".strip()


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _pairs(value: Json) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return ()
    pairs = [tuple(part) for part in value if isinstance(part, Sequence) and len(part) == 2]  # noqa: PLR2004
    return tuple((str(role), str(text)) for role, text in pairs)
