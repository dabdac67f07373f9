"""Hard rules over labels and title: right words, right head noun, right owner, all different."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import combinations
from typing import Final

from qmirror_assets.mirror.checked import Checked, strings_of
from qmirror_assets.mirror.frames import NOUN, Frame
from qmirror_assets.mirror.movables import frame_of
from qmirror_assets.mirror.nouns import NOUNS, core, default_noun, names_dimension, plural, singular
from qmirror_assets.mirror.pictures import make_title
from qmirror_assets.mirror.scenes import Named
from qmirror_assets.mirror.spans import Kind, Span
from qmirror_assets.mirror.words import FUNCTION, content_words, squeeze, tokens, word_list

_ANY: Final = frozenset(
    word_list(
        "initial final first second third fourth starting original new number size change list "
        "sequence item order difference extension compression elapsed steps stages chain process"
    )
)
_AT_FIRST: Final = frozenset({"initial", "original", "starting"})
_PAIR: Final = 2
_AT_LAST: Final = frozenset({"final", "new"})


@lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    word = singular(word.lower())
    return re.sub(r"(?:ing|ed|es|e|al|er)$", "", word) if len(word) > 4 else word  # noqa: PLR2004


def label_words(checked: Checked) -> bool:
    """Words of a label come from the seed or from the nouns of its unit."""
    seed = checked.seed
    known = {_stem(word) for word in (*tokens(seed.question), *_ANY)}
    known |= {_stem(word) for given in seed.givens for word in tokens(given.role)}
    if checked.seed.figure is not None:
        known |= {_stem(w) for text in strings_of(dict(checked.seed.figure)) for w in tokens(text)}
    for moved, span in zip(checked.draft.moved, checked.moved_spans, strict=True):
        nouns = {_stem(word) for noun in NOUNS.get(span.dimension, ()) for word in tokens(noun)}
        nouns |= {_stem(word) for word in tokens(default_noun(span.dimension))}
        if any(_stem(word) not in known | nouns for word in content_words(moved.label)):
            return False
    return all(re.search(r"\d", moved.label) is None for moved in checked.draft.moved)


def label_head(checked: Checked) -> bool:
    """A label names a quantity of the value's dimension; a list gets a noun of the text."""
    for moved, span in zip(checked.draft.moved, checked.moved_spans, strict=True):
        if span.kind in {Kind.CHAIN, Kind.LIST}:
            if not fits_entries(moved.label, span, checked.seed.question):
                return False
        elif span.role and moved.label == span.role:
            continue
        elif span.dimension and not names_dimension(moved.label, span.dimension):
            return False
    return True


_GENERAL: Final = {
    Kind.CHAIN: frozenset({"sequence", "step", "stage", "chain", "process", "order"}),
    Kind.LIST: frozenset({"item", "entry", "list"}),
}
_VAGUE: Final = frozenset(
    ["value", "amount", "size", "number", "duration", "time", "distance", "length"]
)


def label_matches_text(checked: Checked) -> bool:
    """Label, sentence and given call a value by one name.

    Not "concentration" here and "density" there, nor "final length" for a given "extension".
    """
    for moved, span in zip(checked.draft.moved, checked.moved_spans, strict=True):
        frame = frame_of(checked.seed.question, span)
        if frame is None or moved.by != "model" or span.kind in _GENERAL:
            continue
        if not says_noun(moved.label, frame) or not _agrees_with_role(moved.label, span, frame):
            return False
    return True


def says_noun(label: str, frame: Frame) -> bool:
    """Whether `label` holds the noun that the sentence uses, where the sentence is bound to one."""
    noun = singular(core(frame.noun.lower()).split(" ")[-1])
    free = NOUN in frame.text or noun in _VAGUE
    return free or noun in {singular(word) for word in tokens(label)}


def _agrees_with_role(label: str, span: Span, frame: Frame) -> bool:
    said = {_stem(word) for word in content_words(label)}
    role = {_stem(word) for word in content_words(span.role)}
    plain = core(label.lower()) in {default_noun(span.dimension), frame.noun.lower()}
    return not role or plain or bool(said & role)


def label_state(checked: Checked) -> bool:
    """A label says "initial" or "final" only where the seed does, or its place bears it out."""
    known = set(tokens(checked.seed.question))
    for moved, span in zip(checked.draft.moved, checked.moved_spans, strict=True):
        frame = frame_of(checked.seed.question, span)
        if frame is None or moved.by != "model":
            continue
        said = set(tokens(moved.label)) - known - set(tokens(frame.name)) - set(tokens(span.role))
        same = [s.id for s in checked.plan.spans if s.dimension == span.dimension]
        change = checked.seed.question[: span.start].endswith(" by ")
        if said & _AT_FIRST and (len(same) < _PAIR or same[0] != span.id):
            return False
        if said & _AT_LAST and (len(same) < _PAIR or same[-1] != span.id or change):
            return False
    return True


