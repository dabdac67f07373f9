from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qmirror_assets.errors import SeedFileError
from qmirror_assets.records import Given, Reason, Seed
from qmirror_assets.seeds.files import BadSeed, SeedFile, read_file

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, columns: dict[str, Any], **options: Any) -> Path:
    path = folder / "seeds.parquet"
    pq.write_table(pa.table(columns), path, **options)
    return path


def read(path: Path) -> list[Seed | BadSeed]:
    return list(read_file(SeedFile(path, domain="Physics")))


def test_lists_structs_nulls_and_extra(tmp_path: Path) -> None:
    given = {"role": "time", "symbol": "t", "value": "3", "unit": None}
    columns = {
        "question": ["q1", "q2"],
        "answer": ["a1", "a2"],
        "choices": [["x", "y"], None],
        "givens": [[given], []],
        "score": [0.5, None],
    }
    first, second = read(write(tmp_path, columns))
    assert isinstance(first, Seed)
    assert isinstance(second, Seed)
    assert (first.domain, first.choices, first.extra) == ("physics", ("x", "y"), {"score": 0.5})
    assert first.givens == (Given("time", "t", "3", ""),)
    assert (second.choices, second.givens, second.extra) == ((), (), {"score": None})


def test_order_and_row_numbers_over_row_groups(tmp_path: Path) -> None:
    questions = [None if row % 100 == 99 else f"q{row}" for row in range(1_000)]
    path = write(tmp_path, {"question": questions, "answer": ["a"] * 1_000}, row_group_size=300)
    rows = read(path)
    assert [row.question for row in rows if isinstance(row, Seed)] == list(filter(None, questions))
    bad = [(row.line, row.reason) for row in rows if isinstance(row, BadSeed)]
    assert bad == [(number, Reason.MISSING_FIELD) for number in range(100, 1_001, 100)]


def test_bad_cells_are_values(tmp_path: Path) -> None:
    texts = pa.array([b"good", b"\xff\xfe", b"fine", b"last"]).cast("string", safe=False)
    columns = {
        "question": texts,
        "answer": ["a"] * 4,
        "score": [1.0, 2.0, float("nan"), 0],
        "note": ["n", "n", "n", "x" * 300_000],
    }
    rows = read(write(tmp_path, columns))
    assert [row.reason if isinstance(row, BadSeed) else "seed" for row in rows] == [
        "seed",
        Reason.BAD_ENCODING,
        Reason.NOT_FINITE,
        Reason.TOO_LONG,
    ]


@pytest.mark.parametrize("keep", [0.0, 0.3, 0.9, 0.999], ids=["empty", "third", "most", "almost"])
def test_truncated_file(tmp_path: Path, keep: float) -> None:
    path = write(tmp_path, {"question": ["q"] * 500, "answer": ["a"] * 500})
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(SeedFileError, match="not a whole Parquet file"):
        read(path)


@pytest.mark.parametrize(
    "column",
    [[datetime.now(UTC)], [b"bytes"], pa.array([[(1, 2)]], pa.map_("int8", "int8"))],
    ids=["time", "bytes", "map"],
)
def test_column_without_json_value(tmp_path: Path, column: Any) -> None:
    path = write(tmp_path, {"question": ["q"], "answer": ["a"], "extra": column})
    with pytest.raises(SeedFileError, match="column 'extra' has no JSON value"):
        read(path)


def test_missing_column_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, {"question": ["q"], "anser": ["a"]})
    with pytest.raises(SeedFileError, match=r"no column 'answer'.*Did you mean 'anser'"):
        read(path)
