"""Results and attempts, committed in groups: what a kill can cost is what is in here.

A call keeps its slot until its group is on disk, so no more than the calls in flight wait here.
"""

from __future__ import annotations

from collections.abc import Mapping

from qmirror_assets.records import Json
from qmirror_assets.store import Store
from qmirror_assets.store.actions import Entry


class Journal:
    """Buffers finished actions and their attempts; `flush` writes both to the stores."""

    def __init__(self, store: Store, writer: str) -> None:
        self._store, self._writer = store, writer
        self._entries: dict[str, Entry] = {}
        self._attempts: list[Mapping[str, Json]] = []

    def add(self, key: str, entry: Entry | None, attempt: Mapping[str, Json]) -> None:
        """Add a finished action (no entry: it failed)."""
        if entry is not None:
            self._entries[key] = entry
        self._attempts.append(attempt)

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
