"""Which file column holds which field of ours; what is left over is carried as extra."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from qmirror_assets.seeds.faults import file_error

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from qmirror_assets.records import Json

FIELDS = (
    "question",
    "answer",
    "domain",
    "id",
    "choices",
    "givens",
    "language",
    "licence",
    "source",
    "family",
    "figure",
    "images",
)
REQUIRED = ("question", "answer", "domain")


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """`column_of` names a file column for every field; `mapped` are those the user named.

    taken: all columns that hold a field; the others are carried as extra.
    """

    path: Path
    column_of: Mapping[str, str]
    mapped: frozenset[str]
    needed: tuple[str, ...]
    taken: frozenset[str]

    @classmethod
    def build(cls, path: Path, columns: Mapping[str, str], *, has_domain: bool) -> ColumnMap:
        """The complete map; a field that is not mapped is read from the column of its name.

        Raises:
            SeedFileError: a field that is not one of ours, or an empty column name.
        """
        for field, column in columns.items():
            _check_entry(path, field, column)
        needed = tuple(name for name in REQUIRED if name != "domain" or not has_domain)
        complete = {field: columns.get(field, field) for field in FIELDS}
        taken = frozenset(complete.values())
        return cls(path, complete, frozenset(columns), needed, taken)

    def check_header(self, names: Sequence[str]) -> None:
        """Refuses a table in which a required or mapped column is absent.

        Raises:
            SeedFileError: naming the column, those found and the nearest one.
        """
        for field in FIELDS:
            column = self.column_of[field]
            if column in names or (field not in self.needed and field not in self.mapped):
                continue
            near = get_close_matches(column, names, 1)
            hint = f"Did you mean '{near[0]}'? " if near else ""
            raise file_error(
                self.path,
                f"has no column '{column}' for the field '{field}'",
                found=f"columns {', '.join(names)}",
                remedy=f"{hint}Map it in `columns`, such as {field}: its name in the file",
            )

    def split(self, cells: Mapping[str, Json]) -> tuple[dict[str, Json], dict[str, Json]]:
        """A row's cells as (fields present, extra)."""
        fields = {
            field: cells[column] for field, column in self.column_of.items() if column in cells
        }
        return fields, {name: cell for name, cell in cells.items() if name not in self.taken}


def _check_entry(path: Path, field: str, column: str) -> None:
    if field not in FIELDS:
        near = get_close_matches(field, FIELDS, 1)
        hint = f"Did you mean '{near[0]}'? " if near else ""
        raise file_error(
            path,
            f"`columns` maps an unknown field '{field}'",
            expected=f"one of {', '.join(FIELDS)}",
            remedy=f"{hint}The field comes first, then the file's column",
        )
    if not column.strip():
        raise file_error(
            path,
            f"`columns` maps '{field}' to an empty column name",
            remedy="Name the file's column, or leave the field out",
        )
