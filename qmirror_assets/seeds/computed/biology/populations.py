"""Growth, sampling and energy flow."""

from __future__ import annotations

from qmirror_assets.seeds.computed.family import Answer, Family, Quantity
from qmirror_assets.seeds.computed.grid import choices, expand, span, together
from qmirror_assets.seeds.computed.pictures import bars, scene, table

_CELLS = Quantity("initial number", "N0", "cells")
_DOUBLING = Quantity("doubling time", "T", "minutes")
_TIME = Quantity("growth time", "t", "minutes")
_HERD = Quantity("initial population", "N", "deer")
_BIRTHS = Quantity("number of births", "B", "births")
_DEATHS = Quantity("number of deaths", "D", "deaths")
_MARKED = Quantity("number marked", "M", "fish")
_CAUGHT = Quantity("size of the second catch", "C", "fish")
_RECAUGHT = Quantity("marked in the second catch", "R", "fish")
_COUNT = Quantity("plants counted", "n", "plants")
_QUADRATS = Quantity("number of quadrats", "k", "quadrats")
_QUADRAT = Quantity("area of a quadrat", "a", "m²")
_FIELD = Quantity("area of the field", "A", "m²")
_ENERGY = Quantity("energy in the producers", "E", "kJ/m²")
_LOWER = Quantity("efficiency from producers to herbivores", "e1", "%")
_UPPER = Quantity("efficiency from herbivores to carnivores", "e2", "%")

DOUBLING = Family(
    id="biology.population_doubling",
    formula="N = N0 * 2^(t / T)",
    givens=(_CELLS, _DOUBLING, _TIME),
    axes=(
        span("N0", "100", "4000", "20"),
        together(
            ("T", "t"),
            [(str(time), str(time * times)) for time in range(15, 65, 5) for times in range(2, 8)],
        ),
    ),
    wordings=expand(
        "A culture of [microbe] starts with {N0} and has a doubling time of {T}. How many cells "
        "does it contain after {t} of unlimited growth?",
        "Under good conditions, [microbe] doubles in number every {T}. A flask is inoculated "
        "with {N0}. Calculate the number of cells after {t}.",
        "A population of [microbe] grows exponentially from an initial number of {N0}. Its "
        "doubling time is {T}. What is its size after a time of {t}?",
        microbe=(
            "the bacterium E. coli",
            "a soil bacterium",
            "a yeast strain",
            "a marine bacterium",
        ),
    ),
    law=lambda q: q["N0"] * 2 ** (q["t"] / q["T"]),
    answer=Answer("cells", places=0),
    figure=scene(
        "population", "A growing culture", initial=_CELLS, doubling_time=_DOUBLING, time=_TIME
    ),
)

GROWTH_RATE = Family(
    id="biology.growth_rate",
    formula="r = (B - D) / N",
    givens=(_HERD, _BIRTHS, _DEATHS),
    axes=(span("N", "400", "2000", "50"), span("B", "60", "190", "5"), span("D", "12", "58", "2")),
    wordings=expand(
        "A [place] is home to {N}. In one year there are {B} and {D}. No animals move in or out. "
        "By what percentage does the population grow in this year?",
        "In a population of {N} in a [place], {B} and {D} are recorded during one year. Without "
        "migration, what is the growth of the population in percent?",
        "Rangers of a [place] count {N} at the start of a year. During that year they register "
        "{B} and {D}, with no migration. Calculate the percentage growth.",
        place=("nature reserve", "national park", "forest", "river valley"),
    ),
    law=lambda q: (q["B"] - q["D"]) / q["N"],
    answer=Answer("%"),
    figure=table(
        "Population census",
        ["Record", "Count"],
        ["animals at the start", _HERD],
        ["births in the year", _BIRTHS],
        ["deaths in the year", _DEATHS],
    ),
)

