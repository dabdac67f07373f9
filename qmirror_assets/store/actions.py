"""The action cache: action key -> raw result. Sharded SQLite files in WAL mode.

A value is zstd over JSON: the request as it was rendered, the engine that answered, and the raw
reply; before it stands a checksum over key and value, since SQLite would hand out a flipped bit or
the value of another key without a word. Only the runner that did the work writes. Failures are
never stored. Several processes may write at once; a hit is always the same bytes, so the first
writer of a key wins.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
import zstandard

from qmirror_assets import formats
from qmirror_assets.errors import DamagedObject, StoreUnavailable, UnknownFormat
from qmirror_assets.records import Json
from qmirror_assets.store import atomic, sqlite

SHARDS = 4
_SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
  key BLOB PRIMARY KEY, value BLOB NOT NULL, writer TEXT NOT NULL
)
"""
# with row ids: entries are appended and only their short keys lie in random order, which halves
# the cost of a write beside a table ordered by key (as earlier files are, which read the same)
_CHECKPOINT = 8_000  # pages of 4 KB: keys are random, so a short log writes a page many times
_LOOKUP = 500  # keys of one SELECT; SQLite allows 32,766 variables
_COMPRESS_ABOVE = 600  # bytes; below, zstd saves less than a quarter
_SEAL = 16  # bytes of the checksum
_KINDS = (b"j", b"z")  # first byte of an entry: plain or compressed
_LARGEST = 256 << 20  # bytes of one decompressed entry: a damaged header may claim any size


@dataclass(frozen=True, slots=True)
class Entry:
    """What one action asked and what came back."""

    engine: Mapping[str, str]
    body: Mapping[str, Json]
    images: tuple[str, ...]
    raw: Mapping[str, Json]
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def pack(self, compressor: zstandard.ZstdCompressor) -> bytes:
        """Bytes of the entry, compressed where that helps."""
        data = orjson.dumps(
            [
                dict(self.engine), self.body, self.images, self.raw,
                self.prompt_tokens, self.completion_tokens,
            ]
        )  # fmt: skip
        if len(data) < _COMPRESS_ABOVE:
            return b"j" + data
        return b"z" + compressor.compress(data)

    @classmethod
    def unpack(cls, data: bytes) -> Entry:
        """The entry of `pack`ed bytes.

        Raises:
            DamagedObject: the bytes are not an entry.
        """
        try:
            engine, body, images, raw, prompt, completion = orjson.loads(_unpack(data))
            entry = cls(engine, body, tuple(images), raw, prompt, completion)
        except (ValueError, TypeError, zstandard.ZstdError) as error:
            raise _damaged(str(error)) from error
        if not all(isinstance(part, dict) for part in (engine, body, raw)):
            raise _damaged("a part that is no mapping")
        return entry


def _unpack(data: bytes) -> bytes:
    kind, rest = data[:1], data[1:]
    if kind == b"j":
        return rest
    if kind != b"z" or zstandard.frame_content_size(rest) > _LARGEST:
        raise ValueError("no entry of a known kind and size")
    return zstandard.ZstdDecompressor().decompress(rest)


def _seal(key: bytes, packed: bytes) -> bytes:
    return hashlib.blake2b(key + packed, digest_size=_SEAL).digest() + packed


def _unseal(key: bytes, value: bytes) -> Entry:
    if not isinstance(value, bytes) or value != _seal(key, value[_SEAL:]):
        raise _damaged(f"other bytes under key {key.hex()}")
    kind = value[_SEAL : _SEAL + 1]
    if kind not in _KINDS:  # its seal is right: it was stored so
        found = f"an entry of kind {kind!r}"
        raise formats.later("an entry of the action cache", formats.ACTIONS, found)
    return Entry.unpack(value[_SEAL:])


def _damaged(found: str) -> DamagedObject:
    return DamagedObject(
        "an entry of the action cache is damaged",
        expected="what was stored under its key",
        found=found,
        remedy="Run `qmirror fsck --repair`, then `qmirror build`: its call is made again",
    )


