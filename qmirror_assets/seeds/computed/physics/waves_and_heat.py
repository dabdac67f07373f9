"""Light, waves, sound and heat."""

from __future__ import annotations

from qmirror_assets.seeds.computed.family import Answer, Family, Quantity
from qmirror_assets.seeds.computed.grid import Axis, expand, rising, span, together
from qmirror_assets.seeds.computed.pictures import rays, scene, table

_FOCAL = Quantity("focal length", "f", "cm")
_OBJECT = Quantity("object distance", "do", "cm")
_SIZE = Quantity("object height", "h", "cm")
_FREQUENCY = Quantity("frequency", "f", "Hz")
_WAVELENGTH = Quantity("wavelength", "λ", "m")
_SOUND = Quantity("speed of sound in the water", "v", "m/s")
_ECHO = Quantity("echo time", "t", "s")
_MASS = Quantity("mass", "m", "g")
_COLD = Quantity("initial temperature", "T1", "°C")
_HOT = Quantity("final temperature", "T2", "°C")
_SPECIFIC = Quantity("specific heat capacity", "c", "J/(g·K)")
_HOT_MASS = Quantity("mass of the hot water", "m1", "g")
_HOT_WATER = Quantity("temperature of the hot water", "T1", "°C")
_COLD_MASS = Quantity("mass of the cold water", "m2", "g")
_COLD_WATER = Quantity("temperature of the cold water", "T2", "°C")

_SUBSTANCES = (
    ("water", "4.18"), ("ethanol", "2.44"), ("olive oil", "1.97"), ("aluminium", "0.897"),
    ("glass", "0.84"), ("iron", "0.449"), ("copper", "0.385"), ("zinc", "0.388"),
    ("brass", "0.38"), ("lead", "0.128"),
)  # fmt: skip


def _beyond_focus() -> Axis:
    """Object distances beyond the focal length, so that the image is real."""
    rows = [
        (str(focal), str(focal + extra))
        for focal in range(4, 41)
        for extra in range(2, 121)
        # Not too close to the focus, and not at twice the focal length, where the answer
        # would repeat a given.
        if extra != focal and extra * 4 >= focal
    ]
    return together(("f", "do"), rows)


LENS = Family(
    id="physics.converging_lens",
    formula="1 / f = 1 / do + 1 / di",
    givens=(_FOCAL, _OBJECT),
    axes=(_beyond_focus(),),
    wordings=expand(
        "[thing] stands at a distance of {do} in front of a thin converging lens with a focal "
        "length of {f}. At what distance behind the lens does the sharp image form?",
        "The focal length of a thin converging lens is {f}. [thing] is placed at an object "
        "distance of {do}. Find the image distance.",
        "A thin converging lens with a focal length of {f} throws a sharp image on a screen. "
        "[thing] serves as the object, with an object distance of {do}. How far is the screen "
        "from the lens?",
        thing=("A candle", "A small lamp", "An illuminated arrow", "A lit slide", "A flower"),
    ),
    law=lambda q: q["f"] * q["do"] / (q["do"] - q["f"]),
    answer=Answer("cm"),
    figure=rays(
        "Image by a converging lens",
        "converging_lens",
        focal_length=_FOCAL,
        object_distance=_OBJECT,
    ),
)

MIRROR = Family(
    id="physics.concave_mirror",
    formula="hi = h f / (do - f)",
    givens=(_SIZE, _FOCAL, _OBJECT),
    axes=(span("h", "0.5", "9.5", "0.5"), _beyond_focus()),
    wordings=expand(
        "[thing] with a height of {h} stands at a distance of {do} in front of a concave mirror "
        "with a focal length of {f}. How tall is its real image?",
        "A concave mirror has a focal length of {f}. [thing] with an object height of {h} is "
        "placed at an object distance of {do}. Find the height of the image.",
        "The image of [thing_in] in a concave mirror falls on a screen. The object height is "
        "{h}, the object distance is {do} and the focal length of the mirror is {f}. Calculate "
        "the height of the image.",
        thing=("A candle", "A small lamp", "An upright arrow"),
        thing_in=("a candle", "a small lamp", "an upright arrow"),
    ),
    law=lambda q: q["h"] * q["f"] / (q["do"] - q["f"]),
    answer=Answer("cm"),
    figure=rays(
        "Image by a concave mirror",
        "concave_mirror",
        focal_length=_FOCAL,
        object_distance=_OBJECT,
        object_height=_SIZE,
    ),
)

