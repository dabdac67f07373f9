"""From a variant and its labels to a draft: the sentence and the figure, both written by code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from qmirror_assets.mirror.draft import Draft, Moved
from qmirror_assets.mirror.frames import NOUN, Frame
from qmirror_assets.mirror.labels import Labels, trim_label
from qmirror_assets.mirror.movables import frame_of
from qmirror_assets.mirror.nouns import NOUNS, core, is_head, names_dimension
from qmirror_assets.mirror.pictures import build_figure, fill_template
from qmirror_assets.mirror.plan import Plan, Variant, name_of
from qmirror_assets.mirror.rewrite import rewrite
from qmirror_assets.mirror.rules_labels import fits_entries, says_noun
from qmirror_assets.mirror.scenes import Named
from qmirror_assets.mirror.spans import Kind, Span
from qmirror_assets.mirror.words import (
    FUNCTION,
    NUMBER_WORDS,
    WORD,
    content_words,
    noun_phrase,
    word_list,
)
from qmirror_assets.records import Json, Reason, Rejection, Seed

_CORE_WORDS: Final = 4
_NO_THING: Final = frozenset(word_list("same other rest help following order figure basis"))


def compose(plan: Plan, variant: Variant, seed: Seed, labels: Labels | None) -> Draft | Rejection:
    """Write the draft of `variant`; without `labels` code names the values.

    The values come from the seed and the words around them from the seed's own sentence, so a
    draft cannot say more than the seed did. Rejected (NO_VARIANT) where no sentence fits.
    """
    spans = plan.moved(variant)
    frames = [frame_of(seed.question, span) for span in spans]
    framed = [(span, frame) for span, frame in zip(spans, frames, strict=True) if frame is not None]
    if len(framed) < len(spans):
        return Rejection(Reason.NO_VARIANT, "no phrase rule is sure how to take the values out")
    names = [_name(seed, span, frame, labels) for span, frame in framed]
    nouns = [_noun(f, span, name) for (span, f), (name, _) in zip(framed, names, strict=True)]
    told = _tell_apart([frame for _, frame in framed], [name for name, _ in names])
    pairs = list(zip(told, nouns, strict=True))
    question = rewrite(seed.question, pairs)
    if question is None:
        return Rejection(Reason.NO_VARIANT, "the values stand too close together to move as one")
    named = [Named(span, name) for (span, _), (name, _) in zip(framed, names, strict=True)]
    moved = tuple(
        Moved(n.span.id, n.name, n.span.text, by) for n, (_, by) in zip(named, names, strict=True)
    )
    writer = "model" if any(entry.by == "model" for entry in moved) else "template"
    figure = _figure(plan, variant, seed, named, labels, [frame for _, frame in framed])
    return Draft(question, figure, moved, writer, tuple(frame.rule for _, frame in framed))


def _name(seed: Seed, span: Span, frame: Frame, labels: Labels | None) -> tuple[str, str]:
    """The value's name in the figure, and who gave it."""
    if labels is None:
        return name_of(span, frame), "template"
    label = trim_label(labels.labels[span.id], span, seed.question)
    fits = says_noun(label, frame) if span.kind is Kind.SERIES else True
    if span.kind in {Kind.CHAIN, Kind.LIST}:
        fits = fits_entries(label, span, seed.question)
    if not fits:
        # There is no other span to try, and the text itself says what the entries are.
        return frame.name, "template"
    return _with_article(label, seed.question), "model"


def _with_article(label: str, question: str) -> str:
    """Read "mass of block" -> "mass of the block", where the question speaks of "a block"."""
    match = re.search(rf" of ((?:{WORD} )?{WORD})$", label)
    if match is None or match[1].split(" ")[0].lower() in FUNCTION:
        return label
    named = re.finditer(rf"\b(?:a|an|the) (?={re.escape(match[1])}\b)", question, re.IGNORECASE)
    counted = any(noun_phrase(question[found.end() :]) == match[1] for found in named)
    return f"{label[: match.start()]} of the {match[1]}" if counted else label


def _noun(frame: Frame, span: Span, name: str) -> str:
    """What stands at the NOUN mark: the core of the name if it fits the unit and is short."""
    if NOUN not in frame.text:
        return frame.noun
    short = core(name)
    fits = names_dimension(name, span.dimension) and len(short.split(" ")) <= _CORE_WORDS
    return short if fits else frame.noun


def _tell_apart(frames: Sequence[Frame], names: Sequence[str]) -> list[Frame]:
    """Frames whose texts use one noun twice take it from the names: "the upper elevation"."""
    nouns = Counter(frame.noun for frame in frames)
    told: list[Frame] = []
    for frame, name in zip(frames, names, strict=True):
        short = core(name)
        longer = short != frame.noun and short.endswith(f" {frame.noun}")
        apart = nouns[frame.noun] > 1 and longer and not frame.owner
        text = frame.text.replace(f" {frame.noun} ", f" {short} ", 1) if apart else frame.text
        told.append(replace(frame, text=text))
    return told


def _figure(
    plan: Plan,
    variant: Variant,
    seed: Seed,
    named: Sequence[Named],
    labels: Labels | None,
    frames: Sequence[Frame],
) -> Mapping[str, Json]:
    if variant.figure == "template" and seed.figure is not None:
        texts = {item.role: item.text for n in named for item in n.span.items}
        texts |= {n.span.role: n.span.text for n in named if n.span.role}
        given = {n.span.role: n.name for n in named if n.span.role} if labels else {}
        filled: Mapping[str, Json] = fill_template(seed.figure, texts, given)
        return filled
    thing = _as_written(labels.object, seed.question) if labels else ""
    return build_figure(seed, named, plan.spans, thing or _thing(seed, frames))


def _as_written(thing: str, question: str) -> str:
    """The model's object in the question's own letter case; "" if it is not from the question."""
    if not _is_thing(thing, question):
        return ""
    found = re.search(rf"\b{re.escape(thing)}\b", question, re.IGNORECASE)
    return found.group() if found else thing


def _is_thing(thing: str, question: str) -> bool:
    """Whether the model's object is made of words of the question."""
    if _is_quantity(thing):
        return False
    words = content_words(thing)
    known = set(content_words(question))
    return bool(words) and all(word in known or word.rstrip("s") in known for word in words)


def _is_quantity(phrase: str) -> bool:
    return any(is_head(phrase.rsplit(" ", maxsplit=1)[-1], dimension) for dimension in NOUNS)


def _is_nameable(phrase: str) -> bool:
    low = phrase.lower()
    return low not in NUMBER_WORDS and low.partition(" ")[0] not in _NO_THING


def _thing(seed: Seed, frames: Sequence[Frame]) -> str:
    """What call-outs point at when code names it: an owner, or the first thing of the text."""
    for frame in frames:
        owner = re.sub(r"^(?:the|a|an|each|this) ", "", frame.owner)
        if owner:
            return owner[:40]
    for match in re.finditer(r"\b(?:a|an|the) (?=\w)|^(?=[A-Z])", seed.question, re.IGNORECASE):
        phrase = noun_phrase(seed.question[match.end() :])
        if phrase and not _is_quantity(phrase) and _is_nameable(phrase):
            return phrase[:40]
    return seed.domain.replace("-", " ")
