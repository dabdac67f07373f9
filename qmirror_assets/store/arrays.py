"""Arrow arrays from Python and NumPy values, without pandas.

`pyarrow.array` and `pyarrow.scalar` import pandas, wherever it is installed, to tell whether a
value is one of its series: a third of a second of every build that has something to do.
"""

from __future__ import annotations

from array import array as numbers
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_CODES = {pa.int32(): "i", pa.int64(): "q", pa.float64(): "d"}


def array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """An array of Python values.

    Args:
        values: str, bool, int, float, bytes or lists of these, as `kind` says; None for null.
        kind: string, bool, int32, int64, float64, binary of a fixed width, or a list of one.

    Raises:
        TypeError: a value of another type. OverflowError: a number too large.
        UnicodeEncodeError: a lone surrogate.
    """
    valid = _validity(values)
    if pa.types.is_string(kind):
        return _text(values, valid)
    if pa.types.is_list(kind):
        offsets = _offsets(0 if v is None else len(v) for v in values)
        inner = array([item for v in values if v is not None for item in v], kind.value_type)
        return pa.Array.from_buffers(kind, len(values), [valid, offsets], children=[inner])
    if pa.types.is_fixed_size_binary(kind):
        blank = bytes(kind.byte_width)
        data = b"".join(blank if v is None else v for v in values)
        return pa.Array.from_buffers(kind, len(values), [valid, pa.py_buffer(data)])
    if pa.types.is_boolean(kind):
        return pa.Array.from_buffers(kind, len(values), [valid, _bits(list(map(_truth, values)))])
    data = numbers(_CODES[kind], (0 if v is None else _number(v) for v in values)).tobytes()
    return pa.Array.from_buffers(kind, len(values), [valid, pa.py_buffer(data)])


def of_numpy(values: npt.NDArray[Any]) -> pa.Array:
    """An array of a NumPy array of bool, int32 or int64 without nulls."""
    if values.dtype == bool:
        return pa.Array.from_buffers(pa.bool_(), len(values), [None, _bits(values)])
    kind = {"int32": pa.int32(), "int64": pa.int64()}[str(values.dtype)]
    data = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(kind, len(values), [None, data])


def to_numpy(column: pa.Array | pa.ChunkedArray) -> npt.NDArray[Any]:
    """The values of an int32, int64 or uint64 column without nulls."""
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    kind = np.dtype(str(column.type))
    parts = [np.empty(0, kind)]
    for chunk in chunks:
        cells = np.frombuffer(chunk.buffers()[1], kind)
        parts.append(cells[chunk.offset : chunk.offset + len(chunk)])
    return np.concatenate(parts)


def fixed_width(column: pa.Array) -> npt.NDArray[np.bytes_] | None:
    """A text column without nulls as NumPy bytes, or None where its values differ in length."""
    _, offsets, data = column.buffers()
    ends = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
    widths = np.diff(ends)
    if not len(widths) or widths[0] == 0 or (widths != widths[0]).any():
        return None
    return np.frombuffer(data, f"S{widths[0]}", len(column), int(ends[0]))


def joined(column: pa.Array) -> memoryview:
    """The UTF-8 bytes of all texts of a column without nulls, one after the other."""
    _, offsets, data = column.buffers()
    if not len(column) or data is None:
        return memoryview(b"")
    ends = np.frombuffer(offsets, np.int32)[[column.offset, column.offset + len(column)]]
    return memoryview(data)[ends[0] : ends[1]]


def text(value: str) -> pa.Scalar:
    """A text as a constant of a comparison."""
    return array([value], pa.string())[0]


def _text(values: Sequence[str | None], valid: pa.Buffer | None) -> pa.Array:
    cells = ["" if v is None else v for v in values]
    joined = "".join(cells)
    data = joined.encode()
    plain = len(data) == len(joined)  # a letter, a byte
    offsets = _offsets(map(len, cells if plain else [cell.encode() for cell in cells]))
    return pa.Array.from_buffers(pa.string(), len(cells), [valid, offsets, pa.py_buffer(data)])


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise TypeError("expected a number, found a truth value")
    return value


def _truth(value: Any) -> bool:
    if value is not None and not isinstance(value, bool | np.bool_):
        raise TypeError(f"expected a truth value, found {type(value).__name__}")
    return bool(value)


def _validity(values: Sequence[Any]) -> pa.Buffer | None:
    there = [v is not None for v in values]
    return None if all(there) else _bits(there)


def _bits(truths: Sequence[bool] | npt.NDArray[Any]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(np.asarray(truths, bool), bitorder="little").tobytes())


def _offsets(sizes: Iterable[int]) -> pa.Buffer:
    return pa.py_buffer(numbers("i", accumulate(sizes, initial=0)).tobytes())
