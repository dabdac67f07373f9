"""What a materialization cost: run facts, kept apart from content."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from qmirror_assets.keys import PartitionKey
from qmirror_assets.records import Json
from qmirror_assets.store.manifest import Manifest


@dataclass(slots=True)
class Facts:
    """Counts of one materialization, added up while it runs."""

    rows_reused: int = 0
    hits: int = 0  # actions answered by the cache
    calls: int = 0  # actions an engine answered or failed
    shared: int = 0  # actions that waited for an identical one in flight
    failures: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0
    engine_seconds: float = 0.0
    seconds: float = 0.0
    started: float = field(default_factory=time.time)

    def to_json(self) -> dict[str, Json]:
        """The facts as JSON."""
        return dataclasses.asdict(self)


@dataclass(frozen=True, slots=True)
class Materialized:
    """The outcome of one (stage, domain)."""

    key: PartitionKey
    manifest: Manifest
    digest: str
    facts: Facts
    fresh: bool  # proved up to date; nothing was run


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a partition is."""

    key: PartitionKey
    done: int
    total: int
    calls: int
    hits: int


OnProgress = Callable[[Progress], None]


def ignore_progress(_progress: Progress) -> None:
    """A progress callback that does nothing."""
