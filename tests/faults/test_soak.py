"""A long build: memory and open files stay as they are; a resumed build asks nothing again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
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


def soak(toy: Toy, rows: int) -> None:
    toy.write([toy_seed(number) for number in range(rows)])
    cold = run(toy.folder)
    assert cold["calls"] == 2 * rows
    for node, samples in cold["samples"].items():
        # the buffers of the writers fill in the first third
        warm = [taken for taken in samples if taken[0] > rows // 3]
        early, late = warm[: len(warm) // 2], warm[len(warm) // 2 :]
        peaks = [max(taken[1] for taken in half) for half in (early, late)]
        print(f"{node}: {peaks[0]:.0f} MB, then {peaks[1]:.0f} MB; {len(samples)} samples")
        assert peaks[1] <= FLAT * peaks[0]
        assert max(t[2] for t in late) <= max(t[2] for t in early)
    forget_pointers(toy)
    resumed = run(toy.folder)
    print(f"cold {cold['seconds']:.1f} s, resumed {resumed['seconds']:.1f} s")
    assert resumed["calls"] == 0
    assert resumed["versions"] == cold["versions"]


def test_short_soak(toy: Toy) -> None:
    soak(toy, 10_000)


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_a_hundred_thousand_samples(toy: Toy) -> None:
    soak(toy, 100_000)
    shutil.rmtree(toy.folder)
