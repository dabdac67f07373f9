"""The rubric: three principles, named sub-criteria from 0 to 100, for ranking and reporting only.

Acceptance rests on the hard rules. A weighted mean would let one principle buy back another.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from qmirror_assets.mirror.checked import reads, texts_of
from qmirror_assets.mirror.draft import Draft
from qmirror_assets.mirror.plan import Plan
from qmirror_assets.mirror.rules import FAIL, PASS, RuleResult
from qmirror_assets.mirror.words import content_words
from qmirror_assets.records import Seed

WEIGHTS: Final = (0.3, 0.3, 0.4)
"""Shares of information consistency, cross-modal integration and standalone quality."""

_PARTS: Final[Mapping[str, Mapping[str, float]]] = {
    "ic": {"answer_kept": 0.35, "givens_kept": 0.35, "nothing_added": 0.15, "words_kept": 0.15},
    "cm": {"figure_needed": 0.5, "figure_mentioned": 0.2, "labels_fit": 0.3},
    "qt": {
        "is_question": 0.15,
        "close_to_seed": 0.25,
        "reworded": 0.1,
        "clean_text": 0.15,
        "legible": 0.35,
    },
}
_LABEL_RULES: Final = (
    "label_words",
    "label_head",
    "label_matches_text",
    "label_state",
    "label_owner",
    "label_not_asked",
    "labels_distinct",
)
_FULL: Final = 100.0


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores from 0 to 100, always finite. parts: sub-criterion -> score."""

    ic: float
    cm: float
    qt: float
    average: float
    parts: Mapping[str, float]


def score(
    seed: Seed,
    plan: Plan,
    draft: Draft,
    rules: Sequence[RuleResult],
    ocr_texts: Sequence[str] | None,
) -> Scores:
    """Score one draft. What could not be seen is left out of its mean, never made up."""
    parts = _measure(seed, plan, draft, {rule.name: rule.state for rule in rules}, ocr_texts)
    totals = [_weighted(parts, group) for group in _PARTS.values()]
    average = sum(total * weight for total, weight in zip(totals, WEIGHTS, strict=True))
    ic, cm, qt = (round(total, 2) for total in totals)
    return Scores(ic, cm, qt, round(average, 2), {k: round(v, 2) for k, v in parts.items()})


def _weighted(parts: Mapping[str, float], shares: Mapping[str, float]) -> float:
    """Weighted mean over the parts that were measured."""
    seen = {name: share for name, share in shares.items() if name in parts}
    return sum(parts[name] * share for name, share in seen.items()) / sum(seen.values())


def _measure(
    seed: Seed,
    plan: Plan,
    draft: Draft,
    states: Mapping[str, str],
    ocr_texts: Sequence[str] | None,
) -> dict[str, float]:
    def whole(*names: str) -> float:
        return _FULL * sum(states.get(name, PASS) != FAIL for name in names) / len(names)

    kept = set(content_words(draft.question))
    words = [word for word in content_words(seed.question) if word.isalpha()]
    similarity = difflib.SequenceMatcher(
        None, seed.question.split(), draft.question.split()
    ).ratio()
    measured = {
        "answer_kept": whole("answer_preserved", "answer_hidden"),
        "givens_kept": whole("givens_kept"),
        "nothing_added": whole("no_new_numbers", "figure_adds_nothing", "few_new_words"),
        "words_kept": _FULL * sum(word in kept for word in words) / max(1, len(words)),
        "figure_needed": whole("moved_absent", "something_moved"),
        "figure_mentioned": whole("figure_mentioned", "no_overclaim"),
        "labels_fit": whole(*_LABEL_RULES),
        "is_question": whole("is_question", "asked_words"),
        "close_to_seed": _FULL * min(1.0, similarity / 0.8),
        "reworded": _FULL * (draft.question != seed.question),
        "clean_text": whole("no_artefacts", "doubled_noun", "value_role", "not_repeated"),
    }
    legible = _legible(plan, draft, ocr_texts)
    return measured if legible is None else {**measured, "legible": legible}


def _legible(plan: Plan, draft: Draft, ocr_texts: Sequence[str] | None) -> float | None:
    values = [text for moved in draft.moved for text in texts_of(plan.span(moved.span))]
    if ocr_texts is None or not values:
        return None
    return _FULL * sum(reads(ocr_texts, value) for value in values) / len(values)
