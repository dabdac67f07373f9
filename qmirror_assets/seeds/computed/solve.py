"""From the givens of a family to its answer: proven once with units, then plain floats."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from qmirror_assets.errors import QMirrorError
from qmirror_assets.seeds.computed.catalogue import catalogue
from qmirror_assets.seeds.computed.formatting import read_number
from qmirror_assets.seeds.computed.units import registry, scale_of, unit_expression

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qmirror_assets.seeds.computed.family import Family

_TOLERANCE = 1e-9  # between the law over floats and over quantities: rounding noise only


class Solver:
    """The law of one family, ready for many seeds.

    Raises QMirrorError at construction when the law does not give the declared unit.
    """

    __slots__ = ("_answer", "_constants", "_family", "_readers")

    def __init__(self, family: Family) -> None:
        self._family = family
        self._readers = tuple(
            (given.symbol, given.read, scale_of(given.measure)) for given in family.givens
        )
        self._constants = {
            constant.symbol: scale_of(constant.unit).to_base(read_number(constant.value))
            for constant in family.constants
        }
        self._answer = scale_of(family.answer.unit)
        prove(family, self, first_values(family))

    def number(self, values: Mapping[str, str]) -> float:
        """The answer in its unit from the value texts by symbol.

        Raises ValueError for values that are no numbers or have no finite answer.
        """
        base = dict(self._constants)
        for symbol, read, scale in self._readers:
            base[symbol] = scale.to_base(read(values[symbol]))
        try:
            number: float | complex = self._family.law(base)
        except (ZeroDivisionError, OverflowError) as error:
            message = f"{self._family.id} has no answer for these values"
            raise ValueError(message) from error
        if isinstance(number, complex) or not math.isfinite(number):
            message = f"{self._family.id} has no real answer for these values"
            raise ValueError(message)
        return self._answer.from_base(number)

    def text(self, values: Mapping[str, str]) -> str:
        """The answer as a text; raises ValueError as `number` does."""
        return self._family.answer.text(self.number(values))


def first_values(family: Family) -> dict[str, str]:
    """The value texts of a family's first draw, by symbol."""
    return {
        name: text
        for axis in family.axes
        for name, text in zip(axis.names, axis.rows[0], strict=True)
    }


def solve_with_units(family: Family, values: Mapping[str, str]) -> float:
    """The answer in its unit, computed by the units library throughout.

    Raises the library's DimensionalityError when the law does not give the answer's unit.
    """
    quantity = registry().Quantity
    base: dict[str, Any] = {
        constant.symbol: quantity(read_number(constant.value), unit_expression(constant.unit))
        for constant in family.constants
    }
    for given in family.givens:
        number = given.read(values[given.symbol])
        base[given.symbol] = quantity(number, unit_expression(given.measure))
    in_base_units = {symbol: value.to_base_units() for symbol, value in base.items()}
    # The law is typed over floats; quantities offer the same arithmetic.
    result: Any = family.law(cast("Mapping[str, float]", in_base_units))
    answer = quantity(result).to(unit_expression(family.answer.unit))
    return float(answer.magnitude)


def prove(family: Family, solver: Solver, values: Mapping[str, str]) -> None:
    """Check dimension and value of a family's law on one draw; raises QMirrorError."""
    import pint  # noqa: PLC0415 heavy

    try:
        with_units = solve_with_units(family, values)
    except pint.DimensionalityError as error:
        raise QMirrorError(
            f"The formula of {family.id} has another dimension than its answer",
            expected=family.answer.unit or "a pure number",
            found=str(error),
        ) from error
    plain = solver.number(values)
    if not math.isclose(plain, with_units, rel_tol=_TOLERANCE):
        raise QMirrorError(
            f"The formula of {family.id} depends on the unit system",
            expected=f"{with_units!r} {family.answer.unit}",
            found=f"{plain!r} {family.answer.unit}",
        )


@cache
def solver_of(family_id: str) -> Solver:
    """The solver of a family, built and proven at first use; raises KeyError if unknown."""
    return Solver(catalogue()[family_id])
