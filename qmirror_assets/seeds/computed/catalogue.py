"""All problem families by id."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from qmirror_assets.errors import UsageError
from qmirror_assets.records import Given

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from qmirror_assets.seeds.computed.family import Family


@dataclass(frozen=True, slots=True)
class FamilyInfo:
    """A family as listed to users; the givens have empty values.

    capacity: the number of draws; up to one in seven of them is skipped.
    """

    id: str
    domain: str
    formula: str
    givens: tuple[Given, ...]
    answer_unit: str
    capacity: int


@cache
def catalogue() -> Mapping[str, Family]:
    """Every family by id. The domains are loaded on demand: chemistry reads molar masses."""
    from qmirror_assets.seeds.computed import (  # noqa: PLC0415 heavy
        astronomy,
        biology,
        chemistry,
        physics,
    )

    listed = (
        *physics.FAMILIES, *chemistry.FAMILIES, *biology.FAMILIES, *astronomy.FAMILIES,
    )  # fmt: skip
    return MappingProxyType({family.id: family for family in listed})


def families() -> tuple[FamilyInfo, ...]:
    """All families, in the order in which `generate` walks them."""
    return tuple(_describe(family) for family in catalogue().values())


def select(domains: Sequence[str] | None, names: Sequence[str] | None) -> tuple[Family, ...]:
    """The families of these domains and with these ids; None stands for all.

    Raises UsageError for an unknown domain or id, or when none is left.
    """
    known = catalogue()
    _refuse_unknown("domain", domains, {family.domain for family in known.values()})
    _refuse_unknown("problem family", names, known)
    chosen = tuple(
        family
        for family in known.values()
        if (domains is None or family.domain in domains) and (names is None or family.id in names)
    )
    if not chosen:
        raise UsageError(
            "No problem family is left",
            expected="families that belong to the chosen domains",
            found=f"domains {domains}, families {names}",
        )
    return chosen


def _refuse_unknown(noun: str, asked: Sequence[str] | None, known: Collection[str]) -> None:
    for name in asked or ():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise UsageError(
                f"Unknown {noun} {name!r}",
                expected=f"one of {', '.join(sorted(known))}",
                remedy=f"Did you mean {near[0]!r}?" if near else "",
            )


def _describe(family: Family) -> FamilyInfo:
    givens = tuple(Given(given.role, given.symbol, "", given.unit) for given in family.givens)
    return FamilyInfo(
        id=family.id,
        domain=family.domain,
        formula=family.formula,
        givens=givens,
        answer_unit=family.answer.unit,
        capacity=family.capacity,
    )
