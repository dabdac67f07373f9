"""Row tables: streamed in sample order, merged like a sort, with every page checked."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qmirror_assets.errors import DamagedObject, StoreUnavailable, UnknownFormat
from qmirror_assets.records import Column
from qmirror_assets.store import tables
from qmirror_assets.store.merging import merge_sorted

COLUMNS = {
    "text": Column.STR,
    "n": Column.INT,
    "x": Column.FLOAT,
    "ok": Column.BOOL,
    "more": Column.JSON,
}
SCHEMA = tables.row_schema(COLUMNS)


def batch(ids: Sequence[str], schema: pa.Schema = SCHEMA, text: str = "t") -> pa.RecordBatch:
    size = len(ids)
    values = {
        "sample_id": list(ids),
        "seed_digest": ["s"] * size,
        "row_digest": [f"r{i}" for i in ids],
        "parent_digest": ["p"] * size,
        "actions": [["k"]] * size,
        "text": [f"{text}{i}" for i in ids],
        "n": [1] * size,
        "x": [0.5] * size,
        "ok": [True] * size,
        "more": ["{}"] * size,
    }
    return tables.to_batch(schema, values)


def write(path: Path, batches: Sequence[pa.RecordBatch]) -> tables.Written:
    writer = tables.TableWriter(path, SCHEMA, ["row_digest"])
    for part in batches:
        writer.write(part)
    return writer.close()


def ids_of(batches) -> list[str]:
    return [i for part in batches for i in part.column("sample_id").to_pylist()]


def test_round_trip_of_schema_and_rows(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    written = write(path, [batch(["a", "b"]), batch([]), batch(["c"])])
    assert written.rows == tables.count_rows(path) == 3
    assert tables.columns_of(tables.schema_of(path)) == COLUMNS
    assert ids_of(tables.iter_batches(path)) == ["a", "b", "c"]
    assert tables.read_columns(path, ["n", "sample_id"]).column_names == ["n", "sample_id"]
    assert ids_of(tables.iter_batches(path, ["sample_id"], size=2)) == ["a", "b", "c"]


def test_a_kind_of_column_that_is_not_known_is_named() -> None:
    later = pa.field("film", pa.string(), metadata={"qmirror": "film"})
    with pytest.raises(UnknownFormat, match="column 'film' .*expected .*str.*found 'film'"):
        tables.columns_of(pa.schema([later]))


def test_the_digest_is_of_content_not_of_batches(tmp_path: Path) -> None:
    one = write(tmp_path / "1", [batch(["a", "b", "c"])])
    two = write(tmp_path / "2", [batch(["a"]), batch(["b", "c"])])
    other = write(tmp_path / "3", [batch(["a", "c", "b"])])
    assert one.digest.hexdigest() == two.digest.hexdigest() != other.digest.hexdigest()
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


sorted_ids = st.lists(st.text("abé物𝄞", max_size=4), max_size=30).map(sorted)


def cut(ids: list[str], sizes: list[int]) -> list[pa.RecordBatch]:
    parts, at = [], 0
    for size in [*sizes, len(ids)]:
        parts.append(batch(ids[at : at + size]))
        at += size
    return parts


@settings(max_examples=120, deadline=None, database=None)
@given(
    sorted_ids,
    sorted_ids,
    st.lists(st.integers(0, 5), max_size=8),
    st.lists(st.integers(0, 5), max_size=8),
)
def test_merge_is_sorted_of_both(
    left: list[str], right: list[str], a: list[int], b: list[int]
) -> None:
    merged = list(merge_sorted(cut(left, a), cut(right, b)))
    assert ids_of(merged) == sorted(left + right)
    texts = [t for part in merged for t in part.column("text").to_pylist()]
    assert texts == [f"t{i}" for i in sorted(left + right)], "rows stay whole"


def test_merge_of_rows_with_one_id_keeps_the_left_ones_first() -> None:
    merged = merge_sorted(
        [batch(["a"], text="l"), batch(["a", "b"], text="l")], [batch(["a"], text="r")]
    )
    texts = [t for part in merged for t in part.column("text").to_pylist()]
    assert sorted(texts) == ["la", "la", "lb", "ra"]
    assert texts[-1] == "lb"


def read_all(path: Path) -> list[dict[str, object]]:
    return [row for part in tables.iter_batches(path) for row in part.to_pylist()]


def test_every_flipped_bit_in_the_pages_is_found_or_harmless(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    write(path, [batch([f"{i:04}" for i in range(300)])])
    whole, rows = path.read_bytes(), read_all(path)
    # the footer has no checksum of its own: there the digest of the object finds the damage
    pages = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    found = 0
    for at in range(4, pages, max(1, pages // 150)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 8]) + whole[at + 1 :])
        try:
            assert read_all(path) == rows, f"byte {at} changed a value without an error"
        except DamagedObject:
            found += 1
    assert found > 50


@pytest.mark.parametrize(
    "data", [b"", b"PAR1", b"x" * 1000], ids=["empty", "magic alone", "other bytes"]
)
def test_what_is_no_table_is_damage(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "t").write_bytes(data)
    for read in (tables.schema_of, tables.count_rows, read_all):
        with pytest.raises(DamagedObject, match="is damaged"):
            read(tmp_path / "t")


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="cannot read table"):
        tables.count_rows(tmp_path / "absent")


def test_rows_and_columns_are_those_of_the_file_that_lies_there_now(tmp_path: Path) -> None:
    """The footer is kept in memory, by file and not by name."""
    path = tmp_path / "t.parquet"
    write(path, [batch(["a", "b"])])
    assert (tables.count_rows(path), tables.schema_of(path)) == (2, SCHEMA)
    write(tmp_path / "other", [batch(["a", "b", "c"])])
    (tmp_path / "other").replace(path)
    assert tables.count_rows(path) == 3
    path.unlink()
    with pytest.raises(StoreUnavailable, match="No such file"):
        tables.count_rows(path)


@pytest.mark.parametrize("kind", [Column.STR, Column.JSON])
def test_a_table_of_no_rows_is_the_same_bytes_without_a_file(tmp_path: Path, kind: Column) -> None:
    """Text and JSON are one Arrow type; which it is stands in the field's metadata."""
    schema = tables.row_schema({"a": kind})
    path = tmp_path / "t.parquet"
    tables.TableWriter(path, schema, []).close()
    assert tables.no_rows(schema) == path.read_bytes()


