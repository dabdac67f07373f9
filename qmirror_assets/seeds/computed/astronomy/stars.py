"""Starlight, telescopes and the expanding universe."""

from __future__ import annotations

from decimal import Decimal

from qmirror_assets.seeds.computed.astronomy.orbits import LIGHT_SPEED
from qmirror_assets.seeds.computed.family import Answer, Constant, Family, Quantity
from qmirror_assets.seeds.computed.formatting import plain_decimal
from qmirror_assets.seeds.computed.grid import expand, span, together, unequal
from qmirror_assets.seeds.computed.pictures import callouts, number_line, scene, table

_OBJECTIVE = Quantity("focal length of the objective", "fo", "mm")
_EYEPIECE = Quantity("focal length of the eyepiece", "fe", "mm")
_RECESSION = Quantity("recession velocity", "v", "km/s")
_HUBBLE = Quantity("Hubble constant", "H0", "km/s/Mpc")
_REST = Quantity("rest wavelength", "λ0", "nm")
_OBSERVED = Quantity("observed wavelength", "λ", "nm")
_FLUX = Quantity("irradiance at the first distance", "F1", "W/m²")
_NEAR = Quantity("first distance", "d1", "AU")
_FAR = Quantity("second distance", "d2", "AU")
_PEAK = Quantity("peak wavelength", "λ", "µm")
_STAR_RADIUS = Quantity("radius of the star", "R", "solar radii")
_STAR_TEMPERATURE = Quantity("surface temperature of the star", "T", "K")
_PARALLAX = Quantity("parallax", "p", "milliarcseconds")

_LINES = (
    ("H-alpha line of hydrogen", "656.3"), ("H-beta line of hydrogen", "486.1"),
    ("H-gamma line of hydrogen", "434.0"), ("K line of calcium", "393.4"),
    ("H line of calcium", "396.8"), ("yellow line of sodium", "589.0"),
    ("green line of oxygen", "500.7"),
)  # fmt: skip

TELESCOPE = Family(
    id="astronomy.telescope_magnification",
    formula="M = fo / fe",
    givens=(_OBJECTIVE, _EYEPIECE),
    axes=(span("fo", "400", "3000", "10"), span("fe", "4", "40", "0.5")),
    wordings=expand(
        "A [telescope] has an objective with a focal length of {fo} and an eyepiece with a focal "
        "length of {fe}. How many times does it magnify?",
        "An eyepiece with a focal length of {fe} is put into a [telescope]. The focal length of "
        "the objective is {fo}. Find the angular magnification.",
        "The focal length of the objective of a [telescope] is {fo}; the focal length of its "
        "eyepiece is {fe}. Calculate the magnification.",
        telescope=("telescope", "refracting telescope", "school telescope", "small telescope"),
    ),
    law=lambda q: q["fo"] / q["fe"],
    answer=Answer("times"),
    figure=scene(
        "telescope", "A refracting telescope", focal_objective=_OBJECTIVE, focal_eyepiece=_EYEPIECE
    ),
)

HUBBLE = Family(
    id="astronomy.hubble_distance",
    formula="d = v / H0",
    givens=(_RECESSION, _HUBBLE),
    axes=(span("v", "500", "30000", "50"), span("H0", "66", "75", "0.5")),
    wordings=expand(
        "A [galaxy] moves away from us with a recession velocity of {v}. With a Hubble constant "
        "of {H0}, how far away is it in megaparsecs?",
        "The recession velocity of a [galaxy] is {v}. Use Hubble's law with a Hubble constant of "
        "{H0} to find its distance in megaparsecs.",
        "Taking the Hubble constant as {H0}, calculate the distance in megaparsecs of a [galaxy] "
        "whose recession velocity is {v}.",
        galaxy=("galaxy", "spiral galaxy", "cluster of galaxies", "radio galaxy"),
    ),
    law=lambda q: q["v"] / q["H0"],
    answer=Answer("Mpc"),
    figure=table(
        "A receding galaxy",
        ["Quantity", "Value"],
        ["recession velocity", _RECESSION],
        ["Hubble constant", _HUBBLE],
    ),
)

REDSHIFT = Family(
    id="astronomy.redshift_velocity",
    formula="v = c (λ - λ0) / λ0",
    givens=(_REST, _OBSERVED),
    axes=(
        together(
            ("line", "λ0", "λ"),
            [
                (line, rest, plain_decimal(Decimal(rest) + Decimal(shift) / 10))
                for line, rest in _LINES
                for shift in range(6, 240)
            ],
        ),
    ),
    wordings=expand(
        "The {line} has a rest wavelength of {λ0}. In the spectrum of a [galaxy] it appears at "
        "an observed wavelength of {λ}. How fast does the [galaxy] move away from us? Use "
        "v = c Δλ / λ0 with c = 300000 km/s.",
        "In the light of a [galaxy], the {line} is found at a wavelength of {λ}. In the "
        "laboratory its wavelength is {λ0}. Find the recession velocity from v = c Δλ / λ0, with "
        "c = 300000 km/s.",
        "An astronomer measures the {line} of a [galaxy] at {λ} instead of {λ0}. Calculate the "
        "velocity of recession with c = 300000 km/s and v = c Δλ / λ0.",
        galaxy=("galaxy", "spiral galaxy", "dwarf galaxy", "galaxy cluster"),
    ),
    law=lambda q: q["c"] * (q["λ"] - q["λ0"]) / q["λ0"],
    answer=Answer("km/s"),
    constants=(LIGHT_SPEED,),
    figure=number_line("A shifted spectral line", "nm", _REST, _OBSERVED),
)