def fits_entries(label: str, span: Span, question: str) -> bool:
    """The name of a list is what the text calls it, never one of its entries."""
    entries = {squeeze(item.name) for item in span.items}
    frame = frame_of(question, span)
    named = singular(frame.noun.split(" ")[-1].lower()) if frame else ""
    general = _GENERAL[span.kind]
    strange = (
        set(content_words(label))
        - set(tokens(question))
        - {plural(word) for word in general}
        - general
    )
    if strange:
        return False
    head = singular(core(label).split(" ")[-1].lower())
    # Where the text itself has no name, any word of the question may be it.
    free = named in general and head in {singular(word) for word in tokens(question)}
    return squeeze(label) not in entries and (head == named or head in general or free)


def label_owner(checked: Checked) -> bool | None:
    """Where the text says whose a value is, its label may not give it to another thing.

    The owner in a label ("mass of the cart") must be named near the value in the seed.
    """
    seen = False
    for moved, span in zip(checked.draft.moved, checked.moved_spans, strict=True):
        match = re.search(r" of (?:the |a |an |each )?(.+)$", moved.label)
        if match is None or moved.by != "model" or span.kind is not Kind.QUANTITY:
            continue
        seen = True
        frame = frame_of(checked.seed.question, span)
        if frame is not None and frame.owner:
            owner = {_stem(word) for word in content_words(frame.owner)}
            said = {_stem(word) for word in content_words(match[1])}
            if owner and said and not owner & said and not _near(checked, span, said):
                return False
        elif not _near(checked, span, {_stem(w) for w in content_words(match[1])}):
            return False
    return True if seen else None


def _near(checked: Checked, span: Span, words: set[str]) -> bool:
    """Whether the sentence of `span` says one of `words`."""
    question = checked.seed.question
    start, end = _sentence(question, span)
    return bool(words & {_stem(word) for word in tokens(question[start:end])})


def _sentence(question: str, span: Span) -> tuple[int, int]:
    """Start and end of the sentence that holds `span`."""
    start = max((m.end() for m in re.finditer(r"[.?!]\s", question[: span.start])), default=0)
    stop = re.search(r"[.?!](?:\s|$)", question[span.end :])
    return start, span.end + (stop.start() if stop else len(question))


def label_not_asked(checked: Checked) -> bool:
    """A label of a given may not borrow its words from what is asked for.

    "force supported by the load" names the answer, not the force that is given.
    """
    question = checked.seed.question
    for moved, span in zip(checked.draft.moved, checked.moved_spans, strict=True):
        _start, end = _sentence(question, span)
        if moved.by != "model" or span.kind is not Kind.QUANTITY or end >= len(question) - 1:
            continue
        elsewhere = {_stem(w) for w in tokens(question[: _last_sentence(question)])}
        asked = {_stem(w) for w in tokens(question[_last_sentence(question) :])} - elsewhere
        nouns = {_stem(w) for noun in NOUNS.get(span.dimension, ()) for w in tokens(noun)}
        said = {_stem(w) for w in content_words(moved.label)} - nouns - {_stem(w) for w in _ANY}
        if said & asked:
            return False
    return True


def _last_sentence(question: str) -> int:
    """Where the last sentence begins."""
    return max((m.end() for m in re.finditer(r"[.?!]\s", question)), default=0)


def labels_distinct(checked: Checked) -> bool:
    """No two labels are the same; of two values of one unit neither is named by the other's words.

    "energy" beside "amount of energy" tells nobody which is which.
    """
    plain = [_plain(moved.label) for moved in checked.draft.moved]
    if len(set(plain)) != len(plain) or not all(plain):
        return False
    for (one, a), (two, b) in combinations(zip(plain, checked.moved_spans, strict=True), 2):
        words, others = set(content_words(one)), set(content_words(two))
        if a.dimension == b.dimension and (words <= others or others <= words):
            return False
    return True


def _plain(label: str) -> str:
    return " ".join(word for word in tokens(label) if word not in FUNCTION - {"of"})


def title_checked(checked: Checked) -> bool:
    """The title is the one that code makes from the labels, or the seed's own."""
    spans = checked.moved_spans
    named = [Named(s, m.label) for s, m in zip(spans, checked.draft.moved, strict=True)]
    own = str(checked.seed.figure.get("title", "")) if checked.seed.figure is not None else None
    return bool(named) and checked.draft.title in {make_title(named), own}
