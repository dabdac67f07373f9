"""Numbers and quantities as a textbook prints them, and reading them back."""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qmirror_assets.records import Given

LONGEST_TEXT = 200
"""Longer texts are no answer of ours; refusing them bounds the work of reading."""

_NOISE_FREE = 12  # digits kept before rounding: binary noise such as 2.4999999999999996 goes away
_LARGEST_IN_FULL = 1e12
_LARGEST_PLAIN, _SMALLEST_PLAIN = 7, -4  # powers of ten still written out in full

_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_FROM_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_LEAD = re.compile(r"^(?:(?:about|approximately|pH)\b|[=≈~])\s*")
_NUMBER = re.compile(
    r"(?P<digits>[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)"
    r"(?:\s?[×x*]\s?10(?:\^?(?P<power>[-+]?\d{1,3})|(?P<raised>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}))"
    r"|[eE](?P<exponent>[-+]?\d{1,3}))?",
    re.ASCII,
)


def quantity_text(value: str, unit: str) -> str:
    """Value and unit as the question writes them: "20 °C", "16%", "0.35"."""
    if unit == "%":
        return f"{value}%"
    return f"{value} {unit}" if unit else value


def given_text(given: Given) -> str:
    """The text of a given, exactly as it stands in the question."""
    return quantity_text(given.value, given.unit)


def plain_decimal(number: Decimal) -> str:
    """A decimal without exponent and without trailing zeros: "0.5", "120"."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def significant_text(number: float, digits: int) -> str:
    """`number` at `digits` significant figures, half up.

    Trailing zeros are dropped where the number is exact ("8") and kept where it was rounded
    ("8.00"). Very large and very small numbers are written as "3.2 × 10⁻⁵".
    """
    exact = _noise_free(number)
    if not exact:
        return "0"
    rounded = _round_significant(exact, digits)
    power = rounded.adjusted()
    if _SMALLEST_PLAIN <= power < _LARGEST_PLAIN:
        return plain_decimal(rounded) if rounded == exact else f"{rounded:f}"
    scaled = rounded.scaleb(-power)
    mantissa = plain_decimal(scaled) if rounded == exact else f"{scaled:f}"
    return f"{mantissa} × 10{str(power).translate(_SUPERSCRIPTS)}"


def places_text(number: float, places: int) -> str:
    """`number` with a fixed count of decimal places, half up: 2 places give "2.70".

    Raises ValueError for a number too large to be written out in full.
    """
    if abs(number) >= _LARGEST_IN_FULL:
        message = f"too large to be written out: {number:g}"
        raise ValueError(message)
    step = Decimal(1).scaleb(-places)
    return f"{_noise_free(number).quantize(step, ROUND_HALF_UP):f}"


def split_number(text: str) -> tuple[Decimal, str] | None:
    """The number a text begins with and what follows it, or None.

    Reads "41.8 kJ", "1,200", "16%", "3.2 × 10^-5 m", "3.2 × 10⁻⁵ m" and "4e3".
    """
    tidy = _LEAD.sub("", text.strip().replace("\N{MINUS SIGN}", "-"))
    if len(tidy) > LONGEST_TEXT:
        return None
    match = _NUMBER.match(tidy)
    if match is None:
        return None
    raised = (match["raised"] or "").translate(_FROM_SUPERSCRIPTS)
    power = int(match["power"] or match["exponent"] or raised or 0)
    number = Decimal(match["digits"].replace(",", "")).scaleb(power)
    return number, tidy[match.end() :].strip()


def read_number(text: str) -> float:
    """The finite number a given's value writes; raises ValueError otherwise."""
    found = split_number(text)
    if found is None or found[1]:
        message = f"not a number: {text[:40]!r}"
        raise ValueError(message)
    number = float(found[0])
    if not math.isfinite(number):
        message = f"not a finite number: {text[:40]!r}"
        raise ValueError(message)
    return number


def count_significant(number: Decimal) -> int:
    """How many figures of a printed number count. Zeros that end a whole number do not."""
    _, digits, exponent = number.as_tuple()
    if isinstance(exponent, str):  # not a finite number
        return 0
    if exponent >= 0:
        return len("".join(map(str, digits)).rstrip("0")) or 1
    return len(digits)


def _noise_free(number: float) -> Decimal:
    return Decimal(f"{number:.{_NOISE_FREE}g}")


def _round_significant(exact: Decimal, digits: int) -> Decimal:
    rounded = exact.quantize(Decimal(1).scaleb(exact.adjusted() - digits + 1), ROUND_HALF_UP)
    if rounded.adjusted() > exact.adjusted():  # 9.996 became 10.00: one figure too many
        return rounded.quantize(Decimal(1).scaleb(rounded.adjusted() - digits + 1))
    return rounded
