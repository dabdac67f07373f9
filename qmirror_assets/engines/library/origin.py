"""Where a served picture comes from, for lineage, licences and credit."""

from __future__ import annotations

from dataclasses import dataclass

from qmirror_assets.engines.library.listing import Entry
from qmirror_assets.records import Json


@dataclass(frozen=True, slots=True)
class Origin:
    """What is recorded of a library with every picture. sha256: of its package or listing."""

    library: str
    version: str
    sha256: str
    licence: str

    def of(self, entry: Entry) -> dict[str, Json]:
        """The source of one picture."""
        return {
            "kind": "library",
            "library": self.library,
            "version": self.version,
            "sha256": self.sha256,
            "file": entry.file,
            "file_sha256": entry.sha256,
            "licence": self.licence,
            "title": entry.title,
        }
