"""Arrays that are made without pandas are those that pyarrow makes."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qmirror_assets.store.arrays import array, fixed_width, joined, of_numpy, text, to_numpy

letters = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
KINDS: dict[str, tuple[pa.DataType, st.SearchStrategy[Any]]] = {
    "text": (pa.string(), letters),
    "truth": (pa.bool_(), st.booleans()),
    "whole": (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    "short": (pa.int32(), st.integers(-(2**31), 2**31 - 1)),
    "real": (pa.float64(), st.floats(allow_nan=False) | st.integers(-1000, 1000)),
    "bytes": (pa.binary(3), st.binary(min_size=3, max_size=3)),
    "texts": (pa.list_(pa.string()), st.lists(letters, max_size=4)),
}


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
def test_values_and_nulls(name: str, data: st.DataObject) -> None:
    kind, values = KINDS[name]
    given_ = data.draw(st.lists(values | st.none(), max_size=20))
    made = array(given_, kind)
    made.validate(full=True)
    assert made.type == kind
    assert made.equals(pa.array(given_, kind))


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (1, pa.string()), (b"a", pa.string()), ("1", pa.int64()), (1.5, pa.int64()),
        (True, pa.int64()), (1, pa.bool_()), ("x", pa.bool_()), ("1", pa.float64()),
        ([1], pa.list_(pa.string())), (2**63, pa.int64()), ("\ud800", pa.string()),
    ],
    ids=repr,
)  # fmt: skip
def test_another_type_is_refused(value: Any, kind: pa.DataType) -> None:
    with pytest.raises((TypeError, OverflowError, UnicodeEncodeError)):
        array([None, value], kind)


@given(st.lists(letters, max_size=12), st.integers(0, 4), st.integers(0, 9))
def test_texts_one_after_the_other(values: list[str], start: int, size: int) -> None:
    part = pa.array(values, pa.string()).slice(start, size)
    assert bytes(joined(part)).decode() == "".join(values[start : start + size])


@pytest.mark.parametrize("kind", [np.int32, np.int64], ids=str)
def test_numpy_and_back(kind: type[np.signedinteger[Any]]) -> None:
    values = np.arange(40, dtype=kind)[::3]
    made = of_numpy(values)
    assert made.equals(pa.array(values))
    parts = pa.chunked_array([made.slice(2, 5), made.slice(0, 0), made.slice(7)])
    assert to_numpy(parts).tolist() == values[2:].tolist()
    assert of_numpy(values > 9).to_pylist() == (values > 9).tolist()


def test_no_pandas() -> None:
    code = """
import sys
import pyarrow as pa, pyarrow.compute as pc
from qmirror_assets.store.arrays import array, text
found = pc.equal(array(["a", None], pa.string()), text("a"))
assert found.to_pylist() == [True, None]
sys.exit("pandas" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert text("ü").as_py() == "ü"


@given(st.lists(st.text("abc", min_size=2, max_size=3), max_size=9), st.integers(0, 3))
def test_texts_of_one_length_are_rows_of_bytes(values: list[str], start: int) -> None:
    column = pa.array(values, pa.string()).slice(min(start, len(values)))
    found, wanted = fixed_width(column), column.to_pylist()
    if len({len(value) for value in wanted}) == 1:
        assert found is not None
        assert [value.decode() for value in found.tolist()] == wanted
    else:
        assert found is None
