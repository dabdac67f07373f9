"""Seeds of one family, drawn in a seeded order without repeats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qmirror_assets.records import Given, Seed
from qmirror_assets.seeds.computed.formatting import quantity_text
from qmirror_assets.seeds.computed.permutation import Permutation
from qmirror_assets.seeds.computed.pictures import fill
from qmirror_assets.seeds.computed.solve import solver_of
from qmirror_assets.seeds.computed.units import is_plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from qmirror_assets.seeds.computed.family import Family

LICENCE = "CC0-1.0"
_TOO_CLOSE = 0.01


class Drawer:
    """Draw `index` of a family depends on (random_seed, family, index) alone.

    A draw is skipped when the text of a given stands more than once in the question ("5 m" in
    "25 m"), when the answer stands in it or all but equals a given, for then it could not be
    rewritten safely, and when a text is bad English ("1 minutes").
    """

    __slots__ = ("_comparable", "_family", "_ones", "_order", "_random_seed", "_solver")

    def __init__(self, family: Family, random_seed: int) -> None:
        self._family, self._random_seed = family, random_seed
        self._order = Permutation(family.capacity, f"{random_seed}/{family.id}")
        self._solver = solver_of(family.id)
        self._comparable = tuple(
            given.symbol for given in family.givens if given.unit == family.answer.unit
        )
        units = {family.answer.unit, *(given.unit for given in family.givens)}
        self._ones = frozenset(quantity_text("1", unit) for unit in units if is_plural(unit))

    def seeds(self) -> Iterator[Seed]:
        """All seeds of the family, in this order."""
        for index in range(self._family.capacity):
            seed = self.draw(index)
            if seed is not None:
                yield seed

    def draw(self, index: int) -> Seed | None:
        """The seed at `index`, or None where that draw is skipped."""
        family = self._family
        wording, words = self._pick(self._order(index))
        texts = dict(words)
        for given in family.givens:
            texts[given.symbol] = quantity_text(words[given.symbol], given.unit)
        number = self._solver.number(words)
        question, answer = wording.format_map(texts), family.answer.text(number)
        if self._repeats_a_given(number, words) or not self._reads_well(question, answer, texts):
            return None
        return Seed(
            question=question,
            answer=answer,
            domain=family.domain,
            givens=tuple(
                Given(given.role, given.symbol, words[given.symbol], given.unit)
                for given in family.givens
            ),
            # draws of another random_seed are other problems, not edits of these
            seed_id=f"{family.id}-{self._random_seed}-{index}",
            licence=LICENCE,
            source=f"computed:{family.id}",
            family=family.id,
            figure=fill(family.figure, words),
        )

    def _repeats_a_given(self, number: float, words: Mapping[str, str]) -> bool:
        """Would a given pass for the answer?"""
        return any(
            abs(float(words[symbol]) - number) <= _TOO_CLOSE * abs(number)
            for symbol in self._comparable
        )

    def _reads_well(self, question: str, answer: str, texts: Mapping[str, str]) -> bool:
        if answer in question or answer in self._ones:
            return False
        return all(
            question.count(texts[given.symbol]) == 1 and texts[given.symbol] not in self._ones
            for given in self._family.givens
        )

    def _pick(self, place: int) -> tuple[str, dict[str, str]]:
        """Wording and words at a place of the grid, read as a number of mixed radix."""
        family = self._family
        place, at = divmod(place, len(family.wordings))
        wording = family.wordings[at]
        words: dict[str, str] = {}
        for axis in family.axes:
            place, at = divmod(place, len(axis.rows))
            words.update(zip(axis.names, axis.rows[at], strict=True))
        return wording, words
