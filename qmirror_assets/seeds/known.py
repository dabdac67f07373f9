"""Lines that an earlier reading knows: what became of them need not be found out again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from qmirror_assets.records import Seed

READER = 1
"""Raised by hand when an equal line gives another seed than before."""

DIGEST_BYTES = 16
TRACE_BYTES = 32


class KnownLines(Protocol):
    """What is kept of an earlier reading. Lines are known by digest and named by entry."""

    @property
    def has_ids(self) -> bool:
        """Whether any known line has an id of its own."""

    def find(self, digests: bytes) -> npt.NDArray[np.int32]:
        """The entry of each of these 16-byte digests; -1 for one that is not known."""

    def ids(self, entries: npt.NDArray[np.int32]) -> tuple[list[int], list[int]]:
        """Digests of the ids of these lines (0 without an id) and of their contents."""


@dataclass(frozen=True, slots=True)
class KnownRun:
    """Known lines that follow each other, as entries."""

    entries: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Traced:
    """A seed that was parsed.

    digest: of its identity; trace: by which its line is known later (digest of the line, of the
    id, of the content), empty when the line alone does not decide the seed.
    """

    seed: Seed
    digest: str
    trace: bytes = b""


def make_trace(digest: bytes, ident: int, content: int) -> bytes:
    """The trace of a line; without an id (0) its content is not asked for."""
    both = ident | content << 64 if ident else 0
    return digest + both.to_bytes(TRACE_BYTES - DIGEST_BYTES, "little")


class Ids:
    """Which content each id of a file stands for; 16 bytes of digests per row that has an id."""

    def __init__(self) -> None:
        self._seen: dict[int, int] = {}

    def agree(self, ident: int, content: int) -> bool:
        """Whether the id is new or stood for the same content so far."""
        return self._seen.setdefault(ident, content) == content

    def first_clash(self, idents: list[int], contents: list[int]) -> int:
        """Place of the first id that stood for other content; their number if there is none."""
        for place, (ident, content) in enumerate(zip(idents, contents, strict=True)):
            if ident and not self.agree(ident, content):
                return place
        return len(idents)
