"""F1: kill -9 at any moment costs at most what was in flight; the result is the same.

Compared with an undisturbed build: row counts, data versions and lineage rows of every partition,
and the digest of the release that they would make.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from qmirror_assets.store import open_store, schema
from tests.conftest import Toy, make_toy, toy_seed

ROOT = Path(__file__).parents[2]
IN_FLIGHT = 8
POINTS = [
    "before_temp_write", "before_fsync", "before_replace", "after_replace",
    "before_action_commit", "before_pointer", "after_pointer",
]  # fmt: skip


def start(folder: Path, crash_at: str = "", nth: int = 0) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.toy_build", str(folder), crash_at, str(nth)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def calls(folder: Path) -> int:
    log = folder / "calls.log"
    return log.stat().st_size if log.exists() else 0


def finish(folder: Path) -> str:
    child = start(folder)
    _, err = child.communicate(timeout=120)
    assert child.returncode == 0, err.decode()
    return (folder / "done.txt").read_text()


def attempts(folder: Path) -> tuple[int, int]:
    """(attempts recorded, different actions among them)."""
    store = open_store(folder / "data")
    rows = store.state.rows(schema.attempts.select())
    store.close()
    return len(rows), len({row.action_key for row in rows})


def copy_of(toy: Toy, name: str) -> Path:
    folder = toy.folder.parent / name
    subprocess.run(["cp", "-r", str(toy.folder), str(folder)], check=True)
    return folder


@dataclass(frozen=True, slots=True)
class Ended:
    """What builds made that ended by themselves: their last call, and what was recorded."""

    made: list[str]
    calls: int
    recorded: int
    actions: int

    @classmethod
    def of(cls, folder: Path, *made: str) -> Ended:
        return cls([*made, finish(folder)], calls(folder), *attempts(folder))


def wait_a_while(child: subprocess.Popen[bytes], folder: Path, rng: random.Random) -> None:
    """Until a build has made some calls, or now and then for any time: start and end count too."""
    if rng.random() < 0.4:
        time.sleep(rng.uniform(0.1, 1.4))
        return
    enough = calls(folder) + rng.randrange(1, 50)
    while calls(folder) < enough and child.poll() is None:
        time.sleep(0.001)


def kill_often(toy: Toy, kills: int, random_seed: int) -> tuple[Ended, int]:
    """Builds are started and killed; what those made that ended nevertheless, and the last one.

    (that, kills since the last one was begun anew).
    """
    rng = random.Random(random_seed)
    print(f"random_seed {random_seed}")
    folder, made, begun = toy.folder, [], 0
    for number in range(kills):
        child = start(folder)
        wait_a_while(child, folder, rng)
        finished = child.poll() is not None
        child.kill()
        child.communicate()
        if finished:  # begin a new copy: a finished build has nothing left to kill
            made.append((folder / "done.txt").read_text())
            begun = number + 1
            folder = copy_of(toy, f"again-{number}") if (toy.folder / "data").exists() else folder
            for stale in ("data", "calls.log", "done.txt"):
                subprocess.run(["rm", "-rf", str(folder / stale)], check=True)
    return Ended.of(folder, *made), kills - begun


@pytest.mark.parametrize(
    "kills",
    [20, pytest.param(200, marks=[pytest.mark.slow, pytest.mark.timeout(1_800)])],
    ids=["twenty", "two hundred"],
)
def test_a_kill_at_any_moment(toy: Toy, kills: int) -> None:
    toy.write([toy_seed(i, "sums" if i % 2 else "others") for i in range(300)])
    calm = Ended.of(copy_of(toy, "calm"))
    assert (calm.calls, calm.recorded, calm.actions) == (600, 600, 600)
    ended, killed = kill_often(toy, kills, random.SystemRandom().randrange(10**6))
    assert set(ended.made) == set(calm.made)
    assert 600 <= ended.calls <= 600 + killed * IN_FLIGHT
    assert ended.actions == 600, "every sample has an attempt for each of its actions"
    assert 600 <= ended.recorded <= ended.calls


FORTY = [toy_seed(i) for i in range(40)]


@pytest.fixture(scope="module")
def made_of_forty(tmp_path_factory: pytest.TempPathFactory) -> str:
    calm = make_toy(tmp_path_factory.mktemp("calm") / "toy")
    calm.write(FORTY)
    return finish(calm.folder)


@pytest.mark.parametrize("point", POINTS)
def test_crash_at_every_named_point(toy: Toy, made_of_forty: str, point: str) -> None:
    toy.write(FORTY)
    child = start(toy.folder, point, 3)
    child.communicate(timeout=120)
    if point == "before_temp_write":
        # objects are few in a build without pictures: the point may come fewer than three times
        assert child.returncode in (0, 137)
    else:
        assert child.returncode == 137
    assert finish(toy.folder) == made_of_forty
    # an attempt may be known twice or its call be repeated, but no action is without one
    assert attempts(toy.folder)[1] == 80
    assert calls(toy.folder) <= 80 + IN_FLIGHT


def test_two_builds_of_one_partition(toy: Toy) -> None:
    toy.write([toy_seed(i) for i in range(150)])
    expected = finish(copy_of(toy, "calm"))
    pair = [start(toy.folder) for _ in range(2)]
    codes = [child.communicate(timeout=120) and child.returncode for child in pair]
    assert codes == [0, 0]
    assert (toy.folder / "done.txt").read_text() == expected
    assert calls(toy.folder) == 300, "the second build waited and found everything done"
