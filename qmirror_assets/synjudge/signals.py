"""How strongly each kind of fault shows in a turn: 0 (not at all) to 1, or None (no way to see).

Signals are what thresholds are put on, and what calibration tunes. They hold no judgement.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from qmirror_assets.synjudge.legible import worst_label
from qmirror_assets.synjudge.meaning import Likeness
from qmirror_assets.synjudge.measures import Measures
from qmirror_assets.synjudge.numbers import contradiction
from qmirror_assets.synjudge.subject import Subject
from qmirror_assets.synjudge.text_form import cut_short
from qmirror_assets.synjudge.words import head_of, share_of_pairs, share_of_words, stems

_NAMED = 0.6
"""Agreement of a text that names the noun of a description: a heron is a great blue heron."""


class Signal(StrEnum):
    """What can be seen, by the fault it tells of."""

    NO_TEXT = "no_text"
    NO_PICTURE = "no_picture"
    CUT_SHORT = "cut_short"
    COPIED = "copied"
    NOT_SHOWN = "not_shown"
    UNREAD = "unread"
    CONTRADICTED = "contradicted"
    BLURRED = "blurred"


Signals = Mapping[Signal, float | None]


def text_signals(subject: Subject) -> Signals:
    """Signals that need no look at the picture and no model."""
    return {
        Signal.NO_TEXT: float(not subject.has_text),
        Signal.NO_PICTURE: float(not subject.has_picture),
        Signal.CUT_SHORT: cut_short(subject.answer) if subject.has_text else None,
        Signal.COPIED: copied(subject) if subject.has_picture else None,
        Signal.CONTRADICTED: contradiction(subject) if subject.has_picture else None,
    }


def picture_signals(subject: Subject, measures: Measures, likeness: Likeness) -> Signals:
    """Signals of the picture: its own record against the texts, and its pixels."""
    known = shown(subject, likeness)
    worst = worst_label(subject.labels, measures.texts)
    return {
        Signal.NOT_SHOWN: None if known is None else round(1.0 - known, 4),
        Signal.UNREAD: None if worst is None else round(1.0 - worst, 4),
        Signal.BLURRED: round(1.0 - measures.sharpness, 4),
    }


def copied(subject: Subject) -> float | None:
    """Share of the answer that the picture's description or caption says as well."""
    sources = [text for text in (subject.caption, subject.described) if text.strip()]
    if not sources or not subject.has_text:
        return None
    together = [*sources, "\n".join(sources)]
    return round(max(share_of_pairs(subject.answer, text) for text in together), 4)


def shown(subject: Subject, likeness: Likeness) -> float | None:
    """Agreement of question and answer with what the picture's source says it shows, 0 to 1.

    The best of three looks: the share of the record's content words that the texts have, whether
    they name the noun that it is about, and the likeness of their embeddings. None where the
    source says nothing.
    """
    if not subject.shown:
        return None
    texts = f"{subject.question} {subject.answer}".strip()
    alike = max(likeness(texts, subject.shown), likeness(subject.question, subject.shown))
    named = _NAMED if head_of(subject.described) in stems(texts) else 0.0
    return min(1.0, max(share_of_words(subject.shown, texts), named, alike, 0.0))
