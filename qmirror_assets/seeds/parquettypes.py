"""Which Parquet column types have a JSON value, and how much a batch unfolds to."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as is_

from qmirror_assets.seeds.faults import file_error

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SCHEMA_DEPTH = 16


def check_schema(schema: pa.Schema, path: Path) -> list[str]:
    """The column names of a schema whose every column has a JSON value.

    Raises:
        SeedFileError: naming the column that is of another type or named twice.
    """
    _check_twins(schema.names, path)
    for field in schema:
        if not _is_json(field.type, SCHEMA_DEPTH):
            raise file_error(
                path,
                f"column '{field.name}' has no JSON value",
                expected="text, numbers, booleans, lists or structs of them",
                found=str(field.type)[:80],
                remedy="Cast the column to text or leave it out",
            )
    return list(schema.names)


def measure_batch(batch: pa.RecordBatch) -> int:
    """Bytes of all cells once unfolded, repeated texts counted every time."""
    return sum(_measure(column) for column in batch.columns)


def _check_twins(names: Sequence[str], path: Path) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise file_error(
                path, f"column '{name}' is named twice", remedy="Rename one of the two"
            )


def _is_json(kind: pa.DataType, depth: int) -> bool:
    if depth == 0:
        return False
    if is_.is_dictionary(kind):
        return _is_json(kind.value_type, depth - 1)
    if is_.is_list(kind) or is_.is_large_list(kind) or is_.is_fixed_size_list(kind):
        return _is_json(kind.value_type, depth - 1)
    if is_.is_struct(kind):
        members = [kind.field(index) for index in range(kind.num_fields)]
        unique = len({member.name for member in members}) == len(members)
        return unique and all(_is_json(member.type, depth - 1) for member in members)
    plain = (is_.is_string, is_.is_large_string, is_.is_integer, is_.is_floating)
    return any(check(kind) for check in (*plain, is_.is_boolean, is_.is_null))


def _measure(array: pa.Array) -> int:
    kind = array.type
    if is_.is_struct(kind):
        return sum(_measure(member) for member in array.flatten())
    if is_.is_list(kind) or is_.is_large_list(kind) or is_.is_fixed_size_list(kind):
        return int(array.nbytes) + _measure(array.flatten())
    if is_.is_dictionary(kind):
        lengths = pc.binary_length(array.dictionary).cast("int64")
        total: int | None = pc.sum(lengths.take(array.indices)).as_py()
        return total or 0
    return int(array.nbytes)
