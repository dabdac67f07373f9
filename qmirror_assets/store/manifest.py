"""A manifest: what one (stage, domain) holds and exactly which manifests it consumed.

Content only: no run id, time or token count, so a killed and an undisturbed build give the same
manifest. Manifests are objects of the CAS; a pointer in the state database names the current one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import chain

import orjson

from qmirror_assets import formats
from qmirror_assets.errors import DamagedObject, KeyParseError
from qmirror_assets.fingerprint import canonical
from qmirror_assets.keys import parse_digest
from qmirror_assets.records import Json

SCHEMA = formats.MANIFEST
_ADDED = {2: ("delta", "dropped"), 3: ("keys",)}
"""Format -> names of objects that it added."""


@dataclass(frozen=True, slots=True)
class Input:
    """One consumed manifest."""

    node: str
    manifest: str  # digest of the manifest object
    data_version: str  # digest of its rows and rejections


@dataclass(frozen=True, slots=True)
class Counts:
    """rows_in = rows_out + rejected + duplicates; settled rows passed by untouched."""

    rows_in: int
    rows_out: int
    rejected: int = 0
    duplicates: int = 0
    settled: int = 0

    def balanced(self) -> bool:
        """Whether no row was lost or made up."""
        return self.rows_in == self.rows_out + self.rejected + self.duplicates


@dataclass(frozen=True, slots=True)
class Manifest:
    """See the module's docstring.

    `rows` and `rejections` name Parquet objects in the CAS; so do `delta` and `dropped`, the
    changes since `rows` was written, and `keys`, the ids and digests of `rows` alone ("" where
    there are none; see `store.layers.Table`).
    """

    dataset: str
    node: str
    domain: str
    stage_fingerprint: str
    engines: Mapping[str, Mapping[str, str]]
    fingerprint: str  # partition fingerprint: decides freshness
    inputs: tuple[Input, ...]
    data_version: str
    counts: Counts
    rows: str
    rejections: str
    partial: bool = False
    delta: str = ""
    dropped: str = ""
    keys: str = ""
    schema: int = SCHEMA

    @property
    def row_files(self) -> tuple[str, ...]:
        """Digests of the objects that its rows are read from."""
        return (self.rows, self.delta, self.dropped) if self.delta else (self.rows,)

    def dump(self) -> bytes:
        """Canonical bytes."""
        return canonical(asdict(self))

    @classmethod
    def load(cls, data: bytes) -> Manifest:
        """Parse and check the bytes of a manifest.

        Raises:
            DamagedObject: not a manifest. UnknownFormat: one of a later version of the package.
        """
        try:
            raw = orjson.loads(data)
            return cls._from_json(raw)
        except (ValueError, TypeError, KeyError, AttributeError, KeyParseError) as error:
            raise DamagedObject(
                "a manifest cannot be read",
                expected=f"a manifest of schema {SCHEMA}",
                found=f"{type(error).__name__}: {error}",
                remedy="Run `qmirror fsck --repair`, then `qmirror build` to make it again",
            ) from error

    @classmethod
    def _from_json(cls, raw: Json) -> Manifest:
        formats.refuse_later("a manifest", raw["schema"], SCHEMA)
        if raw["schema"] not in range(1, SCHEMA + 1):
            raise ValueError(f"schema {raw['schema']!r}")
        # each format added names, and was the same else
        later = [names for format_, names in _ADDED.items() if raw["schema"] < format_]
        fields = {**dict.fromkeys(chain(*later), ""), **raw, "schema": SCHEMA}
        missing = set(chain(*_ADDED.values())).difference(fields)
        if missing:
            raise KeyError(missing)
        fields["inputs"] = tuple(Input(**item) for item in raw["inputs"])
        fields["counts"] = Counts(**raw["counts"])
        manifest = cls(**fields)
        manifest._check_types()
        if not manifest.counts.balanced():
            raise ValueError("rows in differ from rows out + rejected + duplicates")
        return manifest

    def _check_types(self) -> None:
        texts = [self.dataset, self.node, self.domain, self.stage_fingerprint, self.fingerprint]
        texts += [self.data_version, self.delta, self.dropped, self.keys]
        texts += [item.node for item in self.inputs]
        texts += [item.data_version for item in self.inputs]
        for role, identity in self.engines.items():
            texts += [role, *identity.keys(), *identity.values()]
        if not all(isinstance(text, str) for text in texts):
            raise TypeError("a text field holds something else")
        if bool(self.delta) != bool(self.dropped):
            raise ValueError("changed rows without dropped ones, or the other way round")
        inputs = (item.manifest for item in self.inputs)
        keys = (self.keys,) if self.keys else ()
        for digest in (*self.row_files, *keys, self.rejections, *inputs):
            parse_digest(digest)  # it becomes a path
        numbers = asdict(self.counts).values()
        if not all(type(number) is int and number >= 0 for number in numbers):
            raise TypeError("a count is not a natural number")
        if type(self.partial) is not bool:
            raise TypeError("`partial` is not a truth value")
