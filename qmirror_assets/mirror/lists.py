"""Lists without values: "Mars, Venus, Earth and Jupiter", after a colon or behind a plural noun."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from qmirror_assets.mirror.frames import LISTED, Frame
from qmirror_assets.mirror.spans import Item, Kind, Span
from qmirror_assets.mirror.words import FUNCTION, VERBS, WORD, word_list

_NAME_WORD: Final = r"[^\W_](?:[\w₀-₉⁺⁻()]|['’.-](?=[\w(]))*"
_ITEM: Final = rf"(?:{_NAME_WORD})(?: {_NAME_WORD}){{0,3}}?"
_LAST: Final = rf"{_NAME_WORD}(?: {_NAME_WORD}){{0,3}}"
_JOINED: Final = rf"{_ITEM}(?:, {_ITEM}){{1,9}},? (?:and|or) {_LAST}"
_AFTER_COLON: Final = re.compile(
    rf": (?P<list>{_JOINED}|{_ITEM}(?:[,;] {_ITEM}){{2,9}})(?=[.?!]|$)"
)
_COUNTS: Final = "three|four|five|six|seven|eight"
_BEHIND_NOUN: Final = re.compile(
    rf"\b(?:the|these|{_COUNTS}) (?:{WORD} ){{0,2}}?(?!of )[a-z][\w-]*s "
    rf"(?P<list>{_JOINED})(?=[ .,;:?!]|$)"
)
_ORDERING: Final = "arrange|order|rank|sort|list|compare|place|put|classify"
_BEHIND_VERB: Final = re.compile(rf"\b(?i:{_ORDERING}) (?P<list>{_JOINED})(?=[ .,;:?!]|$)")


_PLAIN_VERBS: Final = frozenset(
    word_list(
        "differ have react form burn float sink conduct melt boil contain show orbit share belong "
        "occur"
    )
)


def find_lists(question: str) -> Iterator[Span]:
    """Lists of at least three short names that hold no number of a quantity."""
    for pattern in (_AFTER_COLON, _BEHIND_NOUN, _BEHIND_VERB):
        for match in pattern.finditer(question):
            yield from _span(match)


def _span(match: re.Match[str]) -> Iterator[Span]:
    names = [name.strip() for name in re.split(r"[,;] (?:and |or )?| and | or ", match["list"])]
    names[-1] = _until_function(names[-1])
    if len(names) < 3 or len(set(names)) < len(names) or not all(_is_name(n) for n in names):  # noqa: PLR2004
        return
    end = match.start("list") + match["list"].rindex(names[-1]) + len(names[-1])
    items = tuple(Item(re.sub(r"^(?:the|a|an) ", "", name)) for name in names)
    text = ", ".join(item.name for item in items)
    yield Span("", Kind.LIST, match.start("list"), end, text, items=items)


def _until_function(name: str) -> str:
    words = name.split(" ")
    for index, word in enumerate(words[1:], 1):
        if word.lower() in FUNCTION | VERBS | _PLAIN_VERBS:
            return " ".join(words[:index])
    return name


def _is_name(name: str) -> bool:
    words = [word.lower() for word in re.sub(r"^(?:the|a|an) ", "", name).split(" ")]
    return (
        words[0] not in FUNCTION
        and not any(word in FUNCTION - {"of", "in"} or word in VERBS for word in words)
        and re.search(r"(?:^|\s)\d", name) is None
    )


def list_frame(question: str, span: Span) -> Frame | None:
    """How the question reads with the list in the figure."""
    left = question[: span.start]
    if left.endswith(": "):
        return _after_colon(span, left)
    ordering = re.search(rf"\b({_ORDERING}) (?:the )?$", left, re.IGNORECASE)
    if ordering:
        return Frame(span.start, span.end, f"the items {LISTED}", "items", rule="list_items")
    noun = re.search(rf"\b(?:the|these|{_COUNTS}) ((?:{WORD} ){{0,2}}?[a-z][\w-]*s) $", left)
    if noun is None or any(word.lower() in FUNCTION for word in noun[1].split(" ")):
        return None
    start = noun.start()
    count = re.match(rf"(?:{_COUNTS}) ", left[start:])
    text = f"the {count.group() if count else ''}{noun[1]} {LISTED}"
    start -= len("the ") if count and left[:start].lower().endswith("the ") else 0
    return Frame(start, span.end, text, noun[1], rule="list_noun")


def _after_colon(span: Span, left: str) -> Frame | None:
    """Read "Which of the following metals ...: A, B, C?" -> "Which of the metals listed ...?"."""
    end = span.end
    sentence = max((m.end() for m in re.finditer(r"[.?!]\s", left)), default=0)
    clause = left[sentence:-2]
    matches = list(
        re.finditer(
            rf"\b(?P<det>the following|these|the)"
            rf"(?: (?P<noun>(?:{WORD} ){{0,2}}?{WORD}s\b))?(?=[ ,]|$)",
            clause,
            re.IGNORECASE,
        )
    )
    for match in matches:
        noun = match["noun"] or ""
        if match["det"].lower() == "the" and not (noun and "following" not in noun):
            continue
        if match["det"].lower() == "the" and not re.search(
            r"\b(?:order|arrange|rank|sort|list)\b", clause, re.IGNORECASE
        ):
            continue
        if noun and (noun.split(" ")[-1].lower() in VERBS | FUNCTION):
            noun = ""
        named = f"the {noun} {LISTED}" if noun else f"those {LISTED}"
        stop = match.end("noun") if noun else match.end("det")
        text = f"{named}{clause[stop:]}"
        start = sentence + match.start()
        return Frame(start, end, text, noun or "entries", rule="list_colon")
    return None
