"""F9: processes that build the same partitions at once do the work once, and none hangs."""

from __future__ import annotations

import json
import random
import select
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from qmirror_assets.keys import PartitionKey
from qmirror_assets.store import schema, tables
from tests.conftest import Toy, toy_seed

ROOT = Path(__file__).parents[2]
DEADLOCK_S = 60  # a round that takes longer hangs
NEW_SEEDS = 6
NODES = ["draft", "polish", "final"]
ROUNDS = pytest.mark.parametrize(
    "rounds", [3, pytest.param(50, marks=[pytest.mark.slow, pytest.mark.timeout(3_600)])]
)


class Racer:
    """One process that builds on command."""

    def __init__(self, folder: Path, domains: Sequence[str] = ()) -> None:
        self.child = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.race_build", str(folder), *domains],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def start(self, wait: float) -> None:
        assert self.child.stdin is not None
        self.child.stdin.write(f"{wait}\n".encode())
        self.child.stdin.flush()

    def answer(self) -> Any:
        line = self.line()
        assert line, f"ended with {self.child.wait()}"
        return json.loads(line)

    def line(self) -> bytes:
        assert self.child.stdout is not None
        ready, _, _ = select.select([self.child.stdout], [], [], DEADLOCK_S)
        assert ready, f"no answer within {DEADLOCK_S} s: a deadlock"
        return self.child.stdout.readline()


@contextmanager
def racers(folder: Path, *domains: Sequence[str]) -> Iterator[list[Racer]]:
    made = [Racer(folder, names) for names in domains]
    try:
        for racer in made:
            assert racer.line() == b"ready\n"
        yield made
    finally:
        for racer in made:
            racer.child.kill()
            racer.child.communicate()


def together(field: list[Racer], wait: float) -> list[Any]:
    for racer in field:
        racer.start(wait)
    return [racer.answer() for racer in field]


def check_rows(toy: Toy, seeds: int, domain: str = "sums") -> None:
    """Every sample once in every table, every action tried once."""
    store = toy.open()
    for node in NODES:
        current = store.current(PartitionKey("toy", node, domain))
        assert current is not None
        path = store.cas.verified_path(current[1].rows)
        found = Counter(tables.read_columns(path, ["sample_id"]).column(0).to_pylist())
        assert (len(found), found.total()) == (seeds, seeds), f"rows of {node} lost or doubled"
    attempts = store.state.rows(schema.attempts.select().where(schema.attempts.c.domain == domain))
    keys = Counter(row.action_key for row in attempts)
    assert set(keys.values()) == {1}, "an action was made twice"
    assert len(keys) == 2 * seeds
    store.close()


@ROUNDS
@pytest.mark.parametrize("processes", [2, 8])
def test_one_works_and_the_others_wait(toy: Toy, processes: int, rounds: int) -> None:
    with racers(toy.folder, *[[]] * processes) as field:
        for number in range(1, rounds + 1):
            toy.write([toy_seed(i) for i in range(number * NEW_SEEDS)])
            answers = together(field, wait=DEADLOCK_S)
            assert sum(answer["calls"] for answer in answers) == 2 * NEW_SEEDS
            assert len({json.dumps(answer["versions"]) for answer in answers}) == 1
    check_rows(toy, rounds * NEW_SEEDS)


@ROUNDS
def test_one_works_and_the_others_leave(toy: Toy, rounds: int) -> None:
    with racers(toy.folder, *[[]] * 4) as field:
        for number in range(1, rounds + 1):
            toy.write([toy_seed(i) for i in range(number * NEW_SEEDS)])
            answers = together(field, wait=0)
            assert any("versions" in answer for answer in answers), "all of them left"
            for answer in answers:
                if "busy" in answer:
                    assert "is being built by another process" in answer["busy"]
    check_rows(toy, rounds * NEW_SEEDS)


@ROUNDS
def test_different_partitions_do_not_wait(toy: Toy, rounds: int) -> None:
    domains = ["sums", "others"]
    toy.write([toy_seed(i, d) for d in domains for i in (1,)])
    toy.build()
    with racers(toy.folder, *[[name] for name in domains]) as field:
        for number in range(1, rounds + 1):
            count = range(1, 1 + number * NEW_SEEDS)
            toy.write([toy_seed(1_000 * n + i, d) for n, d in enumerate(domains) for i in count])
            answers = together(field, wait=0)
            assert not [answer for answer in answers if "busy" in answer]
    for domain in domains:
        store = toy.open()
        current = store.current(PartitionKey("toy", "final", domain))
        assert current is not None
        assert current[1].counts.rows_out == rounds * NEW_SEEDS
        store.close()


def test_a_killed_owner_keeps_nobody_waiting(toy: Toy) -> None:
    random_seed = random.SystemRandom().randrange(10**6)
    print(f"random_seed {random_seed}")
    chance = random.Random(random_seed)
    toy.write([toy_seed(i) for i in range(200)])
    with racers(toy.folder, [], [], []) as field:
        for racer in field:
            racer.start(DEADLOCK_S)
        victim = field.pop(chance.randrange(len(field)))
        try:
            victim.child.communicate(timeout=chance.uniform(0.1, 0.5))
        except subprocess.TimeoutExpired:
            victim.child.kill()
        answers = [racer.answer() for racer in field]
    assert len({json.dumps(answer["versions"]) for answer in answers}) == 1
    assert "polish:sums" in answers[0]["versions"]
