"""Telling the lines of a file that are known from those that have to be parsed."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import TYPE_CHECKING

import numpy as np

from qmirror_assets.fingerprint import SCHEME, canonical
from qmirror_assets.seeds.known import DIGEST_BYTES, READER, Ids, KnownLines, KnownRun
from qmirror_assets.seeds.lines import LINE_BYTES, Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy.typing as npt

    from qmirror_assets.records import Json

CHUNK_LINES = 4_096
_NO_DIGEST = bytes(DIGEST_BYTES)  # of no line: only seeds are kept, and none is oversized
_JSON_SPACE = b" \t\r\n"


class Lookup:
    """Known lines, asked for one file with its settings (all that decides a seed but its line)."""

    def __init__(self, known: KnownLines, settings: Json, ids: Ids) -> None:
        self._known, self._ids = known, ids
        parts = [SCHEME, READER, unicodedata.unidata_version, settings]
        self._person = hashlib.blake2b(canonical(parts), digest_size=DIGEST_BYTES).digest()

    def split(self, lines: Iterable[Line]) -> Iterator[KnownRun | tuple[Line, bytes]]:
        """The lines in order: runs of known ones, and others each with its digest."""
        for chunk in _chunks(lines):
            digests = [self._digest(line) for line in chunk]
            entries = self._known.find(b"".join(digests))
            start = 0
            for stop in [*np.flatnonzero(entries < 0).tolist(), len(chunk)]:
                for piece in self._runs(entries[start:stop]):
                    # a known line whose id stood for something else is refused by the reader
                    yield piece if isinstance(piece, KnownRun) else (
                        chunk[start + piece], digests[start + piece]
                    )  # fmt: skip
                if stop < len(chunk):
                    yield chunk[stop], digests[stop]
                start = stop + 1

    def _digest(self, line: Line) -> bytes:
        if line.oversized:
            return _NO_DIGEST
        # line ends and indentation are white space to JSON: CRLF changes no seed
        data = line.data.strip(_JSON_SPACE)
        return hashlib.blake2b(data, digest_size=DIGEST_BYTES, person=self._person).digest()

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


def _chunks(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Lists of lines that are bounded in number and in bytes."""
    chunk, size = list[Line](), 0
    for line in lines:
        chunk.append(line)
        size += len(line.data)
        if len(chunk) == CHUNK_LINES or size >= LINE_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
