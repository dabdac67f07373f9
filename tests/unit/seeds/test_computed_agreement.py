"""Comparing answers by value, unit and printed figures."""

from __future__ import annotations

import pytest

from qmirror_assets.seeds.computed import answers_agree


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("41.8 kJ", "41.8 kJ"),
        ("41.8 kJ", "41.84 kJ"),
        ("41.8 kJ", "42 kJ"),
        ("41.8 kJ", "41800 J"),
        ("8 years", "8.0 years"),
        ("8 years", "8 years."),
        ("5 A", "5.00 A"),
        ("960 individuals", "960 individuals"),
        ("12000 J", "12 kJ"),
        ("0.5 m", "50 cm"),
        ("0.03 mm", "30 µm"),
        ("16%", "16 %"),
        ("16%", "16 percent"),
        ("3.2 × 10⁻⁵ m", "3.2e-5 m"),
        ("3.20 × 10^-5 m", "32 µm"),
        ("48.1 °C", "48.1 °C"),
        ("27 °C", "300.15 K"),
        ("9.8 m/s²", "9.8 m/s^2"),
        ("4 Ω", "4 ohms"),
        ("1.29", "= 1.29"),
        ("1.29", "pH 1.29"),
        ("1200 g", "1,200 g"),
        ("2.70", "2.7"),
        ("-4 m", "\N{MINUS SIGN}4 m"),
        ("Oxygen", "oxygen."),
        ("the frog", "The  frog"),
        ("0 m", "0 m"),
    ],
)
def test_same_answers_agree(expected: str, found: str) -> None:
    assert answers_agree(expected, found)


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("41.8 kJ", "41.8 J"),
        ("41.8 kJ", "41.9 kJ"),
        ("41.8 kJ", "40 kJ"),
        ("5 A", "5.02 A"),
        ("5 A", "5"),
        ("8.06 years", "8 years"),
        ("960 individuals", "961 individuals"),
        ("960 fish", "960 cells"),
        ("41.8 kJ", "41.8 kg"),
        ("0.1 mol/L", "0.096 mol/L"),
        ("16%", "16"),
        ("5 A", "-5 A"),
        ("5 A", "five A"),
        ("oxygen", "nitrogen"),
        ("5 A", ""),
        ("5 A", "5 " + "A" * 5000),
        ("5 A", "1e999 A"),
        ("0 m", "1 m"),
        ("5 m", "1e999 km"),
    ],
)
def test_other_answers_do_not_agree(expected: str, found: str) -> None:
    assert not answers_agree(expected, found)
