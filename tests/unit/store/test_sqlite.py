"""Several processes open one new file at the same moment."""

from __future__ import annotations

import multiprocessing
import sqlite3
from collections.abc import Callable
from contextlib import closing
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from qmirror_assets.store import sqlite
from qmirror_assets.store.actions import SHARDS, ActionCache
from qmirror_assets.store.state import State, sqlite_url

PROCESSES = 8
FILES = 25


def open_state(folder: Path) -> None:
    State(sqlite_url(folder / "state.sqlite")).close()


def open_cache(folder: Path) -> None:
    cache = ActionCache(folder)
    assert cache.get_many([f"{number:x}" + "0" * 63 for number in range(SHARDS)]) == {}
    cache.close()


def opening(opens: Callable[[Path], None], root: Path, start: Barrier) -> None:
    for number in range(FILES):
        folder = root / str(number)
        folder.mkdir(exist_ok=True)
        start.wait(60)
        opens(folder)


@pytest.mark.parametrize("opens", [open_state, open_cache])
def test_many_open_a_new_file_at_once(opens: Callable[[Path], None], tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(PROCESSES)
    crowd = [
        context.Process(target=opening, args=(opens, tmp_path, start)) for _ in range(PROCESSES)
    ]
    for process in crowd:
        process.start()
    for process in crowd:
        process.join()
    assert [process.exitcode for process in crowd] == [0] * PROCESSES


def test_one_who_does_not_let_go_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "PATIENCE_S", 0.1)
    path = tmp_path / "held.sqlite"
    with closing(sqlite3.connect(path)) as holder, closing(sqlite3.connect(path)) as other:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            sqlite.prepare(other, checkpoint=1000)


def test_what_is_set(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "new.sqlite")) as connection:
        sqlite.prepare(connection, checkpoint=77)
        found = [
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "wal_autocheckpoint", "busy_timeout")
        ]
    assert found == ["wal", 1, 77, 60_000]
