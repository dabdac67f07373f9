"""Sorting row files: Python's order, whatever fits in memory, and no more memory than that."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qmirror_assets.errors import DamagedObject, StoreUnavailable
from qmirror_assets.store import runs, sorting
from qmirror_assets.store.sorting import sorted_batches

BY = ["sample_id", "ordinal"]
SCHEMA = pa.schema(
    [
        pa.field("ordinal", pa.int64()),
        pa.field("sample_id", pa.string()),
        pa.field("text", pa.string()),
    ]
)
Row = tuple[int, str, str]


def write(path: Path, rows: Sequence[Row]) -> Path:
    columns = [pa.array(column) for column in zip(*rows, strict=True)]
    pq.write_table(pa.Table.from_arrays(columns, schema=SCHEMA), path, row_group_size=1_000)
    return path


def read(batches: Iterator[pa.RecordBatch]) -> list[Row]:
    return [tuple(row.values()) for part in batches for row in part.to_pylist()]


def cut(monkeypatch: pytest.MonkeyPatch, run: int, part: int, fan_in: int) -> None:
    """Let runs and parts be of a few rows."""
    monkeypatch.setattr(sorting, "RUN_BYTES", run)
    monkeypatch.setattr(sorting, "FAN_IN", fan_in)
    monkeypatch.setattr(sorting, "_READ", 2)
    monkeypatch.setattr(runs, "PART_BYTES", part)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    ids=st.lists(st.text("abé物𝄞\"' ", max_size=3), min_size=1, max_size=40),
    run=st.integers(20, 400), part=st.integers(10, 200), fan_in=st.integers(2, 4),
)  # fmt: skip
def test_the_order_is_that_of_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ids: list[str], run: int, part: int,
    fan_in: int,
) -> None:  # fmt: skip
    cut(monkeypatch, run, part, fan_in)
    numbers = random.Random(len(ids)).sample(range(len(ids)), len(ids))
    rows = [(n, name, f"t{name}") for n, name in zip(numbers, ids, strict=True)]
    half = len(rows) // 2
    paths = [write(tmp_path / "a", rows[half:])]
    paths += [write(tmp_path / "b", rows[:half])] if half else []
    found = read(sorted_batches(paths, SCHEMA, BY, tmp_path / "spill", 7))
    assert found == sorted(rows, key=lambda row: (row[1], row[0]))
    assert not list((tmp_path / "spill").glob("*"))


def test_batches_have_at_most_the_rows_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "t", [(n, str(n % 10), "t") for n in range(100)])
    for run in (1 << 20, 300):
        cut(monkeypatch, run, 100, 64)
        parts = list(sorted_batches([path], SCHEMA, BY, tmp_path / "spill", 9))
        assert max(part.num_rows for part in parts) <= 9
        assert sum(part.num_rows for part in parts) == 100


ORDERS = {
    "shuffled": lambda n: random.Random(n).randbytes(8).hex(),
    "sorted": lambda n: f"{n:016}",
    "reversed": lambda n: f"{-n:016}",
    "all the same": lambda _: "0" * 16,
    "two runs in turn": lambda n: f"{n % 2}{n:015}",
}


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_memory_is_that_of_a_few_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order
) -> None:
    monkeypatch.setattr(sorting, "RUN_BYTES", 1 << 18)
    monkeypatch.setattr(sorting, "FAN_IN", 8)
    monkeypatch.setattr(runs, "PART_BYTES", 1 << 15)
    rows = [(n, order(n), "x" * 200) for n in range(20_000)]  # 4.5 MB: 18 runs, merged twice
    path, before, most, seen = write(tmp_path / "t", rows), pa.total_allocated_bytes(), 0, 0
    for batch in sorted_batches([path], SCHEMA, BY, tmp_path / "spill", 500):
        most = max(most, pa.total_allocated_bytes() - before)
        seen += batch.num_rows
    assert seen == 20_000
    assert most < 6 << 18


def test_rows_wider_than_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut(monkeypatch, 1_000, 100, 2)
    rows = [(n, str(9 - n), "x" * 5_000) for n in range(9)]
    found = read(sorted_batches([write(tmp_path / "t", rows)], SCHEMA, BY, tmp_path / "spill"))
    assert [row[0] for row in found] == [*range(8, -1, -1)]


def test_a_sort_that_is_given_up_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut(monkeypatch, 300, 100, 2)
    path = write(tmp_path / "t", [(n, str(n % 10), "t") for n in range(100)])
    batches = sorted_batches([path], SCHEMA, BY, tmp_path / "spill", 3)
    next(batches)
    assert list((tmp_path / "spill").glob("*"))
    batches.close()  # type: ignore[attr-defined]
    assert not list((tmp_path / "spill").glob("*"))


def test_a_folder_that_takes_no_run_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut(monkeypatch, 300, 100, 2)
    (tmp_path / "spill").write_text("a file stands here")
    path = write(tmp_path / "t", [(n, str(n % 10), "t") for n in range(100)])
    with pytest.raises(StoreUnavailable, match="spill"):
        list(sorted_batches([path], SCHEMA, BY, tmp_path / "spill"))


def test_a_damaged_table_is_named(tmp_path: Path) -> None:
    (tmp_path / "t").write_bytes(b"PAR1 no table PAR1")
    with pytest.raises(DamagedObject, match="table .*t is damaged"):
        list(sorted_batches([tmp_path / "t"], SCHEMA, BY, tmp_path / "spill"))


def test_nothing(tmp_path: Path) -> None:
    assert list(sorted_batches([], SCHEMA, BY, tmp_path / "spill")) == []
    pq.write_table(SCHEMA.empty_table(), tmp_path / "t")
    assert list(sorted_batches([tmp_path / "t"], SCHEMA, BY, tmp_path / "spill")) == []