def test_a_table_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    writer = tables.TableWriter(tmp_path / "absent" / "t", SCHEMA, ["row_digest"])
    with pytest.raises(StoreUnavailable, match="cannot write"):
        writer.close()


@pytest.mark.parametrize("most", [100, 3], ids=["few rows", "many rows"])
def test_rows_are_read_back_whether_or_not_they_fill_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(tables, "ROW_GROUP", most)
    writer = tables.TableWriter(tmp_path / "t", SCHEMA, ["row_digest"])
    for name in "abcde":
        writer.write(batch([name]))
    assert ids_of(writer.batches()) == list("abcde")
    assert next(b.schema.names for b in writer.batches(["n"])) == ["n"]
    assert (tmp_path / "t").exists() == (most == 3)
    assert writer.close().rows == 5
    assert ids_of(tables.iter_batches(tmp_path / "t")) == list("abcde")


def test_a_writer_that_is_abandoned_writes_nothing(tmp_path: Path) -> None:
    writer = tables.TableWriter(tmp_path / "t", SCHEMA, ["row_digest"])
    writer.write(batch(["a"]))
    writer.abandon()
    assert not (tmp_path / "t").exists()


@given(
    st.lists(st.integers(0, 99), unique=True, max_size=30),
    st.lists(st.integers(0, 99), unique=True, max_size=30),
    st.integers(1, 7),
)
def test_a_merge_is_stable_for_ids_of_one_length(a: list[int], b: list[int], size: int) -> None:
    schema = pa.schema([("sample_id", pa.string()), ("side", pa.string())])

    def stream(numbers: list[int], side: str) -> list[pa.RecordBatch]:
        columns = {
            "sample_id": [f"{n:02d}" for n in sorted(numbers)],
            "side": [side] * len(numbers),
        }
        return pa.Table.from_pydict(columns, schema).to_batches(max_chunksize=size)

    merged = [
        row for part in merge_sorted(stream(a, "a"), stream(b, "b")) for row in part.to_pylist()
    ]
    wanted = sorted([(f"{n:02d}", "a") for n in a] + [(f"{n:02d}", "b") for n in b])
    assert [(row["sample_id"], row["side"]) for row in merged] == wanted


def test_memory_of_a_reader_stays_at_one_row_group(tmp_path: Path) -> None:
    path, groups, size = tmp_path / "t.parquet", 12, tables.BATCH
    texts, draw = ["a", "b", "c", "d"], random.Random(7)
    schema = pa.schema([pa.field(name, pa.string()) for name in ("sample_id", *texts)])
    writer = tables.TableWriter(path, schema, [])
    for start in range(0, groups * tables.ROW_GROUP, size):
        values = {name: [draw.randbytes(100).hex() for _ in range(size)] for name in texts}
        ids = [f"{row:06d}" for row in range(start, start + size)]
        writer.write(tables.to_batch(schema, {"sample_id": ids, **values}))
    writer.close()
    held = []
    for count, _part in enumerate(tables.iter_batches(path, size=size), start=1):
        if count % (tables.ROW_GROUP // size) == 0:
            held.append(pa.total_allocated_bytes())
    assert len(held) == groups
    assert max(held) < 1.3 * held[0], held