class ActionCache:
    """All shards under one folder."""

    def __init__(self, root: Path) -> None:
        with atomic.wrap_os_errors(root, "create"):
            root.mkdir(parents=True, exist_ok=True)
        self._root = root
        self._shards: dict[int, sqlite3.Connection] = {}
        # one for all entries: making its tables costs more than an entry's compression
        self._compressor = zstandard.ZstdCompressor(level=3)

    def _shard(self, number: int) -> sqlite3.Connection:
        if number not in self._shards:
            path = self._root / f"actions-{number}.sqlite"
            try:
                shard = sqlite3.connect(
                    path,
                    timeout=sqlite.PATIENCE_S,
                    isolation_level=None,
                    check_same_thread=False,
                )
                found = _format(path, shard)
                sqlite.prepare(shard, checkpoint=_CHECKPOINT)
                shard.execute(_SCHEMA)
                if found != formats.ACTIONS:
                    shard.execute(f"PRAGMA user_version={formats.ACTIONS}")
            except sqlite3.Error as error:
                raise _unavailable(path, error) from error
            self._shards[number] = shard
        return self._shards[number]

    @staticmethod
    def _number(key: str) -> int:
        return int(key[0], 16) % SHARDS

    def get_many(self, keys: Iterable[str], *, forget: bool = True) -> dict[str, Entry]:
        """Entries of those keys that are there.

        Args:
            keys: Action keys.
            forget: Drop an entry that is damaged. Only for a reader that makes its call again:
                to all others the entry would then merely be absent.

        Raises:
            DamagedObject: an entry is not what was stored.
            StoreUnavailable: a shard cannot be read.
        """
        found: dict[str, Entry] = {}
        for number, group in self._by_shard(keys).items():
            for start in range(0, len(group), _LOOKUP):
                found |= self._read(number, group[start : start + _LOOKUP], forget=forget)
        return found

    def _read(self, number: int, keys: Sequence[str], *, forget: bool) -> dict[str, Entry]:
        found = {}
        for key, value in self._select("key, value", number, keys):
            try:
                found[key.hex()] = _unseal(key, value)
            except DamagedObject:
                if forget:
                    self.drop([key.hex()])
                raise
        return found

    def _select(self, columns: str, number: int, keys: Sequence[str]) -> list[tuple[bytes, ...]]:
        query = f"SELECT {columns} FROM entry WHERE key IN ({','.join('?' * len(keys))})"  # noqa: S608
        with self._wrap():
            return self._shard(number).execute(query, [bytes.fromhex(k) for k in keys]).fetchall()

    def get(self, key: str) -> Entry | None:
        """The entry of one key, or None."""
        return self.get_many([key]).get(key)

    def absent(self, keys: Iterable[str]) -> list[str]:
        """Those keys that have no entry; none is opened."""
        gone: list[str] = []
        for number, group in self._by_shard(keys).items():
            for start in range(0, len(group), _LOOKUP):
                part = group[start : start + _LOOKUP]
                there = {key.hex() for (key,) in self._select("key", number, part)}
                gone += [key for key in part if key not in there]
        return gone

    def put_many(self, entries: Mapping[str, Entry], writer: str) -> None:
        """Store entries; one transaction a shard. An entry that is there stays as it is."""
        for number, group in self._by_shard(entries).items():
            shard = self._shard(number)
            packed = [(bytes.fromhex(key), entries[key].pack(self._compressor)) for key in group]
            # in key order, neighbours on a page are written together
            rows = [(key, _seal(key, data), writer) for key, data in sorted(packed)]
            try:
                shard.execute("BEGIN IMMEDIATE")
                shard.executemany("INSERT OR IGNORE INTO entry VALUES (?, ?, ?)", rows)
                atomic.crash_point("before_action_commit")
                shard.execute("COMMIT")
            except sqlite3.Error as error:
                if shard.in_transaction:
                    shard.execute("ROLLBACK")
                raise _unavailable(self._root, error) from error

    def drop(self, keys: Iterable[str]) -> None:
        """Forget keys (their results were found damaged)."""
        for number, group in self._by_shard(keys).items():
            with self._wrap():
                self._shard(number).executemany(
                    "DELETE FROM entry WHERE key = ?", [(bytes.fromhex(k),) for k in group]
                )

    def keys(self) -> Iterator[str]:
        """All keys, shard by shard."""
        for number in range(SHARDS):
            with self._wrap():
                for (key,) in self._shard(number).execute("SELECT key FROM entry"):
                    yield key.hex()

    def scan(self) -> Iterator[tuple[str, Entry | DamagedObject]]:
        """Every key with its entry, or with what is wrong with it; nothing is forgotten.

        Raises:
            StoreUnavailable: a shard cannot be read to its end.
        """
        for number in range(SHARDS):
            with self._wrap():
                for key, value in self._shard(number).execute("SELECT key, value FROM entry"):
                    try:
                        yield bytes(key).hex(), _unseal(bytes(key), value)
                    except (DamagedObject, TypeError) as error:
                        found = error if isinstance(error, DamagedObject) else _damaged(str(error))
                        yield bytes(key).hex() if isinstance(key, bytes) else repr(key), found

    def restore(self, rows: Iterable[tuple[bytes, bytes, str]]) -> None:
        """Put sealed rows back that were read from a file that is no more."""
        for key, value, writer in rows:
            with self._wrap():
                self._shard(self._number(key.hex())).execute(
                    "INSERT OR IGNORE INTO entry VALUES (?, ?, ?)", (key, value, writer)
                )

    def close(self) -> None:
        """Close all shards."""
        for shard in self._shards.values():
            shard.close()
        self._shards.clear()

    @contextmanager
    def _wrap(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _unavailable(self._root, error) from error

    def _by_shard(self, keys: Iterable[str]) -> dict[int, list[str]]:
        groups: dict[int, list[str]] = {}
        for key in keys:
            groups.setdefault(self._number(key), []).append(key)
        return groups


def _format(path: Path, shard: sqlite3.Connection) -> int:
    """Format of a file (0: not said); a later one is refused before anything in it is changed."""
    (found,) = shard.execute("PRAGMA user_version").fetchone()
    try:
        formats.refuse_later(f"the action cache in {path}", found, formats.ACTIONS)
    except UnknownFormat:
        shard.close()
        raise
    return int(found)


def _unavailable(path: Path, error: sqlite3.Error) -> StoreUnavailable:
    broken = type(error) is sqlite3.DatabaseError  # its subclasses are of the disk, rights, locks
    mend = "Run `qmirror fsck --repair`: entries that can be read are kept, the others asked again"
    free = "Free space, fix the rights, or end the process that holds it, then run again"
    return StoreUnavailable(
        f"the action cache in {path} cannot be used",
        found=str(error), remedy=mend if broken else free,
    )  # fmt: skip
