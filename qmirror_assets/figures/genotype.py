"""Genotypes of a Punnett square: "Aa", "AaBb", "XY", "Iᴬi"."""

from __future__ import annotations

import itertools
import re

_ALLELE = r"[A-Za-z][ᴬᴮᴰᴴᴿᵀᴺᵂᵃᵇᵈʰʳᵗⁿʷ⁺⁻]?"
_GENOTYPE = re.compile(rf"(?:{_ALLELE}){{2}}(?:(?:{_ALLELE}){{2}})?")


def read_genotype(text: str) -> tuple[tuple[str, str], ...]:
    """The allele pairs of one or two genes.

    Raises:
        ValueError: not one or two pairs of alleles, or a second gene with mixed letters.
    """
    if not _GENOTYPE.fullmatch(text):
        raise ValueError('a genotype is one or two pairs of alleles, such as "Aa" or "AaBb"')
    alleles = re.findall(_ALLELE, text)
    pairs = tuple(itertools.pairwise(alleles))[::2]
    if len(pairs) > 1 and any(a[0].lower() != b[0].lower() for a, b in pairs):
        raise ValueError("each gene of a two-gene cross is one letter twice")
    return pairs


def list_gametes(pairs: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """Every gamete, in the order of the alleles: 2 for one gene, 4 for two."""
    return tuple("".join(choice) for choice in itertools.product(*pairs))


def cross(first: str, second: str) -> str:
    """The offspring of two gametes, gene by gene, the dominant allele written first."""
    ours, theirs = re.findall(_ALLELE, first), re.findall(_ALLELE, second)
    return "".join(
        "".join(sorted(pair, key=_writing_order)) for pair in zip(ours, theirs, strict=True)
    )


def _writing_order(allele: str) -> tuple[bool, str]:
    return allele[0].islower(), allele
