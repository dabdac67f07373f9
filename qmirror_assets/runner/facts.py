"""What a materialization cost: run facts, kept apart from content."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from qmirror_assets.keys import PartitionKey
from qmirror_assets.records import Json
from qmirror_assets.store.manifest import Manifest

_TELL_EVERY = 0.1  # seconds


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


class Told:
    """Tells how far a partition is: when it begins, when a window ends, and between at times."""

    def __init__(self, key: PartitionKey, facts: Facts, on_progress: OnProgress) -> None:
        self._key, self._facts, self._on_progress = key, facts, on_progress
        self._total = self._done = 0
        self._last = 0.0

    def begin(self, total: int, done: int) -> None:
        """There are so many rows, of which some stand already."""
        self._total, self._done = total, done
        self.now()

    def add(self, rows: int = 1) -> None:
        """So many rows more are done."""
        self._done += rows
        self.soon()

    def soon(self) -> None:
        """Tell, unless it was told a moment ago."""
        if time.monotonic() - self._last > _TELL_EVERY:
            self.now()

    def now(self) -> None:
        """Tell."""
        self._last = time.monotonic()
        facts = self._facts
        self._on_progress(Progress(self._key, self._done, self._total, facts.calls, facts.hits))


def ignore_progress(_progress: Progress) -> None:
    """A progress callback that does nothing."""
