"""F7 through the runner: a build against a server that fails every fifth call in every way."""

from __future__ import annotations

import asyncio
import math
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from qmirror_assets.engines.base import FailureKind
from qmirror_assets.engines.faults import Fault
from qmirror_assets.engines.openai import Endpoint, OpenAIEngine
from qmirror_assets.engines.retry import POLICIES, Waits
from qmirror_assets.profile import Profile, ProfileSpec
from qmirror_assets.records import ENGINE_REASONS
from qmirror_assets.runner.engines import Engines
from qmirror_assets.runner.facts import Materialized
from qmirror_assets.runner.intake import run_intake
from qmirror_assets.runner.sources import Sources
from qmirror_assets.store import Store, schema, tables
from tests.conftest import Toy, toy_seed

ROOT = Path(__file__).parents[2]
SEEDS, IN_FLIGHT, RANDOM_SEED, SHARE = 300, 32, 20261121, 0.2
FAULTS = [fault for fault in Fault if fault not in (Fault.UNAUTHORIZED, Fault.FENCED)]
IDENTITY = {"kind": "openai", "model": "fake", "revision": "1"}
PLAIN = """\
  - kind: map
    name: polish
    uses: llm
    with: {messages: [{prompt: polish.j2}], reads: [draft], column: polished}
"""
SCORED = """\
  - kind: map
    name: polish
    uses: llm
    with:
      messages: [{prompt: polish.j2}]
      reads: [draft, question]
      reply: {score: {type: number, minimum: 0, maximum: 100}}
"""


async def no_sleep(_seconds: float) -> None:
    return


@pytest.fixture
def port() -> Iterator[int]:
    command = [sys.executable, "-m", "qmirror_assets.testing.fake_server"]
    options = ["--random-seed", str(RANDOM_SEED), "--hang", "30", "--retry-after", "1"]
    child = subprocess.Popen([*command, *options], cwd=ROOT, stdout=subprocess.PIPE)
    assert child.stdout is not None
    yield int(child.stdout.readline())
    child.terminate()
    child.communicate()


async def reset(port: int, faults: list[str]) -> None:
    async with aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{port}/reset"
        async with session.post(url, json={"faults": faults}) as reply:
            assert reply.status == 200, await reply.text()


async def stats(port: int) -> dict[str, Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/stats") as reply,
    ):
        found: dict[str, Any] = await reply.json()
        return found


def build(toy: Toy, port: int, *, retry: bool = False) -> dict[str, Materialized]:
    endpoint = Endpoint(f"http://127.0.0.1:{port}/v1", "fake", "", 1.0, IN_FLIGHT)
    profile = Profile(ProfileSpec(profile="http", engines={"text": {"kind": "openai"}}))
    store = toy.open()
    runner = toy.runner(store, toy.engine())
    runner.engines = Engines(
        profile, lambda _: OpenAIEngine(endpoint, IDENTITY, Waits(no_sleep)), lambda _: IDENTITY
    )
    try:
        run_intake(store, "toy", Sources.of(runner.graph.recipe))
        done = [runner.materialize(node.name, "sums", retry=retry) for node in runner.graph]
    finally:
        runner.close()
        store.close()
    assert all(m.manifest.counts.balanced() for m in done)
    return {m.key.node: m for m in done}


def rows(store: Store, done: Materialized, *names: str) -> dict[str, dict[str, Any]]:
    path = store.cas.verified_path(done.manifest.rows)
    columns = ["sample_id", "row_digest", *names]
    return {row["sample_id"]: row for row in tables.read_columns(path, columns).to_pylist()}


def rejections(store: Store, done: Materialized) -> list[dict[str, Any]]:
    path = store.cas.verified_path(done.manifest.rejections)
    found: list[dict[str, Any]] = tables.read_columns(
        path, ["sample_id", "reason", "actions"]
    ).to_pylist()
    return found


def check_failures(store: Store, done: dict[str, Materialized]) -> int:
    """Each failure is one rejection under the reason of its last try; how many there are."""
    failed = store.state.rows(schema.attempts.select().where(schema.attempts.c.outcome != "ok"))
    for attempt in failed:
        assert 1 <= attempt.tries <= POLICIES[FailureKind(attempt.outcome)].tries
    total = 0
    for node in ("draft", "polish"):
        found = rejections(store, done[node])
        engine = [r for r in found if r["reason"] in {reason.value for reason in ENGINE_REASONS}]
        outcomes = {a.action_key: a.outcome for a in failed if a.node == node}
        assert [r["reason"] for r in engine] == [outcomes[r["actions"][-1]] for r in engine]
        counted = Counter(a.outcome for a in failed if a.node == node)
        assert counted == Counter(r["reason"] for r in engine)
        assert done[node].facts.failures == len(engine)
        total += len(found)
    return total


async def test_a_build_among_all_faults_and_its_retry(toy: Toy, port: int, tmp_path: Path) -> None:
    print("random_seed", RANDOM_SEED)
    toy.edit(PLAIN, SCORED)
    # with a schema: plain text has no wrong form, so a spoilt draft would be a draft
    toy.edit(
        "reads: [question], column: draft", "reads: [question], reply: {draft: {type: string}}"
    )
    toy.edit("answer: polished", "answer: draft, score: score")
    toy.prompt("polish", "Polish: {{ draft }} for {{ question }}")  # no two calls are equal
    toy.write([toy_seed(i) for i in range(SEEDS)])
    await reset(port, [])
    calm = Toy(tmp_path / "calm", toy.engine)
    shutil.copytree(toy.folder, calm.folder)
    clean = await asyncio.to_thread(build, calm, port)
    assert (await stats(port))["calls"] == 2 * SEEDS

    await reset(port, [f"{fault.value}:{SHARE / len(FAULTS):.5f}:permanent" for fault in FAULTS])
    shaken = await asyncio.to_thread(build, toy, port)
    made = (await stats(port))["faults"]
    assert len(made) >= 15, "most kinds of fault came up"
    store, undisturbed = toy.open(), calm.open()
    lost = check_failures(store, shaken)
    assert 0.2 * SEEDS < lost < 0.6 * SEEDS
    for node in ("draft", "polish", "final"):
        before = rows(undisturbed, clean[node])
        after = rows(store, shaken[node])
        assert after == {sample: before[sample] for sample in after}
    assert len(after) == SEEDS - lost
    scores = [row["score"] for row in rows(store, shaken["final"], "score").values()]
    assert all(math.isfinite(score) and 0 <= score <= 100 for score in scores)
    first_lost = shaken["draft"].manifest.counts.rejected
    store.close()
    undisturbed.close()

    await reset(port, [])
    idle = await asyncio.to_thread(build, toy, port)
    assert (await stats(port))["calls"] == 0, "an ordinary build does not ask again"
    assert all(m.fresh for m in idle.values())
    healed = await asyncio.to_thread(lambda: build(toy, port, retry=True))
    assert (await stats(port))["calls"] == lost + first_lost, "failed calls and what follows them"
    assert healed["final"].manifest.data_version == clean["final"].manifest.data_version
