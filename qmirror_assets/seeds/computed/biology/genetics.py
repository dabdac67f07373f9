"""Crosses, allele frequencies, DNA composition."""

from __future__ import annotations

import re

from qmirror_assets.seeds.computed.family import Answer, Family, Quantity
from qmirror_assets.seeds.computed.grid import choices, expand, span, together
from qmirror_assets.seeds.computed.pictures import callouts, punnett, table

_GENOTYPE = re.compile(r"(?:[A-Za-z]{2}){1,3}")


def recessive_share(genotype: str) -> float:
    """Share of gametes that carry only recessive alleles: 0.5 for "Aa", 0.25 for "AaBb".

    Raises ValueError for a text that is no genotype.
    """
    pairs = [genotype[at : at + 2] for at in range(0, len(genotype), 2)]
    one_gene_each = all(len(set(pair.lower())) == 1 for pair in pairs)
    if not _GENOTYPE.fullmatch(genotype) or not one_gene_each:
        message = f"not a genotype: {genotype[:40]!r}"
        raise ValueError(message)
    share = 1.0
    for pair in pairs:
        share *= sum(allele.islower() for allele in pair) / 2
    return share


_PLANT = Quantity("genotype of the plant", "G", read=recessive_share, reads_as="")
_FIRST = Quantity("genotype of the first parent", "G1", read=recessive_share, reads_as="")
_SECOND = Quantity("genotype of the second parent", "G2", read=recessive_share, reads_as="")
_OFFSPRING = Quantity("number of offspring", "N", "offspring")
_RECESSIVE = Quantity("share with the recessive trait", "q²", "%")
_POPULATION = Quantity("population size", "N", "individuals")
_ADENINE = Quantity("share of adenine", "A", "%")
_PAIRS = Quantity("length of the DNA", "N", "base pairs")

_SINGLE = tuple(f"{letter}{letter.lower()}" for letter in "ABDEGHNRTY")
_ASK = "Capitals stand for dominant alleles."

SELF_CROSS = Family(
    id="biology.self_cross",
    formula="recessive = N * q²",
    givens=(_PLANT, _OFFSPRING),
    axes=(choices("G", _SINGLE), span("N", "40", "1600", "4")),
    wordings=expand(
        f"A [plant] with the genotype {{G}} pollinates itself and gives {{N}}. {_ASK} How many of "
        "them are expected to show the recessive trait?",
        "The gene for [trait] has a dominant and a recessive allele. A plant with the genotype "
        "{G} is self-pollinated. Among {N}, how many are expected to be homozygous recessive?",
        f"Self-pollination of a [plant] with the genotype {{G}} yields {{N}}. {_ASK} Calculate "
        "the expected number with the recessive trait.",
        plant=("pea plant", "tomato plant", "maize plant", "snapdragon"),
        trait=("flower colour", "seed shape", "stem length", "pod colour"),
    ),
    law=lambda q: q["N"] * q["G"] ** 2,
    answer=Answer("offspring", places=0),
    figure=punnett("Self-pollination", "one gene", _PLANT, _PLANT),
)

TEST_CROSS = Family(
    id="biology.cross_of_two_parents",
    formula="recessive = N * q1 * q2",
    givens=(_FIRST, _SECOND, _OFFSPRING),
    axes=(
        together(("G1", "G2"), [(single, single[1] * 2) for single in _SINGLE]),
        span("N", "30", "1200", "2"),
    ),
    wordings=expand(
        f"A [one] with the genotype {{G1}} is crossed with one of the genotype {{G2}}. {_ASK} "
        "Of {N}, how many are expected to show the recessive trait?",
        "In a test cross, one [one] has the genotype {G1} and the other one has the genotype "
        "{G2}. How many homozygous recessive individuals are expected among {N}?",
        f"Two [many] with the genotypes {{G1}} and {{G2}} are crossed. {_ASK} Calculate the "
        "expected number with the recessive trait among {N}.",
        one=("pea plant", "fruit fly", "tomato plant", "maize plant"),
        many=("pea plants", "fruit flies", "tomato plants", "maize plants"),
    ),
    law=lambda q: q["N"] * q["G1"] * q["G2"],
    answer=Answer("offspring", places=0),
    figure=punnett("Test cross", "one gene", _FIRST, _SECOND),
)

