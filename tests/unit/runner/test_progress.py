"""What a user is told while a partition is made: rows as they end, not only at the end."""

from __future__ import annotations

import pytest

from qmirror_assets.engines.fake import FakeEngine, FakeOptions
from qmirror_assets.keys import PartitionKey
from qmirror_assets.recipe import load_recipe
from qmirror_assets.runner.facts import Facts, Progress, Told
from qmirror_assets.runner.intake import run_intake
from qmirror_assets.runner.sources import Sources
from tests.conftest import Toy, toy_seed


def seen_of(toy: Toy) -> list[Progress]:
    """What a build of `draft` tells."""
    seen: list[Progress] = []
    store = toy.open()
    engine = FakeEngine(FakeOptions(in_flight=2), {"kind": "fake", "model": "a"})
    runner = toy.runner(store, engine)
    runner.on_progress = seen.append
    try:
        run_intake(store, "toy", Sources.of(load_recipe(str(toy.folder))))
        runner.materialize("draft", "sums")
    finally:
        runner.close()
        store.close()
    return seen


def test_rows_are_told_as_they_end(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qmirror_assets.runner.facts._TELL_EVERY", -1.0)
    toy.write([toy_seed(number) for number in range(10)])
    first = seen_of(toy)
    done = [told.done for told in first]
    assert (done[0], done[-1], first[-1].total) == (0, 10, 10)
    assert done == sorted(done)
    assert set(done) == set(range(11)), "one after the other"

    toy.write([toy_seed(number) for number in range(12)])
    again = seen_of(toy)
    assert (again[0].done, again[-1].done, again[-1].total) == (10, 12, 12)


def test_most_is_kept_to_oneself() -> None:
    seen: list[Progress] = []
    told = Told(PartitionKey("toy", "draft", "sums"), Facts(), seen.append)
    told.begin(1000, 0)
    for _ in range(1000):
        told.add()
    told.now()
    assert [seen[0].done, seen[-1].done] == [0, 1000]
    assert len(seen) < 10
