"""A dry run counts what a build will do, also after the death of a build."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from qmirror_assets.recipe import load_recipe
from qmirror_assets.runner.dry import DryRun
from qmirror_assets.runner.intake import run_intake
from qmirror_assets.runner.shadow import shadow
from qmirror_assets.runner.sources import Sources
from qmirror_assets.runner.unknown import Range
from tests.conftest import Toy

ROOT = Path(__file__).parents[3]


def predicted(toy: Toy) -> Range:
    store = toy.open()
    runner = toy.runner(store, toy.engine())
    try:
        with shadow(store, "toy") as copy:
            run_intake(copy, "toy", Sources.of(load_recipe(str(toy.folder))))
            run = DryRun(copy, runner.graph, runner.engines, "toy")
            calls = sum((item.calls for item in run.domain("sums")), Range())
            run.close()
        return calls
    finally:
        runner.close()
        store.close()


@pytest.mark.parametrize("nth", [3, 40], ids=["first stage", "later"])
def test_what_is_left_after_a_kill_is_counted_exactly(toy: Toy, nth: int) -> None:
    child = [sys.executable, "-m", "tests.faults.toy_build", str(toy.folder)]
    died = subprocess.run([*child, "before_action_commit", str(nth)], cwd=ROOT, check=False)
    assert died.returncode == 137
    calls = predicted(toy)
    assert calls.exact
    assert 0 < calls.low < 400
    assert toy.build().calls == calls.low


def test_the_store_itself_is_not_written(toy: Toy) -> None:
    assert predicted(toy) == Range(400, 400)
    store = toy.open()
    assert store.state.pointers("toy") == {}
    assert list(store.actions.keys()) == []
    assert list(store.cas) == []
    store.close()
