"""Units as questions write them, and what the units library makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pint

_COUNTED = (
    "swings", "cells", "individuals", "plants", "fish", "deer", "births", "deaths", "quadrats",
    "base pairs", "bases", "times", "offspring", "Earth masses", "Earth radii", "solar radii",
    "solar luminosities",
)  # fmt: skip
"""Nouns that follow a pure number: counted things, and multiples of a named one."""

_PLURAL = frozenset(
    (
        "degrees", "arcseconds", "milliarcseconds", "light-years", "parsecs", "minutes", "hours",
        "days", "years", "solar masses",
    )
)  # fmt: skip

_EXPRESSIONS = {
    "": "dimensionless",
    "%": "percent",
    "degrees": "degree",
    "arcseconds": "arcsecond",
    "milliarcseconds": "milliarcsecond",
    "m": "meter",
    "cm": "centimeter",
    "mm": "millimeter",
    "µm": "micrometer",
    "nm": "nanometer",
    "km": "kilometer",
    "million km": "gigameter",
    "AU": "astronomical_unit",
    "light-years": "light_year",
    "parsecs": "parsec",
    "Mpc": "megaparsec",
    "m²": "meter**2",
    "s": "second",
    "minutes": "minute",
    "hours": "hour",
    "days": "day",
    "years": "year",
    "kg": "kilogram",
    "g": "gram",
    "mg": "milligram",
    "solar masses": "solar_mass",
    "m/s": "meter/second",
    "km/s": "kilometer/second",
    "km/s/Mpc": "kilometer/second/megaparsec",
    "m/s²": "meter/second**2",
    "N": "newton",
    "N/m": "newton/meter",
    "J": "joule",
    "kJ": "kilojoule",
    "kJ/m²": "kilojoule/meter**2",
    "kWh": "kilowatt_hour",
    "W": "watt",
    "kW": "kilowatt",
    "W/m²": "watt/meter**2",
    "V": "volt",
    "A": "ampere",
    "mA": "milliampere",
    "kΩ": "kiloohm",
    "km/h": "kilometer/hour",
    "Ω": "ohm",
    "Hz": "hertz",
    "°C": "degC",
    "K": "kelvin",
    "µm·K": "micrometer*kelvin",
    "J/(g·K)": "joule/gram/kelvin",
    "J/(mol·K)": "joule/mole/kelvin",
    "kPa": "kilopascal",
    "L": "liter",
    "mL": "milliliter",
    "L/min": "liter/minute",
    "beats/min": "1/minute",
    "mol": "mole",
    "mmol": "millimole",
    "g/mol": "gram/mole",
    "mol/L": "mole/liter",
    "mol/(L·s)": "mole/liter/second",
    **dict.fromkeys(_COUNTED, "dimensionless"),
}

_OTHER_SPELLINGS = {
    "percent": "%", "°": "degrees", "degree": "degrees", "arcsecond": "arcseconds",
    "arcsec": "arcseconds", "metres": "m", "meters": "m", "metre": "m", "meter": "m",
    "μm": "µm", "um": "µm", "au": "AU", "astronomical units": "AU", "light years": "light-years",
    "ly": "light-years", "parsec": "parsecs", "pc": "parsecs", "seconds": "s", "second": "s",
    "minute": "minutes", "min": "minutes", "hour": "hours", "h": "hours", "day": "days",
    "year": "years", "yr": "years", "grams": "g", "gram": "g", "kilograms": "kg",
    "newtons": "N", "joules": "J", "watts": "W", "volts": "V", "amperes": "A", "amps": "A",
    "ohms": "Ω", "ohm": "Ω", "\N{OHM SIGN}": "Ω",
    "hertz": "Hz", "kelvin": "K", "litres": "L", "liters": "L",
    "l": "L", "moles": "mol", "mole": "mol", "m/s^2": "m/s²", "M": "mol/L", "mol/dm³": "mol/L",
    "×": "times", "x": "times",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scale:
    """From a unit to SI base units: base = value * factor + offset."""

    factor: float
    offset: float
    dimension: str

    def to_base(self, value: float) -> float:
        """`value` in this unit, expressed in SI base units."""
        return value * self.factor + self.offset

    def from_base(self, value: float) -> float:
        """`value` in SI base units, expressed in this unit."""
        return (value - self.offset) / self.factor


def common_spelling(unit: str) -> str:
    """The spelling our questions use for a unit ("ohms" -> "Ω"); unknown texts stay as they are."""
    tidy = " ".join(unit.split()).rstrip(".")
    return _OTHER_SPELLINGS.get(tidy, tidy)


def is_scaled(unit: str) -> bool:
    """Is this a unit of measure of our questions, not a counted noun and not nothing?"""
    return unit in _EXPRESSIONS and unit not in _COUNTED and unit != ""


def is_plural(unit: str) -> bool:
    """Does "1" before this unit read wrong ("1 minutes")?"""
    return unit in _COUNTED or unit in _PLURAL


def unit_expression(unit: str) -> str:
    """What the units library calls this unit; raises KeyError for a unit not in the table."""
    return _EXPRESSIONS[unit]


@cache
def scale_of(unit: str) -> Scale:
    """How to convert a unit to SI base units; raises KeyError for a unit not in the table."""
    quantity = registry().Quantity
    zero, one = (quantity(number, unit_expression(unit)).to_base_units() for number in (0.0, 1.0))
    return Scale(one.magnitude - zero.magnitude, zero.magnitude, str(one.dimensionality))


@cache
def registry() -> pint.UnitRegistry[float]:
    """The units library with the few units it lacks. Slow to build, so built once, on demand."""
    import pint  # noqa: PLC0415 heavy

    units: pint.UnitRegistry[float] = pint.UnitRegistry()
    units.define("solar_mass = 1.98841e30 kilogram")
    return units
