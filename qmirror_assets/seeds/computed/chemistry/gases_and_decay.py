"""Gas laws and radioactive decay."""

from __future__ import annotations

from qmirror_assets.seeds.computed.family import Answer, Constant, Family, Quantity
from qmirror_assets.seeds.computed.grid import expand, span, together, unequal
from qmirror_assets.seeds.computed.pictures import callouts, scene

_GAS = Quantity("amount of gas", "n", "mol")
_TEMPERATURE = Quantity("temperature", "T", "K")
_VOLUME = Quantity("volume", "V", "L")
_PRESSURE1 = Quantity("initial pressure", "P1", "kPa")
_VOLUME1 = Quantity("initial volume", "V1", "L")
_TEMPERATURE1 = Quantity("initial temperature", "T1", "K")
_VOLUME2 = Quantity("final volume", "V2", "L")
_TEMPERATURE2 = Quantity("final temperature", "T2", "K")
_SAMPLE = Quantity("initial mass", "m0", "mg")
_HALF_LIFE = Quantity("half-life", "T", "days")
_TIME = Quantity("elapsed time", "t", "days")

_ISOTOPES = (
    ("iodine-131", "8.02"), ("phosphorus-32", "14.3"), ("radon-222", "3.82"),
    ("gold-198", "2.69"), ("chromium-51", "27.7"), ("yttrium-90", "2.67"),
    ("xenon-133", "5.25"), ("iron-59", "44.5"), ("lutetium-177", "6.65"),
    ("radium-223", "11.4"), ("thorium-234", "24.1"), ("bismuth-210", "5.01"),
)  # fmt: skip

IDEAL_GAS = Family(
    id="chemistry.ideal_gas_pressure",
    formula="P = n R T / V",
    givens=(_GAS, _TEMPERATURE, _VOLUME),
    axes=(
        span("n", "0.1", "4", "0.05"),
        span("T", "250", "450", "5"),
        span("V", "2", "60"),
    ),
    wordings=expand(
        "A rigid [vessel] with a volume of {V} contains {n} of [gas] at a temperature of {T}. "
        "What is the pressure in kilopascals? Treat the gas as ideal with R = 8.31 J/(mol·K).",
        "{n} of [gas] fills a [vessel] of volume {V} at {T}. Calculate the pressure in "
        "kilopascals, taking R = 8.31 J/(mol·K) and ideal behaviour.",
        "The temperature of {n} of [gas] is {T} and its volume is {V}. Find the pressure of "
        "this ideal gas in kilopascals (R = 8.31 J/(mol·K)).",
        vessel=("cylinder", "tank"),
        gas=("nitrogen", "helium", "argon", "oxygen"),
    ),
    law=lambda q: q["n"] * q["R"] * q["T"] / q["V"],
    answer=Answer("kPa"),
    constants=(Constant("R", "8.31", "J/(mol·K)"),),
    figure=scene(
        "gas_cylinder", "Gas in a cylinder", volume=_VOLUME, temperature=_TEMPERATURE, amount=_GAS
    ),
)

COMBINED_GAS = Family(
    id="chemistry.combined_gas_law",
    formula="P2 = P1 V1 T2 / (V2 T1)",
    givens=(_PRESSURE1, _VOLUME1, _TEMPERATURE1, _VOLUME2, _TEMPERATURE2),
    axes=(
        span("P1", "80", "300", "5"),
        unequal("V1", "V2", "2", "20", "0.5"),
        unequal("T1", "T2", "260", "420", "10"),
    ),
    wordings=expand(
        "A sample of [gas] has a volume of {V1} at a pressure of {P1} and a temperature of {T1}. "
        "What is its pressure when the volume is {V2} and the temperature is {T2}?",
        "[gas_first] fills a cylinder with a movable piston. At first the pressure is {P1}, the "
        "volume is {V1} and the temperature is {T1}. Then the volume is changed to {V2} and the "
        "temperature to {T2}. Find the new pressure.",
        "An enclosed sample of [gas] goes from an initial volume of {V1} and an initial "
        "temperature of {T1} to a final volume of {V2} and a final temperature of {T2}. The "
        "initial pressure is {P1}. Calculate the final pressure.",
        gas=("nitrogen", "helium", "air", "argon"),
        gas_first=("Nitrogen", "Helium", "Air", "Argon"),
    ),
    law=lambda q: q["P1"] * q["V1"] * q["T2"] / (q["V2"] * q["T1"]),
    answer=Answer("kPa"),
    figure=scene(
        "gas_cylinder",
        "A gas before and after a change",
        pressure=_PRESSURE1,
        volume=_VOLUME1,
        temperature=_TEMPERATURE1,
        volume2=_VOLUME2,
        temperature2=_TEMPERATURE2,
    ),
)

CHARLES = Family(
    id="chemistry.charles_law",
    formula="V2 = V1 T2 / T1",
    givens=(_VOLUME1, _TEMPERATURE1, _TEMPERATURE2),
    axes=(span("V1", "0.5", "25", "0.25"), unequal("T1", "T2", "240", "440", "5")),
    wordings=expand(
        "At constant pressure, a sample of [gas] with a volume of {V1} is brought from a "
        "temperature of {T1} to a temperature of {T2}. What is its new volume?",
        "A balloon of [gas] has a volume of {V1} at {T1}. Its temperature becomes {T2} while the "
        "pressure stays the same. Calculate the volume it then has.",
        "Some [gas] is kept at constant pressure. Its initial volume is {V1}, its initial "
        "temperature is {T1} and its final temperature is {T2}. Find the final volume.",
        gas=("nitrogen", "helium", "air", "neon"),
    ),
    law=lambda q: q["V1"] * q["T2"] / q["T1"],
    answer=Answer("L"),
    figure=scene(
        "gas_cylinder",
        "A gas at constant pressure",
        volume=_VOLUME1,
        temperature=_TEMPERATURE1,
        temperature2=_TEMPERATURE2,
    ),
)

HALF_LIFE = Family(
    id="chemistry.radioactive_decay",
    formula="m = m0 (1/2)^(t / T)",
    givens=(_SAMPLE, _HALF_LIFE, _TIME),
    axes=(
        span("m0", "2", "200", "2"),
        together(("name", "T"), _ISOTOPES),
        span("t", "1", "16", "0.5"),
    ),
    wordings=expand(
        "A sample contains {m0} of {name}, whose half-life is {T}. What mass of {name} is left "
        "after {t}?",
        "The half-life of {name} is {T}. A laboratory receives {m0} of it. Calculate the mass "
        "that has not yet decayed after {t}.",
        "A source with an initial mass of {m0} of {name} is stored for {t}. With a half-life of "
        "{T}, what mass of {name} remains?",
        "The isotope {name} has a half-life of {T}. Find the mass that remains after {t} if the "
        "initial mass is {m0}.",
    ),
    law=lambda q: q["m0"] * 0.5 ** (q["t"] / q["T"]),
    answer=Answer("mg"),
    figure=callouts("<name>", "A radioactive sample", "atom", _SAMPLE, _HALF_LIFE, _TIME),
)

FAMILIES = (IDEAL_GAS, COMBINED_GAS, CHARLES, HALF_LIFE)
