"""Seeds from all families in turn, and the answer of a seed from its givens."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from qmirror_assets.errors import UsageError
from qmirror_assets.seeds.computed.catalogue import catalogue, select
from qmirror_assets.seeds.computed.draw import Drawer
from qmirror_assets.seeds.computed.formatting import LONGEST_TEXT
from qmirror_assets.seeds.computed.solve import solver_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qmirror_assets.records import Given, Seed
    from qmirror_assets.seeds.computed.family import Family


def generate(
    count: int,
    random_seed: int,
    *,
    domains: Sequence[str] | None = None,
    families: Sequence[str] | None = None,
) -> Iterator[Seed]:
    """Stream `count` different seeds, one family after the other, round after round.

    The same arguments give the same seeds on every machine. A family that has no draws left is
    passed over; when all are, the stream ends before `count`.

    Args:
        count: how many seeds, 0 or more.
        random_seed: decides the order of the draws of every family.
        domains: only families of these domains; None for all.
        families: only families with these ids; None for all.

    Raises:
        UsageError: at once, for a negative count or an unknown domain or family.
    """
    if count < 0:
        raise UsageError("Cannot make seeds", expected="a count of 0 or more", found=str(count))
    return _take_turns(count, random_seed, select(domains, families))


def recompute(family: str, givens: Sequence[Given]) -> str | None:
    """The answer of a family for these givens, or None.

    None: the family is unknown, the givens are not those of the family (by role and unit), or
    their values have no answer.
    """
    known = catalogue().get(family)
    if known is None:
        return None
    by_role = {given.role: given for given in givens}
    wanted = {given.role: given for given in known.givens}
    if len(by_role) != len(givens) or by_role.keys() != wanted.keys():
        return None
    if any(not _fits(by_role[role], given.unit) for role, given in wanted.items()):
        return None
    values = {given.symbol: by_role[role].value for role, given in wanted.items()}
    try:
        return solver_of(family).text(values)
    except ValueError:  # hostile or damaged values: the caller asks, and the answer is "none"
        return None


def _fits(given: Given, unit: str) -> bool:
    return given.unit == unit and len(given.value) <= LONGEST_TEXT


def _take_turns(count: int, random_seed: int, chosen: Sequence[Family]) -> Iterator[Seed]:
    turns = deque(Drawer(family, random_seed).seeds() for family in chosen)
    while turns and count > 0:
        stream = turns.popleft()
        seed = next(stream, None)
        if seed is None:
            continue
        turns.append(stream)
        count -= 1
        yield seed
