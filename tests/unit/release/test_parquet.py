from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qmirror_assets.errors import QMirrorError
from qmirror_assets.records import Column
from qmirror_assets.release.columns import ReleaseColumns
from qmirror_assets.release.data_files import DataWriter
from qmirror_assets.release.digest import ReleaseDigest
from qmirror_assets.release.parquet import open_writer, query

SCHEMA = pa.schema([("n", pa.int64())])
COLUMNS = ReleaseColumns(
    {"text": Column.STR, "image": Column.STR, "more": Column.JSON}, "image", "", {}, "", False
)


def write(path: Path, parts: list[list[int]], group: int = 10) -> bytes:
    with open_writer(path, SCHEMA, group) as writer:
        for part in parts:
            writer.write_rows([{"n": n} for n in part])
    assert writer.rows == sum(map(len, parts))
    return path.read_bytes()


def test_how_rows_arrive_does_not_show_in_the_bytes(tmp_path: Path) -> None:
    rows = list(range(47))
    whole = write(tmp_path / "a", [rows])
    assert whole == write(tmp_path / "b", [[n] for n in rows])
    assert whole == write(tmp_path / "c", [rows[:9], [], rows[9:31], rows[31:]])
    meta = pq.read_metadata(tmp_path / "a")
    assert [meta.row_group(i).num_rows for i in range(meta.num_row_groups)] == [10, 10, 10, 10, 7]


def test_no_rows_are_a_file_too(tmp_path: Path) -> None:
    write(tmp_path / "a", [])
    assert pq.read_table(tmp_path / "a").num_rows == 0


def test_values_are_bound_and_faults_are_ours(tmp_path: Path) -> None:
    sql = "SELECT n FROM read_parquet(?) WHERE n > ? ORDER BY n"
    write(tmp_path / "it's.parquet", [[1, 2, 3]])
    batches = list(query(sql, [str(tmp_path / "it's.parquet"), 1], SCHEMA, tmp_path / "spill"))
    assert [n for b in batches for n in b.column("n").to_pylist()] == [2, 3]
    with pytest.raises(QMirrorError, match="cannot be joined"):
        list(query(sql, [str(tmp_path / "absent"), 1], SCHEMA, tmp_path / "spill"))


def test_a_full_file_is_followed_by_another(tmp_path: Path) -> None:
    writer = DataWriter(tmp_path, COLUMNS, shard_bytes=1_300)
    for number in range(25):
        picture = {"bytes": bytes([number]) * 100, "path": f"{number}.png"}
        cells = {"text": str(number), "image": "x", "more": "[]"}
        writer.write("train" if number % 5 else "test", f"{number:032d}", cells, [picture])
    files = writer.close()
    assert [(f.path, f.rows) for f in files] == [
        ("data/test-00000-of-00001.parquet", 5),
        ("data/train-00000-of-00002.parquet", 10),
        ("data/train-00001-of-00002.parquet", 10),
    ]
    rows = pq.read_table(tmp_path / files[1].path).to_pylist()
    assert rows[0] == {
        "id": f"{1:032d}", "text": "1", "image": {"bytes": b"\x01" * 100, "path": "1.png"},
        "more": "[]",
    }  # fmt: skip
    assert sorted(p.name for p in (tmp_path / "data").iterdir()) == [
        Path(f.path).name for f in files
    ]


def test_the_release_digest_knows_no_order() -> None:
    rows = [("train", f"{n:032x}") for n in range(300)] + [("test", "f" * 32)]
    one, other = ReleaseDigest(), ReleaseDigest()
    for split, row in rows:
        one.add(split, row)
    for split, row in reversed(rows):
        other.add(split, row)
    assert one.hexdigest() == other.hexdigest()
    other.add("test", "f" * 32)  # a repeated sample counts
    assert one.hexdigest() != other.hexdigest()


def test_the_digest_knows_the_split() -> None:
    one, other = ReleaseDigest(), ReleaseDigest()
    one.add("train", "a" * 32)
    other.add("test", "a" * 32)
    assert one.hexdigest() != other.hexdigest() != ReleaseDigest().hexdigest()
