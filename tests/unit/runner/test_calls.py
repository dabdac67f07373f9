"""Actions: asked once, shared in flight, kept when finished, never made up."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from qmirror_assets.engines.base import (
    Call,
    Failure,
    FailureKind,
    Outcome,
    Raw,
    Request,
    Role,
    Usage,
)
from qmirror_assets.engines.fake import FakeEngine, FakeOptions
from qmirror_assets.engines.faults import Fault, FaultPlan, FaultRule
from qmirror_assets.errors import BudgetReached, EngineUnavailable
from qmirror_assets.keys import PartitionKey
from qmirror_assets.profile import Price, Profile, ProfileSpec
from qmirror_assets.recipe import load_recipe
from qmirror_assets.records import ENGINE_REASONS
from qmirror_assets.runner import Budget
from qmirror_assets.runner.calls import Caller, Origin
from qmirror_assets.runner.engines import Engines
from qmirror_assets.runner.facts import Facts
from qmirror_assets.runner.intake import run_intake
from qmirror_assets.runner.sources import Sources
from qmirror_assets.store import Store, open_store, tables
from tests.conftest import Toy, toy_seed

ORIGIN = Origin(PartitionKey("d", "n", "x"), "s" * 32)
IDENTITY = {"kind": "odd"}


class OddEngine:
    """Answers with whatever the test gives it."""

    def __init__(self, answer: Any, in_flight: int = 4, batch_size: int = 1) -> None:
        self.answer, self.in_flight, self.batch_size = answer, in_flight, batch_size
        self.identity, self.calls = IDENTITY, 0

    async def run(self, calls: Sequence[Call]) -> Sequence[Outcome]:
        self.calls += len(calls)
        return self.answer(calls)

    async def close(self) -> None:
        return


@pytest.fixture
def store(tmp_path: Path):
    made = open_store(tmp_path / "data")
    yield made
    made.close()


def caller(store: Store, engine: OddEngine, budget: Budget | None = None, **profile: Any) -> Caller:
    spec = ProfileSpec(profile="p", engines={"text": {"kind": "odd"}}, **profile)
    engines = Engines(Profile(spec), lambda _config: engine, lambda _config: IDENTITY)
    return Caller(store, engines, Facts(), budget or Budget(), "run")


async def ask(made: Caller, number: int = 1, **body: Any) -> Raw | Failure:
    request = Request(Role.TEXT, {"n": number, **body})
    try:
        return await made.ask(made.key_of(request), request, ORIGIN)
    finally:
        await made.finish()


def echo(calls: Sequence[Call]) -> list[Outcome]:
    return [Raw({"text": str(call.request.body["n"])}, usage=Usage(10, 20)) for call in calls]


async def test_a_second_ask_is_a_hit(store: Store) -> None:
    engine = OddEngine(echo)
    made = caller(store, engine)
    assert (await ask(made)).body == (await ask(made)).body == {"text": "1"}
    other = caller(store, engine)
    assert (await ask(other)).body == {"text": "1"}
    assert engine.calls == 1
    assert (other._facts.hits, other._facts.calls) == (1, 0)


async def test_a_failure_is_not_kept(store: Store) -> None:
    engine = OddEngine(lambda calls: [Failure(FailureKind.TIMEOUT, "late", 3) for _ in calls])
    made = caller(store, engine)
    assert (await ask(made)).kind is FailureKind.TIMEOUT
    engine.answer = echo
    assert (await ask(made)).body == {"text": "1"}
    assert made._facts.failures == 1
    (key,) = store.actions.keys()
    outcomes = [(row.outcome, row.tries, row.sample_id) for row in store.state.attempts_of([key])]
    assert outcomes == [("timeout", 3, "s" * 32), ("ok", 1, "s" * 32)]


@pytest.mark.parametrize(
    "answer",
    [
        lambda _calls: [],
        lambda calls: [Raw({"text": "a"}) for _ in [*calls, *calls]],
        lambda calls: [Raw({"text": math.nan}) for _ in calls],
        lambda calls: [Raw({"text": {"deep": [math.inf]}}) for _ in calls],
        lambda calls: [Raw({"text": "\ud800"}) for _ in calls],
        lambda calls: [Raw({"text": 2**70}) for _ in calls],
        lambda calls: [Raw({"text": {1, 2}}) for _ in calls],
        lambda calls: [Raw({1: "x"}) for _ in calls],
    ],
    ids=[
        "none",
        "too many",
        "nan",
        "deep infinity",
        "surrogate",
        "huge int",
        "set",
        "number as key",
    ],
)
async def test_engine_garbage_is_a_failure_and_is_not_kept(store: Store, answer: Any) -> None:
    made = caller(store, OddEngine(answer))
    found = await ask(made)
    assert isinstance(found, Failure)
    assert found.kind is FailureKind.GARBAGE
    assert list(store.actions.keys()) == []


async def test_an_engine_that_is_gone_ends_the_build(store: Store) -> None:
    def gone(_calls: Sequence[Call]) -> list[Outcome]:
        raise EngineUnavailable("the engine does not answer")

    with pytest.raises(EngineUnavailable):
        await ask(caller(store, OddEngine(gone)))


async def test_a_picture_goes_to_the_cas_and_comes_back_by_digest(store: Store) -> None:
    engine = OddEngine(lambda calls: [Raw({"width": 1}, {"image": b"PNG"}) for _ in calls])
    first = await ask(caller(store, engine))
    again = await ask(caller(store, engine))
    assert first.body == again.body
    assert store.cas.get(first.body["image"]) == b"PNG"
    store.cas.path(first.body["image"]).unlink()
    assert (await ask(caller(store, engine))).body == first.body
    assert engine.calls == 2, "a picture that was deleted is made again"
    assert store.cas.get(first.body["image"]) == b"PNG"


async def test_a_missing_input_picture_fails_its_row_alone(store: Store) -> None:
    engine = OddEngine(echo)
    made = caller(store, engine)
    request = Request(Role.TEXT, {"n": 1}, ("0" * 64,))
    found = await made.ask(made.key_of(request), request, ORIGIN)
    await made.finish()
    assert isinstance(found, Failure)
    assert found.kind is FailureKind.ENGINE
    assert engine.calls == 0


async def test_tokens_and_cost_are_counted(store: Store) -> None:
    price = Price(prompt=1.0, completion=2.0, as_of="2026-11-01")
    made = caller(store, OddEngine(echo), prices={"text": price})
    await ask(made)
    facts = made._facts
    assert (facts.prompt_tokens, facts.completion_tokens) == (10, 20)
    assert facts.cost == pytest.approx(50e-6)
    assert made._budget.cost == facts.cost


# -- caps


def build_until_done(toy: Toy, budget: Mapping[str, Any]) -> list[int]:
    """Calls of each build until one is not stopped by its cap."""
    made: list[int] = []
    for _ in range(30):
        engine = FakeEngine(FakeOptions(in_flight=8), {"kind": "fake", "model": "a"})
        toy.engine = lambda engine=engine: engine
        toy.budget = Budget(**budget)
        try:
            toy.build()
        except BudgetReached:
            made.append(engine.calls)
            continue
        return [*made, engine.calls]
    raise AssertionError(f"no progress: {made}")


def test_a_cap_on_calls_stops_cleanly_and_the_next_build_goes_on(toy: Toy) -> None:
    toy.write([toy_seed(i) for i in range(60)])
    assert build_until_done(toy, {"max_calls": 50}) == [50, 50, 20]
    capped = toy.versions()
    toy.folder.joinpath("data").rename(toy.folder / "data-capped")
    toy.budget = Budget()
    assert toy.build().calls == 120
    assert toy.versions() == capped


def test_what_a_capped_build_finished_is_kept(toy: Toy) -> None:
    toy.write([toy_seed(i) for i in range(60)])
    toy.budget = Budget(max_calls=50)
    # slow enough that calls are in flight when the cap is met: they are paid for, so they count
    options = FakeOptions(in_flight=8, latency_s=0.005)
    toy.engine = lambda: FakeEngine(options, {"kind": "fake", "model": "a"})
    with pytest.raises(BudgetReached, match="the cap on calls is reached; found 50 calls"):
        toy.build()
    store = toy.open()
    keys = list(store.actions.keys())
    assert len(keys) == len(store.state.attempts_of(keys)) == 50
    assert store.state.pointers("toy").keys() == {
        PartitionKey("toy", "intake", "sums"),
        PartitionKey("toy", "intake", "quarantine"),
    }, "an unfinished stage commits nothing"
    store.close()


def test_a_cap_on_cost_overshoots_by_what_is_in_flight_at_most(toy: Toy) -> None:
    toy.write([toy_seed(i) for i in range(60)])
    spec = {
        "profile": "fake",
        "engines": {"text": {"kind": "fake"}},
        "prices": {"text": {"prompt": 0, "completion": 1e6, "as_of": "2026-11-01"}},
    }
    engine = FakeEngine(FakeOptions(in_flight=4, latency_s=0.001), {"kind": "fake", "model": "a"})
    store = toy.open()
    toy.budget = Budget(max_cost=200.0)
    runner = toy.runner(store, engine)
    runner.engines = Engines(
        Profile(ProfileSpec.model_validate(spec)),
        lambda _c: engine,
        lambda _c: dict(engine.identity),
    )
    run_intake(store, "toy", Sources.of(load_recipe(str(toy.folder))))
    with pytest.raises(BudgetReached, match="the cap on cost"):
        runner.materialize("draft", "sums")
    per_call = runner.budget.cost / runner.budget.calls
    assert 200 <= runner.budget.cost <= 200 + 5 * per_call
    assert engine.calls == runner.budget.calls < 30
    runner.close()
    store.close()


def test_no_fault_of_an_engine_becomes_a_value(toy: Toy) -> None:
    """Each seed meets one kind of fault; as many seeds again meet none."""
    faults = list(Fault)
    toy.write([toy_seed(i) for i in range(2 * len(faults))])
    reply = "reply: {draft: {type: string}, score: {type: number, minimum: 0}}"
    toy.edit("reads: [question], column: draft", f"reads: [question], {reply}")
    toy.build()
    clean = drafts(toy)
    toy.folder.joinpath("data").rename(toy.folder / "data-clean")
    rules = [FaultRule(f, 1.0, True, f"Draft: What is {i} plus") for i, f in enumerate(faults)]
    options = FakeOptions(plan=FaultPlan(tuple(rules)))
    toy.engine = lambda: FakeEngine(options, {"kind": "fake", "model": "a"})
    toy.build()
    shaken = drafts(toy)
    harmless = {faults.index(Fault.FENCED), *range(len(faults), 2 * len(faults))}
    assert shaken == {number: clean[number] for number in harmless}
    store = toy.open()
    path = store.cas.path(toy.last[0].manifest.rejections)
    reasons = tables.read_columns(path, ["reason"]).column("reason").to_pylist()
    store.close()
    assert len(reasons) == len(faults) - 1
    assert set(reasons) <= {reason.value for reason in ENGINE_REASONS}


def drafts(toy: Toy) -> dict[int, tuple[str, float]]:
    store = toy.open()
    path = store.cas.path(toy.last[0].manifest.rows)
    rows = tables.read_columns(path, ["question", "draft", "score"]).to_pylist()
    store.close()
    return {int(row["question"].split()[2]): (row["draft"], row["score"]) for row in rows}
