"""Collecting garbage: what no root reaches and nobody has touched for a while.

Safe beside a running build: an object is judged by when it was last stored, builds make what they
store again young, and the look at the age and the removal are one step (`Cas.remove`). While a
build holds a lease, nothing younger than its process goes, however short the grace.
"""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from qmirror_assets.errors import DamagedObject, UsageError
from qmirror_assets.integrity.links import Links, Role, walk
from qmirror_assets.integrity.live import oldest_live_start
from qmirror_assets.integrity.pictures import digests_in, digests_of
from qmirror_assets.records import Json
from qmirror_assets.store import Store, atomic

GRACE = 3600.0
SHORTEST_GRACE = 1.0
"""Seconds. Longer than any write takes from its first object to the row that names it, where no
lease is held."""

MAKING = ".making-"
"""Beginning of the folders in which versions are written."""

_MAGIC = {b"PAR1": "table", b"\x89PNG": "picture", b"\xff\xd8\xff\xe0": "picture"}


@dataclass(slots=True)
class Collected:
    """What was kept and removed: kind -> number, and bytes. young: unreached but within grace."""

    dry_run: bool
    grace: float
    kept: Counter[str] = field(default_factory=Counter)
    kept_bytes: int = 0
    young: int = 0
    removed: Counter[str] = field(default_factory=Counter)
    removed_bytes: Counter[str] = field(default_factory=Counter)

    def to_json(self) -> dict[str, Json]:
        """The report as JSON."""
        return {
            "dry_run": self.dry_run, "grace_seconds": self.grace, "kept": dict(self.kept),
            "kept_bytes": self.kept_bytes, "young": self.young, "removed": dict(self.removed),
            "removed_bytes": dict(self.removed_bytes),
        }  # fmt: skip


def collect_garbage(store: Store, grace: float = GRACE, *, dry_run: bool = False) -> Collected:
    """Remove unreachable objects and left-over temporary files older than `grace` seconds.

    Raises:
        UsageError: a grace too short to be safe. DamagedObject: something that names objects
        cannot be read; nothing is removed then.
    """
    if grace < SHORTEST_GRACE:
        raise UsageError(
            "the grace is too short", expected=f"at least {SHORTEST_GRACE:.0f} s",
            found=f"{grace:g} s", remedy="Leave --grace out for one hour",
        )  # fmt: skip
    cutoff = min(time.time() - grace, oldest_live_start(store))
    report = Collected(dry_run, grace)
    _sweep_objects(store, _reach(store), cutoff, report)
    _sweep_leavings(store, cutoff, report)
    return report


def _reach(store: Store) -> dict[bytes, Role]:
    """Everything that must stay, by digest (32 bytes each: there may be millions)."""
    try:
        links = walk(store)
        reached = {bytes.fromhex(digest): role for digest, role in links.roles.items()}
        for digest in _pictures(store, links):
            reached.setdefault(bytes.fromhex(digest), Role.PICTURE)
    except DamagedObject as error:
        raise DamagedObject(
            "garbage cannot be collected while something that names objects is damaged",
            found=str(error), remedy="Run `qmirror fsck --repair`, then `qmirror build`",
        ) from error  # fmt: skip
    return reached


def _pictures(store: Store, links: Links) -> Iterator[str]:
    for digest in [*links.of(Role.ROWS), *links.of(Role.CHANGES)]:
        for cells in digests_in(store.cas.verified_path(digest)):
            yield from cells.digests
    for _, entry in store.actions.scan():
        if isinstance(entry, DamagedObject):
            raise entry
        yield from digests_of(entry)


def _sweep_objects(
    store: Store, reached: dict[bytes, Role], cutoff: float, report: Collected
) -> None:
    for digest in store.cas:
        path = store.cas.path(digest)
        facts = _facts(path)
        if facts is None:  # another collection was faster
            continue
        modified, size = facts
        role = reached.get(_raw(digest))
        if role is not None or modified >= cutoff:
            report.kept_bytes += size
            report.kept[role.value if role is not None else "unreached, young"] += 1
            report.young += role is None
            continue
        kind = _kind(path)
        if report.dry_run or store.cas.remove(digest, cutoff):
            report.removed[kind] += 1
            report.removed_bytes[kind] += size


def _raw(name: str) -> bytes:
    try:
        return bytes.fromhex(name)
    except ValueError:  # a foreign file: nobody names it
        return name.encode()


def _facts(path: Path) -> tuple[float, int] | None:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_mtime, stat.st_size


def _kind(path: Path) -> str:
    with atomic.wrap_os_errors(path, "read"), path.open("rb") as file:
        return _MAGIC.get(file.read(4), "document")


# -- what processes that died left behind


def _sweep_leavings(store: Store, cutoff: float, report: Collected) -> None:
    for kind, path in _leavings(store.root):
        facts = _newest(path)
        if facts is None or facts[0] >= cutoff:
            continue
        if not report.dry_run:
            _remove(path)
        report.removed[kind] += 1
        report.removed_bytes[kind] += facts[1]


def _leavings(root: Path) -> Iterator[tuple[str, Path]]:
    for pattern in ("temp/*", f"??/??/{atomic.TEMP_PREFIX}*"):
        for path in sorted((root / "cas").glob(pattern)):
            yield "temporary file", path
    for path in sorted((root / "spill").glob("*")):
        yield "spill file", path
    for kind in ("candidates", "releases"):
        for path in sorted((root / kind).glob(f"*/{MAKING}*")):
            yield "unfinished version", path


def _newest(path: Path) -> tuple[float, int] | None:
    """(last change, bytes) of a file or of a folder with all that is in it."""
    facts = [_facts(item) for item in [path, *(path.rglob("*") if path.is_dir() else ())]]
    there = [item for item in facts if item is not None]
    return (max(m for m, _ in there), sum(size for _, size in there)) if there else None


def _remove(path: Path) -> None:
    with atomic.wrap_os_errors(path, "remove"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
