"""Every entry of the action cache: its seal, its request against its key, its pictures."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from qmirror_assets.errors import DamagedObject, StoreUnavailable
from qmirror_assets.fingerprint import action_key
from qmirror_assets.integrity.pictures import digests_of
from qmirror_assets.store import Store
from qmirror_assets.store.actions import Entry


@dataclass(slots=True)
class Cached:
    """What is wrong with the cache."""

    entries: int = 0
    damaged: list[str] = field(default_factory=list)  # keys
    false: list[str] = field(default_factory=list)  # keys that are not those of their requests
    shards: dict[str, str] = field(default_factory=dict)  # path -> what SQLite says
    pictures: dict[str, list[str]] = field(default_factory=dict)  # unsound digest -> keys
    reached: set[bytes] = field(default_factory=set)  # sound pictures


def check_actions(store: Store, unsound: set[str], whole: dict[bytes, int]) -> Cached:
    """Look at every entry; `unsound`: objects known to be damaged, `whole`: sound ones."""
    found = Cached()
    folder = store.root / "actions"
    for path in sorted(folder.glob("*.sqlite")):
        problem = check_database(path)
        if problem:
            found.shards[str(path)] = problem
    try:
        for key, entry in store.actions.scan():
            found.entries += 1
            _check(found, key, entry, unsound, whole)
    except StoreUnavailable as error:
        if not found.shards:
            found.shards[str(folder)] = error.found
    return found


def _check(
    found: Cached,
    key: str,
    entry: Entry | DamagedObject,
    unsound: set[str],
    whole: dict[bytes, int],
) -> None:
    if isinstance(entry, DamagedObject):
        found.damaged.append(key)
        return
    if action_key(entry.engine, entry.body, entry.images) != key:
        found.false.append(key)
        return
    for digest in digests_of(entry):
        if digest in unsound or bytes.fromhex(digest) not in whole:
            found.pictures.setdefault(digest, []).append(key)
        else:
            found.reached.add(bytes.fromhex(digest))


def check_database(path: Path) -> str:
    """What SQLite finds wrong with a file ("" when nothing)."""
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=60)
        try:
            return "; ".join(_complaints(connection))
        finally:
            connection.close()
    except sqlite3.Error as error:
        return str(error)


def _complaints(connection: sqlite3.Connection) -> Iterator[str]:
    for (line,) in connection.execute("PRAGMA integrity_check(5)"):
        if line != "ok":
            yield str(line)
