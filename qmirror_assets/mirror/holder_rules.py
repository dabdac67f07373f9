"""Phrase rules where a thing holds the value: "a 2.0 kg block", "200 g of water", "500 rabbits"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from qmirror_assets.mirror.fitting import fit_article, is_free
from qmirror_assets.mirror.frames import NOUN, SHOWN, Frame, Place
from qmirror_assets.mirror.measure_rules import ADJECTIVE
from qmirror_assets.mirror.nouns import is_head, singular
from qmirror_assets.mirror.words import (
    NUMBER_WORDS,
    WORD,
    ends_phrase,
    noun_phrase,
    word_list,
)

_ATTRIBUTE: Final[Mapping[str, str]] = MappingProxyType({"length": "length", "time": "duration"})
_UPRIGHT: Final = frozenset(
    word_list(
        "mountain tower cliff building tree hill waterfall pole mast hole wall bridge dam peak"
    )
)
_LENSES: Final = frozenset(["lens", "mirror", "objective", "eyepiece"])
_SOLUTIONS: Final = re.compile(
    r"\b(?:solution|acid|mixture|alloy|saline|vinegar|sucrose|glucose|salt)\b"
)


def attributive(place: Place) -> Frame | None:
    """Read "a 2.0 kg block" -> "a block with the mass shown in the figure"."""
    before = re.search(
        rf"\b(a|an|the|one|each|another|this) ((?:{WORD} ){{0,1}})$", place.left, re.IGNORECASE
    )
    phrase = noun_phrase(place.right[1:]) if re.match(r"[ -]\w", place.right) else None
    if before is None or phrase is None or (before[2] and ends_phrase(before[2].strip())):
        return None
    if re.match(rf"(?:{ADJECTIVE})\b", phrase):
        return None
    cut, take = len(before.group()), 1 + len(phrase)
    head = phrase.split(" ")[-1]
    if is_head(head, place.dimension) and before[1].lower() in {"a", "an", "the", "this"}:
        the = "The" if before[1][0].isupper() else "the"
        return place.frame(cut, take, f"{the} {before[2]}{phrase} {SHOWN}", phrase)
    noun = _attribute_noun(place, phrase)
    whole = _with_substance(place.right[take:], before[2] + phrase)
    if not noun or whole is None:
        return None
    take += len(whole) - len(before[2] + phrase)
    text = f"{fit_article(before[1], whole)} {whole} with the {NOUN} {SHOWN}"
    return place.frame(cut, take, text, noun, f"the {before[2]}{phrase}")


def _attribute_noun(place: Place, phrase: str) -> str:
    if place.dimension == "percentage":
        return place.default("concentration") if _SOLUTIONS.search(phrase) else ""
    head = phrase.rsplit(" ", maxsplit=1)[-1]
    if place.dimension == "length" and head in _UPRIGHT | _LENSES:
        return place.default("height" if head in _UPRIGHT else "focal length")
    if place.dimension in {"count", "number", "temperature"} and not place.span.role:
        return "temperature" if place.dimension == "temperature" else ""
    return place.default(_ATTRIBUTE.get(place.dimension, ""))


def _with_substance(after: str, phrase: str) -> str | None:
    """Read "sample" before " of water" -> "sample of water": the noun phrase stays whole."""
    match = re.match(r" of ((?:the |a |an )?)", after)
    if match is None:
        return phrase
    rest = noun_phrase(after[match.end() :])
    return f"{phrase} of {match[1]}{rest}" if rest else None


def several(place: Place) -> Frame | None:
    """Read "Two 4.0 Ω resistors" -> "Two resistors, each with the resistance shown ...,"."""
    before = re.search(
        rf"\b({'|'.join(NUMBER_WORDS)}) ((?:identical )?)$", place.left, re.IGNORECASE
    )
    phrase = noun_phrase(place.right[1:]) if re.match(r"[ -]\w", place.right) else None
    if before is None or phrase is None or not phrase.endswith("s"):
        return None
    noun, take = place.default(_ATTRIBUTE.get(place.dimension, "")), 1 + len(phrase)
    if not noun or place.dimension in {"count", "number", "percentage"}:
        return None
    comma = "" if re.match(r"[.,;:?!)]|$", place.right[take:]) else ","
    text = f"{before[1]} {before[2]}{phrase}, each with the {NOUN} {SHOWN}{comma}"
    return place.frame(len(before.group()), take, text, noun, f"each {singular(phrase)}")


_TAKES_SHARE: Final = (
    r"\b(?:contains?|has|retains?|lost|loses?|absorbs?|reflects?|keeps|transmits?|converts?|uses?|"
    r"receives?|by|to|only|makes up|make up) $"
)
_PORTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "mass": "mass",
        "volume": "volume",
        "amount": "amount",
        "energy": "amount",
        "length": "length",
    }
)


def portion(place: Place) -> Frame | None:
    """Read "200 g of water" -> "the mass of water shown in the figure"."""
    noun = _PORTIONS.get(place.dimension)
    match = re.match(r" of ((?:all (?:its|the) |the |a |an |its |their )?)", place.right)
    if place.dimension == "percentage" and re.search(_TAKES_SHARE, place.left):
        noun = "percentage"
    if noun is None or match is None or re.search(r"\b(?:an?|each|every|per|one) $", place.left):
        return None
    solution = re.match(r"[\d.]+ (?:M|mol/L|mmol/L|%) |[\d.]+% ", place.right[match.end() :])
    lead = solution.group() if solution else ""
    phrase = noun_phrase(place.right[match.end() + len(lead) :])
    if phrase is None:
        return None
    whole = f"{match[1]}{lead}{phrase}"
    the = re.search(r"\bthe $", place.left, re.IGNORECASE)
    inner = _with_substance(place.right[len(" of ") + len(whole) :], whole)
    if inner is None or (match[1] in {"a ", "an "} and _is_described(place, len(inner))):
        return None
    take = len(" of ") + len(inner)
    owner = inner.removeprefix(match[1]) if match[1] in {"a ", "an "} else inner
    owner = owner.removeprefix(lead)
    if phrase.split(" ")[-1] == noun:  # "loses 5 kg of mass"
        return place.frame(len(the.group()) if the else 0, take, f"the {phrase} {SHOWN}", phrase)
    text = f"the {noun} of {inner} {SHOWN}"
    return place.frame(len(the.group()) if the else 0, take, text, noun, owner)


def _is_described(place: Place, length: int) -> bool:
    """Whether more is said of the substance: "a solution that holds ..."."""
    after = place.right[len(" of ") + length :]
    return re.match(r" (?:that|which|with|whose|containing|made)\b", after) is not None


def strength(place: Place) -> Frame | None:
    """Read "with 0.10 mol/L acetic acid" -> "with acetic acid of the concentration ..."."""
    if place.dimension != "concentration" or not re.search(r"\b(?:of|with|in|to) $", place.left):
        return None
    phrase = noun_phrase(place.right[1:]) if place.right.startswith(" ") else None
    if phrase is None:
        return None
    noun = place.default("concentration")
    return place.frame(0, 1 + len(phrase), f"{phrase} of the {NOUN} {SHOWN}", noun, phrase)


def counted(place: Place) -> Frame | None:
    """Read "a population of 500 rabbits" -> "a population of rabbits with the size shown ..."."""
    if place.dimension != "count":
        return None
    unit = place.span.unit
    group = re.search(
        r"\b(?:population|colony|culture|herd|flock|group|school|swarm|sample) of $", place.left
    )
    if group and is_free(place):
        return place.frame(0, 0, f"{unit} with the size {SHOWN}", "size", unit)
    verb = re.search(
        r"\b(?:with|contains|has|have|had|to|from|by|into|among|produces|counts|consists of|"
        r"catch|mark|yields) $",
        place.left,
    )
    if verb and is_free(place):
        return place.frame(0, 0, f"the number of {unit} {SHOWN}", f"number of {unit}")
    return None
