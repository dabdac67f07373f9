"""Results and attempts, committed in micro-batches: what a kill can cost is what is in here."""

from __future__ import annotations

import time
from collections.abc import Mapping

from qmirror_assets.records import Json
from qmirror_assets.store import Store
from qmirror_assets.store.actions import Entry

MICRO_BATCH = 16  # results, or twice as many as are in flight
MICRO_SECONDS = 0.05
"""A result waits at most for 15 others or 50 ms: a slow engine's results are kept one by one."""


class Journal:
    """Buffers finished actions and their attempts, and flushes both to the stores."""

    def __init__(self, store: Store, writer: str) -> None:
        self._store, self._writer = store, writer
        self._entries: dict[str, Entry] = {}
        self._attempts: list[Mapping[str, Json]] = []
        self._flushed = time.monotonic()
        self._limit = MICRO_BATCH

    def widen(self, in_flight: int) -> None:
        """Let a micro-batch hold twice as many results as an engine has calls in flight.

        A fast engine's results then share few transactions; 50 ms stay the longest wait.
        """
        self._limit = max(self._limit, 2 * in_flight)

    def add(self, key: str, entry: Entry | None, attempt: Mapping[str, Json]) -> None:
        """Add a finished action (no entry: it failed)."""
        if entry is not None:
            self._entries[key] = entry
        self._attempts.append(attempt)
        due = time.monotonic() - self._flushed >= MICRO_SECONDS
        if due or len(self._attempts) >= self._limit:
            self.flush()

    def pending(self, key: str) -> Entry | None:
        """An entry that is not flushed yet."""
        return self._entries.get(key)

    def flush(self) -> None:
        """Write what is buffered."""
        # attempts first: after a death between the two an action is made, and told of, again;
        # the other way round it would stand in the cache with nothing to say where it came from
        if self._attempts:
            self._store.state.add_attempts(self._attempts)
            self._attempts = []  # told of once, even when the results have to wait
        if self._entries:
            self._store.actions.put_many(self._entries, self._writer)
        self._entries = {}
        self._flushed = time.monotonic()
