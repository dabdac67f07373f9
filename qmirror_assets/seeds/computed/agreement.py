"""Do two answers say the same? By value and unit, to the figures they print."""

from __future__ import annotations

import math
from decimal import Decimal

from qmirror_assets.seeds.computed.formatting import count_significant, split_number
from qmirror_assets.seeds.computed.units import common_spelling, is_scaled, scale_of

_FULL = 3  # figures an answer stands for at least: "8 years" means 8.00
_FEWEST = 2  # figures a found answer must print before its own rounding excuses a difference
_SLACK = Decimal("1e-9")


def answers_agree(expected: str, found: str) -> bool:
    """Is `found` the expected answer?

    Numbers agree when they are equal to three significant figures, or to as many as `expected`
    prints if those are more, or to the last place that `found` prints if it prints two figures
    or more. A unit may be spelled otherwise or be another one of the table of units
    ("0.5 m", "50 cm"). Texts agree when they are equal up to case, spaces and a final stop.
    """
    wanted, given = split_number(expected), split_number(found)
    if wanted is None or given is None:
        return _plain(expected) == _plain(found)
    (value, unit), (other, other_unit) = wanted, given
    converted = _convert(other, common_spelling(other_unit), common_spelling(unit))
    if converted is None:
        return False
    allowed = max(_half_unit(value), abs(converted) * _own_rounding(other))
    return abs(value - converted) <= allowed * (1 + _SLACK)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".").strip()


def _convert(number: Decimal, unit: str, wanted: str) -> Decimal | None:
    if unit == wanted:
        return number
    if not (is_scaled(unit) and is_scaled(wanted)):  # "fish" never turn into "cells"
        return None
    source, target = scale_of(unit), scale_of(wanted)
    if source.dimension != target.dimension:
        return None
    converted = target.from_base(source.to_base(float(number)))
    return Decimal(repr(converted)) if math.isfinite(converted) else None


def _half_unit(expected: Decimal) -> Decimal:
    figures = max(count_significant(expected), _FULL)
    return Decimal(5).scaleb(expected.adjusted() - figures)


def _own_rounding(found: Decimal) -> Decimal:
    """The relative width to which a printed number may have been rounded; 0 if too coarse."""
    _, digits, exponent = found.as_tuple()
    if len(digits) < _FEWEST or not found or not isinstance(exponent, int):
        return Decimal(0)
    return Decimal(5).scaleb(exponent - 1) / abs(found)
