from __future__ import annotations

import re

import pytest

from qmirror_assets.mirror.nouns import default_noun, names_dimension, plural, singular
from qmirror_assets.mirror.units import dimension_of, unit_pattern


@pytest.mark.parametrize(
    ("unit", "dimension"),
    [
        ("m/s", "speed"),
        ("m s⁻²", "acceleration"),
        ("kilometres per hour", "speed"),
        ("J/(g·K)", "specific heat"),
        ("J kg⁻¹ K⁻¹", "specific heat"),
        ("g/cm^3", "density"),
        ("kΩ", "resistance"),
        ("M", "concentration"),
        ("light-years", "length"),
        ("solar masses", "mass"),
        ("million km", "length"),
        ("%", "percentage"),
        ("°", "angle"),
        ("°C", "temperature"),
        ("N·m", "torque"),
        ("beats per minute", "rate"),
        ("kJ/m²", "energy"),
        ("times", "magnification"),
        ("rabbits", "count"),
        ("", "number"),
        ("m/", ""),
    ],
)
def test_dimension_of(unit: str, dimension: str) -> None:
    assert dimension_of(unit) == dimension


@pytest.mark.parametrize("text", ["mouse", "kgx", "m₂", "°X", "s²x"])
def test_a_unit_does_not_end_inside_a_word(text: str) -> None:
    assert re.fullmatch(unit_pattern(), text) is None


@pytest.mark.parametrize(
    ("label", "dimension", "fits"),
    [
        ("mass of the block", "mass", True),
        ("molar mass", "mass", False),
        ("molar mass", "molar mass", True),
        ("mass", "molar mass", False),
        ("initial speed of the car", "speed", True),
        ("height", "speed", False),
        ("specific heat capacity", "specific heat", True),
        ("capacity", "specific heat", False),
        ("focal length", "length", True),
        ("frequency of the allele", "percentage", True),
        ("", "mass", False),
    ],
)
def test_names_dimension(label: str, dimension: str, fits: bool) -> None:
    assert names_dimension(label, dimension) is fits


@pytest.mark.parametrize(
    ("one", "many"),
    [("mass", "masses"), ("density", "densities"), ("boiling point", "boiling points"),
     ("radius", "radii"), ("half-life", "half-lives")],
)  # fmt: skip
def test_plural_and_back(one: str, many: str) -> None:
    assert plural(one) == many
    assert singular(many.rpartition(" ")[2]) == one.rpartition(" ")[2]


def test_every_default_noun_names_its_dimension() -> None:
    for dimension in ("length", "mass", "specific heat", "molar energy", "flow rate", "voltage"):
        assert names_dimension(default_noun(dimension), dimension)
