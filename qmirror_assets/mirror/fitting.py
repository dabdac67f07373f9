"""Small fittings that several phrase rules share."""

from __future__ import annotations

import re

from qmirror_assets.mirror.frames import Place
from qmirror_assets.mirror.words import FUNCTION, WORD, article_for, ends_phrase


def fit_article(article: str, phrase: str) -> str:
    """The article that fits `phrase`, in the letter case of the one it replaces."""
    low = article.lower()
    fixed = article_for(phrase) if low in {"a", "an"} else low
    return fixed.capitalize() if article[0].isupper() else fixed


def is_free(place: Place) -> bool:
    """Whether the value stands alone: no noun after it that it would belong to."""
    match = re.match(rf" ({WORD})", place.right)
    if match is None:
        return re.match(r"[.,;:?!)]|$|\n| \(", place.right) is not None
    word = match[1].lower()
    if word in {
        "of",
        "long",
        "tall",
        "high",
        "wide",
        "deep",
        "thick",
        "old",
        "apart",
        "away",
        "each",
        "per",
    }:
        return False
    return word in FUNCTION or ends_phrase(word)
