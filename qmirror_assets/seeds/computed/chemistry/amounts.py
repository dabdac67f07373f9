"""Mass, amount of substance and yield."""

from __future__ import annotations

from qmirror_assets.seeds.computed.chemistry.substances import (
    MOLECULES,
    REACTIONS,
    SALTS,
    SOLIDS,
    molar_mass_text,
    read_molecule,
)
from qmirror_assets.seeds.computed.family import Answer, Family, Quantity
from qmirror_assets.seeds.computed.grid import expand, rising, span, together
from qmirror_assets.seeds.computed.pictures import bars, callouts, molecule, table

_FORMULA = Quantity("molecular formula", "X", read=read_molecule, reads_as="g/mol")
_AMOUNT = Quantity("amount of substance", "n", "mol")
_MASS = Quantity("mass", "m", "g")
_MOLAR_MASS = Quantity("molar mass", "M", "g/mol")
_REACTANT = Quantity("mass of the reactant", "m1", "g")
_REACTANT_MOLAR = Quantity("molar mass of the reactant", "M1", "g/mol")
_PRODUCT_MOLAR = Quantity("molar mass of the product", "M2", "g/mol")
_ACTUAL = Quantity("actual yield", "ma", "g")
_THEORETICAL = Quantity("theoretical yield", "mt", "g")

MASS_OF_COMPOUND = Family(
    id="chemistry.mass_of_compound",
    formula="m = n M",
    givens=(_FORMULA, _AMOUNT),
    axes=(together(("X", "smiles"), MOLECULES), span("n", "0.05", "6", "0.05")),
    wordings=expand(
        "An organic compound has the molecular formula {X}. What is the mass of {n} of this "
        "compound?",
        "A chemist needs {n} of a compound with the molecular formula {X}. What mass of it has "
        "to be weighed out?",
        "A [vessel] holds {n} of a pure compound. Its molecular formula is {X}. Calculate the "
        "mass of the compound.",
        vessel=("flask", "bottle", "sealed tube"),
    ),
    law=lambda q: q["n"] * q["X"],
    answer=Answer("g"),
    figure=molecule("Structure of the compound", _FORMULA, _AMOUNT),
)

AMOUNT_FROM_MASS = Family(
    id="chemistry.amount_from_mass",
    formula="n = m / M",
    givens=(_MASS, _MOLAR_MASS),
    axes=(
        span("m", "2", "250", "0.5"),
        together(
            ("name", "M"),
            [(name, molar_mass_text(formula)) for name, formula in (*SALTS, *SOLIDS)],
        ),
    ),
    wordings=expand(
        "What amount of substance, in moles, is contained in {m} of {name}? The molar mass of "
        "{name} is {M}.",
        "A student weighs out {name} with a mass of {m}. Its molar mass is {M}. How many moles "
        "is this?",
        "The molar mass of {name} is {M}. Calculate the amount of substance in a sample with a "
        "mass of {m}.",
        "A dish holds {m} of {name}, which has a molar mass of {M}. Find the amount of "
        "substance in moles.",
    ),
    law=lambda q: q["m"] / q["M"],
    answer=Answer("mol"),
    figure=callouts("sample", "A weighed sample", "block", _MASS, _MOLAR_MASS),
)

PRODUCT_MASS = Family(
    id="chemistry.product_mass",
    formula="m2 = m1 M2 / M1",
    givens=(_REACTANT, _REACTANT_MOLAR, _PRODUCT_MOLAR),
    axes=(
        span("m1", "1", "250", "0.5"),
        together(
            ("name", "M1", "product", "M2", "equation"),
            [
                (name, molar_mass_text(formula), product, molar_mass_text(made), equation)
                for name, formula, product, made, equation in REACTIONS
            ],
        ),
    ),
    wordings=expand(
        "What mass of {product} forms when {m1} of {name} reacts completely according to "
        "{equation}? The molar mass of {name} is {M1} and the molar mass of {product} is {M2}.",
        "In the reaction {equation}, a mass of {m1} of {name} is used up. Calculate the mass of "
        "{product} that is produced. Molar masses: {M1} for {name} and {M2} for {product}.",
        "A student lets {m1} of {name} react completely ({equation}). With a molar mass of {M1} "
        "for {name} and a molar mass of {M2} for {product}, what mass of {product} is obtained?",
    ),
    law=lambda q: q["m1"] * q["M2"] / q["M1"],
    answer=Answer("g"),
    figure=table(
        "Reactant and product",
        ["Substance", "Mass", "Molar mass"],
        ["<name>", _REACTANT, _REACTANT_MOLAR],
        ["<product>", "?", _PRODUCT_MOLAR],
    ),
)

PERCENT_YIELD = Family(
    id="chemistry.percent_yield",
    formula="yield = ma / mt",
    givens=(_ACTUAL, _THEORETICAL),
    axes=(rising("ma", "mt", "20", "60", "0.2", gap=4),),
    wordings=expand(
        "The theoretical yield of a [thing] is {mt}, but a student obtains an actual yield of "
        "{ma}. What is the percent yield?",
        "In a [thing], a mass of {ma} of product is isolated. The theoretical yield is {mt}. "
        "Find the percent yield.",
        "A [thing] could give at most {mt} of product. The actual yield is {ma}. Calculate the "
        "percent yield.",
        thing=("synthesis of aspirin", "precipitation", "laboratory synthesis", "reaction"),
    ),
    law=lambda q: q["ma"] / q["mt"],
    answer=Answer("%"),
    figure=bars("Yield of the reaction", "Yield", "Mass in g", _ACTUAL, _THEORETICAL),
)

FAMILIES = (MASS_OF_COMPOUND, AMOUNT_FROM_MASS, PRODUCT_MASS, PERCENT_YIELD)
