"""Row nodes: only changed rows are worked on; the table is the same whatever the order of work."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest

import qmirror_assets.runner as runner_module
from qmirror_assets.engines.base import Request, Role
from qmirror_assets.engines.fake import FakeEngine, FakeOptions
from qmirror_assets.engines.faults import FaultPlan, parse_rule
from qmirror_assets.errors import NotFoundError, PartitionBusy, QMirrorError, RecipeError
from qmirror_assets.keys import PartitionKey
from qmirror_assets.recipe import load_recipe
from qmirror_assets.records import Column, Json, Reason, Rejection, Row
from qmirror_assets.runner import rows as rows_module
from qmirror_assets.runner.intake import run_intake
from qmirror_assets.runner.sources import Sources
from qmirror_assets.stages.base import At, StepRun
from qmirror_assets.store import tables
from qmirror_assets.store.leases import hold
from tests.conftest import Toy, toy_seed

IDENTITY = {"kind": "fake", "model": "a"}


class Chain:
    """Two calls, the second of which needs the first; rows that say "reject" are rejected."""

    kind, code, roles = "chain", 1, (Role.TEXT,)
    inputs = ("question",)
    outputs: Mapping[str, Column] = {
        "one": Column.STR,
        "two": Column.STR,
        "number": Column.INT,
        "share": Column.FLOAT,
        "sure": Column.BOOL,
        "more": Column.JSON,
    }
    fingerprint: Mapping[str, Json] = {}

    def run(self, row: Row, at: At) -> StepRun:
        first = yield Request(Role.TEXT, {"messages": [{"content": row["question"]}]})
        if "reject" in row["question"]:
            return Rejection(Reason.NOTHING_MOVABLE, "says so")
        second = yield Request(
            Role.TEXT, {"messages": [{"content": first.body["text"]}], "seed": at.random_seed(0)}
        )
        return {
            "one": first.body["text"],
            "two": second.body["text"],
            "number": 3,
            "share": 1,
            "sure": None,
            "more": {"b": [1, None], "a": at.round},
        }


def chain(toy: Toy, store, engine: FakeEngine | None = None, step: Any = None):
    """A runner whose first node is one `Chain`."""
    runner = toy.runner(store, engine or toy.engine())
    node = runner.graph["draft"]
    outputs = (step or Chain).outputs
    columns = {k: v for k, v in node.columns.items() if k != "draft"} | dict(outputs)
    node = dataclasses.replace(
        node, step=(step or Chain)(), columns=columns, new_columns=tuple(outputs)
    )
    runner.graph = type(runner.graph).of(runner.graph.recipe, (node,))
    return runner


def materialize(
    toy: Toy, *, engine: FakeEngine | None = None, step: Any = None, retry: bool = False
):
    store = toy.open()
    run_intake(store, "toy", Sources.of(load_recipe(str(toy.folder))))
    runner = chain(toy, store, engine, step)
    try:
        return runner.materialize("draft", "sums", retry=retry)
    finally:
        runner.close()
        store.close()


def table(toy: Toy, digest: str) -> list[dict[str, Any]]:
    store = toy.open()
    path = store.cas.verified_path(digest)
    found = [row for batch in tables.iter_batches(path) for row in batch.to_pylist()]
    store.close()
    return found


def test_a_chain_of_calls_is_one_step_with_all_its_actions(toy: Toy) -> None:
    toy.write([toy_seed(1), toy_seed(2, question="reject this")])
    done = materialize(toy)
    (row,) = table(toy, done.manifest.rows)
    assert len(row["actions"]) == len(set(row["actions"])) == 2
    assert (row["number"], row["share"], row["sure"]) == (3, 1.0, None)
    assert row["more"] == '{"a":0,"b":[1,null]}'
    (gone,) = table(toy, done.manifest.rejections)
    assert (gone["reason"], gone["detail"], len(gone["actions"])) == (
        "nothing_movable",
        "says so",
        1,
    )
    assert done.facts.calls == 3


def changed_seeds(toy: Toy) -> None:
    seeds = [toy_seed(i, question=f"reject {i}" if i % 5 == 0 else f"keep {i}") for i in range(40)]
    toy.write(seeds)
    materialize(toy)
    for i in (3, 5, 20, 39):
        seeds[i] = toy_seed(i, question=f"keep {i} again" if i % 2 else f"reject {i} again")
    toy.write(
        [*seeds[1:], toy_seed(100, question="keep new"), toy_seed(101, question="reject new")]
    )


def test_only_changed_rows_reach_the_step_and_the_merged_table_is_that_of_a_fresh_build(
    toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed_seeds(toy)
    seen: list[str] = []
    run = Chain.run
    monkeypatch.setattr(
        Chain, "run", lambda self, row, at: seen.append(row["question"]) or run(self, row, at)
    )
    merged = materialize(toy)
    assert sorted(seen) == sorted(
        [
            "keep 3 again",
            "keep 5 again",
            "reject 20 again",
            "keep 39 again",
            "keep new",
            "reject new",
        ]
    )
    assert merged.facts.rows_reused == 41 - 6
    ids = [row["sample_id"] for row in table(toy, merged.manifest.rows)]
    assert ids == sorted(ids)
    toy.folder.joinpath("data").rename(toy.folder / "data-before")
    fresh = materialize(toy)
    assert fresh.manifest.data_version == merged.manifest.data_version
    assert fresh.manifest.counts == merged.manifest.counts
    assert fresh.manifest.rows == merged.manifest.rows, "byte for byte"


@pytest.mark.parametrize(
    ("window", "options"),
    [
        (1, FakeOptions()),
        (7, FakeOptions(in_flight=1)),
        (2_048, FakeOptions(in_flight=8, batch_size=5)),
        (16, FakeOptions(in_flight=2, batch_size=100, latency_s=0.001)),
    ],
    ids=["one row", "one call", "batches", "slow"],
)
def test_windows_and_workers_do_not_change_the_table(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, window: int, options: FakeOptions
) -> None:
    toy.write([toy_seed(i) for i in range(30)])
    usual = materialize(toy)
    toy.folder.joinpath("data").rename(toy.folder / "data-before")
    monkeypatch.setattr(rows_module, "WINDOW", window)
    other = materialize(toy, engine=FakeEngine(options, IDENTITY))
    assert other.manifest == usual.manifest


def test_a_failed_row_is_tried_again_whenever_its_partition_runs(toy: Toy) -> None:
    toy.write([toy_seed(i) for i in range(6)])
    plan = FaultPlan((parse_rule("500:1:permanent:match=What is 2 "),))
    first = materialize(toy, engine=FakeEngine(FakeOptions(plan=plan), IDENTITY))
    assert (first.manifest.counts.rejected, first.facts.failures) == (1, 1)
    assert materialize(toy).fresh, "an ordinary build leaves it"
    toy.write([toy_seed(i) for i in range(7)])
    again = materialize(toy)
    assert again.manifest.counts.rows_out == 7
    assert again.facts.calls == 4, "two for the new row, two for the failed one"


def test_a_rejection_by_the_step_itself_stands_until_its_row_changes(toy: Toy) -> None:
    toy.write([toy_seed(1, question="reject this"), toy_seed(2)])
    materialize(toy)
    toy.write([toy_seed(1, question="reject this"), toy_seed(2), toy_seed(3)])
    assert materialize(toy).facts.calls == 2
    assert materialize(toy, retry=True).fresh, "nothing an engine could cure"


class Raises(Chain):
    error: Exception = RecipeError("the prompt is broken")

    def run(self, row: Row, at: At) -> StepRun:
        yield from ()
        raise self.error


@pytest.mark.parametrize(
    "error",
    [RecipeError("the prompt is broken"), KeyError("text"), QMirrorError("odd")],
    ids=["ours", "a bug", "root"],
)
def test_a_step_that_raises_commits_nothing_and_frees_its_lease(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    toy.write([toy_seed(1)])
    monkeypatch.setattr(Raises, "error", error)
    with pytest.raises(type(error)):
        materialize(toy, step=Raises)
    store = toy.open()
    assert store.state.pointer(PartitionKey("toy", "draft", "sums")) is None
    store.close()
    assert [p for p in (toy.folder / "data" / "cas" / "temp").glob("*") if p.is_file()] == []
    assert materialize(toy).manifest.counts.rows_out == 1


class NotFinite(Chain):
    def run(self, row: Row, at: At) -> Mapping[str, Json]:  # type: ignore[override]
        return {**dict.fromkeys(self.outputs), "share": float("nan")}


def test_nan_from_a_step_is_never_committed(toy: Toy) -> None:
    toy.write([toy_seed(1)])
    with pytest.raises(QMirrorError, match="cannot be fingerprinted"):
        materialize(toy, step=NotFinite)


def test_a_partition_without_rows(toy: Toy) -> None:
    toy.write([toy_seed(1), toy_seed(2, "others")])
    materialize(toy)
    toy.write([toy_seed(2, "others")])
    done = materialize(toy)
    assert (done.manifest.counts.rows_in, done.manifest.counts.rows_out) == (0, 0)


def test_the_random_seed_of_a_row_is_its_own_and_repeats(toy: Toy) -> None:
    toy.write([toy_seed(i) for i in range(5)])
    first = {row["two"] for row in table(toy, materialize(toy).manifest.rows)}
    assert len(first) == 5
    toy.edit("random_seed: 7", "random_seed: 8")
    toy.folder.joinpath("data").rename(toy.folder / "data-before")
    second = {row["two"] for row in table(toy, materialize(toy).manifest.rows)}
    assert first.isdisjoint(second)


def test_a_busy_partition_and_a_missing_input_are_named(toy: Toy) -> None:
    toy.write([toy_seed(1)])
    materialize(toy)
    toy.write([toy_seed(2)])
    store = toy.open()
    run_intake(store, "toy", Sources.of(load_recipe(str(toy.folder))))
    runner = chain(toy, store)
    runner.lease_wait = 0
    with hold(store.state, PartitionKey("toy", "draft", "sums")), pytest.raises(PartitionBusy):
        runner.materialize("draft", "sums")
    with pytest.raises(NotFoundError, match="intake of that domain to be built"):
        chain(toy, store).materialize("draft", "nowhere")
    store.close()


def test_a_long_materialization_shows_that_it_lives(
    toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    beats: list[PartitionKey] = []
    monkeypatch.setattr(runner_module, "STALE_AFTER", 0.04)
    monkeypatch.setattr(runner_module, "beat", lambda _state, lease: beats.append(lease.key))
    toy.write([toy_seed(1)])
    materialize(toy, engine=FakeEngine(FakeOptions(latency_s=0.1), IDENTITY))
    assert beats[:2] == [PartitionKey("toy", "draft", "sums")] * 2
