"""The state database: pointers, domains and run facts; a database that cannot be used is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qmirror_assets.errors import NotFoundError, StoreUnavailable
from qmirror_assets.keys import PartitionKey
from qmirror_assets.store.leases import commit_pointer, hold
from qmirror_assets.store.state import Made, State, sqlite_url

KEY = PartitionKey("qmirror", "plan", "physics")


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    made = State(sqlite_url(tmp_path / "state.sqlite"))
    yield made
    made.close()


def test_datasets(state: State) -> None:
    assert state.find_dataset("a") is None
    state.put_dataset("b", {"recipe": "x"})
    state.put_dataset("a", {"recipe": "é"})
    state.put_dataset("a", {"recipe": "y", "limit": None})
    assert state.dataset_names() == ["a", "b"]
    assert state.get_dataset("a") == {"recipe": "y", "limit": None}
    with pytest.raises(NotFoundError, match="one of: a, b"):
        state.get_dataset("c")


def test_domains_are_sorted_and_keep_one_display_name(state: State) -> None:
    for domain, display in [("physics", "Physics"), ("biology", "Biology"), ("physics", "PHYSICS")]:
        state.add_domain("qmirror", domain, display)
    assert list(state.domain_names("qmirror").items()) == [
        ("biology", "Biology"),
        ("physics", "PHYSICS"),
    ]
    assert state.domain_names("other") == {}


def test_pointers(state: State) -> None:
    assert state.pointer(KEY) is None
    for manifest in ("a" * 64, "b" * 64):
        with hold(state, KEY) as lease:
            commit_pointer(state, lease, manifest, "f")
    assert state.pointer(KEY) == "b" * 64
    assert state.pointers("qmirror") == {KEY: "b" * 64}
    assert state.pointer(PartitionKey("qmirror", "plan", "chemistry")) is None


def attempt(key: str, outcome: str) -> dict[str, object]:
    return {
        "action_key": key,
        "dataset": "d",
        "node": "n",
        "domain": "x",
        "sample_id": "s",
        "run_id": "r",
        "role": "text",
        "outcome": outcome,
        "tries": 1,
        "prompt_tokens": 1,
        "completion_tokens": 2,
        "seconds": 0.5,
        "cost": 0.0,
        "at": 1.0,
    }


def test_attempts_are_kept_in_order(state: State) -> None:
    state.add_attempts([])
    state.add_attempts([attempt("k", "timeout"), attempt("other", "ok")])
    state.add_attempts([attempt("k", "ok")])
    assert [row.outcome for row in state.attempts_of(["k"])] == ["timeout", "ok"]
    assert len(state.attempts_of(["k", "other", *(f"none-{i}" for i in range(1_100))])) == 3


def test_run_facts(state: State) -> None:
    state.add_run("r1", "qmirror", {"profile": "fake"})
    with state.write() as connection:
        state.add_materialization(connection, KEY, "a" * 64, Made("r1", {"calls": 3}))
        state.add_materialization(connection, KEY, "b" * 64, Made("r2", {"calls": 0}))
    assert [row["calls"] for row in state.materializations("qmirror")] == [3, 0]
    assert [row["manifest"] for row in state.materializations("qmirror", "r2")] == ["b" * 64]


def test_supersedes_both_ways(state: State) -> None:
    state.add_supersedes("qmirror", {"new": "old"})
    state.add_supersedes("qmirror", {"newer": "new"})
    assert state.superseded_by("qmirror", "new") == ("old", "newer")
    assert state.superseded_by("qmirror", "old") == ("", "new")
    assert state.superseded_by("qmirror", "newer") == ("new", "")


def test_snapshots_of_a_version(state: State) -> None:
    state.put_snapshot("qmirror", "2026.11.0", "physics", "a" * 64)
    state.put_snapshot("qmirror", "2026.11.0", "biology", "b" * 64)
    state.put_snapshot("qmirror", "2026.11.1", "physics", "c" * 64)
    assert list(state.snapshots_of("qmirror", "2026.11.0")) == ["biology", "physics"]
    state.drop_snapshots("qmirror", "2026.11.0")
    assert state.snapshots_of("qmirror", "2026.11.0") == {}
    assert state.snapshots_of("qmirror", "2026.11.1") == {"physics": "c" * 64}


def test_a_write_that_fails_in_the_middle_leaves_nothing(state: State) -> None:
    def half_done() -> None:
        with state.write() as connection:
            connection.exec_driver_sql("INSERT INTO domains VALUES ('d', 'x', 'X')")
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        half_done()
    assert state.domain_names("d") == {}


def test_an_in_memory_database_keeps_its_tables() -> None:
    state = State("sqlite://")
    state.put_dataset("a", {})
    assert state.dataset_names() == ["a"]
    state.close()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b"no database at all" * 500),
        lambda path: path.mkdir(),
        lambda path: path.parent.joinpath("gone").symlink_to(path.parent / "nowhere"),
    ],
    ids=["other bytes", "folder", "missing folder"],
)
def test_an_unusable_database_is_named(tmp_path: Path, spoil) -> None:
    path = tmp_path / "state.sqlite"
    spoil(path)
    if not path.exists():
        path = tmp_path / "gone" / "state.sqlite"
    with pytest.raises(StoreUnavailable, match="the state database in .* cannot be used"):
        State(sqlite_url(path))


def test_damage_after_opening_is_named(state: State, tmp_path: Path) -> None:
    state.put_dataset("a", {})
    state.close()
    for name in ("state.sqlite-wal", "state.sqlite-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    path = tmp_path / "state.sqlite"
    path.write_bytes(b"\xff" * path.stat().st_size)
    with pytest.raises(StoreUnavailable):
        state.dataset_names()
