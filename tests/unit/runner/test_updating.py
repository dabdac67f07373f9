"""A few changed rows are written beside the large file; what the partition says is the same."""

from __future__ import annotations

import random

import pytest

from qmirror_assets.engines.fake import FakeEngine, FakeOptions
from qmirror_assets.engines.faults import FaultPlan, parse_rule
from qmirror_assets.errors import DamagedObject
from qmirror_assets.integrity.fsck import Examination
from qmirror_assets.integrity.gc import collect_garbage
from qmirror_assets.integrity.repair import repair
from qmirror_assets.runner.facts import Materialized
from qmirror_assets.store import tables
from tests.conftest import Toy, toy_seed


@pytest.fixture
def layering(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qmirror_assets.store.layers.LAYER_FROM", 1)


def layers(toy: Toy) -> dict[str, bool]:
    """Node -> whether its rows are a file with changes."""
    return {done.key.node: bool(done.manifest.delta) for done in toy.last}


def versions_of_a_whole_build(toy: Toy) -> dict[str, str]:
    """What a build says that knows nothing of earlier ones."""
    (toy.folder / "data").rename(toy.folder / "aside")
    try:
        toy.build()
        return toy.versions()
    finally:
        (toy.folder / "data").rename(toy.folder / "fresh")
        (toy.folder / "aside").rename(toy.folder / "data")


def rows_of(toy: Toy, done: Materialized) -> list[dict[str, object]]:
    store = toy.open()
    try:
        table = store.table(done.manifest)
        return [row for batch in table.batches() for row in batch.to_pylist()]
    finally:
        store.close()


@pytest.mark.usefixtures("layering")
def test_an_edited_seed_leaves_the_large_files_alone(toy: Toy) -> None:
    toy.build()
    before = {done.key.node: done.manifest.rows for done in toy.last}
    toy.write([toy_seed(i + 1000 if i < 3 else i) for i in range(200)])
    assert toy.build().calls == 6
    assert layers(toy) == {"draft": True, "polish": True, "final": True}
    assert {done.key.node: done.manifest.rows for done in toy.last} == before
    assert toy.versions() == versions_of_a_whole_build(toy)


def test_an_edit_reads_no_large_file_but_who_does_checks_it(
    toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qmirror_assets.store.layers.LAYER_FROM", 1)
    toy.build()
    bases = [done.manifest.rows for done in toy.last]
    store = toy.open()
    for digest in bases:
        path = store.cas.path(digest)
        damaged = bytearray(path.read_bytes())
        damaged[len(damaged) // 2] ^= 1
        path.write_bytes(damaged)
    store.close()

    toy.write([toy_seed(i + 1000 if i < 3 else i) for i in range(200)])
    assert toy.build().calls == 6
    assert layers(toy) == {"draft": True, "polish": True, "final": True}
    assert [done.manifest.rows for done in toy.last] == bases
    for done in toy.last:
        with pytest.raises(DamagedObject):
            rows_of(toy, done)
    store = toy.open()
    examined = Examination(store)
    examined.run()
    assert set(bases) <= set(examined.unsound)
    repair(examined)
    store.close()

    assert toy.build().calls == 0
    assert len(rows_of(toy, toy.last[-1])) == 200
    assert toy.versions() == versions_of_a_whole_build(toy)


def test_what_was_stored_without_keys_is_edited_all_the_same(
    toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy.build()  # 200 rows are too few for changes beside them, and have no keys
    assert {done.manifest.keys for done in toy.last} == {""}
    monkeypatch.setattr("qmirror_assets.store.layers.LAYER_FROM", 1)
    toy.write([toy_seed(i + 1000 if i < 3 else i) for i in range(200)])
    assert toy.build().calls == 6
    assert layers(toy) == {"draft": True, "polish": True, "final": True}
    assert {done.manifest.keys for done in toy.last} == {""}
    assert toy.versions() == versions_of_a_whole_build(toy)


@pytest.mark.usefixtures("layering")
def test_keys_are_those_of_the_large_file(toy: Toy) -> None:
    toy.build()
    store = toy.open()
    for done in toy.last:
        large = tables.read_columns(store.cas.path(done.manifest.rows), tables.KEYS)
        keys = tables.read_columns(store.cas.path(done.manifest.keys), tables.KEYS)
        assert (keys.equals(large), keys.num_rows) == (True, 200)
    store.close()


@pytest.mark.usefixtures("layering")
def test_many_changes_are_one_file_again(toy: Toy) -> None:
    toy.build()
    toy.write([toy_seed(i + 1000 if i < 40 else i) for i in range(200)])
    toy.build()
    assert layers(toy) == {"draft": False, "polish": False, "final": False}


@pytest.mark.parametrize("case", range(3))
@pytest.mark.usefixtures("layering")
def test_any_row_of_edits_says_what_a_whole_build_says(toy: Toy, case: int) -> None:
    rng = random.Random(case)
    numbers = list(range(200))
    toy.write([toy_seed(n) for n in numbers])
    toy.build()
    seen = set()
    for step in range(8):
        for _ in range(rng.randrange(1, 9)):
            kind = rng.randrange(3)
            if kind == 0:
                numbers.append(1000 + step * 10 + len(numbers))
            elif kind == 1:
                numbers.pop(rng.randrange(len(numbers)))
            else:
                numbers[rng.randrange(len(numbers))] = 5000 + rng.randrange(4000)
        if rng.random() < 0.3:
            numbers.append(rng.choice([n for n in range(200) if n not in numbers] or [7777]))
        toy.write([toy_seed(n) for n in dict.fromkeys(numbers)])
        toy.build()
        seen |= set(layers(toy).values())
    assert seen == {True, False}, "both kinds were seen"
    last = {done.key.node: rows_of(toy, done) for done in toy.last}
    assert toy.versions() == versions_of_a_whole_build(toy)
    assert [row["sample_id"] for row in last["final"]] == sorted(
        str(row["sample_id"]) for row in last["final"]
    )
    assert len(last["final"]) == len(set(numbers))


@pytest.mark.usefixtures("layering")
def test_rejections_and_failures_among_changes(toy: Toy) -> None:
    plan = FaultPlan((parse_rule("500:0.5:permanent"),), random_seed=3)
    toy.build()
    toy.engine = lambda: FakeEngine(FakeOptions(plan=plan), {"kind": "fake", "model": "a"})
    toy.write([toy_seed(i + 1000 if i < 9 else i) for i in range(200)])
    assert toy.build().failures > 0
    assert layers(toy)["draft"]
    toy.engine = lambda: FakeEngine(FakeOptions(), {"kind": "fake", "model": "a"})
    toy.retry = True
    toy.build()
    assert toy.versions() == versions_of_a_whole_build(toy)


@pytest.mark.usefixtures("layering")
def test_every_file_of_a_layered_table_is_kept_and_looked_at(toy: Toy) -> None:
    toy.build()
    toy.write([toy_seed(i + 1000 if i < 3 else i) for i in range(200)])
    toy.build()
    final = toy.last[-1].manifest
    store = toy.open()
    try:
        collect_garbage(store, grace=1.0)
        files = (*final.row_files, final.keys)
        assert [store.cas.has(digest) for digest in files] == [True] * 4
        assert Examination(store).run().clean
        for digest in files:
            path = store.cas.path(digest)
            whole = path.read_bytes()
            path.write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
            assert str(path) in [found.place for found in Examination(store).run().findings]
            path.write_bytes(whole)
    finally:
        store.close()