FLUX = Family(
    id="astronomy.irradiance",
    formula="F2 = F1 (d1 / d2)²",
    givens=(_FLUX, _NEAR, _FAR),
    axes=(span("F1", "100", "3000", "20"), unequal("d1", "d2", "0.4", "6", "0.2")),
    wordings=expand(
        "At a distance of {d1} from a [star], the irradiance is {F1}. What is the irradiance at a "
        "distance of {d2} from the [star]?",
        "A planet at {d1} from its [star] receives an irradiance of {F1}. Find the irradiance on "
        "another planet that is {d2} from the same [star].",
        "A probe measures an irradiance of {F1} when it is {d1} from a [star]. Calculate what it "
        "will measure when it is {d2} from the [star].",
        star=("star", "white star", "yellow star"),
    ),
    law=lambda q: q["F1"] * (q["d1"] / q["d2"]) ** 2,
    answer=Answer("W/m²"),
    figure=callouts("star", "Light of a star", "star", _FLUX, _NEAR, _FAR),
)

WIEN = Family(
    id="astronomy.surface_temperature",
    formula="T = b / λ",
    givens=(_PEAK,),
    axes=(span("λ", "0.15", "2", "0.001"),),
    wordings=expand(
        "The spectrum of a [star] is brightest at a peak wavelength of {λ}. What is its surface "
        "temperature? Use Wien's law with b = 2900 µm·K.",
        "A [star] emits most strongly at a wavelength of {λ}. Find the temperature of its surface "
        "from Wien's law (b = 2900 µm·K).",
        "With b = 2900 µm·K in Wien's law, calculate the surface temperature of a [star] whose "
        "peak wavelength is {λ}.",
        star=("star", "main-sequence star", "nearby star", "bright star"),
    ),
    law=lambda q: q["b"] / q["λ"],
    answer=Answer("K"),
    constants=(Constant("b", "2900", "µm·K"),),
    figure=callouts("star", "Spectrum of a star", "star", _PEAK),
)

LUMINOSITY = Family(
    id="astronomy.luminosity",
    formula="L = R² (T / Tsun)⁴",
    givens=(_STAR_RADIUS, _STAR_TEMPERATURE),
    axes=(span("R", "0.4", "20", "0.1"), span("T", "3000", "12000", "50")),
    wordings=expand(
        "A [star] has a radius of {R} and a surface temperature of {T}. What is its luminosity "
        "in units of the Sun's luminosity? The surface temperature of the Sun is 5800 K.",
        "The surface temperature of a [star] is {T} and its radius is {R}. Taking 5800 K for the "
        "Sun, find the luminosity of the [star] in solar luminosities.",
        "Calculate the luminosity, in solar luminosities, of a [star] with a radius of {R} and a "
        "surface temperature of {T}. The surface of the Sun has a temperature of 5800 K.",
        star=("star", "nearby star", "main-sequence star", "star in a cluster"),
    ),
    law=lambda q: q["R"] ** 2 * (q["T"] / q["sun"]) ** 4,
    answer=Answer("solar luminosities"),
    constants=(Constant("sun", "5800", "K"),),
    figure=callouts("star", "A star", "star", _STAR_RADIUS, _STAR_TEMPERATURE),
)

PARALLAX = Family(
    id="astronomy.parallax_distance",
    formula="d = 1 / p (parsecs, arcseconds)",
    givens=(_PARALLAX,),
    axes=(span("p", "2", "500", "0.5"),),
    wordings=expand(
        "A [star] has a parallax of {p}. How far away is it in parsecs?",
        "The measured parallax of a [star] is {p}. Find its distance in parsecs.",
        "Calculate the distance in parsecs of a [star] whose parallax is {p}.",
        star=("star", "red dwarf", "white dwarf", "double star", "giant star"),
    ),
    law=lambda q: q["pc"] * q["arcsec"] / q["p"],
    answer=Answer("parsecs"),
    constants=(
        Constant("pc", "1", "parsecs", stated=False),
        Constant("arcsec", "1", "arcseconds", stated=False),
    ),
    figure=callouts("star", "Parallax of a star", "star", _PARALLAX),
)

FAMILIES = (TELESCOPE, HUBBLE, REDSHIFT, FLUX, WIEN, LUMINOSITY, PARALLAX)
