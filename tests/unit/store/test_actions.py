"""The action cache: what was put comes back, first writer wins, damage is never a value."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from qmirror_assets.errors import DamagedObject, StoreUnavailable
from qmirror_assets.fingerprint import action_key
from qmirror_assets.store.actions import SHARDS, ActionCache, Entry

ENGINE = {"kind": "fake", "model": "a"}
ROOT = Path(__file__).parents[3]


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[ActionCache]:
    made = ActionCache(tmp_path / "actions")
    yield made
    made.close()


def entry(text: str, size: int = 1) -> Entry:
    body = {"messages": [{"role": "user", "content": text * size}]}
    return Entry(ENGINE, body, ("0" * 64,), {"text": text}, 3, 4)


def key(number: int) -> str:
    return action_key(ENGINE, {"n": number})


@pytest.mark.parametrize("size", [1, 10_000], ids=["plain", "compressed"])
def test_round_trip(cache: ActionCache, size: int) -> None:
    entries = {key(i): entry(f"é {i}", size) for i in range(1_200)}
    cache.put_many(entries, "run")
    assert cache.get_many([*entries, key(-1)]) == entries
    assert sorted(cache.keys()) == sorted(entries)
    assert cache.get(key(-1)) is None


def test_entries_survive_a_reopening(cache: ActionCache, tmp_path: Path) -> None:
    cache.put_many({key(1): entry("one")}, "run")
    cache.close()
    assert ActionCache(tmp_path / "actions").get(key(1)) == entry("one")


def test_the_first_writer_of_a_key_wins(cache: ActionCache) -> None:
    cache.put_many({key(1): entry("first")}, "one")
    cache.put_many({key(1): entry("second"), key(2): entry("new")}, "two")
    assert cache.get(key(1)).raw == {"text": "first"}
    assert cache.get(key(2)).raw == {"text": "new"}


def test_drop(cache: ActionCache) -> None:
    cache.put_many({key(1): entry("x"), key(2): entry("y")}, "run")
    cache.drop([key(1), key(3)])
    assert list(cache.keys()) == [key(2)]


def shards(folder: Path) -> list[sqlite3.Connection]:
    paths = sorted((folder / "actions").glob("actions-*.sqlite"))
    return [sqlite3.connect(path, isolation_level=None) for path in paths]


def spoil(folder: Path, change) -> None:
    for shard in shards(folder):
        for k, value in shard.execute("SELECT key, value FROM entry").fetchall():
            shard.execute("UPDATE entry SET value = ? WHERE key = ?", (change(value), k))
        shard.close()


def flip_at(place: float):
    def change(value: bytes) -> bytes:
        at = int(place * (len(value) - 1))
        return value[:at] + bytes([value[at] ^ 4]) + value[at + 1 :]

    return change


@pytest.mark.parametrize("size", [1, 10_000], ids=["plain", "compressed"])
@pytest.mark.parametrize(
    "change",
    [
        *[flip_at(place) for place in (0, 0.3, 0.6, 0.95, 1)],
        *[
            lambda v: v[:-1],
            lambda v: v + b"x",
            lambda _v: b"",
            lambda _v: b"j[]",
            lambda _v: "text",
        ],
    ],
    ids=[
        *["bit 0", "bit 3", "bit 6", "bit 95", "last bit"],
        *["cut", "longer", "empty", "other", "text"],
    ],
)
def test_damage_is_found_and_forgotten(
    cache: ActionCache, tmp_path: Path, change, size: int
) -> None:
    cache.put_many({key(1): entry("answer", size)}, "run")
    spoil(tmp_path, change)
    with pytest.raises(DamagedObject, match=key(1)):
        cache.get(key(1))
    assert cache.get(key(1)) is None, "a rerun makes the call again"


def test_an_entry_under_another_key_is_damage(cache: ActionCache, tmp_path: Path) -> None:
    cache.put_many({key(i): entry(str(i)) for i in range(40)}, "run")
    values = {}
    for shard in shards(tmp_path):
        rows = shard.execute("SELECT key, value FROM entry").fetchall()
        for (k, _), (_, value) in zip(rows, rows[1:] + rows[:1], strict=True):
            shard.execute("UPDATE entry SET value = ? WHERE key = ?", (value, k))
            values[k.hex()] = value
    assert len(values) == 40
    for k in values:
        with pytest.raises(DamagedObject):
            cache.get(k)


def test_a_header_that_claims_gigabytes_is_damage() -> None:
    # frame header with an eight-byte content size of 1 TB and nothing behind it
    with pytest.raises(DamagedObject):
        Entry.unpack(b"z" + b"\x28\xb5\x2f\xfd\xe0" + (1 << 40).to_bytes(8, "little"))
    whole = zstandard.ZstdCompressor().compress(b"[1]" + b" " * 5_000_000)
    with pytest.raises(DamagedObject):
        Entry.unpack(b"z" + whole)


@settings(max_examples=300, deadline=None, database=None)
@given(st.binary(max_size=200) | st.builds(lambda b: b"j" + b, st.binary(max_size=60)))
def test_unpacking_hostile_bytes_raises_only_damage(data: bytes) -> None:
    with pytest.raises(DamagedObject):
        Entry.unpack(data)


@pytest.mark.parametrize(
    "text",
    [
        "7",
        "[]",
        "null",
        "{}",
        "[{},{},[],{},0]",
        "[{},{},null,{},0,0]",
        "[1,{},[],{},0,0]",
        '[{},"b",[],{},0,0]',
        "[{},{},[],[],0,0]",
    ],
)
def test_json_that_is_no_entry_is_damage(text: str) -> None:
    with pytest.raises(DamagedObject):
        Entry.unpack(b"j" + text.encode())


def test_a_shard_that_is_no_database_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "actions"
    folder.mkdir()
    for number in range(SHARDS):
        (folder / f"actions-{number}.sqlite").write_bytes(b"no database at all" * 200)
    cache = ActionCache(folder)
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        cache.get(key(1))
    with pytest.raises(StoreUnavailable):
        cache.put_many({key(1): entry("x")}, "run")


def test_a_shard_whose_pages_are_damaged_is_named(cache: ActionCache, tmp_path: Path) -> None:
    cache.put_many({key(i): entry("x" * 50, 1) for i in range(400)}, "run")
    cache.close()
    for path in (tmp_path / "actions").glob("*.sqlite"):
        data = bytearray(path.read_bytes())
        data[4096:] = b"\xff" * (len(data) - 4096)
        path.write_bytes(data)
    with pytest.raises((StoreUnavailable, DamagedObject)):
        cache.get_many([key(i) for i in range(400)])


WRITER = """
import sys
from pathlib import Path
from qmirror_assets.store.actions import ActionCache
from tests.unit.store.test_actions import entry, key
cache = ActionCache(Path(sys.argv[1]))
for start in range(0, 400, 8):
    made = {key(i): entry(f"{sys.argv[2]}-{i}") for i in range(start, start + 8)}
    cache.put_many(made, sys.argv[2])
"""


def test_two_processes_write_at_once(cache: ActionCache, tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path / "actions")]
    pair = [subprocess.Popen([*command, name], cwd=ROOT) for name in ("one", "two")]
    assert [child.wait(60) for child in pair] == [0, 0]
    found = cache.get_many([key(i) for i in range(400)])
    assert len(found) == 400
    assert {e.raw["text"] for e in found.values()} <= {
        f"{w}-{i}" for w in ("one", "two") for i in range(400)
    }
    assert all(found[key(i)].raw["text"].endswith(f"-{i}") for i in range(400))
