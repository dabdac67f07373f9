"""kill -9 of a command line build: the next one needs no cleaning and waits for nobody."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.conftest import ToyProject

SLOW = "profile: slow\nengines:\n  text: {kind: fake, latency_ms: 100, in_flight: 1}\n"
KILLS = 5


def test_five_kills_of_a_build(toy_project: ToyProject, released_once: ToyProject) -> None:
    profiles = toy_project.project / "profiles"
    profiles.mkdir()
    (profiles / "slow.yaml").write_text(SLOW, "utf-8")
    random_seed = random.SystemRandom().randrange(10**6)
    print(f"random_seed {random_seed}")
    rng = random.Random(random_seed)
    arguments = ["build", str(toy_project.recipe), "--profile", "slow", "--json"]
    for _ in range(KILLS):
        child = subprocess.Popen(
            [sys.executable, "-m", "qmirror_assets.cli", *arguments],
            cwd=toy_project.project, env=toy_project.environment, stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(rng.uniform(2.5, 7.0))
        child.kill()
        child.wait()
    result = toy_project.build("--profile", "slow")
    assert (result["published"], result["accepted"]) == (True, 20)
    assert result["release_digest"] == released_once.first["release_digest"]
    assert started_runs(toy_project.home) == []


_KILLED = """
import os, signal, sys
from qmirror_assets.cli import run
from qmirror_assets.store import atomic
atomic.set_crash_point(lambda name: name == {point!r} and os.kill(os.getpid(), signal.SIGKILL))
run(sys.argv[1:])
"""


def test_a_kill_once_the_version_is_out(toy_project: ToyProject) -> None:
    """Nothing is stale then, but the reports are those of before, and a run seems to go on."""
    arguments = ["build", str(toy_project.recipe), "--json"]
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED.format(point="after_published"), *arguments],
        cwd=toy_project.project, env=toy_project.environment, capture_output=True, check=False,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL
    marts = toy_project.project / "data" / "analytics"
    assert (list(marts.rglob("*.parquet")), len(started_runs(toy_project.home))) == ([], 1)

    again = toy_project.build()

    assert (again["published"], again["totals"]["calls"]) == (True, 0)
    assert list(marts.rglob("*.parquet")) != []
    assert started_runs(toy_project.home) == []
    written = {path: path.stat().st_mtime_ns for path in marts.rglob("*")}
    toy_project.build()
    assert {path: path.stat().st_mtime_ns for path in marts.rglob("*")} == written


def started_runs(home: Path) -> list[str]:
    code = (
        "import dagster as dg; i = dg.DagsterInstance.get(); "
        "print(*[r.run_id for r in i.get_runs() if not r.is_finished])"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True,
        env={**os.environ, "DAGSTER_HOME": str(home)},
    )  # fmt: skip
    return done.stdout.split()
