"""Whether texts that were drawn can be read in the picture, however recognition splits them."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

from qmirror_assets.mirror.words import squeeze

_LEAST_WORD: Final = 3  # shorter words are found by chance inside others


def worst_label(labels: Sequence[str], texts: Sequence[str]) -> float | None:
    """How much of the least legible label is read, 0 to 1; None without labels."""
    return min((read_share(label, texts) for label in labels), default=None)


def read_share(label: str, texts: Sequence[str]) -> float:
    """How much of a drawn text is found among recognised ones, 0 to 1.

    Recognition drops spaces, confuses letters and tears wrapped lines apart; so the best of: the
    label as a whole, its nearest stretch of the same length, its words one by one.
    """
    wanted = squeeze(label)
    page = squeeze(" ".join(texts))
    if not wanted or wanted in page:
        return 1.0
    return max(_nearest(wanted, page), _by_words(label, page))


def _nearest(wanted: str, page: str) -> float:
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted)
    best = 0.0
    for start in range(max(1, len(page) - len(wanted) + 1)):
        matcher.set_seq1(page[start : start + len(wanted)])
        if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best:
            best = max(best, matcher.ratio())
    return best


def _by_words(label: str, page: str) -> float:
    words = [squeeze(word) for word in label.split()]
    long = [word for word in words if len(word) >= _LEAST_WORD]
    found = sum(len(word) for word in long if word in page)
    return found / sum(map(len, words)) if long else 0.0
