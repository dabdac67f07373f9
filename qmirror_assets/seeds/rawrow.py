"""What a file format gives for one row, before any field is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qmirror_assets.records import Rejection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qmirror_assets.records import Json


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row by column name, or why there is none.

    line: 1-based first line in the file (Parquet: row number); text: the start of the row as
    the file writes it, "" where the format has no text; digest: of the line and all settings,
    empty where it is not looked up.
    """

    line: int
    cells: Mapping[str, Json] | Rejection
    text: str = ""
    digest: bytes = b""

    @property
    def preview(self) -> str:
        """What a report shows of the row."""
        if self.text or isinstance(self.cells, Rejection):
            return self.text
        return " | ".join(str(cell)[:80] for cell in self.cells.values())
