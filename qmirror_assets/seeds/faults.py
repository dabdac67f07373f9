"""How reading fails: a file that cannot be read (an error), a row that cannot (a value)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qmirror_assets.errors import SeedFileError
from qmirror_assets.records import Reason, Rejection

if TYPE_CHECKING:
    from pathlib import Path


class RowFault(ValueError):
    """One malformed row. Stays inside this package: the reader turns it into a `BadSeed`.

    A `ValueError`, so that pydantic reports it together with the field it belongs to.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        """Keeps the reason and what was found."""
        super().__init__(detail)
        self.reason, self.detail = reason, detail

    @property
    def rejection(self) -> Rejection:
        """The same fault as a value."""
        return Rejection(self.reason, self.detail)


def file_error(
    path: Path, what: str, *, line: int = 0, expected: str = "", found: str = "", remedy: str
) -> SeedFileError:
    """The error for a seed file that cannot be read; `line` 0 means no line is known."""
    place = f"seed file {path}, line {line}" if line else f"seed file {path}"
    return SeedFileError(f"{place}: {what}", expected=expected, found=found, remedy=remedy)
