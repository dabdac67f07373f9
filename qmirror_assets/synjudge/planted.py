"""The planted-defect set: labelled defects made from good items by known edits.

Everything follows from the items and the random seed. What a kind does not fit is counted with
its reason, never left out in silence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from qmirror_assets.synjudge import picture_edits, text_edits
from qmirror_assets.synjudge.defects import Defect
from qmirror_assets.synjudge.edit import Edit, Editor, Locate, Unfit
from qmirror_assets.synjudge.items import Item

MOST_VARIATIONS: Final = 8
"""Most defects of one kind in one item."""

_EDITS: Final[Mapping[Defect, Callable[[Item, Editor], Edit | Unfit]]] = {
    Defect.DROP_OBJECT: picture_edits.drop_object,
    Defect.SWAP_IMAGE: picture_edits.swap_image,
    Defect.CONTRADICT_VALUE: text_edits.contradict_value,
    Defect.BLUR: picture_edits.blur,
    Defect.DUPLICATE_TEXT: text_edits.duplicate_text,
    Defect.TRUNCATE_ANSWER: text_edits.truncate_answer,
    Defect.EMPTY_ANSWER: text_edits.empty_answer,
    Defect.NO_IMAGE: picture_edits.no_image,
}


@dataclass(frozen=True, slots=True)
class Planted:
    """One defect. source: key of the item it was made from."""

    defect: Defect
    source: str
    item: Item
    note: str


@dataclass(frozen=True, slots=True)
class PlantedSet:
    """All defects, and for each kind how many items it did not fit, by reason."""

    planted: tuple[Planted, ...]
    unfit: Mapping[Defect, Mapping[str, int]]

    def of(self, defect: Defect) -> list[Planted]:
        """The defects of one kind."""
        return [planted for planted in self.planted if planted.defect is defect]


def plant(
    items: Sequence[Item], per_kind: int, random_seed: int, locate: Locate | None = None
) -> PlantedSet:
    """Plant up to `per_kind` defects of every kind.

    Args:
        items: Good items; every item gets one defect of a kind before any gets a second.
        per_kind: How many of each kind; there are fewer where variations run out.
        random_seed: Decides order and choices.
        locate: Recognised texts of a picture with their places, for figures without a spec.
    """
    planted: list[Planted] = []
    unfit: dict[Defect, Mapping[str, int]] = {}
    for number, defect in enumerate(Defect):
        made, not_fit = _plant_kind(items, per_kind, (random_seed, number), defect, locate)
        planted += made
        unfit[defect] = not_fit
    return PlantedSet(tuple(planted), unfit)


def _plant_kind(
    items: Sequence[Item],
    per_kind: int,
    seeds: tuple[int, int],
    defect: Defect,
    locate: Locate | None,
) -> tuple[list[Planted], Mapping[str, int]]:
    import numpy as np

    made: list[Planted] = []
    unfit: Counter[str] = Counter()
    seen: set[tuple[str, str]] = set()
    order = [int(i) for i in np.random.default_rng(seeds).permutation(len(items))]
    for variation in range(MOST_VARIATIONS):
        for index in order:
            generator = np.random.default_rng((*seeds, variation, index))
            item = items[index]
            editor = Editor(generator, variation, items, locate or _nowhere)
            edit = _EDITS[defect](item, editor)
            if isinstance(edit, Unfit):
                unfit[edit.why] += variation == 0
                continue
            result = (edit.item.digest, edit.item.answer)
            if len(made) < per_kind and result not in seen and result != (item.digest, item.answer):
                seen.add(result)
                made.append(Planted(defect, item.key, edit.item, edit.note))
        if len(made) >= per_kind:
            break
    return made, {why: count for why, count in unfit.items() if count}


def _nowhere(_item: Item) -> Sequence[tuple[str, tuple[int, int, int, int]]]:
    return ()
