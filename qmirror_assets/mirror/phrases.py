"""The phrase rules in order, and the guard that keeps them off what they cannot read."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from qmirror_assets.mirror.frames import Frame, PhraseRule, Place
from qmirror_assets.mirror.holder_rules import attributive, counted, portion, several, strength
from qmirror_assets.mirror.measure_rules import adjective, every, position
from qmirror_assets.mirror.noun_rules import copula, noun_before, noun_of, parenthesis, symbol
from qmirror_assets.mirror.spans import Span
from qmirror_assets.mirror.verb_rules import preposition, verb_object

RULES: Final[tuple[PhraseRule, ...]] = (
    parenthesis,
    symbol,
    every,
    counted,
    noun_of,
    noun_before,
    adjective,
    several,
    attributive,
    portion,
    strength,
    copula,
    position,
    verb_object,
    preposition,
)
# Ranges, tolerances, ratios and products: the value is only a part of what is said.
_TANGLED_LEFT: Final = re.compile(
    r"(?:\d\s?(?:to|and|or|–|-|by|×|x|:)\s|[±<>≤≥~≈+]\s?|\bbetween(?: [^.;?!]{1,30} and)? |"
    r"\b(?:at least|at most|up to|more than|less than|fewer than|only|than|per|plus|minus|times)"
    r" )$",
    re.IGNORECASE,
)
_TANGLED_RIGHT: Final = re.compile(
    r"\s?(?:[±×^+:]|–\s?\d|-\d)|,? (?:and|or) (?:about )?[\d$]|"
    r", \d[\d.]* ?[a-zA-Z°%µΩ]+(?:,|\.| and| or)|"
    r" (?:in|for|at|on) (?:\w+ ){0,2}\w+,? (?:and )?\d[\d.]* ?[a-zA-Z°%µΩ]|"
    r" times (?:as|the)| (?:more|less|higher|lower|greater|smaller|longer|shorter|faster|slower|"
    r"larger|warmer|cooler|hotter|colder|heavier|per|apiece)\b"
)


def find_frame(question: str, span: Span) -> Frame | None:
    """How `question` reads without the value of `span`, or None if no rule is sure."""
    place = Place(question, span)
    if _TANGLED_LEFT.search(place.left) or _TANGLED_RIGHT.match(place.right):
        return None
    if span.unit in {"times", "×"} and re.match(r" (?:as|the|its|that|more|per|a)\b", place.right):
        return None  # a comparison, not a magnification
    for rule in RULES:
        frame = rule(place)
        if frame is not None:
            return at_sentence_start(question, replace(frame, rule=rule.__name__))
    return None


def at_sentence_start(question: str, frame: Frame) -> Frame:
    """`frame` with a capital letter where it begins a sentence."""
    before = question[: frame.start].rstrip()
    if before and before[-1] not in ".?!\n":
        return frame
    if re.search(r"\d\.$", before) and question[frame.start - 1 : frame.start] != " ":
        return frame
    return replace(frame, text=frame.text[:1].upper() + frame.text[1:])
