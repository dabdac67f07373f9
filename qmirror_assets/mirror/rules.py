"""The hard rules. They decide alone: no score can buy back a failed rule.

Each rule answers pass, fail or abstain (it could not see what it needs). The sentences never
quote a value or the answer, so that they may be handed to a model as feedback.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from qmirror_assets.mirror import rules_figure, rules_labels, rules_text
from qmirror_assets.mirror.checked import Checked, Recompute
from qmirror_assets.mirror.draft import Draft
from qmirror_assets.mirror.plan import Plan
from qmirror_assets.records import Seed

PASS: Final = "pass"  # noqa: S105 - a state, not a secret
FAIL: Final = "fail"
ABSTAIN: Final = "abstain"


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What one rule found. sentence: why it failed or abstained; "" if it passed."""

    name: str
    state: str
    sentence: str = ""


Rule = Callable[[Checked], bool | None]

RULES: Final[Mapping[str, tuple[Rule, str]]] = MappingProxyType(
    {
        "something_moved": (rules_text.something_moved, "No value moved to the figure."),
        "pairs_together": (
            rules_text.pairs_together,
            "Of two values that are joined only one moved.",
        ),
        "moved_absent": (rules_text.moved_absent, "A moved value is still written in the text."),
        "givens_kept": (
            rules_text.givens_kept,
            "A given is neither in the text nor in the figure.",
        ),
        "answer_hidden": (
            rules_text.answer_hidden,
            "The answer stands in the text, title or labels.",
        ),
        "answer_preserved": (
            rules_figure.answer_preserved,
            "The answer no longer follows from the givens.",
        ),
        "figure_mentioned": (rules_text.figure_mentioned, "The text does not mention the figure."),
        "no_overclaim": (
            rules_text.no_overclaim,
            "The text says that the figure shows a value that it does not.",
        ),
        "no_new_numbers": (
            rules_text.no_new_numbers,
            "The text holds a number that the seed does not.",
        ),
        "value_role": (rules_text.value_role, "A value that stayed lost the words around it."),
        "not_repeated": (rules_text.not_repeated, "A value is written more often than before."),
        "asked_words": (rules_text.asked_words, "The question no longer asks for the same thing."),
        "few_new_words": (
            rules_text.few_new_words,
            "The text brings words that the seed does not hold.",
        ),
        "no_artefacts": (
            rules_text.no_artefacts,
            "The text is broken: leftover marks, doubled words or gaps.",
        ),
        "doubled_noun": (
            rules_text.doubled_noun,
            "The text names the same quantity twice in a row.",
        ),
        "is_question": (rules_text.is_question, "The text is no longer a question."),
        "label_words": (
            rules_labels.label_words,
            "A label uses words that are not in the question.",
        ),
        "label_head": (
            rules_labels.label_head,
            "A label does not name a quantity of the value's unit.",
        ),
        "label_matches_text": (
            rules_labels.label_matches_text,
            "A label and the text call one value by two names.",
        ),
        "label_state": (
            rules_labels.label_state,
            "A label calls a value initial or final that the text does not.",
        ),
        "label_owner": (rules_labels.label_owner, "A label gives the value to the wrong thing."),
        "label_not_asked": (
            rules_labels.label_not_asked,
            "A label names what is asked for, not what is given.",
        ),
        "labels_distinct": (rules_labels.labels_distinct, "Two labels are the same."),
        "title_checked": (rules_labels.title_checked, "The title says more than the labels."),
        "chain_is_flow": (
            rules_figure.chain_is_flow,
            "A chain must be drawn as a flow, in its order.",
        ),
        "no_false_order": (rules_figure.no_false_order, "A list is drawn as if it had an order."),
        "figure_shows": (rules_figure.figure_shows, "The figure does not draw a moved value."),
        "figure_adds_nothing": (
            rules_figure.figure_adds_nothing,
            "The figure draws a value that did not move.",
        ),
        "ocr_reads": (rules_figure.ocr_reads, "A moved value cannot be read from the picture."),
    }
)
"""Rule name -> (check, sentence of a failure). A check returns None where it cannot see."""

_UNSEEN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ocr_reads": "The picture was not read: no text recognition.",
        "figure_shows": "Nothing is known of what was drawn.",
        "figure_adds_nothing": "Nothing is known of what was drawn.",
        "answer_preserved": "No formula is known; the answer text is the seed's own.",
        "chain_is_flow": "No chain moved.",
        "no_false_order": "No list moved.",
        "label_owner": "The text does not say whose the value is.",
    }
)
_NOT_NEEDED: Final = frozenset({"chain_is_flow", "no_false_order", "label_owner"})


def check_rules(
    seed: Seed,
    plan: Plan,
    draft: Draft,
    ocr_texts: Sequence[str] | None,
    drawn: Sequence[str] | None,
    recompute: Recompute | None = None,
) -> tuple[RuleResult, ...]:
    """All hard rules over one draft, in a fixed order.

    Args:
        seed: the seed the draft was made from.
        plan: its plan; the spans say what was there to move.
        draft: the rewritten question and figure.
        ocr_texts: texts read from the picture, or None if it was not read.
        drawn: texts that the figure engine says it drew, or None if unknown.
        recompute: (family, givens) -> answer text, or None for an unknown family.
    """
    checked = Checked(seed, plan, draft, ocr_texts, drawn, recompute)
    return tuple(_run(name, rule, sentence, checked) for name, (rule, sentence) in RULES.items())


def _run(name: str, rule: Rule, sentence: str, checked: Checked) -> RuleResult:
    found = rule(checked)
    if found is None:
        state = PASS if name in _NOT_NEEDED else ABSTAIN
        return RuleResult(name, state, "" if state == PASS else _UNSEEN[name])
    return RuleResult(name, PASS) if found else RuleResult(name, FAIL, sentence)


def accepted(results: Sequence[RuleResult]) -> bool:
    """Whether no rule failed. An abstention does not refuse; the recipe may ask for more."""
    return bool(results) and all(result.state != FAIL for result in results)


def feedback(results: Sequence[RuleResult]) -> tuple[str, ...]:
    """Sentences of the failed rules: what to do better, never a value or the answer."""
    return tuple(result.sentence for result in results if result.state == FAIL)
