"""The stream of computed seeds."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from qmirror_assets.errors import UsageError
from qmirror_assets.seeds.computed import families, generate

if TYPE_CHECKING:
    from qmirror_assets.records import Seed

IDS = [info.id for info in families()]


def text_of(seed: Seed) -> tuple[object, ...]:
    return (seed.question, seed.answer, seed.givens)


def test_seeds_are_spread_over_the_families() -> None:
    seeds = list(generate(3 * len(IDS), 1))
    assert [seed.family for seed in seeds] == IDS * 3


@pytest.mark.parametrize("count", [0, 1, 7])
def test_as_many_as_asked(count: int) -> None:
    assert len(list(generate(count, 1))) == count


def test_same_arguments_same_seeds_and_a_prefix_stays() -> None:
    assert list(generate(200, 4)) == list(generate(400, 4))[:200]


def test_another_random_seed_gives_other_seeds() -> None:
    first = {text_of(seed) for seed in generate(300, 1)}
    second = {text_of(seed) for seed in generate(300, 2)}
    assert len(first & second) < 5


def test_a_family_gives_the_same_seeds_alone_and_among_others() -> None:
    among = [seed for seed in generate(20 * len(IDS), 3) if seed.family == "physics.lever"]
    assert among == list(generate(20, 3, families=["physics.lever"]))


def test_no_repeats() -> None:
    seeds = list(generate(20_000, 9))
    assert len({text_of(seed) for seed in seeds}) == len(seeds)
    assert len({seed.seed_id for seed in seeds}) == len(seeds)


def test_an_exhausted_family_stops_and_the_others_go_on() -> None:
    small, large = "astronomy.parallax_distance", "physics.speeding_up"
    capacity = {info.id: info.capacity for info in families()}
    seeds = list(generate(2 * capacity[small] + 100, 6, families=[small, large]))
    assert len(seeds) == 2 * capacity[small] + 100
    spread = Counter(seed.family for seed in seeds)
    assert 0.9 * capacity[small] < spread[small] <= capacity[small]
    assert len({text_of(seed) for seed in seeds}) == len(seeds)


def test_the_stream_ends_when_nothing_is_left() -> None:
    (info,) = (info for info in families() if info.id == "astronomy.parallax_distance")
    seeds = list(generate(10**9, 6, families=[info.id]))
    assert 0.9 * info.capacity < len(seeds) <= info.capacity


def test_a_huge_count_is_a_lazy_stream() -> None:
    assert len(list(itertools.islice(generate(10**15, 1), 5))) == 5


@pytest.mark.parametrize("domain", ["physics", "chemistry", "biology", "astronomy"])
def test_domains_are_filtered(domain: str) -> None:
    assert {seed.domain for seed in generate(60, 1, domains=[domain])} == {domain}


@pytest.mark.parametrize(
    ("count", "chosen", "message"),
    [
        (-1, {}, "count of 0 or more"),
        (1, {"domains": ["phisics"]}, "Did you mean 'physics'"),
        (1, {"families": ["physics.ohm_law"]}, "Did you mean 'physics.ohms_law'"),
        (1, {"domains": ["biology"], "families": ["physics.lever"]}, "No problem family"),
    ],
    ids=["count", "domain", "family", "nothing left"],
)
def test_bad_arguments_are_refused_at_once(
    count: int, chosen: dict[str, list[str]], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        generate(count, 1, **chosen)


def test_seeds_are_pinned() -> None:
    # A change here changes the content of datasets that are built from computed seeds.
    first, second = generate(2, 11, families=["physics.ohms_law", "astronomy.orbital_period"])
    assert first.seed_id == "physics.ohms_law-11-0"
    assert first.question == (
        "In a simple circuit, a battery with a voltage of 7.5 V is connected to a glowing lamp "
        "whose resistance is 42 Ω. Calculate the current."
    )
    assert first.answer == "0.179 A"
    assert second.answer == "1.62 years"


def test_hash_randomisation_changes_nothing() -> None:
    script = (
        "import hashlib; from qmirror_assets.seeds.computed import generate;"
        "print(hashlib.sha256(repr(list(generate(300, 5))).encode()).hexdigest())"
    )
    root = Path(__file__).parents[3]
    digests = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(root)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("0", "12345")
    }
    assert len(digests) == 1


def test_heavy_libraries_load_on_demand() -> None:
    script = (
        "import sys; import qmirror_assets.seeds.computed;"
        "print([name for name in ('pint', 'periodictable', 'numpy') if name in sys.modules])"
    )
    root = Path(__file__).parents[3]
    found = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "[]"
