"""What `fsck` finds, each with what was expected, what was found and what to do."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from qmirror_assets.records import Json


class Kind(StrEnum):
    """The kind of damage. Closed: a new kind is a change of this list."""

    DAMAGED = "damaged"  # other bytes than were stored
    MISSING = "missing"  # named, but not there
    SWAPPED = "swapped"  # the whole bytes of something else
    TRUNCATED = "truncated"  # the end is cut off
    EMPTY = "empty"  # nothing is left
    FALSE_ACTION = "false action"  # a cached reply under the key of another request
    UNLISTED = "unlisted"  # a file that a version's checksums do not name


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. place: path or key. datasets, versions: what it touches."""

    kind: Kind
    place: str
    what: str
    expected: str
    found: str
    remedy: str
    datasets: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    needed_by: tuple[str, ...] = ()

    def sentence(self) -> str:
        """The finding as one line."""
        touches = [f"dataset {d}" for d in self.datasets] + list(self.versions)
        tail = f" Touches {', '.join(touches)}." if touches else ""
        head = f"{self.kind.value}: {self.what} ({self.place})"
        return f"{head}; expected {self.expected}, found {self.found}.{tail} {self.remedy}"


@dataclass(slots=True)
class Checked:
    """All findings, how much was looked at, and what a repair removed."""

    findings: list[Finding] = field(default_factory=list)
    looked_at: Counter[str] = field(default_factory=Counter)
    unreferenced: int = 0
    unreferenced_bytes: int = 0
    repaired: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong; unreferenced objects are not."""
        return not self.findings

    def to_json(self) -> dict[str, Json]:
        """The report as JSON."""
        return {
            "clean": self.clean, "findings": [asdict(item) for item in self.findings],
            "looked_at": dict(self.looked_at), "unreferenced": self.unreferenced,
            "unreferenced_bytes": self.unreferenced_bytes, "repaired": self.repaired,
        }  # fmt: skip
