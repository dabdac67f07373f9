"""Faults of form that an answer shows by itself: cut off, repeated, too short, too long."""

from __future__ import annotations

import re
from typing import Final

from qmirror_assets.mirror.words import tokens
from qmirror_assets.synjudge.words import sentences

FEW_WORDS: Final = 3
MANY_WORDS: Final = 400
_PHRASE: Final = 6  # words; a shorter answer is a name or a value, and needs no full stop
_CLOSED: Final = re.compile(r"[.!?。][\"'”’)\]*_]*$")
_HANGING: Final = re.compile(r"(?:[,;:(\[{\-–—/&+=]|…|\.\.\.)$")
_NEVER_LAST: Final = frozenset(
    "a an the and or but of to with from for by than because which whose if as into between".split()  # noqa: SIM905
)


def cut_short(answer: str) -> float:
    """How surely an answer ends before its end: 1 in the middle of a sentence, 0 at its end."""
    text = answer.strip()
    words = tokens(text)
    if not text or _HANGING.search(text):
        return 1.0
    if words and words[-1] in _NEVER_LAST:
        return 1.0 if not _CLOSED.search(text) else 0.8
    if not _CLOSED.search(text):
        return 0.9 if len(words) >= _PHRASE else 0.2
    return 0.6 if text.count("(") > text.count(")") else 0.0


def repeated_share(answer: str) -> float:
    """Share of the sentences that were said before, 0 to 1."""
    said = [" ".join(tokens(sentence)) for sentence in sentences(answer)]
    return 1.0 - len(set(said)) / len(said) if said else 0.0


def count_words(answer: str) -> int:
    """Words and numbers of an answer."""
    return len(answer.split())
