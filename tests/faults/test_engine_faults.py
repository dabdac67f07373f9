"""F7: every engine fault at once over real HTTP; unaffected rows come out byte-equal."""

import asyncio
import math
from collections.abc import AsyncIterator
from typing import Any

import pytest

from qmirror_assets.engines.base import Call, Failure, FailureKind, Outcome, Raw, Request, Role
from qmirror_assets.engines.faults import Fault, FaultPlan, FaultRule
from qmirror_assets.engines.openai import Endpoint, OpenAIEngine
from qmirror_assets.engines.reply import read_json
from qmirror_assets.engines.retry import POLICIES, Waits
from qmirror_assets.testing.fake_server import FakeServer, ServerOptions

ROWS, IN_FLIGHT, RANDOM_SEED = 400, 32, 20261121
SCHEMA = {
    "type": "object",
    "properties": {"score": {"type": "number", "minimum": 0, "maximum": 100}},
    "required": ["score"],
    "additionalProperties": False,
}
KIND_OF = {
    Fault.RATE_LIMIT: FailureKind.RATE_LIMITED,
    Fault.RATE_LIMIT_AFTER: FailureKind.RATE_LIMITED,
    Fault.BAD_REQUEST: FailureKind.BAD_REQUEST,
    Fault.SERVER_500: FailureKind.SERVER,
    Fault.SERVER_502: FailureKind.SERVER,
    Fault.SERVER_503: FailureKind.SERVER,
    Fault.HANG: FailureKind.TIMEOUT,
    Fault.RESET: FailureKind.RESET,
    Fault.REFUSAL: FailureKind.REFUSAL,
    Fault.LENGTH: FailureKind.LENGTH,
    Fault.CONTENT_FILTER: FailureKind.CONTENT_FILTER,
}
HARMLESS = {Fault.FENCED}
MIXED = [fault for fault in Fault if fault is not Fault.UNAUTHORIZED]  # that one ends the engine


async def no_sleep(_seconds: float) -> None:
    return


@pytest.fixture
async def server() -> AsyncIterator[FakeServer]:
    made = FakeServer(ServerOptions())
    await made.start()
    yield made
    await made.stop()


def row(number: int) -> Call:
    messages = [{"role": "user", "content": f"Score row {number}."}]
    return Call(Request(Role.TEXT, {"messages": messages, "schema": SCHEMA, "temperature": 0}))


async def run_rows(server: FakeServer, *, timeout_s: float = 30.0, **options: Any) -> list[Outcome]:
    server.reset()
    server.options = ServerOptions(**options)
    endpoint = Endpoint(f"http://127.0.0.1:{server.port}/v1", "m", "", timeout_s, IN_FLIGHT)
    engine = OpenAIEngine(endpoint, {}, Waits(no_sleep))
    gate = asyncio.Semaphore(IN_FLIGHT)

    async def one(number: int) -> Outcome:
        async with gate:
            return (await engine.run([row(number)]))[0]

    outcomes = await asyncio.gather(*(one(number) for number in range(ROWS)))
    await engine.close()
    return list(outcomes)


@pytest.mark.parametrize("fault", MIXED, ids=lambda fault: fault.value)
async def test_each_fault_is_counted_under_its_kind(server: FakeServer, fault: Fault) -> None:
    server.options = ServerOptions(plan=FaultPlan([FaultRule(fault, 1.0, permanent=True)]))
    endpoint = Endpoint(f"http://127.0.0.1:{server.port}/v1", "m", "", 0.3)
    engine = OpenAIEngine(endpoint, {}, Waits(no_sleep))
    (outcome,) = await engine.run([row(0)])
    await engine.close()
    if fault in HARMLESS:
        assert isinstance(outcome, Raw)
        return
    assert isinstance(outcome, Failure)
    assert outcome.kind is KIND_OF.get(fault, FailureKind.GARBAGE)
    assert outcome.tries == server.calls == POLICIES[outcome.kind].tries


async def test_mixed_permanent_faults_leave_the_other_rows_byte_equal(server: FakeServer) -> None:
    print("random_seed", RANDOM_SEED)  # noqa: T201 - to repeat a failure
    clean = await run_rows(server)
    rules = [FaultRule(fault, 0.2 / len(MIXED), permanent=True) for fault in MIXED]
    plan = FaultPlan(rules, RANDOM_SEED)
    shaken = await run_rows(server, timeout_s=1.5, plan=plan)
    failed = [outcome for outcome in shaken if isinstance(outcome, Failure)]
    assert 0.1 * ROWS < len(failed) < 0.3 * ROWS
    for before, after in zip(clean, shaken, strict=True):
        assert isinstance(before, Raw)
        if isinstance(after, Raw):
            score = read_json(after.body["text"])["score"]
            assert score == read_json(before.body["text"])["score"]
            assert math.isfinite(score)
        else:
            assert after.tries <= POLICIES[after.kind].tries
    assert {outcome.kind for outcome in failed} >= {FailureKind.GARBAGE, FailureKind.SERVER}


async def test_passing_faults_cost_tries_but_few_rows(server: FakeServer) -> None:
    clean = await run_rows(server)
    retried = [Fault.RATE_LIMIT, Fault.SERVER_503, Fault.RESET, Fault.GARBAGE, Fault.NOT_A_NUMBER]
    rules = [FaultRule(fault, 0.04) for fault in retried]
    shaken = await run_rows(server, plan=FaultPlan(rules, RANDOM_SEED))
    kept = [after == before for before, after in zip(clean, shaken, strict=True)]
    # a row whose second try passed has paid for both; its content is the same
    same = [
        isinstance(after, Raw) and after.body == before.body  # type: ignore[union-attr]
        for before, after in zip(clean, shaken, strict=True)
    ]
    assert sum(same) >= ROWS - 8
    assert sum(kept) <= sum(same)
    assert server.calls > ROWS


async def test_a_healed_server_answers_what_failed(server: FakeServer) -> None:
    plan = FaultPlan([FaultRule(Fault.SERVER_500, 0.05, permanent=True)], RANDOM_SEED)
    first = await run_rows(server, plan=plan)
    failed = [number for number, outcome in enumerate(first) if isinstance(outcome, Failure)]
    assert failed
    second = await run_rows(server)
    assert all(isinstance(second[number], Raw) for number in failed)
