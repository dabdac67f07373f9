"""Which pictures fit a caption: shared words, weighted by rarity and place, and embeddings.

Words alone miss "acoustic guitar" for "classical guitar"; embeddings alone give a candle for a
birthday cake with candles. Measured on 77 captions (`tests/unit/engines/library`): the mean of
both finds more right pictures than either, and tells them better from pictures that are not
there.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from qmirror_assets.engines.library.listing import Entry
from qmirror_assets.engines.library.words import Reading, plain_words, read, stems
from qmirror_assets.synjudge.meaning import word_model

MATCHER: Final = "subject-words+wordllama/1"
"""Name and version; bumped by hand when the same caption and listing give another score."""
FLOOR: Final = 0.42
"""Below it wrong pictures outnumber right ones; see docs/library.md for the figures."""

_WORDS_SHARE: Final = 0.6  # the rest is the embeddings'
_BACKGROUND, _ADJECTIVE, _HEAD = 0.12, 0.25, 1.5
_IN_FILE, _IN_FOLDER, _IN_ASIDE, _BESIDE_HEAD = 0.6, 0.5, 0.5, 0.75
_TITLE_SHARE: Final = 0.2  # of a word score: how much of the title the caption says
_PLACES: Final = 4


@dataclass(frozen=True, slots=True)
class Match:
    """A picture and how well it fits: 0 to 1, rounded, so that machines agree."""

    entry: Entry
    score: float


@dataclass(frozen=True, slots=True)
class _Described:
    """What is known of a picture: its stems with how far each stands for it, and its subject."""

    stems: Mapping[str, float]
    subject: frozenset[str]


class Matcher:
    """Scores the pictures of a listing; a millisecond or two a caption for 600 of them."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = tuple(entries)
        self._described = [_describe(entry) for entry in self._entries]
        seen = Counter(stem for described in self._described for stem in described.stems)
        count = len(self._entries)
        self._rarity = {stem: math.log(1 + count / times) for stem, times in seen.items()}
        self._unseen = math.log(1 + count)
        self._model = word_model()
        self._vectors = self._embed([_text(entry) for entry in self._entries])

    def rank(self, caption: str) -> list[Match]:
        """All pictures, best first; equal scores in the order of file names."""
        reading = read(caption)
        if not reading.terms:
            return []
        words = list(self._score_words(reading))
        # talk about the picture ("a close photograph of") is left out, the subject counts twice
        texts = [reading.words(background=False), reading.words(background=True)]
        near = (self._vectors @ self._embed(texts).T).mean(axis=1)
        scores = [
            round(_WORDS_SHARE * word + (1 - _WORDS_SHARE) * max(float(alike), 0.0), _PLACES)
            for word, alike in zip(words, near, strict=True)
        ]
        matches = [Match(e, s) for e, s in zip(self._entries, scores, strict=True)]
        return sorted(matches, key=lambda match: (-match.score, match.entry.file))

    def _score_words(self, reading: Reading) -> Iterator[float]:
        wanted = self._weigh(reading)
        whole = sum(wanted.values())
        for described in self._described:
            found = sum(w * described.stems.get(stem, 0.0) for stem, w in wanted.items())
            said = self._share_said(described.subject, wanted)
            yield found / whole * (1 - _TITLE_SHARE + _TITLE_SHARE * said)

    def _weigh(self, reading: Reading) -> dict[str, float]:
        wanted: dict[str, float] = {}
        for term in reading.terms:
            weight = self._rarity.get(term.stem, self._unseen)
            if not term.in_subject:
                weight *= _BACKGROUND
            elif term.stem == reading.head:
                weight *= _HEAD
            elif term.is_adjective:
                weight *= _ADJECTIVE
            wanted[term.stem] = max(wanted.get(term.stem, 0.0), weight)
        return wanted

    def _share_said(self, subject: frozenset[str], wanted: Mapping[str, float]) -> float:
        whole = sum(self._rarity[stem] for stem in subject)
        return sum(self._rarity[stem] for stem in subject if stem in wanted) / (whole or 1.0)

    def _embed(self, texts: Sequence[str]) -> Any:
        return self._model.embed(list(texts), norm=True)


def _describe(entry: Entry) -> _Described:
    path = PurePosixPath(entry.file)
    found = {stem: _IN_FOLDER for part in path.parent.parts for stem in stems(part)}
    for stem in stems(path.stem):
        found[stem] = _IN_FILE
    title = read(entry.title)
    for term in title.terms:
        place = _IN_ASIDE
        if term.in_subject:
            # a crowned crane is no crown
            place = 1.0 if term.stem == title.head or term.is_adjective else _BESIDE_HEAD
        found[term.stem] = max(found.get(term.stem, 0.0), place)
    return _Described(found, title.subject)


def _text(entry: Entry) -> str:
    return f"{entry.title} {plain_words(str(PurePosixPath(entry.file).with_suffix('')))}"
