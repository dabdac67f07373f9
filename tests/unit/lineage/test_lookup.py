from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qmirror_assets.errors import KeyParseError, NotFoundError, StoreUnavailable
from qmirror_assets.lineage.lookup import open_lookup
from qmirror_assets.lineage.sample_ids import FoundId, find_ids, parse_prefix, the_one
from qmirror_assets.store.layers import Table

IDS = ["0" * 31 + "1", "0" * 31 + "2", "a" * 32, "f" * 32]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "it's.parquet"
    pq.write_table(pa.table({"sample_id": IDS, "domain": ["x", "x", "y", "y"]}), path)
    return path


def test_values_are_values(table: Path) -> None:
    with open_lookup([table]) as lookup:
        assert lookup.where(table, "sample_id", IDS[2]) == [{"sample_id": IDS[2], "domain": "y"}]
        assert lookup.where(table, "sample_id", "' OR '1'='1") == []
        assert len(lookup.any_of(table, "sample_id", IDS[:2], "sample_id")) == 2
        assert lookup.any_of(table, "sample_id", []) == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_parquet('{other}')",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM glob('/*')",
        "COPY (SELECT 1) TO '{written}'",
        "ATTACH '{written}'",
        "SET enable_external_access = true",
        "SET allowed_paths = ['/etc/hostname']",
        "SET threads = 64",
        "INSTALL httpfs",
        "SELECT * FROM read_parquet('https://127.0.0.1:9/x.parquet')",
    ],
)
def test_a_lookup_reaches_nothing_but_its_files(table: Path, tmp_path: Path, sql: str) -> None:
    other, written = tmp_path / "other.parquet", tmp_path / "written"
    pq.write_table(pa.table({"a": [1]}), other)
    with pytest.raises(StoreUnavailable), open_lookup([table]) as lookup:
        lookup.rows(sql.format(other=other, written=written))
    assert not written.exists()


def test_a_beginning_finds_what_begins_with_it(table: Path) -> None:
    with open_lookup([table]) as lookup:
        assert find_ids(lookup, [Table(table)], "a" * 8) == [FoundId("a" * 32, "y")]
        assert [f.sample_id for f in find_ids(lookup, [Table(table)], "0" * 8)] == IDS[:2]
        assert find_ids(lookup, [Table(table)], "f" * 32) == [FoundId("f" * 32, "y")]
        assert find_ids(lookup, [Table(table)], "b" * 8) == []
        assert find_ids(lookup, [], "b" * 8) == []


def test_a_beginning_finds_what_lies_beside_a_table_and_not_what_went(
    table: Path, tmp_path: Path
) -> None:
    beside, gone = tmp_path / "beside.parquet", tmp_path / "gone.parquet"
    pq.write_table(pa.table({"sample_id": [IDS[0], "b" * 32], "domain": ["x", "x"]}), beside)
    pq.write_table(pa.table({"sample_id": IDS[:3]}), gone)
    layered = Table(table, beside, gone)
    with open_lookup(layered.files) as lookup:
        found = [find_ids(lookup, [layered], letter * 8) for letter in "0abf"]
    assert [[item.sample_id for item in items] for items in found] == [
        [IDS[0]], [], ["b" * 32], ["f" * 32]
    ]  # fmt: skip


def test_one_id_or_an_error() -> None:
    one = FoundId("a" * 32, "x")
    assert the_one([one], "a" * 8, "here") is one
    with pytest.raises(NotFoundError, match="in here"):
        the_one([], "a" * 8, "here")
    with pytest.raises(NotFoundError, match="more than one"):
        the_one([one, FoundId("b" * 32, "x")], "a" * 8, "here")


@pytest.mark.parametrize(
    ("text", "clean"), [("A" * 8, "a" * 8), (" 0123abcd ", "0123abcd"), ("f" * 32, "f" * 32)]
)
def test_beginnings_are_cleaned(text: str, clean: str) -> None:
    assert parse_prefix(text) == clean


@pytest.mark.parametrize("text", ["", "1234567", "x" * 8, "a" * 33, "a" * 10**6, "aaaaaaaa\n--"])
def test_everything_else_is_no_id(text: str) -> None:
    with pytest.raises(KeyParseError):
        parse_prefix(text)
