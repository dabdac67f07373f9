"""What an export made."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from qmirror_assets.records import Json


@dataclass(frozen=True, slots=True)
class Exported:
    """Counts of one export. files: data files relative to its folder, split by split."""

    dataset: str
    version: str
    release_digest: str
    shape: str
    dialogues: int
    turns: int
    pictures: int
    files: tuple[str, ...]

    def to_json(self) -> dict[str, Json]:
        """The export as JSON."""
        return asdict(self)
