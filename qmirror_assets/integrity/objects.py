"""Every object of the store against its name."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from qmirror_assets.errors import KeyParseError
from qmirror_assets.integrity.findings import Kind
from qmirror_assets.keys import parse_digest
from qmirror_assets.store import Store, atomic
from qmirror_assets.store.cas import file_digest

_ENDS = {b"PAR1": b"PAR1", b"\x89PNG": b"IEND\xaeB`\x82", b"\xff\xd8\xff": b"\xff\xd9"}
"""Beginning -> end of the files that are kept."""


@dataclass(slots=True)
class Objects:
    """All objects: raw digests of whole ones (32 bytes each), kinds of the others by name."""

    whole: dict[bytes, int] = field(default_factory=dict)  # -> bytes on disk
    broken: dict[str, Kind] = field(default_factory=dict)

    def holds(self, digest: str) -> bool:
        """Whether an object of that name lies there, whole or not."""
        return digest in self.broken or bytes.fromhex(digest) in self.whole


def hash_objects(store: Store) -> Objects:
    """Re-hash every object."""
    objects, other = Objects(), {}
    for name in store.cas:
        path = store.cas.path(name)
        with atomic.wrap_os_errors(path, "read"):
            found, size = file_digest(path), path.stat().st_size
        if found == name:
            objects.whole[bytes.fromhex(name)] = size
        else:
            other[name] = found
    names = {*other, *(digest.hex() for digest in objects.whole)} if other else set()
    for name, found in other.items():
        objects.broken[name] = _kind(store.cas.path(name), name, found in names)
    return objects


def _kind(path: Path, name: str, of_another: bool) -> Kind:
    try:
        parse_digest(name)
    except KeyParseError:
        return Kind.UNLISTED
    with atomic.wrap_os_errors(path, "read"):
        data = path.read_bytes()
    return Kind.SWAPPED if of_another else kind_of_damage(data)


def kind_of_damage(data: bytes) -> Kind:
    """Emptied, cut off or changed, as far as the bytes themselves tell."""
    if not data:
        return Kind.EMPTY
    for start, end in _ENDS.items():
        if data.startswith(start):
            return Kind.DAMAGED if data.endswith(end) else Kind.TRUNCATED
    if data[:1] in b"{[":
        return Kind.DAMAGED if data.rstrip()[-1:] in b"}]" else Kind.TRUNCATED
    return Kind.DAMAGED
