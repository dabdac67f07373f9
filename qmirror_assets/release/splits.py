"""Splits: rows with one group value stay together, decided by a hash of the value.

A hash leaves a small dataset without a validation split by chance. Where there are at least
`GROUPS_FOR_ALL` groups, an empty split is given one group of the fullest split; which one is
decided by a second hash, so the same rows always give the same splits.
"""

from __future__ import annotations

import hashlib
import heapq
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from qmirror_assets.errors import RecipeError

GROUPS_FOR_ALL = 10
_SKETCH = 256  # groups kept for the decision about empty splits: memory does not grow with rows
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}\Z")


def _hash(salt: str, group: str) -> int:
    data = f"{salt}\0{group}".encode()
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big")


def group_of(value: object, sample_id: str) -> str:
    """The group of a row: its value, or its own id where it has none."""
    return f"v:{value}" if value not in (None, "") else f"s:{sample_id}"


@dataclass(frozen=True, slots=True)
class Splits:
    """Assigns groups to splits. moved: groups given to a split that would be empty."""

    shares: Mapping[str, float]
    moved: Mapping[str, str] = field(default_factory=dict)

    def of(self, group: str) -> str:
        """The split of a group."""
        return self.moved.get(group) or _by_hash(self.shares, group)


def check_names(shares: Mapping[str, float]) -> None:
    """Split names become file names.

    Raises:
        RecipeError: a name that is not 1 to 32 of a-z, 0-9 and _.
    """
    for name in shares:
        if not _NAME.match(name):
            raise RecipeError(
                "release.splits holds a bad name",
                expected="1 to 32 of a-z, 0-9 and _, beginning with a letter",
                found=repr(name[:80]),
            )


def plan_splits(shares: Mapping[str, float], groups: Iterable[str]) -> Splits:
    """Splits for all `groups` of a version (repeats allowed), with no share left empty."""
    check_names(shares)
    used: set[str] = set()
    sketch = _Sketch()
    for group in groups:
        sketch.add(group)
        if len(used) < len(shares):
            used.add(_by_hash(shares, group))
    empty = [name for name, share in shares.items() if share > 0 and name not in used]
    if not empty or len(sketch) < GROUPS_FOR_ALL:
        return Splits(shares)
    return Splits(shares, _donate(shares, empty, sketch.groups()))


def _by_hash(shares: Mapping[str, float], group: str) -> str:
    point, reached = _hash("split", group) / 2**64, 0.0
    last = ""
    for name, share in shares.items():
        if share > 0:
            reached, last = reached + share, name
            if point < reached:
                return name
    return last


def _donate(
    shares: Mapping[str, float], empty: Iterable[str], groups: Iterable[str]
) -> dict[str, str]:
    homes = {group: _by_hash(shares, group) for group in groups}
    moved: dict[str, str] = {}
    for name in empty:
        fullest = max(Counter(homes.values()).items(), key=lambda item: (item[1], item[0]))[0]
        given = next(group for group, home in homes.items() if home == fullest)
        homes[given] = moved[given] = name
    return moved


class _Sketch:
    """The distinct groups with the smallest second hash: all of them while they are few."""

    def __init__(self) -> None:
        self._kept: set[str] = set()
        self._heap: list[tuple[int, str]] = []  # the largest hash first

    def add(self, group: str) -> None:
        if group in self._kept:
            return
        number = -_hash("sketch", group)
        if len(self._heap) < _SKETCH:
            heapq.heappush(self._heap, (number, group))
            self._kept.add(group)
        elif number > self._heap[0][0]:
            _, gone = heapq.heapreplace(self._heap, (number, group))
            self._kept.remove(gone)
            self._kept.add(group)

    def groups(self) -> list[str]:
        """Kept groups in the order of their hash."""
        return [group for _, group in sorted(self._heap, reverse=True)]

    def __len__(self) -> int:
        return len(self._kept)
