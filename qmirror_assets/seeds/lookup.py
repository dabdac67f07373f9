"""Telling the lines of a file that are known from those that have to be parsed."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import TYPE_CHECKING

import numpy as np

from qmirror_assets.fingerprint import SCHEME, canonical
from qmirror_assets.seeds.known import DIGEST_BYTES, READER, Ids, KnownLines, KnownRun
from qmirror_assets.seeds.lines import LINE_BYTES, Block, Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy.typing as npt

    from qmirror_assets.records import Json

_NO_DIGEST = bytes(DIGEST_BYTES)  # of no line: only seeds are kept, and none is oversized
_JSON_SPACE = b" \t\r\n"


class Lookup:
    """Known lines, asked for one file with its settings (all that decides a seed but its line)."""

    def __init__(self, known: KnownLines, settings: Json, ids: Ids) -> None:
        self._known, self._ids = known, ids
        parts = [SCHEME, READER, unicodedata.unidata_version, settings]
        self._person = hashlib.blake2b(canonical(parts), digest_size=DIGEST_BYTES).digest()

    def split(self, blocks: Iterable[Block]) -> Iterator[KnownRun | tuple[Line, bytes]]:
        """The lines in order, blank ones left out: runs of known ones, others with their digest."""
        for block in blocks:
            there = [at for at, line in enumerate(block.lines) if line and not line.isspace()]
            digests = self._digests(block, there)
            entries = self._known.find(b"".join(digests))
            start = 0
            for stop in [*np.flatnonzero(entries < 0).tolist(), len(there)]:
                for piece in self._runs(entries[start:stop]):
                    # a known line whose id stood for something else is refused by the reader
                    yield piece if isinstance(piece, KnownRun) else (
                        block.line(there[start + piece]), digests[start + piece]
                    )  # fmt: skip
                if stop < len(there):
                    yield block.line(there[stop]), digests[stop]
                start = stop + 1

    def _digests(self, block: Block, there: Sequence[int]) -> list[bytes]:
        # line ends and indentation are white space to JSON: CRLF changes no seed
        lines, person, blake2b = block.lines, self._person, hashlib.blake2b
        digests = [
            blake2b(lines[at].strip(_JSON_SPACE), digest_size=DIGEST_BYTES, person=person).digest()
            for at in there
        ]
        if len(max(lines, key=len)) >= LINE_BYTES:
            for place, at in enumerate(there):
                if block.line(at).oversized:
                    digests[place] = _NO_DIGEST
        return digests

    def _runs(self, entries: npt.NDArray[np.int32]) -> Iterator[KnownRun | int]:
        """Runs without a clash of ids, and between them the places of lines with one."""
        start = 0
        while start < len(entries):
            rest = entries[start:]
            clash = self._ids.first_clash(*self._known.ids(rest)) if self._known.has_ids else (
                len(rest)
            )  # fmt: skip
            if clash:
                yield KnownRun(rest[:clash])
            if clash < len(rest):
                yield start + clash
            start += clash + 1
