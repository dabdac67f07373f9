"""Processes that race for one partition: one holds it at a time, and a dead one holds nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from qmirror_assets.keys import PartitionKey
from qmirror_assets.store.leases import hold
from qmirror_assets.store.state import State, sqlite_url

ROOT = Path(__file__).parents[2]
ROUNDS = 20
KEY = PartitionKey("qmirror", "plan", "physics")
# Inside the lease a file is made that must not be there, and removed again.
RACER = f"""
import os, sys, time
from pathlib import Path
from qmirror_assets.keys import PartitionKey
from qmirror_assets.store.leases import commit_pointer, hold
from qmirror_assets.store.state import State, sqlite_url
folder, name = Path(sys.argv[1]), sys.argv[2]
state = State(sqlite_url(folder / "state.sqlite"))
inside, key = folder / "inside", PartitionKey("qmirror", "plan", "physics")
for number in range({ROUNDS}):
    with hold(state, key, wait=60, sleep=lambda s: time.sleep(0.003)) as lease:
        os.close(os.open(inside, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        time.sleep(0.002)
        commit_pointer(state, lease, f"{{lease.token:064}}", name)
        with (folder / "log").open("a") as log:
            log.write(f"{{lease.token}} {{name}}\\n")
        inside.unlink()
"""


def test_two_processes_race_and_one_holds_at_a_time(tmp_path: Path) -> None:
    State(sqlite_url(tmp_path / "state.sqlite")).close()
    command = [sys.executable, "-c", RACER, str(tmp_path)]
    pair = [
        subprocess.Popen([*command, name], cwd=ROOT, stderr=subprocess.PIPE)
        for name in ("one", "two")
    ]
    for child in pair:
        _, err = child.communicate(timeout=120)
        assert child.returncode == 0, err.decode()
    log = [line.split() for line in (tmp_path / "log").read_text().splitlines()]
    tokens = [int(token) for token, _ in log]
    assert tokens == list(range(1, 2 * ROUNDS + 1)), "every hold had its own, larger token"
    assert [name for _, name in log].count("one") == ROUNDS
    state = State(sqlite_url(tmp_path / "state.sqlite"))
    assert state.pointer(KEY) == f"{2 * ROUNDS:064}", "the last commit stands"
    state.close()


HOLDER = """
import sys, time
from pathlib import Path
from qmirror_assets.keys import PartitionKey
from qmirror_assets.store.leases import hold
from qmirror_assets.store.state import State, sqlite_url
state = State(sqlite_url(Path(sys.argv[1]) / "state.sqlite"))
with hold(state, PartitionKey("qmirror", "plan", "physics")):
    print("held", flush=True)
    time.sleep(120)
"""


def test_the_lease_of_a_killed_process_is_free_at_once_even_before_it_is_reaped(
    tmp_path: Path,
) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        state = State(sqlite_url(tmp_path / "state.sqlite"))
        child.kill()  # not waited for: it stays a zombie
        started = time.monotonic()
        with hold(state, KEY, wait=10) as lease:
            assert lease.token == 2
        assert time.monotonic() - started < 5
        state.close()
    finally:
        child.kill()
        child.communicate()
