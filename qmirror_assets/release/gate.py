"""The gate record: what was checked on exactly which bytes, by exactly which suite.

A record is bound to the digest of the candidate's bytes and to the fingerprint of the suite.
Publishing obeys only a record for exactly these two; nothing else can open the gate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import orjson

from qmirror_assets import formats
from qmirror_assets.errors import DamagedObject
from qmirror_assets.records import Json

SCHEMA = formats.GATE
CRITICAL = "critical"
SEVERITIES = (CRITICAL, "warning", "info")
"""Only a failed critical check closes the gate; the others are reported."""

IDS_KEPT = 20
"""Most unexpected ids that a check keeps."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One expectation, evaluated.

    column, domain: "" where the check is over whole rows or all domains. evaluated: rows (or
    table rows) the check looked at; 0 means it could not be evaluated, which closes the gate.
    observed: what was measured, as JSON. sentence: the outcome in words.
    """

    name: str
    column: str
    domain: str
    passed: bool
    severity: str
    evaluated: int
    observed: Json
    unexpected_count: int
    unexpected_ids: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class GateRecord:
    """All checks over one candidate.

    candidate: digest of the candidate's bytes. suite: fingerprint of expectations, thresholds,
    custom code and library version. libraries: library -> version. at: unix seconds.
    """

    dataset: str
    version: str
    candidate: str
    release_digest: str
    suite: str
    passed: bool
    partial: bool
    checks: tuple[CheckResult, ...]
    libraries: Mapping[str, str]
    at: float
    schema: int = SCHEMA

    def failed(self) -> tuple[CheckResult, ...]:
        """Critical checks that failed."""
        return tuple(c for c in self.checks if not c.passed and c.severity == CRITICAL)

    def unevaluated(self) -> tuple[CheckResult, ...]:
        """Checks that looked at nothing."""
        return tuple(c for c in self.checks if c.evaluated <= 0)

    def opens(self) -> bool:
        """Whether the record allows publishing; `passed` alone is not believed."""
        sound = bool(self.checks) and not self.failed() and not self.unevaluated()
        return self.passed and sound and not self.partial

    def to_json(self) -> dict[str, Json]:
        """The record as JSON."""
        return asdict(self)

    def dump(self) -> bytes:
        """Canonical bytes (an infinity or NaN in `observed` is written as null)."""
        return orjson.dumps(self.to_json(), option=orjson.OPT_SORT_KEYS)

    @classmethod
    def from_json(cls, raw: Json) -> GateRecord:
        """The record of `to_json`.

        Raises:
            DamagedObject: not a gate record. UnknownFormat: one of a later version of the package.
        """
        try:
            return cls(**_fields(dict(raw)))
        except (KeyError, TypeError, ValueError) as error:
            raise DamagedObject(
                "a gate record cannot be read",
                expected=f"a gate record of schema {SCHEMA}",
                found=f"{type(error).__name__}: {error}",
                remedy="Run the gate again: `qmirror build`",
            ) from error

    @classmethod
    def load(cls, data: bytes) -> GateRecord:
        """The record of `dump`.

        Raises:
            DamagedObject: not a gate record. UnknownFormat: one of a later version of the package.
        """
        try:
            return cls.from_json(orjson.loads(data))
        except orjson.JSONDecodeError as error:
            raise DamagedObject("a gate record is not JSON", found=str(error)) from error


def _fields(fields: dict[str, Json]) -> dict[str, Json]:
    formats.refuse_later("a gate record", fields["schema"], SCHEMA)
    if fields["schema"] != SCHEMA:
        raise ValueError(f"schema {fields['schema']!r}")
    if type(fields["passed"]) is not bool or type(fields["partial"]) is not bool:
        raise TypeError("the record has no verdict")
    return {**fields, "checks": tuple(_check(item) for item in fields["checks"])}


def _check(raw: Json) -> CheckResult:
    fields = dict(raw)
    fields["unexpected_ids"] = tuple(raw["unexpected_ids"])
    if type(fields["passed"]) is not bool or fields["severity"] not in SEVERITIES:
        raise TypeError(f"check {fields['name']!r} has no verdict")
    return CheckResult(**fields)
