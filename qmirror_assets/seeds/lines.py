"""Physical lines of a text file, in bounded memory."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from qmirror_assets.records import Reason
from qmirror_assets.seeds.faults import RowFault, file_error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINE_BYTES = 1 << 20


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


def read_lines(stream: BinaryIO, path: Path) -> Iterator[Line]:
    """The lines of `stream`, split at line feeds only; a byte order mark is dropped.

    Raises:
        SeedFileError: UTF-16 text, or a read that fails.
    """
    number = 0
    try:
        for data in iter(lambda: stream.readline(LINE_BYTES + 1), b""):
            number += 1
            if number == 1:
                data = _strip_mark(data, path)  # noqa: PLW2901
            oversized = len(data) > LINE_BYTES
            ended = data.endswith(b"\n") or (oversized and _skip_rest(stream))
            yield Line(number, data, ended, oversized)
    except OSError as error:
        raise file_error(
            path,
            "cannot be read further",
            line=number + 1,
            found=error.strerror or type(error).__name__,
            remedy="Check the disk or copy the file again",
        ) from error


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
