"""Concentration, dilution, titration, acidity, reaction rate."""

from __future__ import annotations

import math

from qmirror_assets.seeds.computed.chemistry.substances import SALTS, molar_mass_text
from qmirror_assets.seeds.computed.family import Answer, Constant, Family, Quantity
from qmirror_assets.seeds.computed.grid import expand, rising, span, together
from qmirror_assets.seeds.computed.pictures import scene, table

_MASS = Quantity("mass of the solute", "m", "g")
_MOLAR_MASS = Quantity("molar mass of the solute", "M", "g/mol")
_VOLUME = Quantity("volume of the solution", "V", "mL")
_STOCK = Quantity("concentration of the stock solution", "C1", "mol/L")
_TAKEN = Quantity("volume of the stock solution", "V1", "mL")
_FINAL = Quantity("final volume", "V2", "mL")
_BASE_VOLUME = Quantity("volume of the base", "Vb", "mL")
_ACID = Quantity("concentration of the acid", "Ca", "mol/L")
_ACID_VOLUME = Quantity("volume of the acid", "Va", "mL")
_AMOUNT = Quantity("amount of the acid", "n", "mmol")
_START = Quantity("initial concentration", "c1", "mol/L")
_END = Quantity("final concentration", "c2", "mol/L")
_TIME = Quantity("time", "t", "s")

MOLARITY = Family(
    id="chemistry.molarity",
    formula="c = m / (M V)",
    givens=(_MASS, _MOLAR_MASS, _VOLUME),
    axes=(
        span("m", "1", "60", "0.5"),
        together(("name", "M"), [(name, molar_mass_text(formula)) for name, formula in SALTS]),
        span("V", "100", "1000", "25"),
    ),
    wordings=expand(
        "A student dissolves {m} of {name} in water and makes up the solution to a volume of "
        "{V}. The molar mass of {name} is {M}. What is the concentration of the solution?",
        "A solution with a volume of {V} contains {m} of {name}. Its molar mass is {M}. "
        "Calculate the molar concentration of the solution.",
        "Some {name} with a mass of {m} and a molar mass of {M} is dissolved to give {V} of "
        "solution. Find the molar concentration.",
    ),
    law=lambda q: q["m"] / (q["M"] * q["V"]),
    answer=Answer("mol/L"),
    figure=scene(
        "beaker",
        "A solution of <name>",
        mass=_MASS,
        substance=_MOLAR_MASS,
        volume=_VOLUME,
    ),
)

DILUTION = Family(
    id="chemistry.dilution",
    formula="C2 = C1 V1 / V2",
    givens=(_STOCK, _TAKEN, _FINAL),
    axes=(
        span("C1", "0.5", "12", "0.25"),
        span("V1", "5", "95", "5"),
        span("V2", "110", "1000", "10"),
    ),
    wordings=expand(
        "{V1} of a stock solution of [solute] with a concentration of {C1} is diluted with "
        "water to a final volume of {V2}. What is the concentration of the diluted solution?",
        "A technician takes {V1} of stock solution and adds water until the volume is {V2}. The "
        "stock solution contains [solute] at a concentration of {C1}. Find the new "
        "concentration.",
        "A stock solution of [solute] has a concentration of {C1}. A volume of {V1} of it is "
        "made up to {V2} with water. Calculate the concentration after dilution.",
        solute=("sodium hydroxide", "hydrochloric acid", "ammonia", "nitric acid"),
    ),
    law=lambda q: q["C1"] * q["V1"] / q["V2"],
    answer=Answer("mol/L"),
    figure=table(
        "Dilution of a stock solution",
        ["Solution", "Concentration", "Volume"],
        ["stock", _STOCK, _TAKEN],
        ["diluted", "?", _FINAL],
    ),
)

TITRATION = Family(
    id="chemistry.titration",
    formula="Cb = Ca Va / Vb",
    givens=(_BASE_VOLUME, _ACID, _ACID_VOLUME),
    axes=(
        span("Vb", "10", "50", "2.5"),
        span("Ca", "0.05", "0.5", "0.01"),
        span("Va", "8.2", "42", "0.2"),
    ),
    wordings=expand(
        "{Vb} of [base] is titrated with [acid] that has a concentration of {Ca}. The "
        "equivalence point is reached after {Va} of the acid. What is the concentration of the "
        "base? Acid and base react in a mole ratio of one to one.",
        "To neutralise {Vb} of [base], a volume of {Va} of [acid] with a concentration of {Ca} "
        "is needed. One mole of acid reacts with one mole of base. Calculate the concentration "
        "of the base.",
        "In a titration, [acid] with a concentration of {Ca} is added to {Vb} of [base]. A "
        "volume of {Va} of acid is used up to the equivalence point (mole ratio one to one). "
        "Find the concentration of the base.",
        base=("sodium hydroxide solution", "potassium hydroxide solution"),
        acid=("hydrochloric acid", "nitric acid"),
    ),
    law=lambda q: q["Ca"] * q["Va"] / q["Vb"],
    answer=Answer("mol/L"),
    figure=table(
        "Titration of a base with an acid",
        ["Solution", "Concentration", "Volume"],
        ["acid", _ACID, _ACID_VOLUME],
        ["base", "?", _BASE_VOLUME],
    ),
)

ACIDITY = Family(
    id="chemistry.ph_of_strong_acid",
    formula="pH = -log10(n / V)",
    givens=(_AMOUNT, _VOLUME),
    axes=(span("n", "0.5", "20", "0.1"), span("V", "100", "1000", "10")),
    wordings=expand(
        "A solution with a volume of {V} contains {n} of [acid], a strong acid. What is its pH, "
        "to two decimal places?",
        "{n} of the strong acid [acid] is dissolved in water to give {V} of solution. Calculate "
        "the pH of the solution to two decimal places.",
        "Find the pH, to two decimal places, of {V} of a solution that holds {n} of fully "
        "dissociated [acid].",
        acid=("HCl", "HNO3", "HBr", "HClO4"),
    ),
    law=lambda q: -math.log10(q["n"] / q["V"] / q["c0"]),
    answer=Answer("", places=2),
    constants=(Constant("c0", "1", "mol/L", stated=False),),
    figure=scene("beaker", "Solution of a strong acid", substance=_AMOUNT, volume=_VOLUME),
)

REACTION_RATE = Family(
    id="chemistry.reaction_rate",
    formula="r = (c1 - c2) / t",
    givens=(_START, _END, _TIME),
    axes=(rising("c2", "c1", "0.05", "0.95", "0.01", gap=5), span("t", "10", "300", "5")),
    wordings=expand(
        "The concentration of [reactant] falls from {c1} to {c2} in a time of {t}. What is the "
        "average rate at which it is used up?",
        "In a kinetics experiment, [reactant] has an initial concentration of {c1}. After {t} "
        "its concentration is {c2}. Calculate its average rate of consumption.",
        "Within {t}, a reaction lowers the concentration of [reactant] from an initial value of "
        "{c1} to a final value of {c2}. Find the average rate of consumption.",
        reactant=("hydrogen peroxide", "iodine", "bromine", "an ester", "a dye"),
    ),
    law=lambda q: (q["c1"] - q["c2"]) / q["t"],
    answer=Answer("mol/(L·s)"),
    figure=table(
        "Concentration during the reaction",
        ["Moment", "Concentration", "Time"],
        ["start", _START, "0 s"],
        ["end", _END, _TIME],
    ),
)

FAMILIES = (MOLARITY, DILUTION, TITRATION, ACIDITY, REACTION_RATE)
