"""Series: values of one unit, one for each name, as a chart shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from qmirror_assets.mirror.frames import PREDICATE, SHOWN, Frame
from qmirror_assets.mirror.nouns import default_noun, is_head, plural, singular
from qmirror_assets.mirror.spans import Item, Kind, Span, number_of
from qmirror_assets.mirror.words import FUNCTION, VERBS, WORD

_NAME: Final = rf"(?:{WORD}|[A-Z]\d?)(?: (?:{WORD}|[A-Z]\d?|\d)){{0,3}}"
_MIN: Final = 3


def find_series(question: str, quantities: Sequence[Span]) -> Iterator[Span]:
    """Runs of at least three quantities of one unit that stand in one enumeration."""
    run: list[Span] = []
    for span in quantities:
        if run and not _continues(question, run[-1], span):
            yield from _series(question, run)
            run = []
        run.append(span)
    yield from _series(question, run)


def _continues(question: str, last: Span, span: Span) -> bool:
    between = question[last.end : span.start]
    if span.unit != last.unit or not span.unit:
        return False
    plain = re.fullmatch(r",? (?:and |or )?", between)
    named = re.fullmatch(rf"\)?[,;]? (?:(?:and|or) )?(?:the )?({_NAME}) ?[(:=]? ?", between)
    return bool(plain) or (named is not None and _is_name(named[1]))


def _is_name(name: str) -> bool:
    return not any(word.lower() in FUNCTION or word.lower() in VERBS for word in name.split())


def _series(question: str, run: Sequence[Span]) -> Iterator[Span]:
    if len(run) < _MIN:
        return
    names = _names(question, run)
    numbers = [number_of(span.value) for span in run]
    if names is None or None in numbers:
        return
    items = tuple(
        Item(name, span.text, number)
        for name, span, number in zip(names, run, numbers, strict=True)
    )
    first = run[0]
    start = first.start if _is_plain(question, run) else first.start - _lead(question, first)
    text = ", ".join(span.text for span in run)
    end = run[-1].end + (1 if _bracketed(question, first) else 0)
    yield replace(first, kind=Kind.SERIES, start=start, end=end, text=text, items=items, role="")


def _bracketed(question: str, span: Span) -> bool:
    return question[: span.start].endswith("(") and question[span.end :].startswith(")")


def _is_plain(question: str, run: Sequence[Span]) -> bool:
    return re.fullmatch(r",? (?:and |or )?", question[run[0].end : run[1].start]) is not None


def _lead(question: str, span: Span) -> int:
    match = re.search(r" ?[(:=]? ?$", question[: span.start])
    return len(match.group()) if match else 0


def _names(question: str, run: Sequence[Span]) -> list[str] | None:
    if _is_plain(question, run):
        return _names_before(question[: run[0].start], len(run))
    first = re.search(rf"({_NAME}) ?[(:=]? ?$", question[: run[0].start])
    if first is None:
        return None
    names = [_last_words(first[1])]
    for left, right in zip(run, run[1:], strict=False):
        between = question[left.end : right.start]
        found = re.search(rf"(?:(?:and|or) )?(?:the )?({_NAME}) ?[(:=]? ?$", between)
        names.append(re.sub(r"^(?:and|or|the) ", "", found[1]) if found else "")
    return names if all(names) and len(set(names)) == len(names) else None


def _last_words(name: str) -> str:
    words = name.split()
    for index in range(len(words) - 1, -1, -1):
        if words[index].lower() in FUNCTION or words[index].lower() in VERBS:
            return " ".join(words[index + 1 :])
    return " ".join(words[-2:]) if len(words) > 2 else name  # noqa: PLR2004


def _names_before(text: str, count: int) -> list[str]:
    """Names of "the boiling points of A, B and C are ...", else "1", "2", "3"."""
    match = re.search(
        rf"\b(?:of|for) (?:the )?((?:{_NAME}, )+{_NAME},? and {_NAME}) (?:are|were|is|was) $", text
    )
    numbered = [str(index) for index in range(1, count + 1)]
    if match is None:
        return numbered
    names = [name.strip() for name in re.split(r", (?:and )?| and ", match[1])]
    return names if len(names) == count and len(set(names)) == count else numbered


def series_frame(question: str, span: Span) -> Frame | None:
    """How the question reads with the series in a chart."""
    left, right = question[: span.start], question[span.end :]
    tail = re.match(r",? respectively\b,?", right)
    take = len(tail.group()) if tail else 0
    noun = _noun(left, span.dimension)
    if not noun:
        return None
    if re.search(r"\b(?:are|were) $", left):
        return Frame(span.start, span.end + take, PREDICATE, noun, rule="series_are")
    if span.items[0].name == "1":
        return _unnamed(span, left, noun, take)
    return _named(question, span, noun)


def _noun(left: str, dimension: str) -> str:
    sentence = re.split(r"[.?!;]\s", left)[-1]
    for word in reversed(re.findall(WORD, sentence)):
        if is_head(word, dimension):
            before = re.search(rf"\b(melting|boiling|freezing|focal|specific heat|half|mean|average) {word}", sentence)
            return singular(f"{before[1]} {word}" if before else word)
    return default_noun(dimension)


def _unnamed(span: Span, left: str, noun: str, take: int) -> Frame | None:
    match = re.search(rf"\b(?:the |its |their )?((?:{WORD} )?)({WORD}) of $", left)
    if match is None or not is_head(match[2], span.dimension):
        return None
    owned = match.group().lower().startswith(("the ", "its ", "their "))
    qualifier = match[1] if owned and match[1].strip().lower() not in FUNCTION | VERBS else ""
    start = match.start(1) if qualifier else match.start(2)
    article = "" if owned and qualifier else "the "
    text = f"{article}{qualifier}{match[2]} {SHOWN}"
    return Frame(start, span.end + take, text, noun, rule="series_unnamed")


def _named(question: str, span: Span, noun: str) -> Frame:
    """The values go, the names stay: "iron, copper and lead (densities shown in the figure)"."""
    body = question[span.start : span.end]
    for item in span.items:
        body = re.sub(rf" ?[(:=]? ?{re.escape(item.text)}\)?", "", body, count=1)
    text = f"{body} ({plural(noun)} {PREDICATE})"
    return Frame(span.start, span.end, text, noun, rule="series_named")