WAVE = Family(
    id="physics.wave_speed",
    formula="v = f λ",
    givens=(_FREQUENCY, _WAVELENGTH),
    axes=(span("f", "1.2", "24", "0.2"), span("λ", "0.15", "3", "0.05")),
    wordings=expand(
        "A wave with a frequency of {f} and a wavelength of {λ} runs along a [medium]. How fast "
        "does it travel?",
        "One end of a [medium] is shaken with a frequency of {f}. The wavelength of the wave "
        "is {λ}. Find the speed of the wave.",
        "On a [medium], neighbouring crests of a wave are {λ} apart. Each point of it "
        "oscillates with a frequency of {f}. Calculate the wave speed.",
        medium=("long rope", "stretched cord", "rubber tube", "clothes line"),
    ),
    law=lambda q: q["f"] * q["λ"],
    answer=Answer("m/s"),
    figure=scene("wave", "A travelling wave", frequency=_FREQUENCY, wavelength=_WAVELENGTH),
)

SONAR = Family(
    id="physics.echo_depth",
    formula="d = v t / 2",
    givens=(_SOUND, _ECHO),
    axes=(span("v", "1440", "1540", "2"), span("t", "0.1", "6", "0.02")),
    wordings=expand(
        "The sonar of a [ship] sends a sound pulse straight down and receives the echo from the "
        "sea floor {t} later. The speed of sound in the water is {v}. How deep is the sea floor "
        "below the sonar?",
        "A sound pulse from a [ship] travels to the sea floor and back with a speed of {v}. The "
        "echo arrives after {t}. Find the depth of the sea floor below the [ship].",
        "In sea water with a speed of sound of {v}, the echo of a pulse that a [ship] sends "
        "vertically downwards returns from the bottom after {t}. Calculate the depth.",
        ship=("survey ship", "fishing boat", "research vessel"),
    ),
    law=lambda q: q["v"] * q["t"] / 2,
    answer=Answer("m"),
)

HEATING = Family(
    id="physics.heating",
    formula="Q = m c (T2 - T1)",
    givens=(_MASS, _COLD, _HOT, _SPECIFIC),
    axes=(
        span("m", "50", "950", "10"),
        rising("T1", "T2", "12", "75", gap=12),
        together(("name", "c"), _SUBSTANCES),
    ),
    wordings=expand(
        "How much heat is needed to warm {m} of {name} from {T1} to {T2}? The specific heat "
        "capacity of {name} is {c}.",
        "A sample of {name} with a mass of {m} is heated from an initial temperature of {T1} to "
        "a final temperature of {T2}. Its specific heat capacity is {c}. Calculate the heat it "
        "takes up.",
        "The temperature of {m} of {name} rises from {T1} to {T2}. With a specific heat capacity "
        "of {c}, what amount of heat has been absorbed?",
    ),
    law=lambda q: q["m"] * q["c"] * (q["T2"] - q["T1"]),
    answer=Answer("kJ"),
    figure=scene(
        "calorimeter",
        "Heating a sample",
        mass=_MASS,
        initial_temperature=_COLD,
        final_temperature=_HOT,
        specific_heat=_SPECIFIC,
    ),
)

MIXING = Family(
    id="physics.mixing_water",
    formula="T = (m1 T1 + m2 T2) / (m1 + m2)",
    givens=(_HOT_MASS, _HOT_WATER, _COLD_MASS, _COLD_WATER),
    axes=(
        span("m1", "100", "600", "20"),
        span("T1", "55", "95"),
        span("m2", "110", "590", "20"),
        span("T2", "8", "28"),
    ),
    wordings=expand(
        "In a well-insulated [vessel], {m1} of water at {T1} is mixed with {m2} of water at "
        "{T2}. What is the final temperature of the mixture?",
        "{m2} of cold water at a temperature of {T2} is poured into an insulated [vessel] that "
        "holds {m1} of hot water at a temperature of {T1}. Neglecting heat losses, find the "
        "temperature of the mixture.",
        "Hot water with a mass of {m1} and a temperature of {T1} is mixed with cold water with a "
        "mass of {m2} and a temperature of {T2} in a [vessel]. No heat is lost. Calculate the "
        "final temperature.",
        vessel=("vessel", "flask", "container"),
    ),
    law=lambda q: (q["m1"] * q["T1"] + q["m2"] * q["T2"]) / (q["m1"] + q["m2"]),
    answer=Answer("°C"),
    figure=table(
        "Hot and cold water before mixing",
        ["Water", "Mass", "Temperature"],
        ["hot", _HOT_MASS, _HOT_WATER],
        ["cold", _COLD_MASS, _COLD_WATER],
    ),
)

FAMILIES = (LENS, MIRROR, WAVE, SONAR, HEATING, MIXING)
