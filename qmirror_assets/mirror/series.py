"""Series: values of one unit, one for each name, as a chart shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from qmirror_assets.mirror.fitting import is_free
from qmirror_assets.mirror.frames import NOUN, PREDICATE, SHOWN, Frame, Place
from qmirror_assets.mirror.noun_rules import read_named
from qmirror_assets.mirror.nouns import default_noun, is_head, plural, singular
from qmirror_assets.mirror.phrases import find_frame
from qmirror_assets.mirror.spans import Item, Kind, Span, number_of
from qmirror_assets.mirror.words import FUNCTION, VERBS, WORD

_NAME: Final = rf"(?:{WORD}|[A-Z]\d?)(?: (?:{WORD}|[A-Z]\d?|\d)){{0,3}}"
_MIN: Final = 3
_PAIR: Final = 2
_SHARE_OF: Final = re.compile(rf" (?:(?:in|for) )?(?:the )?({_NAME}),? (?:and |or )?")
_NAME_AFTER: Final = re.compile(rf" (?:in|for|at|on) (?:the )?({_NAME}),? (?:and |or )?")


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
    plain = re.fullmatch(r",? (?:and |or )?", between) or _after(span).fullmatch(between)
    named = re.fullmatch(rf"\)?[,;]? (?:(?:and|or) )?(?:the )?({_NAME}) ?[(:=]? ?", between)
    return bool(plain) or (named is not None and _is_name(named[1]))


def _after(span: Span) -> re.Pattern[str]:
    """What follows a value that stands before its name; a share needs no preposition."""
    return _SHARE_OF if span.dimension == "percentage" else _NAME_AFTER


def _is_name(name: str) -> bool:
    return not any(word.lower() in FUNCTION or word.lower() in VERBS for word in name.split())


def _series(question: str, run: Sequence[Span]) -> Iterator[Span]:
    pair = len(run) == _PAIR and question[run[0].end : run[1].start] == " and "
    least = _PAIR if pair else _MIN
    if run and run[0].dimension == "count":
        return
    if len(run) < least or len({span.text for span in run}) < least:
        return
    names, end = _names(question, run)
    numbers = [number_of(span.value) for span in run]
    if not names or None in numbers:
        return
    items = tuple(
        Item(name, span.text, number, span.role)
        for name, span, number in zip(names, run, numbers, strict=True)
    )
    first = run[0]
    named_before = not _is_plain(question, run) and end == run[-1].end
    start = first.start - (_lead(question, first) if named_before else 0)
    text = ", ".join(span.text for span in run)
    end += 1 if _bracketed(question, first) else 0
    yield replace(first, kind=Kind.SERIES, start=start, end=end, text=text, items=items, role="")


def _bracketed(question: str, span: Span) -> bool:
    return question[: span.start].endswith("(") and question[span.end :].startswith(")")


def _is_plain(question: str, run: Sequence[Span]) -> bool:
    return re.fullmatch(r",? (?:and |or )?", question[run[0].end : run[1].start]) is not None


def _lead(question: str, span: Span) -> int:
    match = re.search(r" ?[(:=]? ?$", question[: span.start])
    return len(match.group()) if match else 0


def _names(question: str, run: Sequence[Span]) -> tuple[list[str], int]:
    """Names of the values and where the enumeration ends; no names where they are unclear."""
    end = run[-1].end
    if _is_plain(question, run):
        return _names_before(question[: run[0].start], len(run)), end
    if _after(run[0]).fullmatch(question[run[0].end : run[1].start]):
        return _names_after(question, run)
    first = re.search(rf"({_NAME}) ?[(:=]? ?$", question[: run[0].start])
    names = [_last_words(first[1])] if first else []
    for left, right in pairwise(run):
        between = question[left.end : right.start]
        found = re.search(rf"(?:(?:and|or) )?(?:the )?({_NAME}) ?[(:=]? ?$", between)
        names.append(re.sub(r"^(?:and|or|the) ", "", found[1]) if found else "")
    return (names if all(names) and len(set(names)) == len(run) else []), end


def _names_after(question: str, run: Sequence[Span]) -> tuple[list[str], int]:
    """Read "343 m/s in air, 1480 m/s in water and 5960 m/s in steel"."""
    names: list[str] = []
    for left, right in pairwise(run):
        match = _after(left).fullmatch(question[left.end : right.start])
        names.append(re.sub(r",? (?:and|or)$", "", match[1]) if match else "")
    last = re.match(
        rf" (?:(?:in|for|at|on) (?:the )?)?({WORD}(?: {WORD})?)(?=[.,;?!]| (?:by|and|in)\b)",
        question[run[-1].end :],
    )
    if last is None or not all(names):
        return [], run[-1].end
    return [*names, last[1]], run[-1].end + last.end()


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
    if not noun or not (tail or is_free(Place(question, span))):
        return None
    if re.search(r"\b(?:are|were|is) $", left):
        names = [item.name for item in span.items]
        inside = all(name in question[span.start : span.end] for name in names)
        text = f"{PREDICATE} for {', '.join(names[:-1])} and {names[-1]}" if inside else PREDICATE
        return Frame(span.start, span.end + take, text, noun, rule="series_are")
    if span.items[0].name == "1":
        return _unnamed(span, left, noun, take) or _alone(question, span)
    return _announced(span, left, noun) or _named(question, span, noun)


def _noun(left: str, dimension: str) -> str:
    sentence = re.split(r"[.?!;]\s", left)[-1]
    for word in reversed(re.findall(WORD, sentence)):
        if is_head(word, dimension):
            before = re.search(rf"({WORD}) {re.escape(word)}", sentence)
            qualifier = before[1].lower() if before else ""
            verb = qualifier in VERBS and qualifier.endswith("s")
            plain = not qualifier or verb or qualifier in FUNCTION
            return singular(word) if plain else f"{qualifier} {singular(word)}"
    return default_noun(dimension)


def _unnamed(span: Span, left: str, noun: str, take: int) -> Frame | None:
    """Read "times of 2.1 s, 2.3 s and 2.2 s"; "resistors of 6.0 Ω and 12 Ω"."""
    if not left.endswith("s of "):
        return None
    named = read_named(left[:-4], span.dimension)
    if named is not None:
        head, _, last = named.with_article.rpartition(" ")
        text = f"{head} {plural(last)} {SHOWN}"
        return Frame(named.start, span.end + take, text, named.words, rule="series_unnamed")
    things = re.search(rf"\b({WORD}s) of $", left)
    if things is None or things[1].lower() in FUNCTION | VERBS:
        return None
    text = f"{things[1]} with the {plural(noun)} {SHOWN}"
    return Frame(things.start(), span.end + take, text, noun, rule="series_things")


def _alone(question: str, span: Span) -> Frame | None:
    """Read "after 1 s, 2 s and 3 s": as one value would read, in the plural."""
    frame = find_frame(question, replace(span, kind=Kind.QUANTITY))
    if frame is None:
        return None
    text = frame.text.replace(NOUN, frame.noun).replace(frame.noun, plural(frame.noun))
    return replace(frame, text=text, rule="series_alone")


def _announced(span: Span, left: str, noun: str) -> Frame | None:
    """Read "these periods: Io 1.77 days, ..." and "the temperatures are Mercury 167 °C, ..."."""
    names_at = left.rfind(span.items[0].name)
    lead = left[:names_at]
    copula = re.search(r"\b(?:are|were)(?: as follows)?:? $", lead)
    if copula:
        text = f"{copula.group().split(' ')[0].rstrip(':')} {PREDICATE}"
        return Frame(copula.start(), span.end, text, noun, rule="series_announced")
    these = re.search(rf"\b(?:these|the following) ((?:{WORD} ){{0,3}}{WORD}s): $", lead)
    if these and is_head(these[1].split(" ")[-1], span.dimension):
        return Frame(
            these.start(), span.end, f"the {these[1]} {SHOWN}", noun, rule="series_announced"
        )
    return None


def _named(question: str, span: Span, noun: str) -> Frame:
    """The values go, the names stay: "iron, copper and lead (densities shown in the figure)"."""
    body = question[span.start : span.end]
    for item in span.items:
        body = body.replace(f"{item.text} {item.name}", item.name)
        body = re.sub(rf" ?[(:=]? ?{re.escape(item.text)}\)?", "", body, count=1)
    text = f"{body} ({plural(noun)} {PREDICATE})"
    return Frame(span.start, span.end, text, noun, rule="series_named")
