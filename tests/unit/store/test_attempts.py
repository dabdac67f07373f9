"""Attempts are found by action, whether their keys are in the table of keys yet or not."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from qmirror_assets.store import attempts, schema
from qmirror_assets.store.attempts import HEAD
from qmirror_assets.store.state import State, sqlite_url


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    made = State(sqlite_url(tmp_path / "state.sqlite"))
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _every_attempt_is_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "MANY", 1)


def key(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def attempt(action_key: str, outcome: str = "ok") -> dict[str, Any]:
    return {
        "action_key": action_key, "dataset": "toy", "node": "draft", "domain": "sums",
        "sample_id": "0" * 32, "run_id": "run", "role": "text", "outcome": outcome, "tries": 1,
        "prompt_tokens": 1, "completion_tokens": 1, "seconds": 0.1, "cost": 0.0, "at": 1.0,
    }  # fmt: skip


def found(state: State, *numbers: int) -> list[tuple[str, str]]:
    return [(row.action_key, row.outcome) for row in state.attempts_of([key(n) for n in numbers])]


def test_old_and_young_attempts_are_found_in_order(state: State) -> None:
    state.add_attempts([attempt(key(n), "timeout") for n in range(900)])
    assert found(state, 3, 899, 1000) == [(key(3), "timeout"), (key(899), "timeout")]
    state.index_attempts()
    state.add_attempts([attempt(key(3)), attempt(key(1000))])
    assert found(state, 3) == [(key(3), "timeout"), (key(3), "ok")]
    assert found(state, 1000, 1001) == [(key(1000), "ok")]
    state.index_attempts()
    state.index_attempts()
    assert found(state, 3, 1000) == [(key(3), "timeout"), (key(3), "ok"), (key(1000), "ok")]
    assert len(state.attempts_of([key(n) for n in range(1001)])) == 902
    keys = state.rows(sa.select(sa.func.count()).select_from(schema.attempt_keys))
    assert keys[0][0] == 902, "each is in the table of keys once"


def test_keys_that_begin_alike_are_told_apart(state: State) -> None:
    one, other = key(1), key(1)[:HEAD] + key(2)[HEAD:]
    state.add_attempts([attempt(one), attempt(other, "timeout")])
    state.index_attempts()
    assert [row.outcome for row in state.attempts_of([other])] == ["timeout"]


def test_a_database_of_before_is_caught_up_with(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    made = State(sqlite_url(path))
    made.add_attempts([attempt(key(n)) for n in range(5)])
    made.close()
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE attempt_keys")
        connection.execute("DROP TABLE marks")
        connection.execute("CREATE INDEX attempts_by_action ON attempts (action_key)")
    connection.close()
    again = State(sqlite_url(path))
    assert found(again, 4) == [(key(4), "ok")]
    again.index_attempts()
    assert found(again, 0, 4) == [(key(0), "ok"), (key(4), "ok")]
    again.close()


def test_lookups_use_the_keys_and_never_walk_all_attempts(state: State) -> None:
    state.add_attempts([attempt(key(n)) for n in range(10)])
    state.index_attempts()
    said = []

    @sa.event.listens_for(state._engine, "before_cursor_execute")
    def _note(_c: Any, _cursor: Any, sql: str, values: Any, *_: Any) -> None:
        if "FROM attempts" in sql:
            plan = sqlite3.connect(state._engine.url.database or "").execute(
                f"EXPLAIN QUERY PLAN {sql}", values
            )
            said.extend(row[3] for row in plan)

    state.attempts_of([key(1)])
    assert said
    assert not [line for line in said if line.startswith("SCAN attempts")], said


def test_few_attempts_wait_until_they_are_many(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "MANY", 3)
    counted = sa.select(sa.func.count()).select_from(schema.attempt_keys)
    for number, indexed in enumerate([0, 0, 3, 3]):
        state.add_attempts([attempt(key(number))])
        state.index_attempts()
        assert state.rows(counted)[0][0] == indexed
        assert found(state, number) == [(key(number), "ok")]
