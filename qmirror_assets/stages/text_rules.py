"""Rules over the texts of a draft that code can check better than a model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from pydantic import Field

from qmirror_assets.records import Json, Row
from qmirror_assets.stages.base import StepConfig
from qmirror_assets.stages.turns import DIALOGUE

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_ENDS = (".", "!", "?", ".”", '."', "!”", "?”", ".)")


class TextRules(StepConfig):
    """What must hold of a draft's texts; each rule broken is a sentence for the next revision."""

    words: dict[str, int] = Field(default={}, description="Column -> most words.")
    least_words: dict[str, int] = Field(default={}, description="Column -> fewest words.")
    one_of: dict[str, tuple[str, ...]] = Field(
        default={}, description="Column -> words or phrases of which it holds at least one."
    )
    whole: tuple[str, ...] = Field(default=(), description="Columns that end with a sentence.")
    apart: dict[str, str] = Field(
        default={}, description="Column -> column whose wording it must not repeat."
    )
    new: tuple[str, ...] = Field(
        default=(), description="Columns that no earlier turn of the dialogue has said already."
    )
    most_overlap: float = Field(
        default=0.5, ge=0, le=1, description="Most of its word pairs it may share."
    )


def broken(rules: TextRules, row: Row) -> list[str]:
    """One sentence for each rule that the row's texts break, said as what to do."""
    return [
        *_lengths(rules, row), *_contents(rules, row), *_repeats(rules, row),
        *_said_before(rules, row),
    ]  # fmt: skip


def overlap(rules: TextRules, row: Row) -> float | None:
    """The largest share of word pairs that one column repeats of another, 0 to 1."""
    shares = [repeated_share(_text(row, a), _text(row, b)) for a, b in rules.apart.items()]
    return max(shares) if shares else None


def words_of(text: str) -> list[str]:
    """Words in lower case, without punctuation."""
    return [match.group().lower() for match in _WORD.finditer(text)]


def repeated_share(text: str, other: str) -> float:
    """Share of the word pairs of `text` that `other` has too, 0 to 1 (3 digits)."""
    pairs = _pairs(text)
    return round(len(pairs & _pairs(other)) / len(pairs), 3) if pairs else 0.0


def _pairs(text: str) -> set[tuple[str, str]]:
    words = words_of(text)
    return set(pairwise(words))


def _text(row: Row, column: str) -> str:
    value: Json = row.get(column)
    return value if isinstance(value, str) else ""


def _lengths(rules: TextRules, row: Row) -> Iterator[str]:
    for column, most in rules.words.items():
        count = len(words_of(_text(row, column)))
        if count > most:
            yield f"Shorten the {column} to at most {most} words; it has {count}."
    for column, least in rules.least_words.items():
        count = len(words_of(_text(row, column)))
        if count < least:
            yield f"Make the {column} at least {least} words long; it has {count}."


def _contents(rules: TextRules, row: Row) -> Iterator[str]:
    for column, phrases in rules.one_of.items():
        said = " ".join(words_of(_text(row, column)))
        if not any(f" {phrase} " in f" {said} " for phrase in phrases):
            yield f"The {column} must say one of: {', '.join(phrases[:4])}."
    for column in rules.whole:
        if not _text(row, column).rstrip().endswith(_ENDS):
            yield f"Finish the last sentence of the {column}."


def _repeats(rules: TextRules, row: Row) -> Iterator[str]:
    for column, other in rules.apart.items():
        share = repeated_share(_text(row, column), _text(row, other))
        if share > rules.most_overlap:
            yield f"The {column} repeats the {other} word for word; let it add something else."


def _said_before(rules: TextRules, row: Row) -> Iterator[str]:
    earlier = row.get(DIALOGUE) or ()
    for column in rules.new:
        shares = [repeated_share(_text(row, column), _text(turn, column)) for turn in earlier]
        if max(shares, default=0.0) > rules.most_overlap:
            yield f"The {column} was given before; make it about something else."
