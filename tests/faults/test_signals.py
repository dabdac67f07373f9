"""F11: SIGTERM and Ctrl-C end a build at once; the next one goes on from there."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from qmirror_assets.store import open_store, schema
from tests.conftest import Toy, ToyProject, toy_seed
from tests.faults.test_kill import IN_FLIGHT, calls, copy_of, finish, start

SIGNALS = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["TERM", "INT"])
SLOW = "profile: slow\nengines:\n  text: {kind: fake, latency_ms: 100, in_flight: 2}\n"


def wait_for(reached: Callable[[], bool], child: subprocess.Popen[bytes]) -> None:
    while not reached():
        assert child.poll() is None, "the build ended before it could be stopped"
        time.sleep(0.005)


def attempts(data: Path) -> int:
    if not (data / "state.sqlite").exists():
        return 0
    store = open_store(data)
    try:
        return len(store.state.rows(schema.attempts.select()))
    finally:
        store.close()


@SIGNALS
def test_a_signal_ends_a_build_at_once(toy: Toy, number: int) -> None:
    toy.write([toy_seed(i, "sums" if i % 2 else "others") for i in range(200)])
    expected = finish(copy_of(toy, "calm"))
    child = start(toy.folder)
    wait_for(lambda: calls(toy.folder) >= 60, child)
    seen = calls(toy.folder)
    child.send_signal(number)
    child.communicate(timeout=60)
    made = calls(toy.folder)
    assert child.returncode == 130
    # calls take 4 ms: a few rounds of them may begin before the signal has arrived
    assert made - seen <= 3 * IN_FLIGHT
    # what had an answer is kept: only calls in flight are made again
    assert attempts(toy.folder / "data") >= made - IN_FLIGHT
    assert finish(toy.folder) == expected
    assert calls(toy.folder) <= 400 + IN_FLIGHT


@pytest.mark.parametrize(
    "number",
    [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)],
    ids=["TERM", "INT"],
)
def test_a_signal_ends_the_command_line(toy_project: ToyProject, number: int) -> None:
    profiles = toy_project.project / "profiles"
    profiles.mkdir()
    (profiles / "slow.yaml").write_text(SLOW, "utf-8")
    arguments = ["build", str(toy_project.recipe), "--profile", "slow", "--limit", "20"]
    data = toy_project.project / "data"
    child = subprocess.Popen(
        [sys.executable, "-m", "qmirror_assets.cli", *arguments],
        cwd=toy_project.project, env=toy_project.environment, stderr=subprocess.PIPE,
    )  # fmt: skip
    wait_for(lambda: attempts(data) >= 6, child)
    child.send_signal(number)
    _, said = child.communicate(timeout=60)
    assert child.returncode == 130, said.decode()
    assert "stopped; finished calls are kept" in said.decode()
    assert "Traceback" not in said.decode()
    made = attempts(data)
    assert made < 40
    done = toy_project.qmirror(*arguments)
    assert done.returncode == 0, done.stderr
    assert attempts(data) == 40, "an answer that was kept is not asked for again"
