"""Physical lines of a text file, in bounded memory."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from qmirror_assets.records import Reason
from qmirror_assets.seeds.faults import RowFault, file_error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from qmirror_assets.errors import SeedFileError

LINE_BYTES = 1 << 20
BLOCK_BYTES = 1 << 19
"""Read at once where many lines are looked at together."""


class Line(NamedTuple):
    """One line as bytes with its line end.

    number: 1-based; ended: whether a line feed closed it; oversized: data holds only the first
    1 MiB, the rest was skipped.
    """

    number: int
    data: bytes
    ended: bool
    oversized: bool = False

    @property
    def preview(self) -> str:
        """The start of the line for a report; undecodable bytes become U+FFFD."""
        return self.data[:1024].decode("utf-8", "replace").rstrip("\r\n")

    def decode(self) -> str:
        """The line's text.

        Raises:
            RowFault: too_long, bad_encoding, or truncated when the file ends inside a character.
        """
        if self.oversized:
            raise RowFault(Reason.TOO_LONG, f"a line of more than {LINE_BYTES} bytes")
        try:
            return self.data.decode("utf-8")
        except UnicodeDecodeError as error:
            if not self.ended and error.reason == "unexpected end of data":
                raise RowFault(Reason.TRUNCATED, "the file ends inside a character") from error
            raise RowFault(Reason.BAD_ENCODING, f"byte {error.start + 1} is not UTF-8") from error


class Block(NamedTuple):
    """Lines that follow each other, without their line feeds.

    number: of the first; ended: whether a line feed closed the last one.
    """

    number: int
    lines: list[bytes]
    ended: bool = True

    def line(self, at: int) -> Line:
        """One of them as `read_lines` gives it."""
        ended = self.ended or at + 1 < len(self.lines)
        data = self.lines[at] + b"\n" * ended
        return Line(self.number + at, data[: LINE_BYTES + 1], ended, len(data) > LINE_BYTES)


def read_lines(stream: BinaryIO, path: Path) -> Iterator[Line]:
    """The lines of `stream`, split at line feeds only; a byte order mark is dropped.

    Raises:
        SeedFileError: UTF-16 text, or a read that fails.
    """
    number = 0
    try:
        # a mark is no part of the first line, so it does not count towards its length
        data = _strip_mark(stream.readline(LINE_BYTES + 1 + len(codecs.BOM_UTF8)), path)
        while data:
            number += 1
            oversized = len(data) > LINE_BYTES
            ended = data.endswith(b"\n") or (oversized and _skip_rest(stream))
            yield Line(number, data[: LINE_BYTES + 1], ended, oversized)
            data = stream.readline(LINE_BYTES + 1)
    except OSError as error:
        raise _broken(path, number + 1, error) from error


def read_blocks(stream: BinaryIO, path: Path) -> Iterator[Block]:
    """The same lines, many at a time: a third of the time where few are looked at one by one.

    Raises:
        SeedFileError: as `read_lines`.
    """
    number, rest, first = 1, b"", True
    try:
        while data := stream.read(BLOCK_BYTES):
            data = _strip_mark(data, path) if first else data  # noqa: PLW2901
            *lines, rest = (rest + data).split(b"\n")
            if lines:
                yield Block(number, lines)
            number, rest, first = number + len(lines), rest[: LINE_BYTES + 1], False
    except OSError as error:
        raise _broken(path, number, error) from error
    if rest:
        yield Block(number, [rest], ended=False)


def _broken(path: Path, line: int, error: OSError) -> SeedFileError:
    return file_error(
        path,
        "cannot be read further",
        line=line,
        found=error.strerror or type(error).__name__,
        remedy="Check the disk or copy the file again",
    )


def _skip_rest(stream: BinaryIO) -> bool:
    while chunk := stream.readline(LINE_BYTES + 1):
        if chunk.endswith(b"\n"):
            return True
    return False


def _strip_mark(data: bytes, path: Path) -> bytes:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise file_error(
            path, "is UTF-16 text", expected="UTF-8", remedy="Save the file again as UTF-8"
        )
    return data.removeprefix(codecs.BOM_UTF8)
