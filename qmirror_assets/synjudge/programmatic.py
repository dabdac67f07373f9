"""A judge without a vision model: it scores what code can tell, and abstains on the rest.

Two limits are in every reason. What a picture shows is taken from its source's own record, never
recognised from pixels. Whether an answer is true is not known, so its form alone never gets a 5.
"""

from __future__ import annotations

from typing import Final

from qmirror_assets.synjudge.appearance import judge_appearance
from qmirror_assets.synjudge.dimensions import Dimension
from qmirror_assets.synjudge.legible import read_share
from qmirror_assets.synjudge.meaning import Likeness
from qmirror_assets.synjudge.measures import Measures
from qmirror_assets.synjudge.signals import Signal, Signals
from qmirror_assets.synjudge.subject import Subject
from qmirror_assets.synjudge.text_form import FEW_WORDS, MANY_WORDS, count_words, repeated_share
from qmirror_assets.synjudge.thresholds import Thresholds
from qmirror_assets.synjudge.verdict import Score, Verdict, abstained, scored
from qmirror_assets.synjudge.words import share_of_words, stems

_FORM_ONLY: Final = "only its form is checked, not whether it is true"
_RECORD: Final = "by the record of the picture's source, not recognised from pixels"
_NO_RECORD: Final = "the picture's source does not say what it shows, and pixels are not recognised"
_NO_PICTURE: Final = "there is no picture to look at"
_SURE: Final = 0.5
_REPEATS: Final = 1 / 3
_ASKED_WORDS: Final = 4
_TELLING_WORDS: Final = 4


def judge(
    subject: Subject,
    measures: Measures | None,
    signals: Signals,
    likeness: Likeness,
    limits: Thresholds,
) -> Verdict:
    """Scores by rules; the null rules and the cap on copies come after, for every judge."""
    text = _judge_text(subject, signals, likeness, limits)
    if measures is None:
        none = abstained(_NO_PICTURE)
        blank = {Dimension.ICC: none, Dimension.IQ: none, Dimension.ITS: none}
        return Verdict({Dimension.TCC: text, **blank})
    missing = _missing_labels(subject, measures, limits)
    scores = {
        Dimension.TCC: text,
        Dimension.ICC: _judge_content(subject, signals, missing, limits),
        Dimension.IQ: judge_appearance(subject, measures, limits),
        Dimension.ITS: _judge_synergy(subject, signals, missing, limits),
    }
    return Verdict(scores, _suggest(subject, signals, limits))


def _judge_text(
    subject: Subject, signals: Signals, likeness: Likeness, limits: Thresholds
) -> Score:
    if not subject.has_text:
        return abstained("there is no answer to read")
    cut = signals.get(Signal.CUT_SHORT) or 0.0
    if cut >= _SURE:
        return scored(2, f"the answer breaks off before its end; {_FORM_ONLY}")
    if repeated_share(subject.answer) >= _REPEATS:
        return scored(2, f"the answer repeats its own sentences; {_FORM_ONLY}")
    if _relation(subject, likeness) < limits.least_related:
        return scored(
            1, f"the answer has next to nothing in common with the question; {_FORM_ONLY}"
        )
    words = count_words(subject.answer)
    if not FEW_WORDS <= words <= MANY_WORDS:
        return scored(3, f"the answer has {words} words; {_FORM_ONLY}")
    return scored(4, f"whole and on the question; {_FORM_ONLY}")


def _relation(subject: Subject, likeness: Likeness) -> float:
    """How much question and answer have to do with each other; a short answer may be anything."""
    if len(stems(subject.answer)) < _TELLING_WORDS or not stems(subject.question):
        return 1.0
    shared = share_of_words(subject.question, subject.answer)
    return max(likeness(subject.question, subject.answer), shared)


def _missing_labels(subject: Subject, measures: Measures, limits: Thresholds) -> list[str]:
    return [
        label for label in subject.labels if read_share(label, measures.texts) < limits.least_read
    ]


def _judge_content(
    subject: Subject, signals: Signals, missing: list[str], limits: Thresholds
) -> Score:
    gap = signals.get(Signal.NOT_SHOWN)
    if gap is None:
        return abstained(_NO_RECORD)
    value = _by_agreement(1.0 - gap, limits)
    if not subject.is_figure:
        return scored(min(value, 4), f"texts and picture agree to {1.0 - gap:.0%}, {_RECORD}")
    if missing:
        value = min(value, _by_missing(len(missing) / len(subject.labels)))
        return scored(value, f"{len(missing)} of {len(subject.labels)} drawn texts cannot be read")
    return scored(
        value, f"every drawn text is legible; it agrees with the texts to {1.0 - gap:.0%}"
    )


def _by_agreement(agreement: float, limits: Thresholds) -> int:
    """5 to 1: surely, well, just, partly, not shown."""
    least = limits.least_shown
    steps = ((2 * least, 5), (1.4 * least, 4), (least, 3), (0.6 * least, 2))
    return next((score for floor, score in steps if agreement >= floor), 1)


def _by_missing(share: float) -> int:
    return 3 if share < 0.25 else 2 if share < 0.5 else 1  # noqa: PLR2004 - a quarter, a half


def _judge_synergy(
    subject: Subject, signals: Signals, missing: list[str], limits: Thresholds
) -> Score:
    gap = signals.get(Signal.NOT_SHOWN)
    if gap is None:
        return abstained(_NO_RECORD)
    value = _by_agreement(1.0 - gap, limits)
    if (signals.get(Signal.CONTRADICTED) or 0.0) >= _SURE:
        return scored(min(value, 2), "a number in the answer is not the one that is drawn")
    named = [label for label in missing if share_of_words(label, subject.answer) >= _SURE]
    if named:
        return scored(min(value, 3), f"the answer speaks of {named[0]!r}, which cannot be read")
    return scored(value, f"answer and picture agree to {1.0 - gap:.0%}, {_RECORD}")


def _suggest(subject: Subject, signals: Signals, limits: Thresholds) -> str:
    """One sentence for whoever writes the caption, or "" where no caption could mend the fault."""
    if subject.is_figure:
        return ""
    gap = signals.get(Signal.NOT_SHOWN)
    asked = list(dict.fromkeys(stems(subject.question)))[:_ASKED_WORDS]
    if gap is not None and asked and 1.0 - gap < limits.least_shown:
        return f"Begin with the thing that was asked for: {' '.join(asked)}."
    if (signals.get(Signal.COPIED) or 0.0) >= limits.most_copied:
        return "Show something that the answer does not already say in words."
    return ""
