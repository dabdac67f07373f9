"""An order that depends on a random seed and on names, never on places in a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from qmirror_assets.fingerprint import short_digest

Item = TypeVar("Item")


def shuffle(
    items: Iterable[Item], name: Callable[[Item], str], random_seed: int, *scope: str
) -> list[Item]:
    """`items` by the digest of (random_seed, scope, name): an added one moves no two others."""
    return sorted(items, key=lambda item: short_digest([random_seed, *scope, name(item)]))
