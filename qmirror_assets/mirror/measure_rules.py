"""Phrase rules for lengths, times and places: "3.0 m long", "15 cm from a lens", "every 3 days"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from qmirror_assets.mirror.fitting import fit_article, is_free
from qmirror_assets.mirror.frames import SHOWN, Frame, Place
from qmirror_assets.mirror.words import (
    VERBS,
    WORD,
    ends_phrase,
    noun_phrase,
)

_ADJECTIVES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "long": "length",
        "tall": "height",
        "high": "height",
        "wide": "width",
        "deep": "depth",
        "thick": "thickness",
        "across": "diameter",
        "old": "age",
        "in length": "length",
        "in height": "height",
        "in width": "width",
        "in depth": "depth",
        "in diameter": "diameter",
        "in radius": "radius",
        "in mass": "mass",
        "in volume": "volume",
    }
)


def every(place: Place) -> Frame | None:
    """Read "doubles every 20 min" -> "doubles at the regular time interval shown in the figure"."""
    if place.dimension != "time" or not re.search(r"\bevery $", place.left) or not is_free(place):
        return None
    noun = "time interval"
    return place.frame(len("every "), 0, f"at the regular {noun} {SHOWN}", noun)


ADJECTIVE: Final = "|".join(sorted(_ADJECTIVES, key=len, reverse=True))


def adjective(place: Place) -> Frame | None:
    """Read "is 3.0 m long" -> "has the length shown in the figure"; "a ramp 3.0 m long" alike."""
    match = re.match(rf"[ -]({ADJECTIVE})\b", place.right)
    if match is None or place.dimension not in {"length", "time", "mass", "volume"}:
        return None
    noun = "duration" if (place.dimension, match[1]) == ("time", "long") else _ADJECTIVES[match[1]]
    return (
        _adjective_verb(place, match.end(), noun)
        or _adjective_before(place, match.end(), noun)
        or _adjective_after(place, match.end(), noun)
    )


def _adjective_verb(place: Place, take: int, noun: str) -> Frame | None:
    verb = re.search(r"\b(is|are|was|were) $", place.left)
    second = re.search(rf"\b(?:is|are|was|were) [^.;?!]*(?:{ADJECTIVE}),? and $", place.left)
    if second:
        return place.frame(0, take, f"of the {noun} {SHOWN}", noun)
    if verb is None or re.match(r",? (?:and )?\d[^.;?!]*\d|, \d", place.right[take:]):
        return None
    if re.match(r",? (?:and|but) (?!has\b|have\b|is\b|are\b|was\b|can\b)", place.right[take:]):
        # What follows leans on the same verb: "is 3.0 m long and inclined at 30°".
        return place.frame(0, take, f"of the {noun} {SHOWN}", noun)
    have = {"is": "has", "are": "have"}.get(verb[1], "had")
    return place.frame(len(verb.group()), take, f"{have} the {noun} {SHOWN}", noun)


def _adjective_before(place: Place, take: int, noun: str) -> Frame | None:
    """Read "a 3.0 m long ramp"."""
    before = re.search(rf"\b(a|an|the) ((?:{WORD} )?)$", place.left, re.IGNORECASE)
    phrase = (
        noun_phrase(place.right[take + 1 :]) if re.match(r"[ -]\w", place.right[take:]) else None
    )
    if before is None or phrase is None:
        return None
    article = fit_article(before[1], before[2] + phrase)
    text = f"{article} {before[2]}{phrase} with the {noun} {SHOWN}"
    whole = take + 1 + len(phrase)
    return place.frame(len(before.group()), whole, text, noun, f"the {phrase}")


def _adjective_after(place: Place, take: int, noun: str) -> Frame | None:
    """Read "a ramp 3.0 m long"."""
    thing = re.search(
        rf"\b(?:a|an|the|one) (?:{WORD} ){{0,2}}({WORD}) $", place.left, re.IGNORECASE
    )
    if thing is None or ends_phrase(thing[1]) or re.match(r" \d| and \d", place.right[take:]):
        return None
    return place.frame(0, take, f"with the {noun} {SHOWN}", noun, f"the {thing[1]}")


_PLACED: Final = (
    r"\b(?:placed|located|positioned|situated|held|sits|stands|standing|sitting|put|fixed|lies|"
    r"is|are|mounted|set|kept|forms|formed|appears|hangs|floats|stuck|parked|starts|stood|focused)"
)
_SIDE: Final = (
    r" (?:away from|from|in front of|behind|above|below|beneath|beyond|to the (?:left|right)|north|"
    r"south|east|west|off|inside|underwater|upstream|downstream|to one side)\b"
)


def position(place: Place) -> Frame | None:
    """Read "is placed 15 cm from a lens" -> "is placed at the distance shown ... from"."""
    if place.dimension != "length":
        return None
    apart = re.match(r" (apart|away)\b", place.right)
    side = re.match(_SIDE, place.right)
    thing = re.search(rf"\b(?:a|an|the|one) (?:{WORD} ){{0,1}}{WORD} $", place.left)
    placed = re.search(rf"{_PLACED}(?: exactly)? $", place.left)
    if not (apart or side) or not (placed or (thing and not _ends_in_verb(place.left))):
        return None
    if apart and apart[1] == "apart":
        return place.frame(0, len(" apart"), f"at the separation {SHOWN}", "separation")
    noun = "height" if re.match(r" above\b", place.right) else "distance"
    noun = "depth" if re.match(r" (?:below|beneath|underwater)\b", place.right) else noun
    take = len(" away") if re.match(r" away\b", place.right) else 0
    return place.frame(0, take, f"at the {noun} {SHOWN}", noun)


def _ends_in_verb(text: str) -> bool:
    words = re.findall(WORD, text)
    return bool(words) and words[-1].lower() in VERBS
