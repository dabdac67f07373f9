"""F15: collecting garbage beside builds never takes what is needed, and takes what is not."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qmirror_assets.errors import DamagedObject, UsageError
from qmirror_assets.integrity.findings import Finding
from qmirror_assets.integrity.fsck import Examination
from qmirror_assets.integrity.gc import collect_garbage
from tests.conftest import Toy, toy_seed
from tests.integration.release_fixtures import Shop, built, shop

HOUR = 3_600
ROOT = Path(__file__).parents[2]


def age(folder: Path, seconds: float = 2 * HOUR) -> None:
    then = time.time() - seconds
    for path in folder.rglob("*"):
        os.utime(path, (then, then))


def test_orphans_go_and_all_that_is_named_stays(shop: Shop) -> None:
    made = shop.candidate()
    shop.pass_gate(made)
    orphan = shop.store.cas.put(b"nobody names this")
    kept = set(shop.store.cas) - {orphan}
    temp = shop.store.cas.new_temp()
    temp.write_bytes(b"half a table")
    assert collect_garbage(shop.store).removed.total() == 0, "all is younger than an hour"
    age(shop.store.root / "cas")
    plan = collect_garbage(shop.store, dry_run=True)
    assert temp.exists()
    assert shop.store.cas.has(orphan)
    report = collect_garbage(shop.store)
    assert report.removed == plan.removed == {"document": 1, "temporary file": 1}
    assert set(shop.store.cas) == kept
    assert not temp.exists()
    assert Examination(shop.store).run().clean


def test_bytes_that_are_stored_again_are_young_again(shop: Shop) -> None:
    orphan = shop.store.cas.put(b"an old orphan")
    age(shop.store.root / "cas")
    assert shop.store.cas.put(b"an old orphan") == orphan
    collect_garbage(shop.store)
    assert shop.store.cas.has(orphan)


def test_nothing_goes_while_a_name_giver_is_damaged(shop: Shop) -> None:
    orphan = shop.store.cas.put(b"an old orphan")
    digest = next(iter(shop.store.state.pointers("shop").values()))
    shop.store.cas.path(digest).write_bytes(b"{")
    age(shop.store.root / "cas")
    with pytest.raises(DamagedObject, match="fsck --repair"):
        collect_garbage(shop.store)
    assert shop.store.cas.has(orphan)


def test_a_grace_of_nothing_is_refused(shop: Shop) -> None:
    with pytest.raises(UsageError, match="at least 1 s"):
        collect_garbage(shop.store, 0.0)


def collect_beside_builds(toy: Toy, rounds: int, random_seed: int) -> tuple[int, list[Finding]]:
    """Builds that come and go between sets of rows, so that old orphans are needed again.

    (collections beside them, what `fsck` found after each).
    """
    print(f"random_seed {random_seed}")
    rng = random.Random(random_seed)
    toy.build()
    store = toy.open()
    collections, findings = 0, list[Finding]()
    for _ in range(rounds):
        toy.write([toy_seed(i) for i in range(rng.choice([8, 9, 12]))])
        age(toy.folder / "data" / "cas")
        command = [sys.executable, "-m", "tests.faults.toy_build", str(toy.folder), "", "0"]
        child = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
        while child.poll() is None:
            collect_garbage(store, 1.0)
            collections += 1
            time.sleep(0.05)  # leaves the build some of the machine
        assert child.returncode == 0, child.communicate()[1].decode()
        child.communicate()
        findings += Examination(store).run().findings
    store.close()
    print(f"{collections} collections beside {rounds} builds")
    return collections, findings


@pytest.mark.parametrize(
    "rounds",
    [3, pytest.param(100, marks=[pytest.mark.slow, pytest.mark.timeout(1_800)])],
    ids=["short", "hundred"],
)
def test_no_reachable_object_goes_while_builds_run(toy: Toy, rounds: int) -> None:
    toy.write([toy_seed(i) for i in range(8)])
    collections, findings = collect_beside_builds(
        toy, rounds, random.SystemRandom().randrange(10**6)
    )
    assert findings == []
    assert collections >= rounds
