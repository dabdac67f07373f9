"""What the rules look at, and how values are found again in texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from qmirror_assets.mirror.draft import Draft
from qmirror_assets.mirror.latex import plain_latex
from qmirror_assets.mirror.plan import Plan
from qmirror_assets.mirror.spans import Kind, Span
from qmirror_assets.mirror.words import squeeze
from qmirror_assets.records import Given, Json, Seed

Recompute = Callable[[str, Sequence[Given]], str | None]


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft with all that rules may consult."""

    seed: Seed
    plan: Plan
    draft: Draft
    ocr_texts: Sequence[str] | None
    drawn: Sequence[str] | None
    recompute: Recompute | None

    @property
    def moved_spans(self) -> tuple[Span, ...]:
        """Spans that left the text."""
        return tuple(self.plan.span(moved.span) for moved in self.draft.moved)

    @property
    def kept_spans(self) -> tuple[Span, ...]:
        """Spans that stayed in the text."""
        gone = {moved.span for moved in self.draft.moved}
        return tuple(span for span in self.plan.spans if span.id not in gone)


def texts_of(span: Span) -> tuple[str, ...]:
    """The texts that stand for a span in a picture: one value, or every entry."""
    if span.kind is Kind.QUANTITY:
        return (span.text,)
    values = tuple(item.text for item in span.items if item.text)
    return values or tuple(item.name for item in span.items)


def strings_of(figure: Json) -> list[str]:
    """Every string in a figure spec."""
    if isinstance(figure, str):
        return [figure]
    if isinstance(figure, dict):
        return [text for value in figure.values() for text in strings_of(value)]
    if isinstance(figure, list | tuple):
        return [text for value in figure for text in strings_of(value)]
    return []


def holds(text: str, value: str) -> bool:
    """Whether `text` writes `value`, spaces and LaTeX aside; "2 m" is not in "12 m" or "2 mm"."""
    return count_of(text, value) > 0


def count_of(text: str, value: str) -> int:
    """How often `text` writes `value`."""
    plain = plain_latex(text.replace("$", ""))
    first = re.match(r"[\d.,]*\d|", value)
    if first is not None and first.group() not in plain:
        return 0  # most texts hold most values not at all: no pattern is built for them
    return len(_pattern(value).findall(plain))


@lru_cache(maxsize=2048)
def _pattern(value: str) -> re.Pattern[str]:
    plain = plain_latex(value.replace("$", ""))
    body = r"[\s\u00a0\u202f-]?".join(
        re.escape(part) for part in re.split(r"[\s\u00a0\u202f]+", plain)
    )
    body = re.sub(r"(?<=\d)(?=°|%)", r"\\s?", body)
    return re.compile(rf"(?<![\w.,]){body}(?![\w²³⁻])(?![.,]\d)")


# Marks that text recognition drops or misreads; a number's own digits must match exactly.
_LOOSE: Final = {
    "°": "[°º˚o0O'\"*]?",
    "ω": "[a-z0-9Ωω]{0,2}",
    "µ": "[µμu]",
    "·": "[·.•*:-]?",
    "x": "[x×*]",
    "-": "[-~_]?",
    "/": "[/|l1i]?",
    "(": "[(]?",
    ")": "[)]?",
}


def reads(ocr_texts: Sequence[str], value: str) -> bool:
    """Whether recognised texts hold `value`, one by one or in neighbouring lines."""
    pattern = _loose_pattern(value)
    lines = [squeeze(text) for text in ocr_texts]
    joined = ["".join(lines[at : at + count]) for at in range(len(lines)) for count in (2, 3)]
    return any(pattern.search(line) for line in [*lines, *joined])


@lru_cache(maxsize=2048)
def _loose_pattern(value: str) -> re.Pattern[str]:
    plain = squeeze(value)
    number = re.match(r"-?[\d.,]*\d(?:x10-?\d+)?", plain)
    digits = number.group() if number else ""
    rest = plain[len(digits) :]
    exact = re.escape(digits).replace("x", "[x×*]").replace(r"\-", "[-~—_]").replace(",", "[,.]?")
    loose = "".join(_LOOSE.get(c, f"{c}?" if c.isdigit() else re.escape(c)) for c in rest)
    return re.compile(rf"(?<![\d.]){exact}{loose}" if digits else loose)
