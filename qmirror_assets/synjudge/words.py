"""Content words, sentences and shared phrases of short English texts."""

from __future__ import annotations

import itertools
import re
from typing import Final

from qmirror_assets.mirror.words import content_words, word_list

_OF_ASKING: Final = frozenset(
    word_list(
        "show shows shown showing picture pictures image images photo photos photograph "
        "photographs illustration example examples please look looks like kind kinds thing things "
        "called name call see tell explain describe me us my our your such really ever exactly "
        "actually very"
    )
)
"""Words of asking and of emphasis: they say nothing of what a picture should show."""
_PLURALS: Final = (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"))
_SHORT_WORD: Final = 3
_NOUN_PHRASE: Final = 3  # content words
_AFTER_THE_NOUN: Final = re.compile(
    r"[,.;:!?(]|\s(?:on|in|of|with|from|at|and|or|for|by|under|near|to|over)\s"
)
_SENTENCE: Final = re.compile(r"(?<=[.!?])[\"”’)]*\s+(?=[\"“‘(]?[A-Z0-9])")


def stems(text: str) -> list[str]:
    """Content words of `text` in order, in the singular, lower case."""
    return [_stem(word) for word in content_words(text) if word not in _OF_ASKING]


def _stem(word: str) -> str:
    word = word.removesuffix("'s").removesuffix("’s")
    for ending, singular in _PLURALS:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word.removesuffix(ending) + singular
    plural = word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if plural and len(word) > _SHORT_WORD else word


def sentences(text: str) -> list[str]:
    """The sentences of `text`."""
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()]


def share_of_words(words_of: str, found_in: str) -> float:
    """Share of the content words of one text that another one has too, 0 to 1."""
    words = stems(words_of)
    there = set(stems(found_in))
    return sum(word in there for word in words) / len(words) if words else 0.0


def head_of(description: str) -> str:
    """The noun a short description is about ("A great blue heron on a branch." -> "heron"), or "".

    The last content word before the first preposition or stop; nothing where more than a noun
    phrase comes before it.
    """
    words = stems(_AFTER_THE_NOUN.split(description.strip(), maxsplit=1)[0])
    return words[-1] if 0 < len(words) <= _NOUN_PHRASE else ""


def share_of_pairs(pairs_of: str, found_in: str) -> float:
    """Share of the pairs of neighbouring content words that another text has too, 0 to 1.

    A text of one content word counts as that word.
    """
    pairs = _pairs(pairs_of)
    return len(pairs & _pairs(found_in)) / len(pairs) if pairs else 0.0


def _pairs(text: str) -> set[tuple[str, ...]]:
    words = stems(text)
    if len(words) == 1:
        return {(words[0],)}
    return set(itertools.pairwise(words))
