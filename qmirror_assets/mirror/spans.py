"""What a question holds that could move to a picture: quantities with their place in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Final

from qmirror_assets.mirror.latex import plain_latex
from qmirror_assets.mirror.units import NUMBER, dimension_of, unit_pattern
from qmirror_assets.records import Given, Json

MAX_QUESTION: Final = 8_000
MAX_SPANS: Final = 24


class Kind(StrEnum):
    """What a span is."""

    QUANTITY = "quantity"
    CHAIN = "chain"  # ordered by arrows
    LIST = "list"  # no order of its own
    SERIES = "series"  # values of one unit, one for each name


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a chain, list or series; `text` is its value as written, or "".

    role: the given that the value is, where the seed says so.
    """

    name: str
    text: str = ""
    number: float | None = None
    role: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A movable piece of a question: `question[start:end]`.

    text is what a picture shows for it ("5.0 m"); dimension names what the unit measures;
    role and symbol come from the seed's givens; items are the entries of a chain, list or series.
    """

    id: str
    kind: Kind
    start: int
    end: int
    text: str
    value: str = ""
    unit: str = ""
    dimension: str = ""
    role: str = ""
    symbol: str = ""
    items: tuple[Item, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """A JSON object that `from_json` reads back."""
        return asdict(self) | {"kind": self.kind.value, "items": [asdict(i) for i in self.items]}

    @classmethod
    def from_json(cls, data: dict[str, Json]) -> Span:
        """The span that `to_json` wrote."""
        items = tuple(Item(**item) for item in data["items"])
        return cls(**{**data, "kind": Kind(data["kind"]), "items": items})


_HEDGE: Final = r"(?:(?:about|approximately|roughly|nearly|almost|exactly)\s)"
_NOT_BEFORE: Final = r"(?<![\w.,/^\\{}$\-–−±])(?<![\d][  ])"
_BARE_NOUN: Final = (
    r"(?:index|coefficient|pH|magnification|factor|ratio|redshift|magnitude|eccentricity|"
    r"atomic number|mass number|f-number)(?:\sof(?:\s[a-z]+){0,3})?(?:\sof|\sis|\swas)?\s$"
)
_GROUP: Final = (
    r"\b(?:population|colony|culture|herd|flock|sample|group|school|swarm|cohort|total)\sof\s$"
)


@lru_cache(maxsize=1)
def _quantity() -> re.Pattern[str]:
    return re.compile(
        rf"{_NOT_BEFORE}(?P<hedge>{_HEDGE})?(?P<number>{NUMBER})"
        rf"(?:(?:[ \u00a0\u202f]|-(?=[a-zA-Z]))?(?P<unit>{unit_pattern()}))?(?![\w$]|:\d)"
    )


def find_quantities(question: str, givens: Sequence[Given] = ()) -> tuple[Span, ...]:
    """Quantities of `question` in order of place, given ones with their role and symbol."""
    found = [*_given_spans(question, givens), *_latex_spans(question), *_plain_spans(question)]
    kept: list[Span] = []
    for span in found:  # earlier sources win over later ones at the same place
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    ordered = sorted(kept, key=lambda span: span.start)[:MAX_SPANS]
    return tuple(replace(span, id=name) for span, name in zip(ordered, span_ids(), strict=False))


def span_ids() -> Iterator[str]:
    """Read "a", "b", ... "z"."""
    return iter("abcdefghijklmnopqrstuvwxyz")


def _given_spans(question: str, givens: Sequence[Given]) -> Iterator[Span]:
    for given in givens:
        if given.value not in question:
            continue
        gap = r"[ \u00a0\u202f-]?" if given.unit else ""
        pattern = rf"(?<![\w.,]){re.escape(given.value)}{gap}{re.escape(given.unit)}(?![\w²³])"
        places = list(re.finditer(pattern, question))
        if len(places) != 1 or not given.value:
            continue
        span = _span(*places[0].span(), question, given.value, given.unit)
        if not given.unit and number_of(given.value) is None:
            span = replace(span, dimension="word")
        yield replace(span, role=given.role, symbol=given.symbol)


def _plain_spans(question: str) -> Iterator[Span]:
    masked = re.sub(r"\$[^$\n]{1,200}\$", lambda match: "\0" * len(match[0]), question)
    for match in _quantity().finditer(masked):
        number, unit = match["number"], match["unit"] or ""
        before = question[: match.start()]
        if unit and dimension_of(unit):
            yield _span(match.start(), match.end(), question, number, unit)
        elif not unit and re.search(_BARE_NOUN, before):
            yield _span(match.start(), match.end(), question, number, "")
        elif not unit and re.search(_GROUP, before):
            counted = re.match(
                r"\s([a-z]{3,}s|bacteria|deer|fish|people|mice|fungi)\b", question[match.end() :]
            )
            if counted:
                end = match.end() + counted.end()
                yield _span(match.start(), end, question, number, counted[1])


def _latex_spans(question: str) -> Iterator[Span]:
    r"""Values written in LaTeX: `$5.0\,\mathrm{m/s}$`, `$9.8$ m/s`, `$20^\\circ$C`."""
    for match in re.finditer(r"\$([^$\n]{1,80})\$", question):
        tail = re.match(
            rf"(?:(?:\s?{unit_pattern()}|C\b)(?:\$\^\{{?-?\d\}}?\$)?(?![\w$^]))?",
            question[match.end() :],
        )
        after = tail.group() if tail else ""
        gap = " " if after[:1].isspace() else ""
        unit = gap + plain_latex(after.replace("$", ""))
        number = plain_latex(match[1])
        for text, end in ((number + unit, match.end() + len(after)), (number, match.end())):
            whole = re.fullmatch(rf"({NUMBER})\s?({unit_pattern()})", text)
            if whole and dimension_of(whole[2]):
                span = _span(match.start(), end, question, whole[1], whole[2])
                yield replace(span, text=re.sub(r"\s+", " ", text))
                break


def _span(start: int, end: int, question: str, value: str, unit: str) -> Span:
    text = re.sub(r"[\s\u00a0\u202f]+", " ", question[start:end]).strip()
    text = re.sub(r"(?<=\d)-(?=[a-zA-Z])", " ", text)
    return Span("", Kind.QUANTITY, start, end, text, value, unit, dimension_of(unit))


def number_of(value: str) -> float | None:
    """The finite number that `value` writes ("1,200", "3.0 × 10⁸"), or None."""
    sup = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺−", "0123456789-+-")
    plain = re.sub(r"[, \u00a0\u202f](?=\d{3}\b)", "", value.translate(sup))
    plain = re.sub(r"\s?[×x·]\s?10\^?\{?([-+]?\d+)\}?", r"e\1", plain)
    match = re.fullmatch(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d{1,3})?", plain)
    number = float(match.group()) if match else None
    return number if number is not None and abs(number) < 1e30 else None  # noqa: PLR2004
