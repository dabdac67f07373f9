"""The value space of a family: independent axes whose product is walked by index."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from qmirror_assets.seeds.computed.formatting import plain_decimal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Axis:
    """Values drawn together: each row gives one text per name.

    A name is a given's symbol or a word that only wordings and figures use.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def span(name: str, start: str, stop: str, step: str = "1") -> Axis:
    """All numbers from `start` to `stop`, both included, `step` apart."""
    return choices(name, _count_up(start, stop, step))


def choices(name: str, texts: Iterable[str]) -> Axis:
    """One of the listed texts."""
    return Axis((name,), tuple((text,) for text in texts))


def together(names: Sequence[str], rows: Iterable[Sequence[str]]) -> Axis:
    """Rows whose texts belong together, such as a substance with its molar mass."""
    return Axis(tuple(names), tuple(tuple(row) for row in rows))


def rising(low: str, high: str, start: str, stop: str, step: str = "1", gap: int = 1) -> Axis:
    """Pairs low < high from one range, at least `gap` steps apart."""
    texts = _count_up(start, stop, step)
    return together((low, high), [(a, b) for i, a in enumerate(texts) for b in texts[i + gap :]])


def unequal(first: str, second: str, start: str, stop: str, step: str = "1") -> Axis:
    """Ordered pairs of different values from one range."""
    return together((first, second), itertools.permutations(_count_up(start, stop, step), 2))


def expand(*templates: str, **words: Sequence[str]) -> tuple[str, ...]:
    """Every template with every combination of the `[word]` slots it uses."""
    expanded: list[str] = []
    for template in templates:
        used = [name for name in words if f"[{name}]" in template]
        for combination in itertools.product(*(words[name] for name in used)):
            text = template
            for name, word in zip(used, combination, strict=True):
                text = text.replace(f"[{name}]", word)
            expanded.append(text)
    return tuple(expanded)


def _count_up(start: str, stop: str, step: str) -> list[str]:
    first, last, width = Decimal(start), Decimal(stop), Decimal(step)
    return [plain_decimal(first + width * i) for i in range(int((last - first) / width) + 1)]