MARK_RECAPTURE = Family(
    id="biology.mark_and_recapture",
    formula="N = M C / R",
    givens=(_MARKED, _CAUGHT, _RECAUGHT),
    axes=(
        choices("M", [str(number) for number in range(40, 244, 4)]),
        choices("C", [str(number) for number in range(42, 182, 4)]),
        span("R", "5", "36"),
    ),
    wordings=expand(
        "To estimate the number of [kind] in a [water], biologists mark {M} and release them. "
        "Later they catch {C}, and {R} among them carry a mark. What is the estimated population?",
        "{M} from a [water] with many [kind] are marked and set free. Among {C} caught some weeks "
        "later, {R} are marked. Estimate the size of the population.",
        "In a mark and recapture study of [kind] in a [water], {M} are marked at first. A second "
        "catch of {C} contains {R} with marks. Calculate the estimated population size.",
        kind=("trout", "carp", "perch"),
        water=("lake", "pond", "reservoir"),
    ),
    law=lambda q: q["M"] * q["C"] / q["R"],
    answer=Answer("fish", places=0),
    figure=bars("Mark and recapture", "Step", "Number of fish", _MARKED, _CAUGHT, _RECAUGHT),
)

QUADRATS = Family(
    id="biology.quadrat_sampling",
    formula="N = n A / (k a)",
    givens=(_COUNT, _QUADRATS, _QUADRAT, _FIELD),
    axes=(
        span("n", "24", "240", "3"),
        choices("k", ["4", "5", "8", "10", "15", "20"]),
        choices("a", ["0.25", "0.5", "1", "2"]),
        span("A", "200", "4500", "100"),
    ),
    wordings=expand(
        "In a [field] with an area of {A}, ecologists lay out {k}, each with an area of {a}. They "
        "count {n} of one species in them altogether. Estimate how many of these plants grow in "
        "the whole [field].",
        "{k} are placed at random in a [field] of {A}. Each quadrat has an area of {a}, and "
        "altogether they hold {n} of one species. What is the estimated number of these plants "
        "in the [field]?",
        "Students find a total of {n} of one species in {k}, each covering {a} of a [field]. The "
        "area of the [field] is {A}. Calculate the estimated number of these plants there.",
        field=("meadow", "field", "salt marsh", "heath"),
    ),
    law=lambda q: q["n"] * q["A"] / (q["k"] * q["a"]),
    answer=Answer("plants", places=0),
    figure=table(
        "Quadrat sampling",
        ["Record", "Value"],
        ["plants counted", _COUNT],
        ["number of quadrats", _QUADRATS],
        ["area of a quadrat", _QUADRAT],
        ["area of the field", _FIELD],
    ),
)

ENERGY_FLOW = Family(
    id="biology.energy_flow",
    formula="E3 = E e1 e2",
    givens=(_ENERGY, _LOWER, _UPPER),
    axes=(span("E", "4000", "60000", "500"), span("e1", "5", "20"), span("e2", "4", "21")),
    wordings=expand(
        "The producers of a [place] store {E} of energy per year. Herbivores take up {e1} of it "
        "and carnivores take up {e2} of the energy in the herbivores. How much energy per "
        "square metre reaches the carnivores in a year?",
        "In a [place], {e1} of the energy in the producers passes to the herbivores and {e2} of "
        "that passes on to the carnivores. The producers fix {E} in a year. Find the yearly "
        "energy per square metre at the level of the carnivores.",
        "Energy flows through a [place] from producers, which store {E} per year, to herbivores "
        "with an efficiency of {e1} and on to carnivores with an efficiency of {e2}. Calculate "
        "the energy per square metre that the carnivores receive in a year.",
        place=("meadow", "lake", "grassland", "salt marsh"),
    ),
    law=lambda q: q["E"] * q["e1"] * q["e2"],
    answer=Answer("kJ/m²"),
    figure=table(
        "Energy flow",
        ["Quantity", "Value"],
        ["energy in the producers", _ENERGY],
        ["passed to the herbivores", _LOWER],
        ["passed to the carnivores", _UPPER],
    ),
)

FAMILIES = (DOUBLING, GROWTH_RATE, MARK_RECAPTURE, QUADRATS, ENERGY_FLOW)
