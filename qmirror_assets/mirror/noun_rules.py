"""Phrase rules where the text itself names the value: "a height of X", "of mass X", "is X"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from qmirror_assets.mirror.frames import PREDICATE, SHOWN, Frame, Place
from qmirror_assets.mirror.nouns import is_head, singular
from qmirror_assets.mirror.words import (
    DETERMINERS,
    FUNCTION,
    NUMBER_WORDS,
    VERBS,
    WORD,
    ends_phrase,
    noun_phrase,
    word_list,
)

_TRAILING: Final = re.compile(rf"(?:{WORD} ){{0,5}}{WORD}$")
_POSSESSIVE: Final = frozenset({"its", "their", "his", "her"})
# Heads that are verbs after "to": "to lift 5 kg", "to heat 200 J".
_VERB_LIKE: Final = frozenset(
    word_list("rise drop lift pull push range heat work power load rate change age")
)


_LEADS: Final = frozenset(word_list("with at has have having had and from under by"))


@dataclass(frozen=True, slots=True)
class Named:
    """A noun phrase that names the value: its start in the text, determiner, words, word before."""

    start: int
    determiner: str
    words: str
    before: str

    @property
    def with_article(self) -> str:
        """The phrase as a definite one: "the initial speed", "its mass"."""
        first = self.determiner if self.determiner in _POSSESSIVE else "the"
        return f"{first} {self.words}"


def read_named(text: str, dimension: str) -> Named | None:
    """The noun phrase at the end of `text`, if it names a quantity of `dimension`."""
    match = _TRAILING.search(text)
    if match is None:
        return None
    words = match.group().split(" ")
    tail = _tail_of(words, dimension)
    words, tail_text = (words[:-tail], " " + " ".join(words[-tail:])) if tail else (words, "")
    if not words or not is_head(words[-1], dimension):
        return None
    first = len(words) - 1
    while first > 0 and _may_qualify(words[first - 1], first - 1, words):
        first -= 1
    determiner = words[first - 1].lower() if first else ""
    has_determiner = determiner in DETERMINERS
    begin = first - 1 if has_determiner else first
    before = words[begin - 1].lower() if begin else ""
    if determiner in NUMBER_WORDS or before in NUMBER_WORDS:
        return None  # "two masses of 5 kg": one value, several things
    start = len(text) - len(" ".join(words[begin:]) + tail_text)
    body = " ".join([*words[first:-1], singular(words[-1])]) + tail_text
    return Named(start, determiner if has_determiner else "", body, before)


def _tail_of(words: list[str], dimension: str) -> int:
    """Number of words of an "of ..." that belongs to the name: "angle of incidence"."""
    for size in (2, 3):
        head = words[-size - 1] if len(words) > size else ""
        if words[-size:][0] == "of" and is_head(head, dimension):
            inner = [word.lower() for word in words[-size:][1:]]
            return 0 if any(word in FUNCTION or word in DETERMINERS for word in inner) else size
    return 0


def _may_qualify(word: str, index: int, words: list[str]) -> bool:
    low = word.lower()
    if low in FUNCTION or low in DETERMINERS or low in NUMBER_WORDS:
        return False
    if low in VERBS and low.endswith("s"):
        return False
    # A participle qualifies only behind a determiner: "the applied force", not "moved force".
    behind = index > 0 and words[index - 1].lower() in DETERMINERS
    return behind or not ends_phrase(word)


def noun_of(place: Place) -> Frame | None:
    """Read "a height of X" -> "the height shown in the figure"."""
    if not place.left.endswith(" of "):
        return None
    named = read_named(place.left[:-4], place.dimension)
    if named is None:
        return None
    substance = re.match(rf" of ((?:the )?(?={WORD}).*)", place.right, re.DOTALL)
    cut = place.span.start - named.start
    if substance is None:
        owner = _bearer(place.left[: named.start])
        return place.frame(cut, 0, f"{named.with_article} {SHOWN}", named.words, owner)
    the = "the " if substance[1].startswith("the ") else ""
    phrase = noun_phrase(substance[1].removeprefix("the "))
    if phrase is None:
        return None
    owner = the + phrase
    text = f"{named.with_article} of {owner} {SHOWN}"
    return place.frame(cut, len(" of ") + len(owner), text, named.words, owner)


def _bearer(text: str) -> str:
    """What has the quantity: "a ball with ", "the cart has ", "an eyepiece of "."""
    match = re.search(
        rf"\b(?:a|an|the|another|one|second|first) ((?:{WORD} ){{0,2}}?{WORD}) "
        r"(?:has|with|having|of) $",
        text,
        re.IGNORECASE,
    )
    words = match[1].split(" ") if match else []
    if not words or any(ends_phrase(word) for word in words):
        return ""
    return "the " + " ".join(words)


def noun_before(place: Place) -> Frame | None:
    """Read "of mass X" -> "whose mass is shown in the figure"; "with mass X", "(mass X)" alike."""
    if not re.search(r"\w[ :=]\s?$|\w = $", place.left):
        return None
    left = re.sub(r"\s?[:=]?\s?$", "", place.left)
    named = read_named(left, place.dimension)
    if named is None or (named.words in _VERB_LIKE and named.before in {"to", ""}):
        return None
    cut = place.span.start - named.start
    if _in_parentheses(left[: named.start]):
        return place.frame(cut, 0, f"{named.words} {SHOWN}", named.words)
    if named.before == "of":
        return _owned(place, named, cut)
    led = named.before in _LEADS or (named.before == "to" and not named.determiner)
    if led or (named.determiner and named.determiner not in _POSSESSIVE):
        return place.frame(cut, 0, f"{named.with_article} {SHOWN}", named.words)
    return None


def _in_parentheses(text: str) -> bool:
    return re.search(r"\([^()]*$", text) is not None and re.search(r"[(,;] ?$", text) is not None


def _owned(place: Place, named: Named, cut: int) -> Frame:
    left = place.left[: named.start - len("of ")].rstrip()
    owner = re.search(
        rf"\b(?:a|an|the|each|another|one|this|its) ((?:{WORD} ){{0,2}}{WORD})$",
        left,
        re.IGNORECASE,
    )
    words = "the " + owner[1] if owner and not ends_phrase(owner[1].split(" ")[-1]) else ""
    coordinated = re.match(rf",? and (?:{WORD} ){{1,3}}\d|, ?(?:{WORD} ){{1,3}}\d", place.right)
    closed = re.match(r"[.,;:?!)]|$| (?:is|are|was|were|has|can|must|and|that)\b", place.right)
    if words and closed and not coordinated:
        return place.frame(cut + 3, 0, f"whose {named.words} is {PREDICATE}", named.words, words)
    if words:
        return place.frame(cut + 3, 0, f"with the {named.words} {SHOWN}", named.words, words)
    return place.frame(cut, 0, f"{named.with_article} {SHOWN}", named.words)


_AFTER_COPULA: Final = re.compile(
    r"\s*(?:$|[.,;:?!)]|(?:and|or|but|when|while|if|at|in|on|for|with|as|so|where|because|after|"
    r"before|during|throughout|everywhere|today)\b(?! (?:diameter|radius|length|height)\b))"
)


def copula(place: Place) -> Frame | None:
    """Read "the focal length is X" -> "the focal length is shown in the figure"."""
    verb = re.search(r"\b(?:is|are|was|were|equals|is equal to) $", place.left)
    if verb is None or not _AFTER_COPULA.match(place.right):
        return None
    if re.match(r",? (?:and|or) (?:about )?[\d$]", place.right):
        return None  # "is 5 m and 3 m wide"
    clause = re.split(
        r"[.;:?!,]\s|\b(?:and|if|that|while|when)\s",
        place.left[: verb.start()],
        flags=re.IGNORECASE,
    )
    subject = clause[-1].strip()
    whose = re.search(rf"\b({WORD}) (?:whose|which|that) ", subject)
    subject = subject[whose.end() :] if whose else subject
    found = [word for word in re.findall(WORD, subject) if is_head(word, place.dimension)]
    if not found or re.search(r"\b(?:its|the) value$", subject):
        return None
    before_of = re.split(r"\s(?:of|between|in|for|from|to|at|on|required|needed)\b", subject)[0]
    named = read_named(before_of, place.dimension) or read_named(found[-1].lower(), place.dimension)
    noun = named.words if named else found[-1].lower()
    owner = re.search(rf"\bof ((?:the |a |an |this )?(?:{WORD} )?{WORD})$", subject)
    bearer = owner[1] if owner else f"the {whose[1]}" if whose else ""
    start = "is" if verb.group().startswith(("is", "equals")) else verb.group().strip()
    length = len(verb.group())
    return place.frame(length, 0, f"{start} {PREDICATE}", noun, bearer)


def parenthesis(place: Place) -> Frame | None:
    """Read "a copper block (2.0 kg)" -> "a copper block (mass shown in the figure)"."""
    if not place.left.endswith("(") or not place.right.startswith(")"):
        return None
    named = read_named(place.left[:-1].rstrip(), place.dimension)
    if named is not None:
        return place.frame(0, 0, SHOWN, named.words)
    noun = place.default()
    return place.frame(0, 0, f"{noun} {SHOWN}", noun) if noun else None


def symbol(place: Place) -> Frame | None:
    """Read "a speed v = X" -> "the speed v shown in the figure"; "Take g = X" likewise."""
    match = re.search(
        rf"(?:\b(?P<np>(?:{WORD} ){{1,4}}))?\$?(?P<sym>[A-Za-zΑ-ω][\w₀-₉]{{0,2}})\$? ?= ?$",
        place.left,
    )
    if match is None:
        return None
    if match["np"]:
        named = read_named(place.left[: match.end("np")].rstrip(), place.dimension)
        if named is not None:
            text = f"{named.with_article} {match['sym']} {SHOWN}"
            return place.frame(place.span.start - named.start, 0, text, named.words)
    verb = re.search(
        r"\b(?:take|use|using|taking|assume|with) $",
        place.left[: match.start("sym")],
        re.IGNORECASE,
    )
    if verb is None:
        return None
    noun = place.default()
    text = f"the value of {match['sym']} {SHOWN}"
    return place.frame(place.span.start - match.start("sym"), 0, text, noun)
