"""What a problem family declares."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qmirror_assets.seeds.computed.formatting import (
    places_text,
    quantity_text,
    read_number,
    significant_text,
)

if TYPE_CHECKING:
    from qmirror_assets.records import Json
    from qmirror_assets.seeds.computed.grid import Axis

Values = Mapping[str, float]
Law = Callable[[Values], float]
"""The formula, over all symbols in SI base units.

It is run with plain floats for every seed, and once per family with quantities of the units
library, which proves its dimension: so it may use only arithmetic and functions of `math` on
dimensionless values.
"""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A given of a family.

    unit: as the question writes it. read: how the value's text becomes a number, and reads_as:
    the unit of that number where the value is not one itself (a formula reads as a molar mass).
    """

    role: str
    symbol: str
    unit: str = ""
    read: Callable[[str], float] = read_number
    reads_as: str | None = None

    @property
    def measure(self) -> str:
        """The unit of the number that `read` gives."""
        return self.unit if self.reads_as is None else self.reads_as


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant of the law. Where it is `stated`, every wording writes its value and unit."""

    symbol: str
    value: str
    unit: str
    stated: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """How the answer is printed: to `digits` significant figures, or to `places` decimal places.

    Counted things have places=0 and are printed in full.
    """

    unit: str
    digits: int = 3
    places: int | None = None

    def text(self, number: float) -> str:
        """The answer as a text with its unit."""
        if self.places is None:
            return quantity_text(significant_text(number, self.digits), self.unit)
        return quantity_text(places_text(number, self.places), self.unit)


@dataclass(frozen=True, slots=True)
class Family:
    """Problems that share a formula.

    wordings hold "{symbol}" for the text of a given. Every axis name is a symbol of a given or
    a word of wordings and figure. figure: a template (see `pictures`) or None.
    """

    id: str
    formula: str
    givens: tuple[Quantity, ...]
    axes: tuple[Axis, ...]
    wordings: tuple[str, ...]
    law: Law
    answer: Answer
    constants: tuple[Constant, ...] = ()
    figure: Mapping[str, Json] | None = None

    @property
    def domain(self) -> str:
        """The slug before the dot of the id."""
        return self.id.partition(".")[0]

    @property
    def capacity(self) -> int:
        """How many draws there are; up to one in seven is skipped (see `draw.Drawer`)."""
        return math.prod((len(self.wordings), *(len(axis.rows) for axis in self.axes)))
