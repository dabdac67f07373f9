"""The seeded order of draws."""

from __future__ import annotations

import itertools

import pytest

from qmirror_assets.seeds.computed.permutation import Permutation


@pytest.mark.parametrize("size", [1, 2, 3, 10, 97, 1000, 4096])
@pytest.mark.parametrize("key", ["1/a", "2/a", ""])
def test_every_place_is_met_once(size: int, key: str) -> None:
    order = Permutation(size, key)
    assert sorted(order(index) for index in range(size)) == list(range(size))


def test_keys_give_other_orders() -> None:
    first, second = Permutation(1000, "1/a"), Permutation(1000, "2/a")
    assert [first(i) for i in range(50)] != [second(i) for i in range(50)]


def test_neighbours_are_spread() -> None:
    order = Permutation(100_000, "7/b")
    places = [order(index) for index in range(2000)]
    assert min(places) < 1000
    assert max(places) > 99_000
    assert 45_000 < sum(places) / len(places) < 55_000
    steps = {later - earlier for earlier, later in itertools.pairwise(places)}
    assert len(steps) > 1900


def test_the_order_is_pinned() -> None:
    # Another order would give every computed seed another id: datasets would be rebuilt.
    order = Permutation(1_000_003, "11/physics.ohms_law")
    assert [order(index) for index in range(5)] == [899274, 370976, 282064, 438570, 378333]
