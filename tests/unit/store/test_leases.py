"""One writer a partition; a writer that lost its lease cannot overwrite its successor."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from qmirror_assets.errors import PartitionBusy
from qmirror_assets.keys import PartitionKey
from qmirror_assets.store import leases
from qmirror_assets.store.leases import (
    STALE_AFTER,
    Lease,
    beat,
    commit_pointer,
    hold,
    process_owner,
    release,
    try_acquire,
)
from qmirror_assets.store.state import Made, State, sqlite_url

KEY = PartitionKey("qmirror", "plan", "physics")


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    made = State(sqlite_url(tmp_path / "state.sqlite"))
    yield made
    made.close()


def take(state: State, owner: str) -> Lease:
    lease = try_acquire(state, KEY, owner)
    assert isinstance(lease, Lease)
    return lease


def test_tokens_only_grow(state: State) -> None:
    tokens = []
    for _ in range(3):
        with hold(state, KEY) as lease:
            tokens.append(lease.token)
    assert tokens == [1, 2, 3]


def test_a_held_lease_is_refused_with_its_owner(state: State) -> None:
    waited: list[float] = []
    with hold(state, KEY), pytest.raises(PartitionBusy) as caught:  # noqa: SIM117
        with hold(state, KEY, wait=0, sleep=waited.append):
            pytest.fail("held twice")
    assert f"process {os.getpid()} on {socket.gethostname()}" in str(caught.value)
    assert "qmirror:plan:physics" in str(caught.value)
    assert waited == []


def test_other_partitions_are_free(state: State) -> None:
    with hold(state, KEY), hold(state, PartitionKey("qmirror", "plan", "biology"), wait=0) as other:
        assert other.token == 1


def test_waiting_gets_the_lease_when_it_is_freed(state: State) -> None:
    first = take(state, process_owner())
    with hold(state, KEY, wait=5, sleep=lambda _seconds: release(state, first)) as second:
        assert second.token == first.token + 1


def test_a_lost_lease_cannot_commit(state: State) -> None:
    other_host = "elsewhere|1|1"
    first = take(state, other_host)
    commit_pointer(state, first, "a" * 64, "f")
    release(state, first)
    second = take(state, process_owner())
    with pytest.raises(PartitionBusy, match="the lease of qmirror:plan:physics was lost"):
        commit_pointer(state, first, "b" * 64, "f")
    assert state.pointer(KEY) == "a" * 64
    commit_pointer(state, second, "c" * 64, "f")
    assert state.pointer(KEY) == "c" * 64


def test_a_last_commit_gives_the_lease_back(state: State) -> None:
    with hold(state, KEY) as lease:
        commit_pointer(state, lease, "a" * 64, "f", Made("r", {"calls": 1}), last=True)
        assert not lease.held
        with hold(state, KEY, wait=0) as other:
            commit_pointer(state, other, "b" * 64, "f")
            with pytest.raises(PartitionBusy):
                commit_pointer(state, lease, "c" * 64, "f", Made("r", {"calls": 2}), last=True)
    assert state.pointer(KEY) == "b" * 64
    assert [made["calls"] for made in state.materializations(KEY.dataset)] == [1]
    with hold(state, KEY, wait=0):
        pass


def test_releasing_a_lost_lease_does_not_free_the_successors(state: State) -> None:
    first = take(state, "elsewhere|1|1")
    release(state, first)
    second = take(state, process_owner())
    release(state, first)
    assert try_acquire(state, KEY, "elsewhere|2|2") == second.owner


def test_the_lease_is_free_after_an_error(state: State) -> None:
    with pytest.raises(ZeroDivisionError), hold(state, KEY):
        _ = 1 / 0
    with hold(state, KEY, wait=0):
        pass


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def owner_of(pid: int) -> str:
    return f"{socket.gethostname()}|{pid}|{leases._start_time(pid)}"


def test_a_living_owner_keeps_its_lease(state: State, child: subprocess.Popen[bytes]) -> None:
    take(state, owner_of(child.pid))
    assert isinstance(try_acquire(state, KEY, process_owner()), str)


def test_a_dead_owners_lease_is_free_at_once(state: State, child: subprocess.Popen[bytes]) -> None:
    first = take(state, owner_of(child.pid))
    child.kill()
    child.wait()
    assert take(state, process_owner()).token == first.token + 1


def test_a_zombie_owner_is_dead(state: State, child: subprocess.Popen[bytes]) -> None:
    take(state, owner_of(child.pid))
    child.kill()  # and nobody waits for it, as in a container without an init process
    stat = Path(f"/proc/{child.pid}/stat")
    while stat.read_text().rpartition(")")[2].split()[0] != "Z":
        time.sleep(0.01)
    assert take(state, process_owner()).token == 2


def test_a_reused_process_id_is_another_owner(state: State, child: subprocess.Popen[bytes]) -> None:
    take(state, f"{socket.gethostname()}|{child.pid}|1")
    assert take(state, process_owner()).token == 2


@pytest.mark.parametrize(("age", "free"), [(STALE_AFTER - 10, False), (STALE_AFTER + 10, True)])
def test_an_owner_on_another_host_lives_by_its_heartbeat(
    state: State, monkeypatch: pytest.MonkeyPatch, age: float, free: bool
) -> None:
    take(state, "elsewhere|1|1")
    now = time.time()
    monkeypatch.setattr(leases.time, "time", lambda: now + age)
    assert isinstance(try_acquire(state, KEY, process_owner()), Lease) is free


def test_a_beat_keeps_a_lease_alive(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    lease = take(state, "elsewhere|1|1")
    now = time.time()
    monkeypatch.setattr(leases.time, "time", lambda: now + STALE_AFTER - 1)
    beat(state, lease)
    monkeypatch.setattr(leases.time, "time", lambda: now + STALE_AFTER + 10)
    assert isinstance(try_acquire(state, KEY, process_owner()), str)
