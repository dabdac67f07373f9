"""What the store must keep, and for whom: from every root down to tables and documents.

Roots are the current pointers of all datasets, the snapshots of versions (candidates and
releases), and gate records. A manifest that a reachable one consumed is kept as a document, the
proof of where rows came from; its tables only while a root names it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

import orjson
import sqlalchemy as sa

from qmirror_assets import formats
from qmirror_assets.errors import DamagedObject, KeyParseError, NotFoundError
from qmirror_assets.keys import parse_digest
from qmirror_assets.store import Store, schema
from qmirror_assets.store.manifest import Manifest


class Role(StrEnum):
    """What an object is to the root that names it."""

    MANIFEST = "manifest"
    ROWS = "rows"
    CHANGES = "changed rows"
    KEYS = "keys of rows"
    REJECTIONS = "rejections"
    SNAPSHOT = "snapshot"
    GATE = "gate record"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True, order=True)
class Owner:
    """A root, or a cached action. version: "" for a partition; gate: suite of a gate record."""

    dataset: str
    node: str = ""
    domain: str = ""
    version: str = ""
    gate: str = ""
    action: str = ""

    def __str__(self) -> str:
        if self.action:
            return f"action {self.action}"
        if self.node:
            return f"{self.dataset}:{self.node}:{self.domain}"
        what = "gate record" if self.gate else "version"
        return f"{what} {self.version} of {self.dataset}"


OnBroken = Callable[[str, Owner, Exception], None]


def refuse(_digest: str, _owner: Owner, error: Exception) -> None:
    """Let the walk end with its first fault: what it cannot read may name anything."""
    raise error


@dataclass(slots=True)
class Links:
    """Digest -> role and owners of all objects that roots name, pictures left out."""

    roles: dict[str, Role] = field(default_factory=dict)
    owners: dict[str, set[Owner]] = field(default_factory=dict)

    def add(self, digest: str, role: Role, owner: Owner) -> None:
        """Note that `owner` needs an object."""
        self.roles[digest] = role
        self.owners.setdefault(digest, set()).add(owner)

    def of(self, role: Role) -> list[str]:
        """Digests in a role, in stable order."""
        return sorted(digest for digest, found in self.roles.items() if found is role)


def walk(store: Store, on_broken: OnBroken = refuse) -> Links:
    """Follow every root; `on_broken` hears of each object that cannot be read."""
    return _Walk(store, on_broken).run()


@dataclass(slots=True)
class _Walk:
    store: Store
    on_broken: OnBroken
    links: Links = field(default_factory=Links)
    _read: dict[str, Manifest | None] = field(default_factory=dict)

    def run(self) -> Links:
        # one SELECT for all pointers: a consistent view while builds move them
        for row in self.store.state.rows(sa.select(schema.pointers)):
            self._follow(row.manifest, Owner(row.dataset, row.node, row.domain))
        for digest, owner in self._snapshots():
            self.links.add(digest, Role.SNAPSHOT, owner)
            for manifest in self._nodes_of(digest, owner):
                self._follow(manifest, owner)
        for row in self.store.state.rows(sa.select(schema.gates)):
            owner = Owner(row.dataset, version=row.version, gate=row.suite)
            self.links.add(row.record, Role.GATE, owner)
        return self.links

    def _snapshots(self) -> Iterator[tuple[str, Owner]]:
        for row in self.store.state.rows(sa.select(schema.snapshots)):
            yield row.digest, Owner(row.dataset, domain=row.domain, version=row.version)
        for row in self.store.state.rows(sa.select(schema.versions)):
            for domain, digest in orjson.loads(row.record)["snapshots"].items():
                yield digest, Owner(row.dataset, domain=domain, version=row.version)

    def _nodes_of(self, digest: str, owner: Owner) -> list[str]:
        try:
            raw = orjson.loads(self.store.cas.get(digest))
            formats.refuse_later("a snapshot", raw["schema"], formats.SNAPSHOT)
            return [parse_digest(item["manifest"]) for item in raw["nodes"]]
        except (DamagedObject, NotFoundError) as error:
            self.on_broken(digest, owner, error)
        except (KeyError, TypeError, ValueError, KeyParseError) as error:
            broken = DamagedObject("a snapshot cannot be read", found=str(error))
            self.on_broken(digest, owner, broken)
        return []

    def _follow(self, digest: str, owner: Owner) -> None:
        """Note a manifest with its tables, and the manifests it consumed as documents."""
        manifest = self._manifest(digest, owner)
        if manifest is not None:
            self.links.add(manifest.rows, Role.ROWS, owner)
            for changes in manifest.row_files[1:]:
                self.links.add(changes, Role.CHANGES, owner)
            if manifest.keys:
                self.links.add(manifest.keys, Role.KEYS, owner)
            self.links.add(manifest.rejections, Role.REJECTIONS, owner)
        waiting, seen = [digest], set[str]()
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            found = self._manifest(name, owner)
            self.links.add(name, Role.MANIFEST, owner)
            waiting += [item.manifest for item in found.inputs] if found is not None else []

    def _manifest(self, digest: str, owner: Owner) -> Manifest | None:
        if digest not in self._read:
            self._read[digest] = None
            try:
                self._read[digest] = self.store.manifest(parse_digest(digest))
            except (DamagedObject, NotFoundError, KeyParseError) as error:
                self.on_broken(digest, owner, error)
        return self._read[digest]
