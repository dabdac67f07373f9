"""F5: one flipped bit anywhere in what is stored is found; what it hit is made again."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from qmirror_assets.errors import DamagedObject, GateRefused, NotFoundError
from qmirror_assets.integrity.fsck import Examination
from qmirror_assets.integrity.repair import repair
from qmirror_assets.release import checksums
from qmirror_assets.release.publish import publish
from tests.integration.release_fixtures import SUITE, VERSION, Shop, built, open_shop, shop


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


def flip_and_look(shop: Shop, flips: int, random_seed: int) -> list[tuple[str, int]]:
    """(file, byte) of every flip that `fsck` did not find."""
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
    print(f"{flips - len(missed)} of {flips} found")
    return missed


def flip(rng: random.Random, path: Path, start: int, size: int) -> None:
    data = bytearray(path.read_bytes())
    data[start + rng.randrange(size)] ^= 1 << rng.randrange(8)
    path.chmod(0o644)
    path.write_bytes(data)
    path.chmod(0o444)


@pytest.mark.parametrize(
    "flips", [40, pytest.param(500, marks=pytest.mark.slow)], ids=["forty", "five hundred"]
)
def test_every_flipped_bit_is_found(shop: Shop, flips: int) -> None:
    assert flip_and_look(shop, flips, random.SystemRandom().randrange(10**6)) == []


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


def is_whole(candidate: Path) -> bool:
    """What the gate asks about the store: pictures are there, as is what rows came from."""
    columns = ["image_digest", "image_in_cas", "lineage_ok"]
    rows = pq.read_table(candidate / "facts.parquet", columns=columns).to_pylist()
    return all(
        row["lineage_ok"] and (row["image_in_cas"] or not row["image_digest"]) for row in rows
    )


RUN_FACTS = {"run.json", "README.md", "lineage/attempts.parquet", "checksums.sha256", "gate.json"}


def release(shop: Shop, damage: tuple[random.Random, str] | None = None) -> dict[str, str]:
    """Build, gate and publish; the files of the release that tell of no run.

    With damage, one bit is flipped first, in the store or in the candidate that passed its gate.
    """
    if damage is not None and damage[1] == "store":
        rng = damage[0]
        places = stored(shop)
        shop.store.actions.close()
        flip(rng, *rng.choice(places))
    shop.build()
    made = shop.candidate()
    shop.pass_gate(made, passed=is_whole(made.directory))
    if damage is not None and damage[1] == "candidate":
        path = damage[0].choice(sorted(p for p in made.directory.rglob("*") if p.is_file()))
        flip(damage[0], path, 0, path.stat().st_size)
    folder = publish(shop.store, "shop", VERSION, SUITE).directory
    checksums.compare(folder, checksums.hash_files(folder), checksums.read_checksums(folder))
    return {k: v for k, v in checksums.hash_files(folder).items() if k not in RUN_FACTS}


@pytest.mark.parametrize(
    "flips", [6, pytest.param(150, marks=[pytest.mark.slow, pytest.mark.timeout(3_600)])],
    ids=["six", "many"],
)  # fmt: skip
@pytest.mark.parametrize("where", ["store", "candidate"])
def test_no_damaged_byte_reaches_a_release(
    built: Path, tmp_path: Path, where: str, flips: int
) -> None:
    random_seed = random.SystemRandom().randrange(10**6)
    print(f"random_seed {random_seed}")
    rng = random.Random(random_seed)
    ends: Counter[str] = Counter()
    with open_shop(shutil.copytree(built, tmp_path / "calm")) as calm:
        expected = release(calm)
    for _ in range(flips):
        folder = shutil.copytree(built, tmp_path / "shop")
        with open_shop(folder) as shop:
            try:
                assert release(shop, (rng, where)) == expected
                ends["published, as without damage"] += 1
            except (DamagedObject, NotFoundError, GateRefused) as error:
                assert not (shop.store.root / "releases" / "shop" / VERSION).exists()
                says = str(error)
                ends["refused"] += 1
            else:
                says = ""
            assert "build" in says or not says, "a refusal says what to run"
            if where == "store":  # mended, the same release comes out
                seen = Examination(shop.store)
                seen.run()
                repair(seen)
                assert release(shop) == expected
        shutil.rmtree(folder)
    print(ends)
    assert where == "store" or ends["refused"] == flips, "a candidate's every byte counts"
