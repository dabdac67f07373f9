"""What an editing function of a planted defect gets and gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from qmirror_assets.synjudge.items import Item

Box = tuple[str, tuple[int, int, int, int]]
"""A recognised text and its place: left, top, right, bottom in pixels."""
Locate = Callable[[Item], Sequence[Box]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Edit:
    """An item with a defect. note: what was done, for whoever reads the set."""

    item: Item
    note: str


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why a kind of defect cannot be planted in an item."""

    why: str


@dataclass(frozen=True, slots=True)
class Editor:
    """Where choices come from. variation: 0 for the first defect of a kind in an item, then 1, ...

    others: the items whose pictures may be taken. locate: recognised texts of an item's picture.
    """

    generator: Any  # numpy.random.Generator
    variation: int
    others: Sequence[Item]
    locate: Locate

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1."""
        return int(self.generator.integers(limit))

    def choose(self, choices: Sequence[T]) -> T:
        """One of `choices`."""
        return choices[self.below(len(choices))]
