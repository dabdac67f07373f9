"""Numbers and units as questions write them, and the dimension a unit stands for.

The written form is found by one pattern; what it means is decided by `pint`, so compound units
("W/(m·K)", "kg m⁻³") need no table of their own. A unit that neither knows is not a unit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from qmirror_assets.mirror.words import word_list

_PREFIXED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "m": "nm µm μm mm cm dm m km Mm",
        "g": "µg μg mg g kg",
        "s": "ns µs μs ms s",
        "L": "µL μL mL cL dL L ml dl l",
        "mol": "µmol mmol mol kmol",
        "Pa": "Pa hPa kPa MPa GPa",
        "bar": "mbar bar",
        "J": "mJ J kJ MJ GJ",
        "eV": "eV keV MeV GeV",
        "W": "mW W kW MW GW",
        "N": "mN N kN",
        "V": "mV V kV",
        "A": "µA mA A",
        "Ω": "mΩ Ω kΩ MΩ Ω kΩ",
        "C": "nC µC mC C",
        "F": "pF nF µF F",
        "T": "µT mT T",
        "H": "mH H",
        "Hz": "Hz kHz MHz GHz",
        "Bq": "Bq kBq MBq GBq",
        "pc": "pc kpc Mpc",
        "M": "mM µM M",
    }
)
_PLAIN: Final = word_list("min h d yr Wh kWh cal kcal atm mmHg torr AU au ly Å K °C °F ppm dB u")
_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "metre": "m",
        "meter": "m",
        "gram": "g",
        "tonne": "tonne",
        "second": "s",
        "minute": "min",
        "hour": "h",
        "day": "day",
        "week": "week",
        "month": "month",
        "year": "year",
        "litre": "L",
        "liter": "L",
        "newton": "N",
        "joule": "J",
        "calorie": "cal",
        "watt": "W",
        "volt": "V",
        "ampere": "A",
        "amp": "A",
        "ohm": "ohm",
        "mole": "mol",
        "pascal": "Pa",
        "atmosphere": "atm",
        "kelvin": "K",
        "coulomb": "C",
        "tesla": "T",
        "parsec": "pc",
        "light-year": "ly",
        "light year": "ly",
        "astronomical unit": "au",
        "solar mass": "kg",
        "Earth mass": "kg",
        "solar radius": "m",
        "Earth radius": "m",
        "degree": "deg",
        "arcsecond": "deg",
        "milliarcsecond": "deg",
        "electronvolt": "eV",
    }
)
_WORD_PREFIXES: Final[Mapping[str, str]] = MappingProxyType(
    {"nano": "n", "micro": "u", "milli": "m", "centi": "c", "kilo": "k", "mega": "M", "giga": "G"}
)
_IRREGULAR: Final[Mapping[str, str]] = MappingProxyType(
    {"solar masses": "kg", "Earth masses": "kg", "solar radii": "m", "Earth radii": "m",
     "hertz": "Hz", "kilohertz": "kHz", "megahertz": "MHz", "degrees Celsius": "K"}
)  # fmt: skip
_SUPERSCRIPTS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")

NUMBER: Final = (
    r"(?:[-−](?=\d))?"
    r"(?:\d{1,3}(?:[, \u00a0\u202f]\d{3})+(?!\d)|\d+)(?:\.\d+)?"
    r"(?:\s?[×x·]\s?10(?:[⁻⁺]?[⁰¹²³⁴-⁹]+|\^\{?[-−]?\d+\}?)|[eE][-+]?\d+)?"
    r"(?:\s(?:thousand|million|billion))?"
)
_POWER: Final = r"(?:[⁻]?[¹²³⁴⁵⁶]|\^\{?[-−]?\d\}?)"


def _word_atoms() -> dict[str, str]:
    atoms: dict[str, str] = dict(_IRREGULAR)
    for word, meaning in _WORDS.items():
        for name in (word, word + "s"):
            atoms[name] = meaning
        if len(meaning) <= 1 and " " not in word:
            for prefix, short in _WORD_PREFIXES.items():
                atoms[prefix + word] = atoms[prefix + word + "s"] = short + meaning
    return atoms


@lru_cache(maxsize=1)
def _atoms() -> Mapping[str, str]:
    """Written unit -> what pint calls it."""
    symbols = {name: name for names in _PREFIXED.values() for name in names.split()}
    symbols |= {name: name for name in _PLAIN}
    symbols |= {"°C": "K", "°F": "K", "Å": "angstrom", "AU": "au", "d": "day", "yr": "year"}
    symbols |= {"ppm": "ppm", "dB": "dimensionless", "M": "mol/L", "mM": "mol/L", "µM": "mol/L"}
    return symbols | _word_atoms()


@lru_cache(maxsize=1)
def unit_pattern() -> str:
    """Regular expression (source) of a unit; it does not end inside a word."""
    atom = "(?:" + "|".join(sorted(map(re.escape, _atoms()), key=len, reverse=True)) + ")"
    powered = rf"{atom}{_POWER}?"
    group = rf"\({powered}(?:[ ]?[·⋅*/×][ ]?{powered}| {atom}{_POWER})*\)"
    chain = (
        rf"(?:[ ]?[/·⋅*][ ]?(?:{powered}|{group})|[ ]{atom}(?:⁻{_POWER}|⁻[¹²³])|[ ]per[ ]{powered})"
    )
    counted = rf"(?!(?:{atom})\b)[a-z]{{3,}}s(?:/|[ ]per[ ]){atom}"
    end = r"(?![\w₀-₉⁺⁻²³])"
    return rf"(?:(?:{powered}{chain}*|{counted}){end}|%|°(?![CF\w])|×(?![\s\d])|times\b)"


_EXAMPLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "m": "length",
        "kg": "mass",
        "s": "time",
        "K": "temperature",
        "mol": "amount",
        "A": "current",
        "m**2": "area",
        "m**3": "volume",
        "m/s": "speed",
        "m/s**2": "acceleration",
        "N": "force",
        "Pa": "pressure",
        "J": "energy",
        "W": "power",
        "V": "voltage",
        "ohm": "resistance",
        "C": "charge",
        "F": "capacitance",
        "T": "magnetic field",
        "H": "inductance",
        "Hz": "frequency",
        "kg/m**3": "density",
        "mol/L": "concentration",
        "kg/mol": "molar mass",
        "m**3/mol": "molar volume",
        "J/mol": "molar energy",
        "J/kg": "specific energy",
        "J/(kg*K)": "specific heat",
        "J/K": "heat capacity",
        "J/(mol*K)": "molar heat",
        "N/m": "spring constant",
        "W/m**2": "intensity",
        "W/(m*K)": "conductivity",
        "kg*m/s": "momentum",
        "mol/(L*s)": "rate",
        "mol/(m**2*s)": "flux",
        "mol/s": "mass rate",
        "m**3/s": "flow rate",
        "kg/s": "mass rate",
        "K/m": "gradient",
        "ohm*m": "resistivity",
        "V/m": "electric field",
        "1/m": "power of a lens",
        "1/m**3": "number density",
    }
)
_BY_SIGHT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "": "number",
        "%": "percentage",
        "ppm": "concentration",
        "°": "angle",
        "degree": "angle",
        "degrees": "angle",
        "times": "magnification",
        "×": "magnification",
        "dB": "level",
        "N·m": "torque",
        "N m": "torque",
        "km/s/Mpc": "rate",
        "km/(s·Mpc)": "rate",
        "arcseconds": "angle",
        "milliarcseconds": "angle",
    }
)


@lru_cache(maxsize=1)
def _dimensions() -> tuple[Any, Mapping[Any, str]]:
    # pint takes a third of a second to load: only texts with units pay it.
    import pint

    registry: Any = pint.UnitRegistry(cache_folder=None)
    known = {
        registry.parse_units(example).dimensionality: name for example, name in _EXAMPLES.items()
    }
    return registry, known


def _as_expression(unit: str) -> str:
    """`unit` as pint reads it: "J/(g·K)" -> "J/(g*K)", "m s⁻²" -> "m*s**-2"."""
    atoms = _atoms()
    names = "|".join(sorted(map(re.escape, atoms), key=len, reverse=True))

    def translate(match: re.Match[str]) -> str:
        power = (match["power"] or "").translate(_SUPERSCRIPTS).strip("^{}").replace("−", "-")
        meaning = f"({atoms[match['atom']]})"
        return f"{meaning}**({power})" if power else meaning

    text = re.sub(rf"(?P<atom>{names})(?P<power>{_POWER})?(?![a-zA-Z])", translate, unit)
    text = text.replace(" per ", "/").replace("·", "*").replace("⋅", "*").replace("×", "*")
    return re.sub(r"\)\s+\(", ")*(", text)


@lru_cache(maxsize=4096)
def dimension_of(unit: str) -> str:
    """Name of what `unit` measures ("speed"), "rate" for a count per time, "" if unknown."""
    unit = re.sub(r"^(?:thousand|million|billion) ", "", unit)
    if unit in _BY_SIGHT:
        return _BY_SIGHT[unit]
    counted = re.fullmatch(r"([a-z]{3,}s)(?:/| per ).+", unit)
    if counted and counted[1] not in _atoms():
        return "rate"
    if re.fullmatch(r"[kMG]?J(?:/m²|/\(m²·.+\)| m⁻²)", unit):
        return "energy"  # per area; by dimension alone it would be a spring constant
    if re.fullmatch(unit_pattern(), unit) is None:
        return "count" if re.fullmatch(r"[a-z][a-z -]+", unit) else ""
    registry, known = _dimensions()
    try:
        found = registry.parse_units(_as_expression(unit)).dimensionality
    except (ValueError, AttributeError, TypeError):
        return ""
    return known.get(found, "")
