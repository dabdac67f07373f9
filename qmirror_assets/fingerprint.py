"""What identity means here: three fingerprints, never mixed, and how bytes are hashed.

| fingerprint | in | deliberately out |
|---|---|---|
| action key | rendered request, input image digests, engine identity, sampling parameters, random seed where sampling is random | stage name, role, parser, rules, thresholds, time-outs, concurrency |
| stage fingerprint | templates, parameters, thresholds, code number of the step, the recipe's random_seed where the step samples | engine (chosen by the profile at run time), seeds, file names |
| partition fingerprint | stage fingerprint, resolved engine identities, input data versions | run id, host, attempts, tokens, time |

`docs/fingerprints.md` has a line for every field of these and of the intake, engine, version and
suite fingerprints; tests/unit/test_fingerprint_tables.py changes each in a small build.

Dagster's `code_version` is the stage fingerprint, its `DataVersion` the digest of the output rows.
Canonical JSON is orjson with sorted keys and no fallback encoder: a fallback would silently turn
an object into its address. NaN and infinities are refused, because orjson writes them as null.
"""  # noqa: E501

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping

import orjson

from qmirror_assets.errors import QMirrorError
from qmirror_assets.records import Json

# Without these two, orjson would write a dataclass or a date on its own, a NaN inside as null.
_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
SCHEME = 1
"""Version of the hashing scheme; part of every action key and fingerprint."""


def canonical(value: Json) -> bytes:
    """Canonical bytes of a JSON value.

    Raises:
        QMirrorError: NaN, an infinity, a type that JSON does not have, or nesting without end.
    """
    try:
        data = orjson.dumps(value, option=_OPTIONS)
        if b"null" in data:  # orjson's word for NaN too: only then is it worth a walk
            _refuse_non_finite(value)
    except (TypeError, RecursionError) as error:
        raise QMirrorError("a value cannot be fingerprinted", found=str(error)) from error
    return data


def _refuse_non_finite(value: Json) -> None:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise QMirrorError("a value cannot be fingerprinted", found=repr(value))
    elif isinstance(value, dict | list | tuple):  # orjson takes no other mapping
        for item in value.values() if isinstance(value, dict) else value:
            if item is not None and type(item) is not str:  # most leaves: no call for them
                _refuse_non_finite(item)


def content_digest(data: bytes) -> str:
    """sha256, the name of an object in the CAS (and of an LFS object on the Hub)."""
    return hashlib.sha256(data).hexdigest()


def short_digest(value: Json) -> str:
    """32 hexadecimal digits over the canonical bytes of `value`: ids and row digests."""
    return hashlib.blake2b(canonical(value), digest_size=16).hexdigest()


def fingerprint(kind: str, value: Json) -> str:
    """A named, versioned fingerprint of `value` (64 hexadecimal digits)."""
    return hashlib.sha256(canonical([SCHEME, kind, value])).hexdigest()


def action_key(
    engine: Mapping[str, str], body: Mapping[str, Json], images: Iterable[str] = ()
) -> str:
    """The key of one action; see the table above for what is in it."""
    return fingerprint("action", [dict(engine), body, list(images)])


def derive_random_seed(
    recipe_seed: int, seed_digest: str, turn: int, round_: int, draw: int
) -> int:
    """H(recipe random_seed, seed digest, turn, round, draw) as a non-negative 31-bit number."""
    data = canonical([SCHEME, recipe_seed, seed_digest, turn, round_, draw])
    return int.from_bytes(hashlib.blake2b(data, digest_size=4).digest(), "big") >> 1


class RowsDigest:
    """Digest of a table's logical content, fed row by row in sample order."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def update(self, values: Iterable[str]) -> None:
        """Add `values` (row digests of a batch), each of fixed length."""
        self.update_bytes("".join(values).encode())

    def update_bytes(self, values: bytes | memoryview) -> None:
        """Add values that follow each other as UTF-8."""
        self._hash.update(values)

    def hexdigest(self) -> str:
        """64 hexadecimal digits."""
        return self._hash.hexdigest()
