"""Phrase rules where the text does not name the value: "a 2.0 kg block", "200 g of water", "in 8 s"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from qmirror_assets.mirror.frames import NOUN, SHOWN, Frame, Place
from qmirror_assets.mirror.nouns import is_head, singular
from qmirror_assets.mirror.words import (
    FUNCTION,
    NUMBER_WORDS,
    VERBS,
    WORD,
    article_for,
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
    """ "doubles every 20 min" -> "doubles at the regular time interval shown in the figure"."""
    if place.dimension != "time" or not re.search(r"\bevery $", place.left) or not _is_free(place):
        return None
    noun = "time interval"
    return place.frame(len("every "), 0, f"at the regular {noun} {SHOWN}", noun)


_ADJECTIVE: Final = "|".join(sorted(_ADJECTIVES, key=len, reverse=True))


def adjective(place: Place) -> Frame | None:
    """ "is 3.0 m long" -> "has the length shown in the figure"; "a ramp 3.0 m long" alike."""
    match = re.match(rf"[ -]({_ADJECTIVE})\b", place.right)
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
    second = re.search(rf"\b(?:is|are|was|were) [^.;?!]*(?:{_ADJECTIVE}),? and $", place.left)
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
    """ "a 3.0 m long ramp"."""
    before = re.search(rf"\b(a|an|the) ((?:{WORD} )?)$", place.left, re.IGNORECASE)
    phrase = noun_phrase(place.right[take + 1 :]) if re.match(r"[ -]\w", place.right[take:]) else None
    if before is None or phrase is None:
        return None
    article = _article(before[1], before[2] + phrase)
    text = f"{article} {before[2]}{phrase} with the {noun} {SHOWN}"
    whole = take + 1 + len(phrase)
    return place.frame(len(before.group()), whole, text, noun, f"the {phrase}")


def _adjective_after(place: Place, take: int, noun: str) -> Frame | None:
    """ "a ramp 3.0 m long"."""
    thing = re.search(rf"\b(?:a|an|the|one) (?:{WORD} ){{0,2}}({WORD}) $", place.left, re.I)
    if thing is None or ends_phrase(thing[1]) or re.match(r" \d| and \d", place.right[take:]):
        return None
    return place.frame(0, take, f"with the {noun} {SHOWN}", noun, f"the {thing[1]}")


def _article(article: str, phrase: str) -> str:
    low = article.lower()
    fixed = article_for(phrase) if low in {"a", "an"} else low
    return fixed.capitalize() if article[0].isupper() else fixed


_PLACED: Final = (
    r"\b(?:placed|located|positioned|situated|held|sits|stands|standing|sitting|put|fixed|lies|"
    r"is|are|mounted|set|kept|forms|formed|appears|hangs|floats|stuck|parked|starts|stood|focused)"
)
_SIDE: Final = (
    r" (?:away from|from|in front of|behind|above|below|beneath|beyond|to the (?:left|right)|north|"
    r"south|east|west|off|inside|underwater|upstream|downstream|to one side)\b"
)


def position(place: Place) -> Frame | None:
    """ "is placed 15 cm from a lens" -> "is placed at the distance shown in the figure from ..."."""
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


_ATTRIBUTE: Final[Mapping[str, str]] = MappingProxyType({"length": "length", "time": "duration"})
_UPRIGHT: Final = frozenset(
    "mountain tower cliff building tree hill waterfall pole mast hole wall bridge dam peak".split()
)
_LENSES: Final = frozenset("lens mirror objective eyepiece".split())
_SOLUTIONS: Final = re.compile(r"\b(?:solution|acid|mixture|alloy|saline|vinegar|sucrose|glucose|salt)\b")


def attributive(place: Place) -> Frame | None:
    """ "a 2.0 kg block" -> "a block with the mass shown in the figure"."""
    before = re.search(rf"\b(a|an|the|one|each|another|this) ((?:{WORD} ){{0,1}})$", place.left, re.I)
    phrase = noun_phrase(place.right[1:]) if re.match(r"[ -]\w", place.right) else None
    if before is None or phrase is None or (before[2] and ends_phrase(before[2].strip())):
        return None
    if re.match(rf"(?:{_ADJECTIVE})\b", phrase):
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
    text = f"{_article(before[1], whole)} {whole} with the {NOUN} {SHOWN}"
    return place.frame(cut, take, text, noun, f"the {before[2]}{phrase}")


def _attribute_noun(place: Place, phrase: str) -> str:
    if place.dimension == "percentage":
        return place.default("concentration") if _SOLUTIONS.search(phrase) else ""
    head = phrase.split(" ")[-1]
    if place.dimension == "length" and head in _UPRIGHT | _LENSES:
        return place.default("height" if head in _UPRIGHT else "focal length")
    if place.dimension in {"count", "number", "temperature"} and not place.span.role:
        return "temperature" if place.dimension == "temperature" else ""
    return place.default(_ATTRIBUTE.get(place.dimension, ""))


def _with_substance(after: str, phrase: str) -> str | None:
    """ "sample" before " of water ..." -> "sample of water", so that the noun phrase stays whole."""
    match = re.match(r" of ((?:the |a |an )?)", after)
    if match is None:
        return phrase
    rest = noun_phrase(after[match.end() :])
    return f"{phrase} of {match[1]}{rest}" if rest else None


def several(place: Place) -> Frame | None:
    """ "Two 4.0 Ω resistors" -> "Two resistors, each with the resistance shown in the figure,"."""
    before = re.search(rf"\b({'|'.join(NUMBER_WORDS)}) ((?:identical )?)$", place.left, re.I)
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
    r"receives?|by|to|only) $"
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
    """ "200 g of water" -> "the mass of water shown in the figure"."""
    noun = _PORTIONS.get(place.dimension)
    match = re.match(r" of ((?:the |a |an |its |their )?)", place.right)
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
    text = f"the {noun} of {whole} {SHOWN}"
    return place.frame(len(the.group()) if the else 0, len(" of ") + len(whole), text, noun, phrase)


def strength(place: Place) -> Frame | None:
    """ "of 0.10 mol/L hydrochloric acid" -> "of hydrochloric acid with the concentration ..."."""
    if place.dimension != "concentration" or not re.search(r"\b(?:of|with|in|to) $", place.left):
        return None
    phrase = noun_phrase(place.right[1:]) if place.right.startswith(" ") else None
    if phrase is None:
        return None
    noun = place.default("concentration")
    return place.frame(0, 1 + len(phrase), f"{phrase} of the {NOUN} {SHOWN}", noun, phrase)


def counted(place: Place) -> Frame | None:
    """ "a population of 500 rabbits" -> "a population of rabbits with the size shown ..."."""
    if place.dimension != "count":
        return None
    unit = place.span.unit
    group = re.search(r"\b(?:population|colony|culture|herd|flock|group|school|swarm|sample) of $", place.left)
    if group and _is_free(place):
        return place.frame(0, 0, f"{unit} with the size {SHOWN}", "size", unit)
    verb = re.search(r"\b(?:with|contains|has|have|had|of|to|from|by|into|among|produces|counts) $", place.left)
    if verb and _is_free(place):
        return place.frame(0, 0, f"the number of {unit} {SHOWN}", f"number of {unit}")
    return None


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
    "energy power volume mass time speed temperature current voltage force charge amount length "
    "acceleration area".split()
) | {"molar energy"}


def verb_object(place: Place) -> Frame | None:
    """ "travels 100 m in" -> "travels the distance shown in the figure in"."""
    if not _is_free(place):
        return None
    if re.search(r"\b(?:weighs|weighing|weighed) $", place.left):
        weight = re.search(r"\bweighs $", place.left)
        noun = "weight" if place.dimension == "force" else "mass"
        return place.frame(len("weighs "), 0, f"has the {noun} {SHOWN}", noun) if weight else None
    if re.search(r"\blasts $", place.left) and place.dimension == "time":
        return place.frame(0, 0, f"for the {NOUN} {SHOWN}", "time")
    if place.dimension == "length" and re.search(rf"\b(?:{_TRAVEL}) $", place.left):
        fell = re.search(r"\b(?:falls?|fell|climbs?|rises?|rose) $", place.left)
        return place.frame(0, 0, f"the {NOUN} {SHOWN}", place.default("height" if fell else "distance"))
    if place.dimension not in _OBJECTS:
        return None
    if re.search(rf"\b(?:{_GENERAL}) $", place.left):
        noun = place.default()
        return place.frame(0, 0, f"the {NOUN} {SHOWN}", noun) if noun else None
    return None


_PREPOSITIONS: Final = "at to from in for after over by through within during under until".split()
_BY: Final[Mapping[str, str]] = MappingProxyType(
    {"temperature": "temperature change", "speed": "change in speed", "percentage": "percentage"}
)


_NEVER: Final = frozenset(
    {("in", "speed"), ("in", "temperature"), ("by", "gradient"), ("by", "rate"), ("by", "density")}
)


def preposition(place: Place) -> Frame | None:
    """ "in 8.0 s" -> "in the time shown in the figure"; "at 20 °C", "to 24 m/s" alike."""
    match = re.search(rf"\b({'|'.join(_PREPOSITIONS)}) $", place.left, re.IGNORECASE)
    if match is None or not (_is_free(place) or _before_verb(place)):
        return None
    word, dimension = match[1].lower(), place.dimension
    if dimension in {"count", "number", "word", ""} or (word, dimension) in _NEVER:
        return None
    if word in {"from", "to"} and (frame := _changed(place, word)):
        return frame
    noun, label = place.default(_BY.get(dimension, "") if word == "by" else ""), ""
    if dimension == "length" and word == "from" and re.search(r"\b(?:drop|fall|fell|jump|releas)\w* from $", place.left):
        noun = place.default("height")
    if dimension == "length" and word == "by" and (deformed := re.search(r"(stretch|exten|compress)\w* by $", place.left)):
        label = "compression" if deformed[1] == "compress" else "extension"
    if dimension in {"energy", "mass", "volume"} and word == "by":
        noun, label = "amount", noun
    text = f"the {noun} {SHOWN}" if label else f"the {NOUN} {SHOWN}"
    return place.frame(0, 0, text, noun, label=label) if noun else None


def _changed(place: Place, word: str) -> Frame | None:
    """ "from X to Y" of one dimension: "the initial temperature", "the final temperature"."""
    ends = "initial" if word == "from" else "final"
    base = place.default().split(" ")[-1]
    sentence = re.split(r"[.;?!]\s", place.left)[-1]
    if base in sentence.lower().split():  # "the pressure is raised to 150 kPa": not "pressure" twice
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


def _is_free(place: Place) -> bool:
    """Whether the value stands alone: no noun after it that it would belong to."""
    match = re.match(rf" ({WORD})", place.right)
    if match is None:
        return re.match(r"[.,;:?!)]|$|\n| \(", place.right) is not None
    word = match[1].lower()
    if word in {"long", "tall", "high", "wide", "deep", "thick", "old", "apart", "away", "each", "per"}:
        return False
    return word in FUNCTION or ends_phrase(word)
