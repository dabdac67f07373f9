"""A file with its changes reads as the file that could have been written instead."""

from __future__ import annotations

import random
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qmirror_assets.fingerprint import short_digest
from qmirror_assets.store import tables
from qmirror_assets.store.layers import DROPPED, Table
from qmirror_assets.store.tables import TableWriter

SCHEMA = pa.schema(
    [pa.field("sample_id", pa.string(), nullable=False), pa.field("text", pa.string())]
)
Rows = dict[str, str]


def write(path: Path, rows: Rows, schema: pa.Schema = SCHEMA) -> Path:
    writer = TableWriter(path, schema, [])
    ids = sorted(rows)
    writer.write(
        tables.to_batch(schema, {"sample_id": ids, "text": [rows[sample] for sample in ids]})
    )
    writer.close()
    return path


def layered(folder: Path, rng: random.Random) -> tuple[Table, Rows]:
    """A table of three files, and the rows it stands for."""
    ids = [short_digest(n) for n in range(rng.randrange(300))]
    base = {sample: f"old {sample}" for sample in ids if rng.random() < 0.8}
    gone = {sample for sample in ids if rng.random() < 0.2}
    delta = {s: f"new {s}" for s in ids if (s in gone or s not in base) and rng.random() < 0.5}
    table = Table(
        write(folder / "base", base),
        write(folder / "delta", delta),
        write(folder / "dropped", dict.fromkeys(gone, ""), DROPPED),
    )
    return table, {s: t for s, t in base.items() if s not in gone} | delta


def rows_of(table: pa.Table) -> list[tuple[str, str]]:
    return list(zip(*(table.column(n).to_pylist() for n in ("sample_id", "text")), strict=True))


@pytest.mark.parametrize("case", range(25))
def test_changes_read_as_one_file(case: int, tmp_path: Path) -> None:
    rng = random.Random(case)
    table, rows = layered(tmp_path, rng)
    size = rng.randrange(1, 60)
    whole = pa.Table.from_batches(table.batches(None, size), SCHEMA)
    assert rows_of(whole) == sorted(rows.items())
    assert table.read(["text"]).column("text").to_pylist() == [rows[s] for s in sorted(rows)]
    texts = [t for b in table.batches(["text"], size) for t in b.column("text").to_pylist()]
    assert texts == [rows[s] for s in sorted(rows)]
    wanted = sorted(rng.sample([*rows, *map(short_digest, range(400, 420))], len(rows) // 3))
    picked = table.pick(pa.array(wanted, pa.string()), ["sample_id", "text"], size)
    assert rows_of(pa.Table.from_batches(picked, SCHEMA)) == [
        (sample, rows[sample]) for sample in wanted if sample in rows
    ]


@pytest.mark.parametrize("case", range(5))
def test_a_query_engine_and_a_lookup_see_the_same(case: int, tmp_path: Path) -> None:
    table, rows = layered(tmp_path, random.Random(case))
    with duckdb.connect(":memory:") as connection:
        found = connection.from_arrow(table.scan()).order("sample_id").fetchall()
        alone = connection.from_arrow(Table(table.base).scan()).order("sample_id").fetchall()
    assert found == sorted(rows.items())
    assert alone == rows_of(pq.ParquetFile(table.base).read())

    def look(path: Path, sample: str) -> list[str]:
        found = pq.ParquetFile(path).read()
        ids = found.column("sample_id").to_pylist()
        return [t for s, t in zip(ids, found.columns[-1].to_pylist(), strict=True) if s == sample]

    for sample in [short_digest(n) for n in range(60)]:
        assert list(table.rows_where(lambda path, s=sample: look(path, s))) == (
            [rows[sample]] if sample in rows else []
        )


def test_keys_stand_for_the_large_file(tmp_path: Path) -> None:
    looked: list[str] = []
    schema = pa.schema([*SCHEMA, pa.field("row_digest", pa.string(), nullable=False)])
    rows = {"sample_id": ["a", "b"], "text": ["1", "2"], "row_digest": ["x", "y"]}
    writer = TableWriter(
        tmp_path / "base", schema, [], keys := TableWriter(tmp_path / "keys", tables.KEY_SCHEMA, [])
    )
    writer.write(tables.to_batch(schema, rows))
    writer.close()
    keys.close()
    table = Table(
        tmp_path / "base", keys=tmp_path / "keys", check=lambda: looked.append("the base")
    )
    assert table.count_base() == 2
    assert table.read(["row_digest", "sample_id"]).to_pylist() == [
        {"row_digest": "x", "sample_id": "a"}, {"row_digest": "y", "sample_id": "b"},
    ]  # fmt: skip
    picked = table.pick(pa.array(["b"], pa.string()), ["sample_id", "row_digest"], 10)
    assert [batch.num_rows for batch in picked] == [1]
    none = pa.array([], pa.string())
    assert (list(table.pick(none, ["sample_id", "text"], 10)), looked) == ([], [])
    assert table.read(["text"]).column("text").to_pylist() == ["1", "2"]
    assert looked == ["the base"]
    for read in (table.checked, table.scan, lambda: list(table.batches())):
        looked.clear()
        read()
        assert looked == ["the base"]


def test_a_file_alone_is_a_table(tmp_path: Path) -> None:
    table = Table(write(tmp_path / "base", {"a": "1", "b": "2"}))
    assert table.files == (tmp_path / "base",)
    assert table.schema() == SCHEMA
    assert rows_of(table.read(["text", "sample_id"])) == [("a", "1"), ("b", "2")]
