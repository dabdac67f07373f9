"""The action cache: action key -> raw result. Sharded SQLite files in WAL mode.

A value is zstd over JSON: the request as it was rendered, the engine that answered, and the raw
reply. Only the runner that did the work writes. Failures are never stored. Several processes may
write at once; a hit is always the same bytes, so the first writer of a key wins.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson
import zstandard

from qmirror_assets.errors import DamagedObject, StoreUnavailable
from qmirror_assets.records import Json
from qmirror_assets.store import atomic

SHARDS = 4
_SCHEMA = """
CREATE TABLE IF NOT EXISTS action (
  key BLOB PRIMARY KEY, value BLOB NOT NULL, writer TEXT NOT NULL
) WITHOUT ROWID
"""
_LOOKUP = 500  # keys of one SELECT; SQLite allows 32,766 variables
_COMPRESS_ABOVE = 300  # bytes; below, zstd makes it larger


@dataclass(frozen=True, slots=True)
class Entry:
    """What one action asked and what came back."""

    engine: Mapping[str, str]
    body: Mapping[str, Json]
    images: tuple[str, ...]
    raw: Mapping[str, Json]
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def pack(self) -> bytes:
        """Bytes of the entry, compressed where that helps."""
        data = orjson.dumps(
            [
                dict(self.engine), self.body, self.images, self.raw,
                self.prompt_tokens, self.completion_tokens,
            ]
        )  # fmt: skip
        if len(data) < _COMPRESS_ABOVE:
            return b"j" + data
        return b"z" + zstandard.ZstdCompressor(level=3).compress(data)

    @classmethod
    def unpack(cls, data: bytes) -> Entry:
        """The entry of `pack`ed bytes.

        Raises:
            DamagedObject: the bytes are not an entry.
        """
        try:
            text = data[1:] if data[:1] == b"j" else zstandard.ZstdDecompressor().decompress(data[1:])
            engine, body, images, raw, prompt, completion = orjson.loads(text)
        except (ValueError, zstandard.ZstdError) as error:
            raise DamagedObject(
                "an entry of the action cache is damaged",
                found=str(error),
                remedy="Delete the folder `actions` of the data folder; calls are made again",
            ) from error
        return cls(engine, body, tuple(images), raw, prompt, completion)


class ActionCache:
    """All shards under one folder."""

    def __init__(self, root: Path) -> None:
        with atomic.wrap_os_errors(root, "create"):
            root.mkdir(parents=True, exist_ok=True)
        self._root = root
        self._shards: dict[int, sqlite3.Connection] = {}

    def _shard(self, number: int) -> sqlite3.Connection:
        if number not in self._shards:
            path = self._root / f"actions-{number}.sqlite"
            try:
                shard = sqlite3.connect(
                    path, timeout=60, isolation_level=None, check_same_thread=False
                )
                shard.execute("PRAGMA journal_mode=WAL")
                shard.execute("PRAGMA synchronous=NORMAL")
                shard.execute(_SCHEMA)
            except sqlite3.Error as error:
                raise _unavailable(path, error) from error
            self._shards[number] = shard
        return self._shards[number]

    @staticmethod
    def _number(key: str) -> int:
        return int(key[0], 16) % SHARDS

    def get_many(self, keys: Iterable[str]) -> dict[str, Entry]:
        """Entries of those keys that are there."""
        found: dict[str, Entry] = {}
        for number, group in self._by_shard(keys).items():
            for start in range(0, len(group), _LOOKUP):
                part = [bytes.fromhex(key) for key in group[start : start + _LOOKUP]]
                marks = ",".join("?" * len(part))
                rows = self._shard(number).execute(
                    f"SELECT key, value FROM action WHERE key IN ({marks})",  # noqa: S608
                    part,
                )
                found.update((key.hex(), Entry.unpack(value)) for key, value in rows)
        return found

    def get(self, key: str) -> Entry | None:
        """The entry of one key, or None."""
        return self.get_many([key]).get(key)

    def put_many(self, entries: Mapping[str, Entry], writer: str) -> None:
        """Store entries; one transaction a shard. An entry that is there stays as it is."""
        for number, group in self._by_shard(entries).items():
            shard = self._shard(number)
            rows = [(bytes.fromhex(key), entries[key].pack(), writer) for key in group]
            try:
                shard.execute("BEGIN IMMEDIATE")
                shard.executemany("INSERT OR IGNORE INTO action VALUES (?, ?, ?)", rows)
                atomic.crash_point("before_action_commit")
                shard.execute("COMMIT")
            except sqlite3.Error as error:
                if shard.in_transaction:
                    shard.execute("ROLLBACK")
                raise _unavailable(self._root, error) from error

    def drop(self, keys: Iterable[str]) -> None:
        """Forget keys (their results were found damaged)."""
        for number, group in self._by_shard(keys).items():
            self._shard(number).executemany(
                "DELETE FROM action WHERE key = ?", [(bytes.fromhex(k),) for k in group]
            )

    def keys(self) -> Iterator[str]:
        """All keys, shard by shard."""
        for number in range(SHARDS):
            for (key,) in self._shard(number).execute("SELECT key FROM action"):
                yield key.hex()

    def close(self) -> None:
        """Close all shards."""
        for shard in self._shards.values():
            shard.close()
        self._shards.clear()

    def _by_shard(self, keys: Iterable[str]) -> dict[int, list[str]]:
        groups: dict[int, list[str]] = {}
        for key in keys:
            groups.setdefault(self._number(key), []).append(key)
        return groups


def _unavailable(path: Path, error: sqlite3.Error) -> StoreUnavailable:
    return StoreUnavailable(
        f"the action cache in {path} cannot be used",
        found=str(error),
        remedy="Free space, fix the rights, or end the process that holds it, then run again",
    )
