"""Cells under the microscope, heart and lungs."""

from __future__ import annotations

from qmirror_assets.seeds.computed.family import Answer, Family, Quantity
from qmirror_assets.seeds.computed.grid import choices, expand, span
from qmirror_assets.seeds.computed.pictures import callouts, scene

_IMAGE = Quantity("image length", "I", "mm")
_MAGNIFICATION = Quantity("magnification", "M", "times")
_RATE = Quantity("heart rate", "f", "beats/min")
_STROKE = Quantity("stroke volume", "V", "mL")
_MINUTES = Quantity("duration", "t", "minutes")
_DIAMETER = Quantity("diameter of a cell", "d", "µm")
_TISSUE = Quantity("length of the tissue", "L", "mm")

MAGNIFICATION = Family(
    id="biology.magnification",
    formula="A = I / M",
    givens=(_IMAGE, _MAGNIFICATION),
    axes=(
        span("I", "6", "90", "0.5"),
        choices("M", [str(number) for number in (*range(150, 1000, 50), *range(1000, 1600, 100))]),
    ),
    wordings=expand(
        "In a micrograph, [thing] has an image length of {I}. The magnification is {M}. What is "
        "its actual length in micrometres?",
        "A student draws [thing] at a magnification of {M}. In the drawing it is {I} long. Find "
        "its real length in micrometres.",
        "At a magnification of {M}, the image of [thing] measures {I}. Calculate its actual size "
        "in micrometres.",
        thing=("a plant cell", "a pollen grain", "a diatom", "a single-celled alga"),
    ),
    law=lambda q: q["I"] / q["M"],
    answer=Answer("µm"),
    figure=scene(
        "microscope", "Under the microscope", image_length=_IMAGE, magnification=_MAGNIFICATION
    ),
)

HEART = Family(
    id="biology.blood_pumped",
    formula="volume = f V t",
    givens=(_RATE, _STROKE, _MINUTES),
    axes=(span("f", "52", "168"), span("V", "50", "110"), span("t", "2", "45")),
    wordings=expand(
        "The heart of [person] has a heart rate of {f} and a stroke volume of {V}. How many "
        "litres of blood does its left ventricle pump in {t}?",
        "During an exercise that lasts {t}, [person] has a steady heart rate of {f}. The stroke "
        "volume is {V}. Find the volume of blood in litres that the left ventricle pumps.",
        "With each beat, the left ventricle of [person] ejects {V} of blood. The heart rate is "
        "{f}. Calculate the blood volume in litres pumped in a time of {t}.",
        person=("a runner", "a student", "a cyclist", "a volunteer"),
    ),
    law=lambda q: q["f"] * q["V"] * q["t"],
    answer=Answer("L"),
    figure=callouts("person", "Heartbeat of a person", "person", _RATE, _STROKE, _MINUTES),
)

CELL_RATIO = Family(
    id="biology.cells_in_a_row",
    formula="n = L / d",
    givens=(_TISSUE, _DIAMETER),
    axes=(span("L", "0.5", "12", "0.1"), span("d", "8", "80")),
    wordings=expand(
        "A [tissue] with a length of {L} consists of a single row of cells. Each cell has a "
        "diameter of {d}. About how many cells form the row?",
        "Cells with a diameter of {d} lie side by side in a [tissue]. The row has a length of "
        "{L}. Estimate the number of cells.",
        "The cells of a [tissue] have a mean diameter of {d}. Estimate how many of them lie in a "
        "row along a length of {L}.",
        tissue=("filament of algae", "strip of epidermis", "thin tissue section"),
    ),
    law=lambda q: q["L"] / q["d"],
    answer=Answer("cells", places=0),
    figure=callouts("row of cells", "A row of cells", "cell", _DIAMETER, _TISSUE),
)

FAMILIES = (MAGNIFICATION, HEART, CELL_RATIO)
