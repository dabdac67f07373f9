"""Numbers as texts and back."""

from __future__ import annotations

from decimal import Decimal

import pytest

from qmirror_assets.records import Given
from qmirror_assets.seeds.computed.formatting import (
    count_significant,
    given_text,
    places_text,
    read_number,
    significant_text,
    split_number,
)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (8.0, "8"),
        (7.998, "8.00"),
        (41.8, "41.8"),
        (0.1 + 0.2, "0.3"),
        (2.675, "2.68"),
        (0.125, "0.125"),
        (0.00178123, "0.00178"),
        (9.996, "10.0"),
        (12012.0, "12000"),
        (999.6, "1000"),
        (-4.56789, "-4.57"),
        (3.2e-5, "3.2 × 10⁻⁵"),
        (1.23456e8, "1.23 × 10⁸"),
        (0.0, "0"),
        (-0.0, "0"),
        (1e300, "1 × 10³⁰⁰"),
    ],
)
def test_three_significant_figures(number: float, text: str) -> None:
    assert significant_text(number, 3) == text


@pytest.mark.parametrize(
    ("number", "places", "text"), [(2.7, 2, "2.70"), (742.4, 0, "742"), (0.5, 0, "1")]
)
def test_decimal_places(number: float, places: int, text: str) -> None:
    assert places_text(number, places) == text


def test_a_number_too_long_to_write_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        places_text(1e300, 0)


@pytest.mark.parametrize(
    ("text", "number", "rest"),
    [
        ("41.8 kJ", "41.8", "kJ"),
        ("1,200", "1200", ""),
        ("12,5 m", "12", ",5 m"),
        ("4e3 J", "4000", "J"),
        ("3.2 × 10^-5 m", "0.000032", "m"),
        ("3.2×10⁻⁵ m", "0.000032", "m"),
        ("5 times", "5", "times"),
    ],
)
def test_split_number(text: str, number: str, rest: str) -> None:
    assert split_number(text) == (Decimal(number), rest)


@pytest.mark.parametrize(
    "text", ["", "abc", "12 V", "nan", "inf", "1e999", "0x10", "1_000", "9" * 999]
)
def test_values_that_are_no_plain_numbers_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        read_number(text)


@pytest.mark.parametrize(
    ("text", "figures"), [("41.8", 3), ("0.030", 2), ("12000", 2), ("8", 1), ("0", 1), ("10.0", 3)]
)
def test_count_significant(text: str, figures: int) -> None:
    assert count_significant(Decimal(text)) == figures


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (Given("share", "p", "16", "%"), "16%"),
        (Given("temperature", "T", "20", "°C"), "20 °C"),
        (Given("genotype", "G", "Aa"), "Aa"),
    ],
    ids=["percent", "unit", "bare"],
)
def test_given_text(given: Given, text: str) -> None:
    assert given_text(given) == text
