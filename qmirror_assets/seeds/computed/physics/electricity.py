"""Circuits with one source and one or two resistors."""

from __future__ import annotations

from qmirror_assets.seeds.computed.family import Answer, Family, Quantity
from qmirror_assets.seeds.computed.grid import expand, span, unequal
from qmirror_assets.seeds.computed.pictures import circuit

_VOLTAGE = Quantity("supply voltage", "V", "V")
_RESISTANCE = Quantity("resistance", "R", "Ω")
_FIRST = Quantity("first resistance", "R1", "Ω")
_SECOND = Quantity("second resistance", "R2", "Ω")

_SOURCES = ("battery", "laboratory source", "power pack", "direct voltage source")

OHMS_LAW = Family(
    id="physics.ohms_law",
    formula="I = V / R",
    givens=(_VOLTAGE, _RESISTANCE),
    axes=(span("V", "1.5", "48", "0.5"), span("R", "4", "240", "2")),
    wordings=expand(
        "A [thing] with a resistance of {R} is connected to a supply voltage of {V}. What is the "
        "current through it?",
        "A voltage of {V} is applied across a [thing]. The resistance of the [thing] is {R}. "
        "Find the current that flows.",
        "In a simple circuit, a battery with a voltage of {V} is connected to a [thing] whose "
        "resistance is {R}. Calculate the current.",
        thing=("resistor", "heating wire", "glowing lamp", "buzzer"),
    ),
    law=lambda q: q["V"] / q["R"],
    answer=Answer("A"),
    figure=circuit("A simple circuit", "series", _VOLTAGE, [_RESISTANCE]),
)

SERIES = Family(
    id="physics.series_circuit",
    formula="I = V / (R1 + R2)",
    givens=(_VOLTAGE, _FIRST, _SECOND),
    axes=(span("V", "3", "48", "0.5"), unequal("R1", "R2", "5", "150", "5")),
    wordings=expand(
        "Two resistors with resistances of {R1} and {R2} are connected in series to a [source] "
        "with a voltage of {V}. What current flows in the circuit?",
        "A [source] with a voltage of {V} drives a current through a resistor of {R1} and, in "
        "series with it, a resistor of {R2}. Calculate the current.",
        "A circuit consists of a [source] and two resistors in series. The source has "
        "a voltage of {V}, the first resistance is {R1} and the second resistance is {R2}. Find "
        "the current.",
        source=_SOURCES,
    ),
    law=lambda q: q["V"] / (q["R1"] + q["R2"]),
    answer=Answer("A"),
    figure=circuit("Two resistors in series", "series", _VOLTAGE, [_FIRST, _SECOND]),
)

PARALLEL = Family(
    id="physics.parallel_circuit",
    formula="I = V / R1 + V / R2",
    givens=(_VOLTAGE, _FIRST, _SECOND),
    axes=(span("V", "3", "48", "0.5"), unequal("R1", "R2", "5", "150", "5")),
    wordings=expand(
        "Two resistors with resistances of {R1} and {R2} are connected in parallel to a [source] "
        "with a voltage of {V}. What is the total current drawn from it?",
        "A [source] with a voltage of {V} feeds two parallel branches. One branch has a "
        "resistance of {R1} and the other branch has a resistance of {R2}. Calculate the total "
        "current.",
        "The resistors in a parallel circuit have values of {R1} and {R2}. A [source] applies a "
        "voltage of {V} across both. Find the total current drawn from it.",
        source=_SOURCES,
    ),
    law=lambda q: q["V"] / q["R1"] + q["V"] / q["R2"],
    answer=Answer("A"),
    figure=circuit("Two resistors in parallel", "parallel", _VOLTAGE, [_FIRST, _SECOND]),
)

POWER = Family(
    id="physics.resistor_power",
    formula="P = V² / R",
    givens=(_VOLTAGE, _RESISTANCE),
    axes=(span("V", "6", "60", "0.5"), span("R", "5", "150")),
    wordings=expand(
        "A [thing] with a resistance of {R} runs on a supply voltage of {V}. What power does it "
        "consume?",
        "The resistance of a [thing] is {R}. It is connected to a source with a voltage of {V}. "
        "Find the electrical power it takes up.",
        "A voltage of {V} is applied to a [thing] that has a resistance of {R}. Calculate the "
        "power converted in it.",
        thing=("heating element", "resistor", "heating wire", "seat heater"),
    ),
    law=lambda q: q["V"] ** 2 / q["R"],
    answer=Answer("W"),
    figure=circuit("A resistor on a source", "series", _VOLTAGE, [_RESISTANCE]),
)

FAMILIES = (OHMS_LAW, SERIES, PARALLEL, POWER)
