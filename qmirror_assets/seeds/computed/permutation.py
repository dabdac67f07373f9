"""A seeded order over 0..size-1 that needs no memory: a small Feistel network."""

from __future__ import annotations

import hashlib
import math

_ROUNDS = 4
_WORD = (1 << 64) - 1


class Permutation:
    """Maps each index of `range(size)` to another one, without repeats.

    The order depends on `key` alone: integer arithmetic only, so every platform and every
    interpreter gives the same one.
    """

    __slots__ = ("_keys", "_side", "size")

    def __init__(self, size: int, key: str) -> None:
        self.size = size
        # The network works on pairs (left, right) below side x side, the least square >= size.
        self._side = math.isqrt(max(size - 1, 0)) + 1
        digest = hashlib.shake_128(key.encode()).digest(16 * _ROUNDS)
        words = [int.from_bytes(digest[at : at + 8]) for at in range(0, len(digest), 8)]
        self._keys = tuple(zip(words[::2], (word | 1 for word in words[1::2]), strict=True))

    def __call__(self, index: int) -> int:
        """The place of `index` in the order; `index` must be in `range(size)`."""
        place = self._step(index)
        while place >= self.size:  # walk on until we are back inside: still one to one
            place = self._step(place)
        return place

    def _step(self, index: int) -> int:
        side = self._side
        left, right = divmod(index, side)
        for offset, odd in self._keys:
            mixed = ((right + offset) * odd) & _WORD
            mixed = ((mixed ^ (mixed >> 29)) * odd) & _WORD
            left, right = right, (left + (mixed >> 24)) % side
        return left * side + right
