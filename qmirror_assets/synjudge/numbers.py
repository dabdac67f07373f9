"""Numbers in an answer against the numbers that are drawn in a figure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from qmirror_assets.synjudge.subject import Subject
from qmirror_assets.synjudge.words import sentences, stems

_NUMBER: Final = re.compile(
    r"(?<![\w.,])[-−]?\d{1,3}(?:[,\u00a0\u202f ]\d{3})+(?:\.\d+)?(?!\d)"  # 12 400 or 12,400
    r"|(?<![\w.])[-−]?\d+(?:\.\d+)?"
)
_UNIT: Final = re.compile(r"\s?(%|°\s?[CF]?|[^\W\d_][^\s,;:.!?()]*)?")
_CLAUSE: Final = re.compile(r"[;!?\n]|,\s(?!\d{3}\b)|\.(?=\s|$)|\s(?:and|but|while|whereas)\s")
_NAMED: Final = 1.0
_UNNAMED: Final = 0.5


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as it is written, with the word or sign that follows it."""

    start: int
    end: int
    value: float
    unit: str


def find_quantities(text: str) -> list[Quantity]:
    """All numbers of a text, in order; "1,200" and "1 200" are one number."""
    found = []
    for match in _NUMBER.finditer(text):
        digits = re.sub(r"[,\s\u00a0\u202f]", "", match.group()).replace("−", "-")
        unit = _UNIT.match(text, match.end())
        word = (unit.group(1) or "") if unit else ""
        found.append(Quantity(match.start(), match.end(), float(digits), word.replace(" ", "")))
    return found


def contradiction(subject: Subject) -> float | None:
    """How surely a number of the answer contradicts the figure; None: nothing to compare.

    1 where a clause names a drawn label and gives another number than the label has; 0.5 where a
    number of a drawn unit is neither drawn nor in the question while a drawn one is not said.
    """
    texts = [text for role, text in subject.drawn if role != "tick"]
    drawn = [quantity for text in texts for quantity in find_quantities(text)]
    answered = find_quantities(subject.answer)
    if not drawn or not answered:
        return None
    known = _values(drawn) | _values(find_quantities(subject.question))
    strange = [quantity for quantity in answered if quantity.value not in known]
    if not strange:
        return 0.0
    pairs = pair_values(subject.drawn)
    if any(_names_another(clause, pairs, known) for clause in _clauses(subject.answer, pairs)):
        return _NAMED
    return _UNNAMED if _replaces_one(strange, drawn, _values(answered)) else 0.0


def _values(quantities: Iterable[Quantity]) -> set[float]:
    return {quantity.value for quantity in quantities}


def _clauses(text: str, pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Clauses, and whole sentences that name no more than one label."""
    clauses = [clause for clause in _CLAUSE.split(text) if clause and clause.strip()]
    return clauses + [said for said in sentences(text) if _count_named(said, pairs) == 1]


def _count_named(text: str, pairs: Sequence[tuple[str, str]]) -> int:
    words, said = set(stems(text)), _values(find_quantities(text))
    return len({label for label, _ in pairs if _names(label, words, said)})


def _names_another(clause: str, pairs: Sequence[tuple[str, str]], known: set[float]) -> bool:
    said, words = find_quantities(clause), set(stems(clause))
    strange = [quantity for quantity in said if quantity.value not in known]
    if not strange:
        return False
    return any(
        _names(label, words, _values(said)) and _differs(find_quantities(value), said, strange)
        for label, value in pairs
    )


def _names(label: str, words: set[str], said: set[float]) -> bool:
    """Whether a clause of these words and numbers names a label, the numbers in it included."""
    named = stems(label)
    return bool(named) and words.issuperset(named) and said >= _values(find_quantities(label))


def _differs(
    drawn: Sequence[Quantity], said: Sequence[Quantity], strange: Sequence[Quantity]
) -> bool:
    if _values(drawn) & _values(said):
        return False
    return any(_same_unit(d.unit, s.unit) for d in drawn for s in strange)


def _same_unit(drawn: str, said: str) -> bool:
    # a bare number on a chart has its unit at the axis
    return not drawn or drawn.casefold() == said.casefold()


def _replaces_one(strange: Sequence[Quantity], drawn: Sequence[Quantity], said: set[float]) -> bool:
    missing = [quantity for quantity in drawn if quantity.value not in said and quantity.unit]
    return any(_same_unit(m.unit, s.unit) for m in missing for s in strange)


def pair_values(drawn: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """(label, value) of a figure's texts, by the order in which each kind of figure writes them.

    Tables write a header and then rows whose first cell is the label; charts write all values and
    then all labels; everything else writes each label before its value.
    """
    texts = [(role, text) for role, text in drawn if role in ("label", "node", "value")]
    labels = [text for role, text in texts if role != "value"]
    values = [text for role, text in texts if role == "value"]
    order = "".join("v" if role == "value" else "l" for role, _ in texts)
    if re.fullmatch(r"l{2,}v{2,}", order) and len(values) % len(labels) == 0:
        rows = [values[i : i + len(labels)] for i in range(0, len(values), len(labels))]
        return [(row[0], cell) for row in rows for cell in row[1:]]
    if re.fullmatch(r"v{2,}l{2,}", order):
        return list(zip(labels, values, strict=False))
    return [
        (text, texts[i + 1][1])
        for i, (role, text) in enumerate(texts[:-1])
        if role != "value" and texts[i + 1][0] == "value"
    ]
