"""Planted defects of the text: cut, emptied, copied from the picture, a number changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from qmirror_assets.synjudge.edit import Edit, Editor, Unfit
from qmirror_assets.synjudge.items import Item
from qmirror_assets.synjudge.numbers import Quantity, find_quantities
from qmirror_assets.synjudge.subject import describe

_LEAST_WORDS: Final = 8
_EARLIEST = 0.4  # of the words
_EMPTY: Final = ("", " ", "\n", "-", "…", "\u200b")
_FACTORS: Final = (2.0, 0.5, 1.1, 10.0, 0.8, 3.0)


def truncate_answer(item: Item, editor: Editor) -> Edit | Unfit:
    """Cut in the middle of a sentence, at times in the middle of a word."""
    words = item.answer.split()
    if len(words) < _LEAST_WORDS:
        return Unfit(f"the answer has fewer than {_LEAST_WORDS} words")
    first = max(2, int(len(words) * _EARLIEST))
    places = [n for n in range(first, len(words)) if words[n - 1][-1] not in ".!?"]
    if not places:
        return Unfit("no place inside a sentence")
    kept = editor.choose(places)
    text = " ".join(words[:kept])
    inside = editor.variation % 3 == 2 and len(words[kept]) > 3  # noqa: PLR2004 - every third
    text = f"{text} {words[kept][: len(words[kept]) // 2]}" if inside else text
    return Edit(replace(item, answer=text), f"cut after {kept} of {len(words)} words")


def empty_answer(item: Item, editor: Editor) -> Edit | Unfit:
    """Nothing, or nothing but marks."""
    if editor.variation >= len(_EMPTY):
        return Unfit("every kind of empty answer is planted")
    text = _EMPTY[editor.variation]
    return Edit(replace(item, answer=text), f"answer is {text!r}")


def duplicate_text(item: Item, editor: Editor) -> Edit | Unfit:
    """The answer says what the picture's own words say, and nothing else."""
    described, caption = describe(item.picture), item.caption.strip()
    both = [text for text in (described, caption) if text]
    if not both:
        return Unfit("the picture has neither description nor caption")
    joined = " ".join(text if text.endswith((".", "!", "?")) else f"{text}." for text in both)
    forms = [
        both[0], both[-1], joined, f"The picture shows this: {joined}",
        f"Here you can see it. {joined}", f"{joined} {both[-1]}",
    ]  # fmt: skip
    if editor.variation >= len(forms):
        return Unfit("every kind of copy is planted")
    return Edit(replace(item, answer=forms[editor.variation]), "answer is the picture's own words")


def contradict_value(item: Item, editor: Editor) -> Edit | Unfit:
    """One number of the answer that the figure shows becomes another one."""
    texts = [text for role, text in item.drawn if role != "tick"]
    drawn = {quantity.value for text in texts for quantity in find_quantities(text)}
    if not drawn:
        return Unfit("the picture shows no number")
    shown = [quantity for quantity in find_quantities(item.answer) if quantity.value in drawn]
    if not shown:
        return Unfit("the answer has no number that the figure shows")
    target = editor.choose(shown)
    known = drawn | {quantity.value for quantity in find_quantities(item.question)}
    written = _other_number(target, known, editor)
    answer = item.answer[: target.start] + written + item.answer[target.end :]
    was = item.answer[target.start : target.end]
    return Edit(replace(item, answer=answer), f"{was} became {written}")


def _other_number(target: Quantity, known: set[float], editor: Editor) -> str:
    start = editor.below(len(_FACTORS))
    for factor in (*_FACTORS[start:], *_FACTORS[:start]):
        value = round(target.value * factor, 2)
        if target.value.is_integer() and abs(target.value) >= 1:
            value = float(round(value))
        if value not in known:
            return f"{value:g}" if abs(value) < 1e5 else f"{value:.0f}"  # noqa: PLR2004
    return f"{max(known) + 7:.0f}"
