"""Freshness is proved from manifests; what is stale says why."""

from __future__ import annotations

import dataclasses

import pytest

from qmirror_assets.keys import PartitionKey
from qmirror_assets.runner import Runner
from qmirror_assets.runner.freshness import Staleness, pin, staleness
from qmirror_assets.store import tables
from tests.conftest import Toy, toy_seed


@pytest.fixture
def built(toy: Toy):
    toy.write([toy_seed(i) for i in range(4)])
    toy.build()
    store = toy.open()
    runner = toy.runner(store, toy.engine())
    yield runner
    runner.close()
    store.close()


def pinned_and_manifest(runner: Runner, node: str = "polish"):
    pinned = pin(runner.store, runner.graph[node], "toy", "sums", runner.engines)
    return pinned, runner.store.current(PartitionKey("toy", node, "sums"))[1]


def test_a_built_partition_is_fresh(built: Runner) -> None:
    assert all(built.staleness(node, "sums") == Staleness(True) for node in built.graph)


def test_an_input_that_is_not_built_is_named(built: Runner) -> None:
    assert pin(built.store, built.graph["polish"], "toy", "nowhere", built.engines) == "draft"
    assert built.staleness(built.graph["draft"], "nowhere").reasons == ("intake is not built",)


def test_never_built(built: Runner) -> None:
    pinned, _ = pinned_and_manifest(built)
    assert staleness(None, built.graph["polish"], pinned).reasons == ("never built",)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"stage_fingerprint": "x"}, "settings, prompt or code of stage polish changed"),
        ({"engines": {"text": {"kind": "other"}}}, "text engine changed"),
        ({"engines": {}}, "text engine changed"),
        ({"inputs": ()}, "rows of draft changed"),
        ({"fingerprint": "x"}, "inputs changed"),
    ],
    ids=["stage", "engine", "no engine", "rows", "unknown"],
)
def test_what_changed_is_said(built: Runner, change: dict, reason: str) -> None:
    pinned, manifest = pinned_and_manifest(built)
    before = dataclasses.replace(manifest, **{"fingerprint": "x", **change})
    assert staleness(before, built.graph["polish"], pinned).reasons == (reason,)


def test_a_limited_partition_is_not_fresh_for_a_whole_build(built: Runner) -> None:
    pinned, manifest = pinned_and_manifest(built)
    found = staleness(dataclasses.replace(manifest, partial=True), built.graph["polish"], pinned)
    assert found == Staleness(False, ("was built from a limited set of seeds",))


def test_proving_freshness_reads_no_row(built: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_more: object) -> None:
        raise AssertionError("a table was opened")

    monkeypatch.setattr(tables, "open_table", refuse)
    for node in built.graph:
        assert built.materialize(node.name, "sums").fresh
