"""`fsck`: re-hash everything, follow every reference, and say what is wrong and whom it touches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import sqlalchemy as sa

from qmirror_assets.errors import QMirrorError, UnknownFormat
from qmirror_assets.integrity.cached import Cached, check_actions, check_database
from qmirror_assets.integrity.findings import Checked, Finding, Kind
from qmirror_assets.integrity.held_versions import check_versions
from qmirror_assets.integrity.links import Links, Owner, Role, walk
from qmirror_assets.integrity.objects import Objects, hash_objects
from qmirror_assets.integrity.pictures import SEED_PICTURES, digests_in
from qmirror_assets.integrity.unbacked import find_unbacked
from qmirror_assets.release.gate import GateRecord
from qmirror_assets.release.registry import list_versions
from qmirror_assets.store import Store, schema
from qmirror_assets.store.manifest import Manifest

_REPAIR = "Run `qmirror fsck --repair`, then `qmirror build`: it is made again"
_FOUND = {
    Kind.DAMAGED: "other bytes", Kind.MISSING: "no file", Kind.EMPTY: "an empty file",
    Kind.SWAPPED: "the bytes of another object", Kind.TRUNCATED: "a file whose end is cut off",
}  # fmt: skip


@dataclass(slots=True)
class Examination:
    """One look at a store, with all that a repair needs to know."""

    store: Store
    objects: Objects = field(default_factory=Objects)
    links: Links = field(default_factory=Links)
    cached: Cached = field(default_factory=Cached)
    unsound: dict[str, tuple[Kind, str]] = field(default_factory=dict)  # digest -> kind, error
    owners: dict[str, set[Owner]] = field(default_factory=dict)  # of unsound objects
    unbacked: dict[Owner, list[str]] = field(default_factory=dict)  # partition -> lost actions
    report: Checked = field(default_factory=Checked)
    _reached: set[bytes] = field(default_factory=set)

    def run(self) -> Checked:
        """Look at everything."""
        self.objects = hash_objects(self.store)
        self.unsound = {digest: (kind, "") for digest, kind in self.objects.broken.items()}
        self.links = walk(self.store, self._broken_link)
        self._links()
        self.cached = check_actions(self.store, set(self.unsound), self.objects.whole)
        self._reached |= self.cached.reached
        for digest, keys in self.cached.pictures.items():
            self._need(digest, (Owner("", action=key) for key in keys))
        self._tables()
        self.find_unbacked()
        self._gates()
        self._report()
        return self.report

    def find_unbacked(self) -> None:
        """Look for partitions whose rows name actions that the cache does not have now."""
        if not self.cached.shards:  # else nothing is known before they are mended
            self.unbacked = find_unbacked(self.store, set(self.unsound))

    # -- references

    def _broken_link(self, digest: str, owner: Owner, error: Exception) -> None:
        kind = Kind.DAMAGED if self._lies_there(digest) else Kind.MISSING
        self.unsound.setdefault(digest, (kind, getattr(error, "found", str(error))))
        self.owners.setdefault(digest, set()).add(owner)

    def _lies_there(self, digest: str) -> bool:
        try:
            return self.objects.holds(digest)
        except ValueError:  # a pointer that names no digest at all
            return False

    def _need(self, digest: str, owners: Iterable[Owner]) -> None:
        """Note that an object is needed; it is a fault when it is not there whole."""
        if not self._lies_there(digest):
            self.unsound.setdefault(digest, (Kind.MISSING, ""))
        if digest in self.unsound:
            self.owners.setdefault(digest, set()).update(owners)
        else:
            self._reached.add(bytes.fromhex(digest))

    def _links(self) -> None:
        for digest, owners in self.links.owners.items():
            self._need(digest, owners)
        for row in self.store.state.rows(sa.select(schema.pointers)):
            owner = Owner(row.dataset, row.node, row.domain)
            if row.manifest in self.unsound:
                continue
            found = self.store.manifest(row.manifest)
            if (found.dataset, found.node, found.domain) != (row.dataset, row.node, row.domain):
                self.unsound[row.manifest] = (Kind.SWAPPED, f"the manifest of {_name(found)}")
                self.owners.setdefault(row.manifest, set()).add(owner)

    def _tables(self) -> None:
        """Read every table with its page checksums; pictures named there must be whole."""
        for role in (Role.ROWS, Role.CHANGES, Role.KEYS, Role.REJECTIONS):
            for digest in self.links.of(role):
                if digest not in self.unsound:
                    self._table(digest)

    def _table(self, digest: str) -> None:
        owners = self.links.owners[digest]
        try:
            for cells in digests_in(self.store.cas.path(digest)):
                # a column of nothing but digests, one of which is known here, holds pictures
                known = any(self._lies_there(item) or item in self.unsound
                            for item in cells.digests)  # fmt: skip
                pictures = cells.column == SEED_PICTURES or (cells.bare and known)
                for item in cells.digests:
                    if pictures or self._lies_there(item) or item in self.unsound:
                        self._need(item, owners)
        except QMirrorError as error:
            self.unsound[digest] = (Kind.DAMAGED, error.found)
            self.owners[digest] = set(owners)

    def _gates(self) -> None:
        for digest in self.links.of(Role.GATE):
            if digest in self.unsound:
                continue
            try:
                GateRecord.load(self.store.cas.get(digest))
            except UnknownFormat:  # not damaged: a repair must leave it
                raise
            except QMirrorError as error:
                self._broken_link(digest, next(iter(self.links.owners[digest])), error)

    # -- the report

    def _report(self) -> None:
        report = self.report
        for digest in sorted(self.unsound):
            report.findings.append(self._object(digest, *self.unsound[digest]))
        report.findings += self._actions()
        report.findings += self._state()
        report.findings += check_versions(self.store)
        whole = self.objects.whole
        loose = [digest for digest in whole if digest not in self._reached]
        report.unreferenced = len(loose)
        report.unreferenced_bytes = sum(whole[digest] for digest in loose)
        report.looked_at.update(
            objects=len(whole) + len(self.objects.broken), actions=self.cached.entries,
            **{role.value: len(self.links.of(role)) for role in Role if role != Role.PICTURE},
        )  # fmt: skip

    def _object(self, digest: str, kind: Kind, said: str) -> Finding:
        owners = self.owners.get(digest, set())
        role = self.links.roles.get(digest, Role.PICTURE if owners else None)
        path = str(self.store.cas.path(digest))
        found = said or _FOUND.get(kind, "a file that is no object")
        return Finding(
            kind, path, role.value if role else "an object nobody needs", f"sha256 {digest}",
            found, _REPAIR if owners else "Run `qmirror fsck --repair`: nobody needs it",
            self._datasets(owners), self._versions(owners),
            tuple(map(str, sorted(owners)[:20])),
        )  # fmt: skip

    def _actions(self) -> Iterable[Finding]:
        for key in self.cached.damaged:
            yield self._action(Kind.DAMAGED, key, "what was stored under its key", "other bytes")
        for key in self.cached.false:
            yield self._action(
                Kind.FALSE_ACTION, key, "the reply to the request of its key",
                "the reply to another request",
            )  # fmt: skip
        for owner, keys in sorted(self.unbacked.items()):
            yield Finding(
                Kind.MISSING, str(owner), "entries of the action cache", "what its rows came from",
                f"{len(keys)} that are not there, such as {keys[0]}", _REPAIR, (owner.dataset,),
                self._versions([Owner("", action=key) for key in keys]),
            )  # fmt: skip
        for path, problem in self.cached.shards.items():
            yield Finding(
                Kind.DAMAGED, path, "a file of the action cache", "a sound SQLite database",
                problem, "Run `qmirror fsck --repair`: entries that can be read are kept",
            )  # fmt: skip

    def _action(self, kind: Kind, key: str, expected: str, found: str) -> Finding:
        owners = {Owner("", action=key)}
        return Finding(
            kind, key, "an entry of the action cache", expected, found,
            "Run `qmirror fsck --repair`: its call is made again when a build needs it",
            self._datasets(owners), self._versions(owners),
        )  # fmt: skip

    def _state(self) -> Iterable[Finding]:
        path = self.store.root / "state.sqlite"
        problem = check_database(path) if path.is_file() else ""
        if problem:
            yield Finding(
                Kind.DAMAGED, str(path), "the state database", "a sound SQLite database", problem,
                "Restore it from a copy; releases and the action cache do not depend on it",
            )  # fmt: skip

    def _datasets(self, owners: Iterable[Owner]) -> tuple[str, ...]:
        keys = [owner.action for owner in owners if owner.action]
        found = {owner.dataset for owner in owners if owner.dataset}
        found |= {str(row.dataset) for row in self.store.state.attempts_of(keys[:1_000])}
        return tuple(sorted(found))

    def _versions(self, owners: Iterable[Owner]) -> tuple[str, ...]:
        """Versions whose rows rest on the object; a release's own files stay as they are."""
        named = {(owner.dataset, owner.version) for owner in owners if owner.version}
        if any(owner.action for owner in owners):
            named |= {
                (dataset, row.version)
                for dataset in self._datasets(owners)
                for row in list_versions(self.store, dataset)
            }
        return tuple(f"version {version} of {dataset}" for dataset, version in sorted(named))


def _name(manifest: Manifest) -> str:
    return f"{manifest.dataset}:{manifest.node}:{manifest.domain}"
