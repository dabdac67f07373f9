"""Hard rules over the rewritten text."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from typing import Final

from qmirror_assets.mirror.checked import Checked, count_of, holds, strings_of, texts_of
from qmirror_assets.mirror.nouns import NOUNS, core, singular
from qmirror_assets.mirror.spans import Kind
from qmirror_assets.mirror.words import NUMBER_WORDS, WORD, content_words, squeeze, tokens

_ASKED_SHARE: Final = 0.75
_NEW_WORDS: Final = 3
_NEAR: Final = 5
_FIGURE_WORDS: Final = frozenset(["shown", "figure", "listed", "there", "each", "whose"])


def something_moved(checked: Checked) -> bool:
    """At least one value left the text."""
    return bool(checked.draft.moved) and checked.draft.question != checked.seed.question


def pairs_together(checked: Checked) -> bool:
    """Values joined by a bare "and" or "or" move together or stay together.

    "the genotypes Tt and tt" cannot lose one of the two.
    """
    gone = {span.id for span in checked.moved_spans}
    spans = checked.plan.spans
    return not any(
        (one.id in gone) != (two.id in gone)
        and checked.seed.question[one.end : two.start].strip() in {"and", "or"}
        for one, two in itertools.pairwise(spans)
    )


def moved_absent(checked: Checked) -> bool:
    """No moved value is left in the text; entries of a list may be spoken of."""
    for span in checked.moved_spans:
        if span.kind in {Kind.CHAIN, Kind.LIST}:
            if holds(checked.draft.question, span.text):
                return False
        elif any(holds(checked.draft.question, text) for text in texts_of(span)):
            return False
    return True


def givens_kept(checked: Checked) -> bool:
    """Every span of the seed is in the text or in the figure."""
    figure = strings_of(dict(checked.draft.figure))
    in_text = all(
        holds(checked.draft.question, text)
        for span in checked.kept_spans
        for text in texts_of(span)
    )
    in_figure = all(
        any(holds(drawn, text) for drawn in figure)
        for span in checked.moved_spans
        for text in texts_of(span)
    )
    return in_text and in_figure


def answer_hidden(checked: Checked) -> bool:
    """The answer stands nowhere it did not stand in the seed; entries of a list may be it.

    Options of a multiple-choice item are not part of the text and are not looked at.
    """
    answer = checked.seed.answer.strip().rstrip(".")
    if len(squeeze(answer)) < 2 and not answer.isdigit():  # noqa: PLR2004 - "A" is no leak
        return True
    figure = checked.draft.figure
    titles = [checked.draft.title, str(figure.get("object", ""))]
    labels = [moved.label for moved in checked.draft.moved]
    if any(_says(text, answer) for text in [*titles, *labels]):
        return any(_says(span.text, answer) for span in checked.moved_spans)
    return not _says(checked.draft.question, answer) or _says(checked.seed.question, answer)


def _says(text: str, answer: str) -> bool:
    return holds(text.lower(), answer.lower())


def figure_mentioned(checked: Checked) -> bool:
    """The text sends the reader to the figure."""
    return (
        re.search(r"\bthe (?:figure|picture|diagram|chart|table)\b", checked.draft.question)
        is not None
    )


def no_overclaim(checked: Checked) -> bool:
    """A sentence that begins with what the figure shows names no value that stayed."""
    claims = re.findall(
        r"(?:^|[.!?]\s)(The figure shows(?:[^.!?]|\.(?=\d))*)", checked.draft.question
    )
    for claim in claims:
        for span in checked.kept_spans:
            named = any(noun in tokens(claim) for noun in NOUNS.get(span.dimension, ())[:1])
            if holds(claim, span.text) or named:
                return False
    return True


def no_new_numbers(checked: Checked) -> bool:
    """No number and no number word that the seed does not hold."""
    return not _numbers(checked.draft.question) - _numbers(checked.seed.question)


def _numbers(text: str) -> Counter[str]:
    words = [word for word in tokens(text) if word in NUMBER_WORDS]
    return Counter([*re.findall(r"\d+(?:[.,]\d+)*", text), *words])


def value_role(checked: Checked) -> bool:
    """A value that stayed keeps at least one content word beside it."""
    for span in checked.kept_spans:
        if span.kind is not Kind.QUANTITY:
            continue
        before = _neighbours(checked.seed.question, span.text)
        after = _neighbours(checked.draft.question, span.text)
        if before and after and not before & after:
            return False
    return True


def _neighbours(text: str, value: str) -> set[str]:
    at = text.find(value)
    if at < 0:
        return set()
    left = tokens(text[max(0, at - 60) : at])[-4:]
    right = tokens(text[at + len(value) : at + len(value) + 60])[:4]
    return set(left + right)


def not_repeated(checked: Checked) -> bool:
    """No value is written more often than in the seed."""
    return all(
        count_of(checked.draft.question, span.text) <= count_of(checked.seed.question, span.text)
        for span in checked.plan.spans
        if span.kind is Kind.QUANTITY
    )


def asked_words(checked: Checked) -> bool:
    """The sentence that asks keeps at least three quarters of its content words."""
    asked = [word for word in content_words(_asking(checked.seed.question)) if word.isalpha()]
    entries = {word for span in checked.moved_spans for word in tokens(span.text)}
    asked = [word for word in asked if word not in entries]
    now = {singular(word) for word in tokens(checked.draft.question)}
    kept = sum(singular(word) in now for word in asked)
    return not asked or kept >= _ASKED_SHARE * len(asked)


def _asking(text: str) -> str:
    sentences = re.split(r"(?<=[.?!])\s+", text.strip())
    asking = [sentence for sentence in sentences if sentence.endswith("?")]
    return asking[-1] if asking else sentences[-1]


def few_new_words(checked: Checked) -> bool:
    """At most three content words that neither the seed nor the unit's nouns hold."""
    known = {singular(word) for word in tokens(checked.seed.question)} | _FIGURE_WORDS
    for moved, span in zip(checked.draft.moved, checked.moved_spans, strict=True):
        known |= set(tokens(moved.label)) | {singular(w) for w in tokens(core(moved.label))}
        known |= set(NOUNS.get(span.dimension, ()))
    new = {w for w in content_words(checked.draft.question) if singular(w) not in known}
    return len(new) <= _NEW_WORDS


