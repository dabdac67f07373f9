"""Whether texts that were drawn can be read in the picture, however recognition splits them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

from qmirror_assets.mirror.checked import reads
from qmirror_assets.mirror.words import squeeze

_LEAST_WORD: Final = 3  # shorter words are found by chance inside others
_LEAST_INSIDE: Final = 5  # characters; a shorter label must stand as a word ("tin", "melting")
_ANOTHER: Final = 0.5  # nearly the same number, or a short word inside another, is another one


def worst_label(labels: Sequence[str], texts: Sequence[str]) -> float | None:
    """How much of the least legible label is read, 0 to 1; None without labels."""
    return min((read_share(label, texts) for label in labels), default=None)


def read_share(label: str, texts: Sequence[str]) -> float:
    """How much of a drawn text is found among recognised ones, 0 to 1.

    Recognition drops spaces, confuses letters and tears wrapped lines apart; so the best of: the
    label as a whole, its nearest stretch of the same length, its words one by one. A number is
    there with all its digits or not at all: another one may be drawn that is nearly alike.
    """
    wanted = squeeze(label)
    page = squeeze(" ".join(texts))
    if not wanted or _stands_in(label, wanted, page, texts):
        return 1.0
    near = max(_nearest(wanted, page), _by_words(label, page))
    return min(near, _ANOTHER) if wanted[0].isdigit() or len(wanted) < _LEAST_INSIDE else near


def _stands_in(label: str, wanted: str, page: str, texts: Sequence[str]) -> bool:
    if wanted[0].isdigit():
        return reads(texts, label)
    if len(wanted) >= _LEAST_INSIDE:
        return wanted in page
    return any(wanted in map(squeeze, [text, *re.split(r"[^\w]+", text)]) for text in texts)


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
