"""Phrase rules where a verb or a preposition leads to the value: "covers 100 m", "in 8.0 s"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from qmirror_assets.mirror.fitting import is_free
from qmirror_assets.mirror.frames import NOUN, SHOWN, Frame, Place
from qmirror_assets.mirror.words import (
    WORD,
    word_list,
)

_TRAVEL: Final = (
    r"(?:travel|cover|run|move|walk|swim|fl|drive|climb|rise|fall|jump|slide|roll|sink|descend|"
    r"ascend|hike|cycle|sail)(?:s|es|ed|ing|ies|ning|ming|ling)?|ran|flew|fell|rose|drove|sank|swam"
)
_GENERAL: Final = (
    r"(?:reach|attain|acquire|lose|absorb|release|receive|emit|produce|deliver|supply|generate|"
    r"transfer|consume|use|carry|carrie|draw|need|require|contain|hold|have|ha|read|show|provide|"
    r"store|dissipate|do|doe|gain|exert|experience|take|spend|displace|occupy|occupie|transmit|"
    r"measure|record|give|obtain|collect|apply|applie)"
    r"(?:s|es|d|ed|ing|ring|ting)?"
)


_OBJECTS: Final = frozenset(
    word_list(
        "energy power volume mass time speed temperature current voltage force charge amount "
        "length acceleration area"
    )
) | {"molar energy"}


def verb_object(place: Place) -> Frame | None:
    """Read "travels 100 m in" -> "travels the distance shown in the figure in"."""
    if not is_free(place):
        return None
    return _measured(place) or _travelled(place) or _acted_on(place)


def _measured(place: Place) -> Frame | None:
    """Read "weighs", "measures" and "lasts", whose object no article can begin."""
    dimension = place.dimension
    if dimension in {"mass", "force"} and place.left.endswith(" weighs "):
        noun = "weight" if dimension == "force" else "mass"
        return place.frame(len("weighs "), 0, f"has the {noun} {SHOWN}", noun)
    if dimension == "length" and place.left.endswith(" measures "):
        return place.frame(len("measures "), 0, f"has the length {SHOWN}", "length")
    if dimension == "time" and place.left.endswith(" lasts "):
        return place.frame(0, 0, f"for the {NOUN} {SHOWN}", "time")
    return None


def _travelled(place: Place) -> Frame | None:
    if place.dimension != "length" or not re.search(rf"\b(?:{_TRAVEL}) $", place.left):
        return None
    upright = re.search(r"\b(?:falls?|fell|climbs?|rises?|rose) $", place.left)
    noun = place.default("height" if upright else "distance")
    return place.frame(0, 0, f"the {NOUN} {SHOWN}", noun)


def _acted_on(place: Place) -> Frame | None:
    if place.dimension not in _OBJECTS or not re.search(rf"\b(?:{_GENERAL}) $", place.left):
        return None
    noun = place.default()
    return place.frame(0, 0, f"the {NOUN} {SHOWN}", noun) if noun else None


_PREPOSITIONS: Final = word_list(
    "at to from in for after over by through within during under until"
)
_BY: Final[Mapping[str, str]] = MappingProxyType(
    {"temperature": "temperature change", "speed": "change in speed", "percentage": "percentage"}
)


_NEVER: Final = frozenset(
    {("in", "speed"), ("in", "temperature"), ("by", "gradient"), ("by", "rate"), ("by", "density")}
)


def preposition(place: Place) -> Frame | None:
    """Read "in 8.0 s" -> "in the time shown in the figure"; "at 20 °C", "to 24 m/s" alike."""
    match = re.search(rf"\b({'|'.join(_PREPOSITIONS)}) $", place.left, re.IGNORECASE)
    if match is None or not (is_free(place) or _before_verb(place)):
        return None
    word, dimension = match[1].lower(), place.dimension
    if dimension in {"count", "number", "word", ""} or (word, dimension) in _NEVER:
        return None
    if word in {"from", "to"} and (frame := _changed(place, word)):
        return frame
    noun, label = place.default(_BY.get(dimension, "") if word == "by" else ""), ""
    if (
        dimension == "length"
        and word == "from"
        and re.search(r"\b(?:drop|fall|fell|jump|releas)\w* from $", place.left)
    ):
        noun = place.default("height")
    if (
        dimension == "length"
        and word == "by"
        and (deformed := re.search(r"(stretch|exten|compress)\w* by $", place.left))
    ):
        label = "compression" if deformed[1] == "compress" else "extension"
    if dimension == "acceleration" and re.search(r"\baccelerat\w+(?: \w+)? at $", place.left):
        noun, label = "rate", noun
    if dimension in {"energy", "mass", "volume"} and word == "by":
        noun, label = "amount", noun
    text = f"the {noun} {SHOWN}" if label else f"the {NOUN} {SHOWN}"
    return place.frame(0, 0, text, noun, label=label) if noun else None


def _changed(place: Place, word: str) -> Frame | None:
    """Read "from X to Y" of one dimension: "the initial temperature", "the final temperature"."""
    ends = "initial" if word == "from" else "final"
    base = place.default().split(" ")[-1]
    sentence = re.split(r"[.;?!]\s", place.left)[-1]
    if (
        base in sentence.lower().split()
    ):  # "the pressure is raised to 150 kPa": not "pressure" twice
        value = "initial value" if word == "from" else "new value"
        label = place.span.role or f"{ends} {base}"
        return place.frame(0, 0, f"the {value} {SHOWN}", value, label=label)
    before = re.search(r"\bfrom (?:rest|[^;?!]{1,30}?) to $", place.left)
    changes = before if word == "to" else re.match(r" to (?:about )?[\d−-]", place.right)
    if changes is None or place.span.role or place.dimension in {"length", "time", "mass", "angle"}:
        return None
    noun = f"{ends} {base}"
    return place.frame(0, 0, f"the {NOUN} {SHOWN}", noun)


def _before_verb(place: Place) -> bool:
    """A compound unit does not qualify a noun, so a word in -s after it is a verb."""
    after = re.match(rf" ({WORD})", place.right)
    return place.dimension == "speed" and after is not None and after[1].endswith("s")
