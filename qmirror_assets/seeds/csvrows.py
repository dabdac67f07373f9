"""CSV with a header line, by the standard csv module, resuming after a broken row."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from qmirror_assets.records import Json, Reason, Rejection
from qmirror_assets.seeds.faults import RowFault, file_error
from qmirror_assets.seeds.lines import LINE_BYTES, Line, read_lines
from qmirror_assets.seeds.rawrow import RawRow

if TYPE_CHECKING:
    from pathlib import Path

CheckHeader = Callable[[Sequence[str]], None]


class _Feed:
    """Decoded lines for `csv.reader`. Not a generator: it goes on after it raised."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self.start_row()
        self.number, self.ended = 0, True

    def start_row(self) -> None:
        self.first, self.preview, self._bytes = 0, "", 0

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number, self.ended = line.number, line.ended
        if not self.first:
            self.first, self.preview = line.number, line.preview
        self._bytes += len(line.data)
        if self._bytes > LINE_BYTES:
            # A row of many short quoted lines would otherwise grow without end.
            raise RowFault(Reason.TOO_LONG, f"a row of more than {LINE_BYTES} bytes")
        return line.decode()


def read_csv(path: Path, check_header: CheckHeader) -> Iterator[RawRow]:
    """One raw row a record; all cells are text; empty lines are skipped.

    Args:
        path: UTF-8, comma separated, quotes doubled inside quotes.
        check_header: called once with the column names; raises when they cannot serve.

    Raises:
        SeedFileError: no usable header, or a read that fails.
    """
    with path.open("rb") as stream:
        feed = _Feed(read_lines(stream, path))
        # strict: a stray quote ends its row as an error instead of swallowing the next rows.
        reader = csv.reader(feed, strict=True)
        names = _read_header(reader, path)
        check_header(names)
        while True:
            feed.start_row()
            row = _read_row(reader, feed, names)
            if row is None:
                return
            if row.cells:
                yield row


def _read_row(reader: Iterator[list[str]], feed: _Feed, names: Sequence[str]) -> RawRow | None:
    try:
        cells = _name_cells(next(reader), names, ended=feed.ended)
        return RawRow(feed.first or feed.number, cells, feed.preview)
    except StopIteration:
        return None
    except RowFault as fault:
        return RawRow(feed.first or feed.number, fault.rejection, feed.preview)
    except csv.Error as error:
        return RawRow(feed.first or feed.number, _explain(error, feed), feed.preview)


def _explain(error: csv.Error, feed: _Feed) -> Rejection:
    message = str(error)
    if "field limit" in message:
        return Rejection(Reason.TOO_LONG, message)
    if "unexpected end" in message:
        return Rejection(Reason.TRUNCATED, "the file ends inside quotes")
    return Rejection(Reason.NOT_AN_OBJECT, f"not a CSV row up to line {feed.number}: {message}")


def _name_cells(cells: Sequence[str], names: Sequence[str], *, ended: bool) -> dict[str, Json]:
    if not cells:
        return {}
    if len(cells) == len(names):
        return dict(zip(names, cells, strict=True))
    detail = f"{len(cells)} cells under a header of {len(names)}"
    if len(cells) > len(names):
        raise RowFault(Reason.NOT_AN_OBJECT, detail)
    raise RowFault(Reason.MISSING_FIELD if ended else Reason.TRUNCATED, detail)


def _read_header(reader: Iterator[list[str]], path: Path) -> list[str]:
    try:
        names = [name.strip() for name in next(reader)]
    except StopIteration:
        names = []
    except (RowFault, csv.Error) as error:
        raise file_error(
            path,
            "the header line cannot be read",
            line=1,
            found=str(error),
            remedy="Write the column names as UTF-8 CSV in the first line",
        ) from error
    _check_names(names, path)
    return names


def _check_names(names: Sequence[str], path: Path) -> None:
    if not names:
        raise file_error(
            path, "has no header line", line=1, remedy="Write the column names in the first line"
        )
    if "" in names:
        raise file_error(
            path,
            f"column {names.index('') + 1} has no name",
            line=1,
            remedy="Name it or leave it out (pandas: to_csv(index=False))",
        )
    name, count = Counter(names).most_common(1)[0]
    if count > 1:
        raise file_error(
            path, f"column '{name}' is named twice", line=1, remedy="Rename one of the two"
        )
