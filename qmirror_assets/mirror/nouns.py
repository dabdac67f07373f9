"""Which nouns name a quantity of a dimension. The first is the plain default.

A label must end its core in one of these head nouns ("molar mass" is refused for grams,
"initial speed of the car" is taken for m/s), so a wrong name given by a model is caught.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_TABLE: Final = """
length: distance, length, height, radius, diameter, depth, width, thickness, wavelength, altitude,
 displacement, extension, amplitude, separation, circumference, size, arm, path, elongation,
 compression, gap, spacing, range, elevation, perimeter, rise, side, edge, axis, aperture, drop,
 rainfall, precipitation, offset, level, parallax, perihelion, aphelion, stretch, reach, span
mass: mass, weight, load, yield, dose, intake, biomass
time: time, period, half-life, interval, duration, age, lifetime, delay, year, lag
temperature: temperature, change, difference, rise, drop, increase, decrease, point
amount: amount, quantity, number, moles
current: current
area: area, cross-section, section
volume: volume, capacity
speed: speed, velocity, rate, constant
acceleration: acceleration, deceleration, strength, gravity
force: force, weight, tension, friction, load, thrust, lift, drag, pull, push, effort, reaction
pressure: pressure, stress, modulus
energy: energy, heat, work, amount, input, output, intake, gap
power: power, output, input, luminosity, rating, rate, consumption
voltage: voltage, difference, emf, potential
resistance: resistance
charge: charge
capacitance: capacitance
magnetic field: field, strength, density
inductance: inductance
frequency: frequency, rate, activity, constant
density: density, concentration
concentration: concentration, molarity, content
molar mass: mass
molar volume: volume
molar energy: energy, enthalpy, heat, combustion
specific energy: heat, energy, content
specific heat: capacity, heat
heat capacity: capacity, entropy
molar heat: entropy, capacity, constant
spring constant: constant, stiffness, tension
intensity: intensity, flux, irradiance, constant
conductivity: conductivity
momentum: momentum, impulse
rate: rate, constant, frequency, speed
flow rate: rate, flow, output, discharge
mass rate: rate, flow
flux: rate, flux
gradient: gradient, rate
resistivity: resistivity
electric field: field, strength
power of a lens: power, number
number density: density
percentage: percentage, percent, fraction, share, proportion, efficiency, humidity, concentration,
 abundance, rate, frequency, content, part, purity, increase, decrease, albedo, composition,
 probability, yield, saturation, porosity, coverage, loss, portion, growth, slope
angle: angle, incidence, refraction, inclination, latitude, longitude, tilt, elevation, slope,
 declination, dip, altitude, parallax
magnification: magnification, power, factor
level: level, intensity
torque: torque, moment
number: index, number, coefficient, ph, magnification, factor, ratio, redshift, magnitude,
 eccentricity, efficiency, constant, albedo, size, count, probability, frequency, fraction
count: number, size, population, count, length
word: genotype, formula, phenotype, sequence, name, class, type
"""


def _read_table() -> dict[str, tuple[str, ...]]:
    joined = re.sub(r"\n ", " ", _TABLE.strip())
    pairs = (line.split(":", 1) for line in joined.splitlines())
    return {name: tuple(noun.strip() for noun in nouns.split(",")) for name, nouns in pairs}


NOUNS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(_read_table())
"""Dimension name -> head nouns, default first."""

_DEFAULTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "specific heat": "specific heat capacity",
        "heat capacity": "heat capacity",
        "molar mass": "molar mass",
        "molar volume": "molar volume",
        "molar energy": "molar energy",
        "specific energy": "specific energy",
        "spring constant": "spring constant",
        "conductivity": "thermal conductivity",
        "magnetic field": "magnetic field strength",
        "electric field": "electric field strength",
        "flow rate": "flow rate",
        "mass rate": "rate",
        "level": "sound level",
        "molar heat": "molar entropy",
        "power of a lens": "power",
    }
)
# A head that means another dimension unless this word stands before it.
_QUALIFIED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "molar mass": ("molar", "atomic", "molecular", "formula"),
        "molar energy": (
            "molar",
            "activation",
            "bond",
            "reaction",
            "ionization",
            "ionisation",
            "enthalpy",
            "heat",
            "energy",
        ),
        "specific heat": ("specific", "heat"),
        "heat capacity": ("heat", "thermal", "entropy"),
        "gradient": ("gradient", "lapse", "geothermal"),
    }
)
_BARRED: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "mass": frozenset({"molar", "atomic", "molecular"}),
        "energy": frozenset({"specific", "molar", "capacity"}),
        "volume": frozenset({"molar", "heat"}),
        "pressure": frozenset({"blood-sugar"}),
    }
)
_SINGULAR: Final[Mapping[str, str]] = MappingProxyType(
    {
        "radii": "radius",
        "indices": "index",
        "densities": "density",
        "frequencies": "frequency",
        "capacities": "capacity",
        "velocities": "velocity",
        "masses": "mass",
        "energies": "energy",
        "intensities": "intensity",
        "conductivities": "conductivity",
        "half-lives": "half-life",
        "resistivities": "resistivity",
        "luminosities": "luminosity",
        "axes": "axis",
    }
)


def default_noun(dimension: str) -> str:
    """The plain name of a quantity of this dimension ("speed"); "" if there is none."""
    return _DEFAULTS.get(dimension) or next(iter(NOUNS.get(dimension, ())), "")


def singular(noun: str) -> str:
    """Read "masses" -> "mass"; a noun that is already singular stays."""
    if noun in _SINGULAR:
        return _SINGULAR[noun]
    if noun.endswith("s") and not noun.endswith(("ss", "us", "is")) and noun != "moles":
        return noun[:-1]
    return noun


def plural(noun: str) -> str:
    """Read "density" -> "densities"."""
    back = {one: many for many, one in _SINGULAR.items()}
    words = noun.split(" ")
    last = words[-1]
    if singular(last) != last:
        return noun
    words[-1] = back.get(last) or (last[:-1] + "ies" if last.endswith("y") else last + "s")
    return " ".join(words)


def is_head(noun: str, dimension: str) -> bool:
    """Whether `noun` (one word, singular or plural) may head a name of this dimension."""
    return singular(noun.lower()) in NOUNS.get(dimension, ())


def core(label: str) -> str:
    """The part of a label before "of", "in", "for" ...: "mass of the block" -> "mass"."""
    return re.split(r"\s(?:of|in|for|from|to|at|on|between|per|above|below)\s", label)[0].strip()


def names_dimension(label: str, dimension: str) -> bool:
    """Whether `label` names a quantity of `dimension`: right head noun, no barred qualifier."""
    words = core(label.lower()).split()
    if not words or not is_head(words[-1], dimension):
        return False
    if _BARRED.get(dimension, frozenset()) & set(words):
        return False
    needed = _QUALIFIED.get(dimension)
    return needed is None or any(word in words for word in needed)
