"""F12: clock, time zone, order of folders, hash seed and calls in flight change no byte.

Each build is a process of its own over the same seeds, in several files with repeats and bad rows
among them. Compared: the manifest of every partition, the release digest, and every file of the
candidate but those that tell of the run.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.integration.release_fixtures import seeds

ROOT = Path(__file__).parents[2]
RUN_FACTS = {"run.json", "lineage/attempts.parquet"}
ZONES = ["Pacific/Kiritimati", "America/St_Johns", "Etc/GMT+12"]


def write(folder: Path) -> None:
    """Seeds in five files; some twice, in files of their own and of others."""
    rows = seeds(24)
    (folder / "seeds").mkdir(parents=True)
    for number in range(5):
        mine = [*rows[number::5], *rows[number : number + 2]]
        text = "".join(json.dumps(row) + "\n" for row in mine) + '{"question": "no answer"}\n'
        (folder / "seeds" / f"part-{number}.jsonl").write_text(text, "utf-8")


def build(folder: Path, *oddities: str, in_flight: int = 4, **environment: str) -> dict[str, Any]:
    """What a build in a new folder made; the folder's name is the same for all."""
    place = folder / "shop"
    write(place)
    random_seed = random.SystemRandom().randrange(10**6)
    print(f"random_seed {random_seed}, in flight {in_flight}, {oddities}, {environment}")
    done = subprocess.run(
        [
            sys.executable, "-m", "tests.faults.odd_build", str(place), str(random_seed),
            str(in_flight), *oddities,
        ],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
        env={**os.environ, "TZ": "UTC", "PYTHONHASHSEED": "0", **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return {name: value for name, value in found.items() if name not in RUN_FACTS}


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    found = build(tmp_path_factory.mktemp("calm"))
    assert found["samples"] > 10
    assert {"release", "facts.parquet", "final:crates", "intake:quarantine"} <= set(found)
    assert any(name.startswith("data/train-") for name in found)
    return found


SHORT = {(1, 1), (2, 2), (8, 3)}  # with three time zones


@pytest.mark.parametrize(
    ("in_flight", "hash_seed"),
    [
        pytest.param(*pair, marks=() if pair in SHORT else pytest.mark.slow)
        for pair in product([1, 2, 8], range(10))
    ],
)
def test_all_at_once(calm: dict[str, Any], tmp_path: Path, in_flight: int, hash_seed: int) -> None:
    made = build(
        tmp_path, "clock", "folders", in_flight=in_flight, TZ=ZONES[hash_seed % 3],
        PYTHONHASHSEED=str(hash_seed),
    )  # fmt: skip
    assert made == calm


# one at a time: which of them it is, when the tests above fail


@pytest.mark.slow
@pytest.mark.parametrize("zone", ZONES)
def test_a_clock_that_jumps_back_in_another_zone(
    calm: dict[str, Any], tmp_path: Path, zone: str
) -> None:
    assert build(tmp_path, "clock", TZ=zone) == calm


@pytest.mark.slow
def test_folders_listed_in_another_order(calm: dict[str, Any], tmp_path: Path) -> None:
    assert build(tmp_path, "folders") == calm


@pytest.mark.slow
@pytest.mark.parametrize("in_flight", [1, 2, 8])
def test_calls_in_flight(calm: dict[str, Any], tmp_path: Path, in_flight: int) -> None:
    assert build(tmp_path, in_flight=in_flight) == calm


@pytest.mark.slow
@pytest.mark.parametrize("hash_seed", range(1, 10))
def test_hash_seeds(calm: dict[str, Any], tmp_path: Path, hash_seed: int) -> None:
    assert build(tmp_path, PYTHONHASHSEED=str(hash_seed)) == calm