_ARTEFACTS: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f]|\[[a-z]\]|[{}<>]{2}|  |\s[,.;:?!](?:\s|$)|,,|\(\s*\)|"
    r"\b(?:of|at|with|from|to|in|and|the|a|an) (?:(?:and|or)\b|[.,;?!])|"
    r"\b(?!had\b|that\b)(\w+) \1\b|\b(?:a|an) the\b|\bthe (?:a|an)\b|\bof of\b|"
    r"\bthere there\b|\d\s?s seconds\b",
    re.IGNORECASE,
)
_BAD_ARTICLE: Final = re.compile(
    r"\ba (?=[aeio]\w{2,})(?!one\b|eu|once\b)|\ban (?=[bcdfgjkpqtvwz]\w{2,})", re.IGNORECASE
)


def no_artefacts(checked: Checked) -> bool:
    """Nothing broken that was not in the seed: gaps, marks, doubled words, wrong articles."""
    question, before = checked.draft.question, checked.seed.question
    for pattern in (_ARTEFACTS, _BAD_ARTICLE):
        if len(pattern.findall(question)) > len(pattern.findall(before)):
            return False
    return question.count("(") == question.count(")")


_SAME_TWICE: Final = re.compile(r"\bthe ([\w -]{3,40}),? (?:to|and|or) the \1 shown\b")


def doubled_noun(checked: Checked) -> bool:
    """A name such as "pressure" does not stand twice within a few words of one clause."""
    question = checked.draft.question
    if _SAME_TWICE.search(question):
        return False
    for match in re.finditer(rf"\bthe (?:{WORD} )?({WORD}) shown\b", question):
        clause = re.split(r"[.,;?!]", question[: match.start()])[-1]
        near = tokens(clause)[-_NEAR:]
        noun = match[1].lower()
        twice = noun in near and not {"initial", "first"} & set(near)
        if twice and not _twice_in_seed(tokens(checked.seed.question), noun):
            return False
    return True


def _twice_in_seed(words: list[str], noun: str) -> bool:
    return sum(singular(word) == singular(noun) for word in words) > 1


def is_question(checked: Checked) -> bool:
    """The text still asks: a question mark or an imperative, as in the seed."""
    seed_asks, now_asks = "?" in checked.seed.question, "?" in checked.draft.question
    starts_upper = checked.draft.question[:1].isupper() or not checked.seed.question[:1].isupper()
    return seed_asks == now_asks and starts_upper
