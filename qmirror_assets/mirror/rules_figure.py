"""Hard rules over the figure: right kind, all moved values and no others, readable, answerable."""

from __future__ import annotations

import re
from typing import Final

from qmirror_assets.mirror.checked import Checked, holds, reads, strings_of, texts_of
from qmirror_assets.mirror.spans import Kind
from qmirror_assets.mirror.words import squeeze, tokens

_ORDER: Final = frozenset(["position", "order", "rank", "step", "number", "no"])


def chain_is_flow(checked: Checked) -> bool | None:
    """A chain keeps its meaning only as a flow with its items in order."""
    chains = [span for span in checked.moved_spans if span.kind is Kind.CHAIN]
    if not chains:
        return None
    nodes = [str(node) for node in checked.draft.figure.get("nodes", [])]
    names = [item.name for item in chains[0].items]
    return checked.draft.figure.get("kind") == "flow" and len(chains) == 1 and nodes == names


def no_false_order(checked: Checked) -> bool | None:
    """A list has no order of its own: no flow, no numbering column."""
    if all(span.kind is not Kind.LIST for span in checked.moved_spans):
        return None
    figure = checked.draft.figure
    columns = [word for column in figure.get("columns", []) for word in tokens(str(column))]
    return figure.get("kind") != "flow" and not _ORDER & set(columns)


def figure_shows(checked: Checked) -> bool | None:
    """The engine drew every moved value."""
    if checked.drawn is None:
        return None
    drawn = checked.drawn
    return all(
        any(holds(text, value) or squeeze(text) == squeeze(value) for text in drawn)
        for span in checked.moved_spans
        for value in texts_of(span)
    )


def figure_adds_nothing(checked: Checked) -> bool:
    """No value that stayed in the text is in the figure as well."""
    moved = {squeeze(text) for span in checked.moved_spans for text in texts_of(span)}
    kept = {
        text
        for span in checked.kept_spans
        if span.kind is Kind.QUANTITY
        for text in texts_of(span)
        if squeeze(text) not in moved and re.search(r"\D", text)
    }
    return not any(
        holds(text, value) for text in strings_of(dict(checked.draft.figure)) for value in kept
    )


def ocr_reads(checked: Checked) -> bool | None:
    """Text recognition finds every moved value in the picture."""
    if checked.ocr_texts is None:
        return None
    return all(
        reads(checked.ocr_texts, value) for span in checked.moved_spans for value in texts_of(span)
    )


def answer_preserved(checked: Checked) -> bool | None:
    """The answer still follows from the givens as text and figure write them."""
    seed = checked.seed
    if checked.recompute is None or not seed.family:
        return None
    places = [checked.draft.question, *strings_of(dict(checked.draft.figure))]
    for given in seed.givens:
        text = f"{given.value} {given.unit}".strip()
        tight = f"{given.value}{given.unit}"
        if not any(holds(place, text) or holds(place, tight) for place in places):
            return False
    found = checked.recompute(seed.family, seed.givens)
    return None if found is None else squeeze(found) == squeeze(seed.answer)
