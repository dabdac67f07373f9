"""What a caption is about: its subject's words, apart from background and talk about the picture.

"A close photograph of a ladybug on a green leaf" is about a ladybug. "A close photograph of" says
nothing about what is seen, and what comes after the first preposition, comma or participle is
background. That is grammar by word lists, for English, and wrong now and then; embeddings stand
beside it in `match`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

WORDS_VERSION: Final = "1"
"""Bumped by hand when the same text gives other terms."""
_MOST_CHARACTERS: Final = 1000  # what comes later in a caption is background of background
_SHORTEST_PARTICIPLE: Final = 5

# camel case stands in file names: HouseBoat
_TOKEN: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[.,;:!?()—–]")
_POSSESSIVE: Final = re.compile(r"['’]s?\b")


def _words(lines: str) -> frozenset[str]:
    return frozenset(lines.split())


_SAYS_NOTHING: Final = _words(
    """
    a an the this that these those it its his her their our my your you we they he she some any
    one two three four five six seven eight nine ten several many few most more very so such not no
    photo photos photograph photographs photographed picture pictures image images illustration
    illustrations illustrated drawing drawings diagram diagrams sketch painting view views shot
    close closeup detail details detailed simple clear label labels labeled labelled part parts
    show shows showing shown depict depicts depicting depiction seen
    can group set pair bunch herd cluster piece slice cut half real realistic colorful colourful
    person people someone hand hands field skyline surface phase phases
    background foreground plain blank isolated scene example examples kind type different
    various typical have has which who there here what where when how why do does if then than as
    also just only
    all each other another both cartoon
    """
)
_ENDS_SUBJECT: Final = _words(
    """
    of on in at with by near against over under above below behind beside between through across
    along around into onto from to for during while and or next front inside outside toward towards
    beneath among amid after before up down off out is are was were be been being
    sits sitting stands standing
    """
)
_JOINS: Final = frozenset({"and", "or"})
_ADJECTIVES: Final = _words(
    """
    red green blue yellow white black brown grey gray orange purple pink golden silver
    big large huge small little tiny tall long short old new young wild great bright dark
    beautiful happy round square wooden male female baby adult common
    """
)

# the stemmer works by endings, so it cannot know these
_IRREGULAR: Final = {
    "buses": "bus", "calves": "calf", "children": "child", "feet": "foot", "firemen": "fireman",
    "geese": "goose", "gnus": "gnu", "leaves": "leaf", "men": "man", "mice": "mouse",
    "snowmen": "snowman", "teeth": "tooth", "wolves": "wolf", "women": "woman",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a text, in its order."""

    word: str
    stem: str
    in_subject: bool
    is_adjective: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """The terms of a text. head: the stem of the subject's last noun, "" where none is seen."""

    terms: tuple[Term, ...]
    head: str

    def words(self, *, background: bool) -> str:
        """The words of the subject, and those of the background if wanted."""
        return " ".join(term.word for term in self.terms if background or term.in_subject)

    @property
    def subject(self) -> frozenset[str]:
        """The stems of the subject."""
        return frozenset(term.stem for term in self.terms if term.in_subject)


def read(text: str) -> Reading:
    """Tell subject from background in a caption or title."""
    terms: list[Term] = []
    has_noun, in_subject = False, True
    for token in _tokens(text):
        if _ends_subject(token, has_noun, bool(terms)):
            in_subject = False
        if len(token) > 1 and token not in _ENDS_SUBJECT | _SAYS_NOTHING:
            is_adjective = token in _ADJECTIVES
            has_noun = has_noun or not is_adjective
            terms.append(Term(token, _stem(token), in_subject, is_adjective))
    return Reading(tuple(terms), _find_head(terms))


def stems(name: str) -> tuple[str, ...]:
    """The stems of a file or folder name."""
    return tuple(
        _stem(token)
        for token in _tokens(name)
        if len(token) > 1 and token not in _SAYS_NOTHING | _ENDS_SUBJECT
    )


def plain_words(name: str) -> str:
    """A file or folder name as words, for embedding."""
    return " ".join(token for token in _tokens(name) if len(token) > 1)


def _tokens(text: str) -> list[str]:
    plain = _POSSESSIVE.sub(" ", text[:_MOST_CHARACTERS])
    return [token.lower() for token in _TOKEN.findall(plain)]


def _ends_subject(token: str, has_noun: bool, has_words: bool) -> bool:
    """Whether the subject ends before `token`; "red and white" is no end of one."""
    if not has_noun:  # an orange on a plate: the colour was the noun
        return has_words and token in _ENDS_SUBJECT - _JOINS
    is_participle = len(token) >= _SHORTEST_PARTICIPLE and token.endswith(("ing", "ed"))
    return is_participle or not token.isalpha() or token in _ENDS_SUBJECT


def _find_head(terms: list[Term]) -> str:
    subject = [term for term in terms if term.in_subject]
    nouns = [term for term in subject if not term.is_adjective] or subject
    return nouns[-1].stem if nouns else ""


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(_IRREGULAR.get(word, word)))


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import snowballstemmer  # noqa: PLC0415 - an extra

    return snowballstemmer.stemmer("english")
