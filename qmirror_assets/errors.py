"""One error tree. Every error says what was expected, what was found, and what to do next.

QMirrorError                 exit code 1
├── UsageError               exit code 2: bad usage, recipe, seed file, version or id
│   ├── RecipeError          a recipe or profile that cannot be loaded or compiled
│   ├── SeedFileError        a seed file that cannot be read at all (bad rows are rejections)
│   ├── KeyParseError        an id or partition key that is not one of ours
│   ├── VersionError         a version name that is bad, taken or unknown
│   ├── NotFoundError        a dataset, sample or object that is not there
│   └── FigureError          a figure spec that is refused
├── UnavailableError         exit code 3: engine, store or partition unavailable
│   ├── EngineUnavailable    an engine that does not answer or cannot start
│   ├── ModelMissing         model weights absent, or with another digest than pinned
│   ├── StoreUnavailable     a store that cannot be read or written (disk full, rights)
│   ├── UnknownFormat        something stored by a later version of the package
│   ├── PartitionBusy        another process holds the lease of this (stage, domain)
│   └── DamagedObject        stored bytes that no longer match their digest
├── GateRefused              exit code 1: the gate's record does not allow publishing
├── InconsistentSnapshot     exit code 1: the manifests do not close on one consistent set
├── BudgetReached            exit code 1: a cap on calls or cost ended the build cleanly
└── FailureLimit             exit code 1: more rows failed than the recipe allows
"""

from __future__ import annotations

from typing import ClassVar


class QMirrorError(Exception):
    """The root of all errors this package raises on purpose."""

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, expected: str = "", found: str = "", remedy: str = "") -> None:
        self.what, self.expected, self.found, self.remedy = what, expected, found, remedy
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        parts = [self.what.rstrip(".")]
        if self.expected:
            parts.append(f"expected {self.expected}")
        if self.found:
            parts.append(f"found {self.found}")
        sentence = "; ".join(parts) + "."
        return f"{sentence} {self.remedy}" if self.remedy else sentence


class UsageError(QMirrorError):
    """Bad usage, recipe, seed file, version or id."""

    exit_code = 2


class RecipeError(UsageError):
    """A recipe or profile that cannot be loaded or compiled."""


class SeedFileError(UsageError):
    """A seed file that cannot be read at all."""


class KeyParseError(UsageError):
    """An id or partition key that is not one of ours."""


class VersionError(UsageError):
    """A version name that is bad, taken or unknown."""


class NotFoundError(UsageError):
    """A dataset, sample or object that is not there."""


class FigureError(UsageError):
    """A figure spec that is refused."""


class UnavailableError(QMirrorError):
    """Engine, store or partition unavailable."""

    exit_code = 3


class EngineUnavailable(UnavailableError):
    """An engine that does not answer or cannot start."""


class ModelMissing(UnavailableError):
    """Model weights absent, or with another digest than pinned."""


class StoreUnavailable(UnavailableError):
    """A store that cannot be read or written."""


class UnknownFormat(UnavailableError):
    """Something that a later version of the package stored. It is left as it is."""


class PartitionBusy(UnavailableError):
    """Another process holds the lease of this (stage, domain)."""


class DamagedObject(UnavailableError):
    """Stored bytes that no longer match their digest."""


class GateRefused(QMirrorError):
    """The gate's record does not allow publishing."""


class InconsistentSnapshot(QMirrorError):
    """The manifests do not close on one consistent set."""


class BudgetReached(QMirrorError):
    """A cap on calls or cost ended the build cleanly."""


class FailureLimit(QMirrorError):
    """More rows failed than the recipe allows."""
