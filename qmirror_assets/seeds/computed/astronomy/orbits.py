"""Orbits, planets and messages through the solar system."""

from __future__ import annotations

import math

from qmirror_assets.seeds.computed.family import Answer, Constant, Family, Quantity
from qmirror_assets.seeds.computed.grid import Axis, expand, span, together
from qmirror_assets.seeds.computed.pictures import callouts, scene, table

LIGHT_SPEED = Constant("c", "300000", "km/s")

_STAR = Quantity("mass of the star", "M", "solar masses")
_AXIS = Quantity("average distance", "a", "AU")
_RADIUS = Quantity("orbital radius", "r", "million km")
_PERIOD = Quantity("orbital period", "T", "days")
_DISTANCE = Quantity("distance", "d", "million km")
_DELAY = Quantity("delay on board", "τ", "minutes")
_PLANET_MASS = Quantity("mass of the planet", "M", "Earth masses")
_PLANET_RADIUS = Quantity("radius of the planet", "R", "Earth radii")
_DIAMETER = Quantity("diameter", "D", "km")

_LIGHTEST, _DENSEST = 0.3, 2  # mean densities of planets, in that of the Earth
_SMALLEST_STAR, _LARGEST_STAR = 0.2, 6  # solar masses
_ROCKY = ("rocky planet", "planet", "newly discovered planet", "distant planet")


def _dense_planets() -> Axis:
    """Masses and radii that a planet of rock or ice can have together."""
    rows = [
        (f"{mass / 10:g}", f"{radius / 20:g}")
        for mass in range(2, 181)
        for radius in range(10, 71)
        if _LIGHTEST <= mass / 10 / (radius / 20) ** 3 <= _DENSEST
    ]
    return together(("M", "R"), rows)


def _star_bound_orbits() -> Axis:
    """Radii (million km) and periods (days) that an ordinary star allows together."""
    rows = [
        (str(radius), str(period))
        for radius in range(20, 805, 5)
        for period in range(40, 3010, 10)
        if _SMALLEST_STAR <= (radius / 149.6) ** 3 * (365.25 / period) ** 2 <= _LARGEST_STAR
    ]
    return together(("r", "T"), rows)


KEPLER = Family(
    id="astronomy.orbital_period",
    formula="T² = a³ / M (years, AU, solar masses)",
    givens=(_STAR, _AXIS),
    axes=(span("M", "0.3", "5", "0.05"), span("a", "0.4", "30", "0.2")),
    wordings=expand(
        "A [planet] orbits a star with a mass of {M} at an average distance of {a}. What is its "
        "orbital period in years?",
        "The average distance of a [planet] from its star is {a}. The mass of the star is {M}. "
        "Use Kepler's third law to find the orbital period in years.",
        "A star has a mass of {M}. Calculate, in years, the period of a [planet] that moves "
        "around it at an average distance of {a}.",
        planet=("planet", "gas giant", "comet", "dwarf planet"),
    ),
    law=lambda q: ((q["a"] / q["AU"]) ** 3 / (q["M"] / q["sun"])) ** 0.5 * q["year"],
    answer=Answer("years"),
    constants=(
        Constant("AU", "1", "AU", stated=False),
        Constant("sun", "1", "solar masses", stated=False),
        Constant("year", "1", "years", stated=False),
    ),
    figure=scene("orbit", "A planet and its star", star_mass=_STAR, distance=_AXIS),
)

ORBITAL_SPEED = Family(
    id="astronomy.orbital_speed",
    formula="v = 2π r / T",
    givens=(_RADIUS, _PERIOD),
    axes=(_star_bound_orbits(),),
    wordings=expand(
        "A [planet] moves around its star on a circular orbit with an orbital radius of {r} and "
        "an orbital period of {T}. What is its orbital speed in kilometres per second?",
        "The circular orbit of a [planet] has a radius of {r}. One revolution takes {T}. Find "
        "the orbital speed in kilometres per second.",
        "It takes a [planet] a time of {T} to go once around its star on a circle with a radius "
        "of {r}. Calculate its speed in kilometres per second.",
        planet=("planet", "minor planet", "gas giant", "super-Earth"),
    ),
    law=lambda q: 2 * math.pi * q["r"] / q["T"],
    answer=Answer("km/s"),
    figure=scene("orbit", "A circular orbit", radius=_RADIUS, period=_PERIOD),
)