DIHYBRID = Family(
    id="biology.dihybrid_cross",
    formula="recessive = N * q²",
    givens=(_PLANT, _OFFSPRING),
    axes=(
        choices("G", [a + b for a in _SINGLE for b in _SINGLE if a < b]),
        span("N", "80", "3200", "16"),
    ),
    wordings=expand(
        f"A [plant] with the genotype {{G}} pollinates itself and gives {{N}}. The two genes "
        f"assort independently. {_ASK} How many of them are expected to show both recessive "
        "traits?",
        "Two unlinked genes of a [plant] are studied. A plant with the genotype {G} is "
        "self-pollinated. Among {N}, how many are expected to be homozygous recessive for both "
        "genes?",
        f"Self-pollination of a [plant] with the genotype {{G}} yields {{N}}. The genes lie on "
        f"different chromosomes. {_ASK} Calculate the expected number with both recessive "
        "traits.",
        plant=("pea plant", "tomato plant", "maize plant"),
    ),
    law=lambda q: q["N"] * q["G"] ** 2,
    answer=Answer("offspring", places=0),
    figure=punnett("Self-pollination, two genes", "two genes", _PLANT, _PLANT),
)

_SQUARES = ("1", "2.25", "4", "6.25", "9", "12.25", "16", "20.25", "25", "36", "49", "64")

HARDY_WEINBERG = Family(
    id="biology.hardy_weinberg",
    formula="heterozygotes = 2 q (1 - q) N",
    givens=(_RECESSIVE, _POPULATION),
    axes=(
        choices("q²", _SQUARES),
        span("N", "200", "12000", "40"),
    ),
    wordings=expand(
        "A population of [animals] in Hardy-Weinberg equilibrium has {N}. The recessive [trait] "
        "is seen in {q²} of them. How many are expected to be heterozygous?",
        "In a population of {N} in Hardy-Weinberg equilibrium, {q²} of the [animals] show the "
        "recessive [trait]. Estimate the number of heterozygous carriers.",
        "{q²} of the [animals] in a population show the recessive [trait]. The population is in "
        "Hardy-Weinberg equilibrium and consists of {N}. Calculate the expected number of "
        "heterozygotes.",
        animals=("rabbits", "mice", "foxes", "finches"),
        trait=("white colour", "pale eyes"),
    ),
    law=lambda q: 2 * q["q²"] ** 0.5 * (1 - q["q²"] ** 0.5) * q["N"],
    answer=Answer("individuals", places=0),
    figure=table(
        "Survey of the population",
        ["Group", "Size"],
        ["whole population", _POPULATION],
        ["recessive trait", _RECESSIVE],
    ),
)

DNA_BASES = Family(
    id="biology.guanine_bases",
    formula="G = 2 N (0.5 - A)",
    givens=(_PAIRS, _ADENINE),
    axes=(span("N", "200", "9000", "20"), span("A", "12", "38")),
    wordings=expand(
        "A double-stranded [dna] has a length of {N}. Adenine makes up {A} of all its bases. How "
        "many guanine bases does it contain?",
        "In a double-stranded [dna] of {N}, {A} of the bases are adenine. Find the number of "
        "guanine bases.",
        "Chemical analysis of a double-stranded [dna] shows that {A} of its bases are adenine. "
        "The molecule consists of {N}. Calculate the number of guanine bases in both strands.",
        dna=("DNA molecule", "DNA fragment", "plasmid"),
    ),
    law=lambda q: 2 * q["N"] * (0.5 - q["A"]),
    answer=Answer("bases", places=0),
    figure=callouts("DNA", "A DNA molecule", "dna", _PAIRS, _ADENINE),
)

FAMILIES = (SELF_CROSS, TEST_CROSS, DIHYBRID, HARDY_WEINBERG, DNA_BASES)
