"""A shadow of the stores: everything can be read through it, everything written is thrown away.

A plan is a build in a shadow with engines that never answer, so it follows exactly the code that
a build follows: the same anti-join, the same steps, the same keys, the same tables.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from qmirror_assets.errors import DamagedObject
from qmirror_assets.keys import PartitionKey
from qmirror_assets.records import Json
from qmirror_assets.runner.seed_lines import lines_path
from qmirror_assets.store import Store, atomic, schema
from qmirror_assets.store.actions import ActionCache, Entry
from qmirror_assets.store.cas import Cas
from qmirror_assets.store.state import Made, State

_LEFT_OUT = frozenset({"attempts", "materializations", "leases", "runs"})
"""Run facts: a plan reads them where they are; the leases of others are not its own."""


class ShadowState(State):
    """An in-memory copy of what the state database knows of one dataset."""

    def __init__(self, real: State, dataset: str) -> None:
        super().__init__("sqlite://")
        self._real = real
        for table in schema.metadata.sorted_tables:
            if "dataset" in table.c and table.name not in _LEFT_OUT:
                rows = real.rows(sa.select(table).where(table.c.dataset == dataset))
                self._copy(table, [dict(row._mapping) for row in rows])  # noqa: SLF001

    def _copy(self, table: sa.Table, rows: Sequence[Mapping[str, Json]]) -> None:
        if rows:
            with self.write() as connection:
                connection.execute(table.insert(), list(rows))

    def stage_parts(self, fingerprint: str) -> dict[str, Json] | None:
        """What a stage fingerprint was made of, as the real database knows."""
        return self._real.stage_parts(fingerprint)

    def put_stage_parts(self, fingerprint: str, parts: Mapping[str, Json]) -> None:
        """Nothing: no partition was built."""

    def add_attempts(self, rows: Sequence[Mapping[str, Json]]) -> None:
        """Nothing: no call was made."""

    def add_materialization(
        self, connection: sa.Connection, key: PartitionKey, manifest: str, made: Made
    ) -> None:
        """Nothing: no partition was built."""


class ShadowCas(Cas):
    """New objects in a folder of its own; all others are read where they are."""

    def __init__(self, folder: Path, real: Cas) -> None:
        super().__init__(folder)
        self._real, self._writing = real, False

    def path(self, digest: str) -> Path:
        """The object of the shadow; the real one when only that is there."""
        own, real = super().path(digest), self._real.path(digest)
        return real if not self._writing and not own.exists() and real.exists() else own

    def put(self, data: bytes, *, often: bool = False) -> str:
        """Store `data` in the shadow, also when the real store has it."""
        with self._own_paths():
            return super().put(data, often=often)

    def adopt(self, temp: Path) -> str:
        """Move a finished temporary file into the shadow."""
        with self._own_paths():
            return super().adopt(temp)

    def renew(self, digest: str) -> None:
        """Nothing: what is looked at stays as old as it is."""

    @contextmanager
    def _own_paths(self) -> Iterator[None]:
        self._writing = True
        try:
            yield
        finally:
            self._writing = False

    def sync(self) -> None:
        """Nothing: what is thrown away need not last."""
        self._unsynced.clear()


class ShadowActions(ActionCache):
    """The real cache, read only. An entry without its picture is forgotten here alone."""

    def __init__(self, real: ActionCache, *, empty: bool) -> None:
        self._source, self._empty = real, empty
        self._dropped: set[str] = set()

    def get_many(self, keys: Iterable[str], *, forget: bool = True) -> dict[str, Entry]:
        """Entries of those keys that are there; a damaged one is not."""
        wanted = [key for key in keys if key not in self._dropped]
        if self._empty or not wanted:
            return {}
        try:
            return self._source.get_many(wanted)
        except DamagedObject:  # forgotten on sight, as by any reader: its call is made again
            return self.get_many(wanted)

    def get(self, key: str) -> Entry | None:
        """The entry of one key, or None."""
        return self.get_many([key]).get(key)

    def put_many(self, entries: Mapping[str, Entry], writer: str) -> None:
        """Nothing: engines that never answer leave nothing to keep."""

    def drop(self, keys: Iterable[str]) -> None:
        """Forget keys in the shadow."""
        self._dropped.update(keys)

    def close(self) -> None:
        """Nothing: the real cache stays open."""


@contextmanager
def shadow(store: Store, dataset: str) -> Iterator[Store]:
    """A shadow of `store` for one dataset; its folder goes at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="qmirror-plan-") as name:
        folder = Path(name)
        _know_lines(store, dataset, folder)
        state = ShadowState(store.state, dataset)
        empty = not any((store.root / "actions").glob("*"))
        actions = ShadowActions(store.actions, empty=empty)
        try:
            yield Store(folder, state, ShadowCas(folder / "cas", store.cas), actions)
        finally:
            state.close()


def _know_lines(store: Store, dataset: str, folder: Path) -> None:
    """Let an intake in the shadow know the lines that the real one has read."""
    path = lines_path(store, dataset)
    copy = folder / path.relative_to(store.root)
    with atomic.wrap_os_errors(path, "read"):
        if path.is_file():
            copy.parent.mkdir(parents=True)
            shutil.copyfile(path, copy)