SIGNAL = Family(
    id="astronomy.signal_time",
    formula="t = 2 d / c + τ",
    givens=(_DISTANCE, _DELAY),
    axes=(span("d", "60", "1500", "6"), span("τ", "1", "40", "0.5")),
    wordings=expand(
        "A radio command is sent to a [craft] at a distance of {d}. The [craft] answers after a "
        "delay on board of {τ}. How many minutes after sending does the answer arrive? Radio "
        "waves travel at 300000 km/s.",
        "The distance between the Earth and a [craft] is {d}. It needs {τ} to process a command "
        "before it replies. With a signal speed of 300000 km/s, find the time in minutes from "
        "sending the command to receiving the reply.",
        "Mission control sends a question to a [craft] that is {d} away. Its computer works on "
        "the answer for {τ} and then transmits it. Signals travel at 300000 km/s. Calculate the "
        "total waiting time in minutes.",
        craft=("space probe", "deep-space probe", "comet probe", "solar probe"),
    ),
    law=lambda q: 2 * q["d"] / q["c"] + q["τ"],
    answer=Answer("minutes"),
    constants=(LIGHT_SPEED,),
    figure=table(
        "A message to a space probe",
        ["Quantity", "Value"],
        ["distance of the probe", _DISTANCE],
        ["delay on board", _DELAY],
    ),
)

SURFACE_GRAVITY = Family(
    id="astronomy.surface_gravity",
    formula="g = gE M / R²",
    givens=(_PLANET_MASS, _PLANET_RADIUS),
    axes=(_dense_planets(),),
    wordings=expand(
        "A [planet] has a mass of {M} and a radius of {R}. What is the gravitational "
        "acceleration at its surface? On the Earth it is 9.8 m/s².",
        "The radius of a [planet] is {R} and its mass is {M}. Find its surface gravity, given "
        "that the surface gravity of the Earth is 9.8 m/s².",
        "Calculate the surface gravity of a [planet] with a mass of {M} and a radius of {R}. The "
        "value for the Earth is 9.8 m/s².",
        planet=_ROCKY,
    ),
    law=lambda q: q["g"] * q["M"] / q["R"] ** 2,
    answer=Answer("m/s²"),
    constants=(Constant("g", "9.8", "m/s²"),),
    figure=callouts("planet", "A distant planet", "planet", _PLANET_MASS, _PLANET_RADIUS),
)

ESCAPE = Family(
    id="astronomy.escape_speed",
    formula="v = vE √(M / R)",
    givens=(_PLANET_MASS, _PLANET_RADIUS),
    axes=(_dense_planets(),),
    wordings=expand(
        "A [planet] has a mass of {M} and a radius of {R}. What is the escape speed at its "
        "surface? For the Earth it is 11.2 km/s.",
        "The mass of a [planet] is {M} and its radius is {R}. Find its escape speed, given that "
        "the escape speed of the Earth is 11.2 km/s.",
        "How fast must a rocket leave the surface of a [planet] with a mass of {M} and a radius "
        "of {R} to escape from it? The escape speed of the Earth is 11.2 km/s.",
        planet=_ROCKY,
    ),
    law=lambda q: q["v"] * (q["M"] / q["R"]) ** 0.5,
    answer=Answer("km/s"),
    constants=(Constant("v", "11.2", "km/s"),),
    figure=callouts("planet", "Escape from a planet", "planet", _PLANET_MASS, _PLANET_RADIUS),
)

ANGULAR_SIZE = Family(
    id="astronomy.angular_diameter",
    formula="δ = D / d (in radians)",
    givens=(_DIAMETER, _DISTANCE),
    axes=(span("D", "2000", "140000", "500"), span("d", "50", "900", "5")),
    wordings=expand(
        "A [planet] with a diameter of {D} is at a distance of {d} from an observer. What is its "
        "angular diameter in arcseconds?",
        "Seen from a distance of {d}, a [planet] has a disc whose true diameter is {D}. Find the "
        "angular diameter of the disc in arcseconds.",
        "The diameter of a [planet] is {D}. Calculate the angle, in arcseconds, that it covers "
        "in the sky at a distance of {d}.",
        planet=("planet", "gas giant", "ringed planet"),
    ),
    law=lambda q: q["D"] / q["d"],
    answer=Answer("arcseconds"),
    figure=callouts("planet", "A planet in the sky", "planet", _DIAMETER, _DISTANCE),
)

FAMILIES = (KEPLER, ORBITAL_SPEED, SIGNAL, SURFACE_GRAVITY, ESCAPE, ANGULAR_SIZE)
