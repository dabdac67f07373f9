"""A long build: memory and open files stay as they are; a resumed build asks nothing again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from qmirror_assets.store import schema
from tests.conftest import Toy, toy_seed

ROOT = Path(__file__).parents[2]
FLAT = 1.10


def run(folder: Path) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.soak_build", str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return orjson.loads(done.stdout)


def forget_pointers(toy: Toy) -> None:
    """What a build finds that was killed before it committed anything but actions."""
    store = toy.open()
    with store.state.write() as connection:
        connection.execute(sa.delete(schema.pointers))
    store.close()


def halves(samples: list[tuple[int, float, int]], rows: int) -> Iterator[tuple[float, int]]:
    """(most megabytes, most open files) of either half of a stage, once it runs warm."""
    # the buffers of the writers fill in the first third
    warm = [taken for taken in samples if taken[0] > rows // 3]
    for half in (warm[: len(warm) // 2], warm[len(warm) // 2 :]):
        yield max(taken[1] for taken in half), max(taken[2] for taken in half)


@pytest.mark.parametrize(
    "rows",
    [10_000, pytest.param(100_000, marks=[pytest.mark.slow, pytest.mark.timeout(1_800)])],
    ids=["short", "hundred thousand"],
)
def test_memory_and_open_files_stay_and_a_resumed_build_asks_nothing(toy: Toy, rows: int) -> None:
    toy.write([toy_seed(number) for number in range(rows)])
    cold = run(toy.folder)
    assert cold["calls"] == 2 * rows
    assert {"draft", "polish", "final"} == set(cold["samples"])
    for node, samples in cold["samples"].items():
        (early_mb, early_files), (late_mb, late_files) = halves(samples, rows)
        print(f"{node}: {early_mb:.0f} MB, then {late_mb:.0f} MB; {len(samples)} samples")
        assert late_mb <= FLAT * early_mb
        assert late_files <= early_files
    forget_pointers(toy)
    resumed = run(toy.folder)
    print(f"cold {cold['seconds']:.1f} s, resumed {resumed['seconds']:.1f} s")
    assert resumed["calls"] == 0
    assert resumed["versions"] == cold["versions"]
    shutil.rmtree(toy.folder)
