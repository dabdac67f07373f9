"""F5: one flipped bit anywhere in what is stored is found; what it hit is made again."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest

from qmirror_assets.integrity.fsck import Examination
from qmirror_assets.integrity.repair import repair
from tests.integration.release_fixtures import Shop, built, shop


def stored(shop: Shop) -> list[tuple[Path, int, int]]:
    """(file, first byte, bytes) of every object, and of every value of the action cache."""
    places = [(shop.store.cas.path(name), 0) for name in shop.store.cas]
    found = [(path, start, path.stat().st_size) for path, start in places]
    for path in sorted((shop.store.root / "actions").glob("*.sqlite")):
        with sqlite3.connect(path) as shard:
            shard.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            values = [row[0] for row in shard.execute("SELECT value FROM entry")]
        data = path.read_bytes()
        for value in values:
            at = data.find(value)
            if at >= 0:  # a large value lies in several pages
                found.append((path, at, len(value)))
    return found


def flip_and_look(shop: Shop, flips: int, random_seed: int) -> None:
    print(f"random_seed {random_seed}")
    rng = random.Random(random_seed)
    places = stored(shop)
    kinds = {path.suffix for path, _, _ in places}
    assert kinds == {"", ".sqlite"}, "objects and the action cache"
    assert Examination(shop.store).run().clean
    missed = []
    for _ in range(flips):
        path, start, size = rng.choice(places)
        at, bit = start + rng.randrange(size), 1 << rng.randrange(8)
        shop.store.actions.close()  # no page of it is remembered
        whole = path.read_bytes()
        path.write_bytes(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :])
        path.chmod(0o444)
        if Examination(shop.store).run().clean:
            missed.append((path.name, at))
        shop.store.actions.close()
        path.chmod(0o644)
        path.write_bytes(whole)
    assert missed == []
    print(f"{flips} of {flips} found")


@pytest.mark.parametrize(
    "flips", [60, pytest.param(500, marks=pytest.mark.slow)], ids=["sixty", "five hundred"]
)
def test_every_flipped_bit_is_found(shop: Shop, flips: int) -> None:
    flip_and_look(shop, flips, random.SystemRandom().randrange(10**6))


def test_what_is_damaged_is_made_again_and_the_version_is_the_same(shop: Shop) -> None:
    random_seed = random.SystemRandom().randrange(10**6)
    print(f"random_seed {random_seed}")
    rng = random.Random(random_seed)
    before, digest = set(shop.store.cas), shop.candidate().release_digest
    named = [name for name in sorted(before) if name in set(shop.store.cas)]
    for name in rng.sample(named, 8):
        path = shop.store.cas.path(name)
        data = bytearray(path.read_bytes())
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        path.write_bytes(data)
        path.chmod(0o444)
    seen = Examination(shop.store)
    assert len(seen.run().findings) >= 8
    repair(seen)
    shop.build()
    assert shop.candidate().release_digest == digest
    assert before <= set(shop.store.cas)
