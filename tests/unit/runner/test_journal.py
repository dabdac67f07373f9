"""Groups of results: what a kill can cost is what was not flushed."""

from __future__ import annotations

from pathlib import Path

import pytest

from qmirror_assets.errors import StoreUnavailable
from qmirror_assets.fingerprint import action_key
from qmirror_assets.runner.journal import Journal
from qmirror_assets.store import open_store
from qmirror_assets.store.actions import Entry


@pytest.fixture
def store(tmp_path: Path):
    made = open_store(tmp_path / "data")
    yield made
    made.close()


def key(number: int) -> str:
    return action_key({}, {"n": number})


def entry(number: int) -> Entry:
    return Entry({"kind": "fake"}, {"n": number}, (), {"text": str(number)})


def attempt(number: int, outcome: str = "ok") -> dict[str, object]:
    return {
        "action_key": key(number),
        "dataset": "d",
        "node": "n",
        "domain": "x",
        "sample_id": "s",
        "run_id": "r",
        "role": "text",
        "outcome": outcome,
        "tries": 1,
        "prompt_tokens": 0,
        "completion_tokens": 0,
        "seconds": 0.0,
        "cost": 0.0,
        "at": 0.0,
    }


def test_nothing_is_written_before_the_flush(store) -> None:
    made = Journal(store, "run")
    for number in range(3):
        made.add(key(number), entry(number), attempt(number))
    assert list(store.actions.keys()) == []
    assert made.pending(key(0)) == entry(0)
    made.flush()
    assert len(list(store.actions.keys())) == 3
    assert made.pending(key(0)) is None


def test_a_failed_action_leaves_an_attempt_and_no_entry(store) -> None:
    made = Journal(store, "run")
    made.add(key(1), None, attempt(1, "timeout"))
    made.flush()
    assert store.actions.get(key(1)) is None
    assert [row.outcome for row in store.state.attempts_of([key(1)])] == ["timeout"]


def test_flushing_twice_writes_once(store) -> None:
    made = Journal(store, "run")
    made.add(key(1), entry(1), attempt(1))
    made.flush()
    made.flush()
    assert len(store.state.attempts_of([key(1)])) == 1


def test_what_could_not_be_written_is_written_later(store, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Journal(store, "run")
    made.add(key(1), entry(1), attempt(1))

    def full(*_args: object) -> None:
        raise StoreUnavailable("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(type(store.actions), "put_many", full)
        with pytest.raises(StoreUnavailable):
            made.flush()
    made.flush()
    assert store.actions.get(key(1)) == entry(1)
    assert len(store.state.attempts_of([key(1)])) == 1
