"""`fsck --repair`: take away what is damaged, so that the next build makes it again.

A partition whose rows rest on something lost, an action among them, is forgotten (its pointer, not
its cached actions): the next build looks its actions up and pays only for what is truly gone. A
release directory is never touched.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import orjson
import sqlalchemy as sa

from qmirror_assets.errors import NotFoundError, StoreUnavailable
from qmirror_assets.integrity.findings import Kind
from qmirror_assets.integrity.fsck import Examination
from qmirror_assets.integrity.links import Owner
from qmirror_assets.keys import PartitionKey
from qmirror_assets.runner.intake import QUARANTINE
from qmirror_assets.runner.target import POOL
from qmirror_assets.stages.graph import INTAKE
from qmirror_assets.store import Store, atomic, schema

_KEY = 64  # digits of a digest and of an action key


def repair(seen: Examination) -> None:
    """Remove what an examination found damaged and note it in its report."""
    said = seen.report.repaired
    said += _shards(seen)
    said += _entries(seen)
    said += _objects(seen)
    seen.cached.shards.clear()
    seen.find_unbacked()  # now that all is forgotten that cannot be believed
    said += _owners(seen)


def _entries(seen: Examination) -> Iterator[str]:
    keys = dict.fromkeys([*seen.cached.damaged, *seen.cached.false])
    for held in seen.cached.pictures.values():
        keys |= dict.fromkeys(held)
    if keys:
        seen.store.actions.drop(key for key in keys if len(key) == _KEY)
        yield f"{len(keys)} entries of the action cache"


def _objects(seen: Examination) -> Iterator[str]:
    for digest, (kind, _) in sorted(seen.unsound.items()):
        # a manifest under another partition's pointer is whole: only the pointer is wrong
        if kind is Kind.MISSING or bytes.fromhex(_hex(digest)) in seen.objects.whole:
            continue
        path = seen.store.cas.path(digest)
        with atomic.wrap_os_errors(path, "remove"):
            path.unlink(missing_ok=True)
        yield f"object {digest} ({kind.value})"


def _hex(name: str) -> str:
    return name if len(name) == _KEY and not set(name).difference("0123456789abcdef") else ""


def _owners(seen: Examination) -> Iterator[str]:
    pointers = {o for owners in seen.owners.values() for o in owners if o.node}
    pointers |= set(seen.unbacked)
    for owner in sorted(_with_intake(pointers)):
        if _forget_pointer(seen.store, owner):
            yield f"the pointer of {owner}"
    for digest, owners in sorted(seen.owners.items()):
        if any(owner.node for owner in owners):
            continue  # the partition is made again, and with it what the version names
        for owner in sorted(owners):
            if owner.version:
                _forget_of_version(seen.store, owner, digest)
                yield f"what {owner} named in the store (its own files are not touched)"


def _with_intake(pointers: set[Owner]) -> set[Owner]:
    """Seeds are read again for a whole dataset, and only when its quarantine is not there."""
    datasets = {owner.dataset for owner in pointers if owner.node in (INTAKE, POOL)}
    return pointers | {Owner(dataset, INTAKE, QUARANTINE) for dataset in datasets}


def _forget_pointer(store: Store, owner: Owner) -> bool:
    table, key = schema.pointers, PartitionKey(owner.dataset, owner.node, owner.domain)
    with store.state.write() as connection:
        gone = connection.execute(
            table.delete().where(
                table.c.dataset == key.dataset,
                table.c.node == key.node,
                table.c.domain == key.domain,
            )
        )
        return gone.rowcount > 0


def _forget_of_version(store: Store, owner: Owner, digest: str) -> None:
    """Forget a gate record, or the snapshot of one domain, of a version."""
    gates, snapshots, versions = schema.gates, schema.snapshots, schema.versions
    with store.state.write() as connection:
        if owner.gate:
            connection.execute(gates.delete().where(gates.c.record == digest))
            return
        mine = [snapshots.c.dataset == owner.dataset, snapshots.c.version == owner.version]
        connection.execute(snapshots.delete().where(*mine, snapshots.c.domain == owner.domain))
        where = sa.and_(versions.c.dataset == owner.dataset, versions.c.version == owner.version)
        text = connection.execute(sa.select(versions.c.record).where(where)).scalar()
        if text is not None:
            record = orjson.loads(text)
            record["snapshots"].pop(owner.domain, None)
            dumped = orjson.dumps(record, option=orjson.OPT_SORT_KEYS).decode()
            connection.execute(versions.update().where(where).values(record=dumped))


# -- files of the action cache


def _shards(seen: Examination) -> Iterator[str]:
    """Keep what can be read of a broken file, in a new one."""
    if not seen.cached.shards:
        return
    seen.store.actions.close()
    for place in seen.cached.shards:
        path = Path(place)
        if not path.is_file():
            raise NotFoundError(f"{path} is not there", remedy="Run `qmirror fsck` again")
        rows = _salvage(path)
        for file in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            with atomic.wrap_os_errors(file, "remove"):
                file.unlink(missing_ok=True)
        seen.store.actions.restore(rows)
        yield f"{path.name} made anew with the {len(rows)} entries that can be read"


def _salvage(path: Path) -> list[tuple[bytes, bytes, str]]:
    """All rows that SQLite can still read: by key and as stored, from both ends."""
    rows: dict[bytes, tuple[bytes, bytes, str]] = {}
    for order in ("key ASC", "key DESC", "rowid ASC", "rowid DESC"):
        try:
            with closing(sqlite3.connect(path)) as connection:
                sql = f"SELECT key, value, writer FROM entry ORDER BY {order}"  # noqa: S608
                for row in connection.execute(sql):
                    if all(isinstance(part, bytes) for part in row[:2]):
                        rows[row[0]] = (row[0], row[1], str(row[2]))
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
                raise StoreUnavailable(f"{path} is in use", found=str(error)) from error
            continue  # as far as it can be read
    return list(rows.values())
