"""What `fsck --repair` keeps of a broken file of the action cache, and what is made again.

Also: a dataset whose seeds lie in a pool, where what was drawn rests on what was read.
"""

from __future__ import annotations

import json
import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from qmirror_assets.engines.fake import FakeEngine
from qmirror_assets.errors import StoreUnavailable
from qmirror_assets.integrity.findings import Kind
from qmirror_assets.integrity.fsck import Examination
from qmirror_assets.integrity.repair import repair
from qmirror_assets.keys import PartitionKey
from qmirror_assets.project import find_project
from qmirror_assets.runner.target import POOL
from qmirror_assets.store import Store
from qmirror_assets.store.actions import ActionCache, Entry
from qmirror_assets.workspace import open_workspace
from tests.conftest import ToyProject
from tests.faults.test_swaps import shards
from tests.integration.release_fixtures import Shop, built, shop
from tests.integration.test_target import Lab, lab

PAGE = 4_096


def entries(cache: ActionCache) -> dict[str, Entry]:
    return cache.get_many(list(cache.keys()))


def settle(path: Path) -> int:
    """Bring everything from the log into the file; its pages."""
    with closing(sqlite3.connect(path)) as shard:
        shard.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return int(shard.execute("PRAGMA page_count").fetchone()[0])


def break_page(path: Path, page: int) -> None:
    data = bytearray(path.read_bytes())
    data[page * PAGE : (page + 1) * PAGE] = b"\xff" * PAGE
    path.write_bytes(data)


def mend(store: Store) -> Examination:
    seen = Examination(store)
    seen.run()
    repair(seen)
    return seen


def leaves(path: Path) -> list[int]:
    """Pages that hold entries, in file order: leaves of a table."""
    data = path.read_bytes()
    return [n for n in range(1, len(data) // PAGE) if data[n * PAGE] == 0x0D]


@pytest.fixture
def wide(shop: Shop) -> Path:
    """The fullest file of a cache, its log empty and the cache closed."""
    shop.store.actions.close()
    path = max(shards(shop), key=settle)
    assert len(leaves(path)) > 2
    return path


def test_what_can_be_read_is_kept_and_the_rest_is_asked_again(shop: Shop, wide: Path) -> None:
    digest, before = shop.candidate().release_digest, entries(shop.store.actions)
    shop.store.actions.close()
    random_seed = random.SystemRandom().randrange(10**6)
    print(f"random_seed {random_seed}")
    break_page(wide, random.Random(random_seed).choice(leaves(wide)))
    seen = mend(shop.store)
    (finding,) = (found for found in seen.report.findings if found.place == str(wide))
    assert finding.kind is Kind.DAMAGED
    assert "entries that can be read are kept" in finding.remedy
    kept = entries(shop.store.actions)
    lost = before.keys() - kept.keys()
    assert 0 < len(lost) < len(before) // 4, "one page of one file of four"
    assert kept == {key: before[key] for key in kept}, "nothing is kept that was not stored so"
    of_file = sum(ActionCache._number(key) == int(wide.stem[-1]) for key in kept)
    said = f"{wide.name} made anew with the {of_file} entries that can be read"
    assert seen.report.repaired[0] == said
    assert all(line.startswith("the pointer of shop:") for line in seen.report.repaired[1:])
    assert Examination(shop.store).run().clean
    engines: list[FakeEngine] = []
    make = shop.engine
    shop.engine = lambda: engines.append(make()) or engines[-1]  # type: ignore[func-returns-value]
    shop.build()
    assert engines[-1].calls == len(lost), "the partitions that rest on them, and no other call"
    assert entries(shop.store.actions) == before
    assert shop.candidate().release_digest == digest


@pytest.mark.parametrize("how", ["header", "half", "text"])
def test_a_file_that_is_no_database_any_more(shop: Shop, wide: Path, how: str) -> None:
    data = wide.read_bytes()
    wide.write_bytes(
        {
            "header": b"\0" * 100 + data[100:],
            "half": data[: len(data) // PAGE // 2 * PAGE],
            "text": b"not a database\n" * 400,
        }[how]
    )
    seen = mend(shop.store)
    assert [found.place for found in seen.report.findings] == [str(wide)]
    assert seen.report.repaired[0].startswith(f"{wide.name} made anew with the ")
    assert Examination(shop.store).run().clean
    shop.build()


def test_a_build_on_a_broken_file_says_what_mends_it(shop: Shop, wide: Path) -> None:
    for page in leaves(wide):
        break_page(wide, page)
    with shop.store.state.write() as state:
        state.exec_driver_sql("DELETE FROM pointers WHERE node NOT LIKE 'intake%'")
    with pytest.raises(StoreUnavailable, match=r"malformed.*fsck --repair") as caught:
        shop.build()
    assert str(wide.parent) in str(caught.value)
    mend(shop.store)
    shop.build()
    assert Examination(shop.store).run().clean


def test_a_file_in_use_is_left_alone(
    shop: Shop, wide: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite3.connect
    break_page(wide, leaves(wide)[1])
    seen = Examination(shop.store)
    seen.run()
    shop.store.actions.close()
    before = wide.read_bytes()
    with closing(connect(wide, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        monkeypatch.setattr(
            sqlite3, "connect", lambda *a, **m: connect(*a, **{**m, "timeout": 0.1})
        )
        with pytest.raises(StoreUnavailable, match="is in use"):
            repair(seen)
        other.execute("ROLLBACK")
    assert wide.read_bytes() == before


def test_the_command_line_reports_a_repair(shop: Shop, wide: Path, toy_project: ToyProject) -> None:
    shop.store.close()
    break_page(wide, leaves(wide)[0])
    fsck = ["fsck", "--json", "--data", str(shop.store.root)]
    found = toy_project.qmirror(*fsck)
    assert found.returncode == 1
    (finding,) = json.loads(found.stdout)["findings"]
    assert (finding["kind"], finding["place"]) == ("damaged", str(wide))
    mended = toy_project.qmirror(*fsck, "--repair")
    assert wide.name in json.loads(mended.stdout)["repaired"][0]
    clean = toy_project.qmirror(*fsck)
    assert (clean.returncode, json.loads(clean.stdout)["clean"]) == (0, True)


# -- a dataset with a target


def pool(lab: Lab, node: str = POOL) -> tuple[str, Any]:
    found = lab.workspace.store.current(PartitionKey("toy", node, "sums"))
    assert found is not None
    return found


def reopen(lab: Lab) -> None:
    """Another process: nothing is known to be whole."""
    lab.workspace.close()
    lab.workspace = open_workspace(find_project(lab.toy.folder))


@pytest.mark.parametrize("what", ["manifest", "rows", "rejections"])
@pytest.mark.parametrize("node", [POOL, "intake"])
def test_a_damaged_pool_is_mended_and_drawn_from_on(lab: Lab, node: str, what: str) -> None:
    lab.build()
    rows, before = lab.rows(), pool(lab)[1].data_version
    digest, manifest = pool(lab, node)
    name = digest if what == "manifest" else getattr(manifest, what)
    reopen(lab)
    path = lab.workspace.store.cas.path(name)
    path.write_bytes(path.read_bytes()[:-7])
    seen = Examination(lab.workspace.store)
    assert [finding.place for finding in seen.run().findings] == [str(path)]
    repair(seen)
    again = lab.build()
    assert again.totals["calls"] == 0
    assert (lab.rows(), pool(lab)[1].data_version) == (rows, before)
    assert Examination(lab.workspace.store).run().clean
    lab.target("{accepted: 15, candidates: 80}")
    assert lab.build().targets["sums"].state == "reached"
    assert lab.rows() > rows
