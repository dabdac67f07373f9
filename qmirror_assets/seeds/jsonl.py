"""JSON Lines: one object a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qmirror_assets.records import Json, Reason
from qmirror_assets.seeds.faults import RowFault
from qmirror_assets.seeds.jsonvalues import parse_json
from qmirror_assets.seeds.known import KnownRun
from qmirror_assets.seeds.lines import Line, read_blocks, read_lines
from qmirror_assets.seeds.rawrow import RawRow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from qmirror_assets.seeds.lookup import Lookup


def read_jsonl(path: Path, lookup: Lookup | None = None) -> Iterator[RawRow | KnownRun]:
    """One raw row a line, or a run of lines that `lookup` knows; blank lines are skipped.

    Streams: without a lookup one line is held at a time, with it a block of half a MiB.
    """
    with path.open("rb") as stream:
        if lookup is None:
            lines = (line for line in read_lines(stream, path) if line.data.strip())
            yield from map(_read_row, lines)
            return
        for piece in lookup.split(read_blocks(stream, path)):
            yield piece if isinstance(piece, KnownRun) else _read_row(*piece)


def _read_row(line: Line, digest: bytes = b"") -> RawRow:
    try:
        return RawRow(line.number, _parse_object(line), line.preview, digest)
    except RowFault as fault:
        return RawRow(line.number, fault.rejection, line.preview)


def _parse_object(line: Line) -> dict[str, Json]:
    text = line.decode()
    try:
        value = parse_json(text)
    except RowFault as fault:
        # Only a line that no line feed closes can have been cut by the end of the file.
        if fault.reason is Reason.BAD_JSON and not line.ended:
            raise RowFault(Reason.TRUNCATED, f"the file ends here; {fault.detail}") from fault
        raise
    if not isinstance(value, dict):
        raise RowFault(
            Reason.NOT_AN_OBJECT, f"expected one JSON object a line, found {type(value).__name__}"
        )
    return value
