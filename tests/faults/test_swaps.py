"""F6: what is swapped, deleted, cut, emptied or filed under a false key is found by its kind."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from qmirror_assets.integrity.findings import Kind
from qmirror_assets.integrity.fsck import Examination
from qmirror_assets.integrity.repair import repair
from qmirror_assets.release.publish import publish
from tests.integration.release_fixtures import SUITE, VERSION, Shop, built, shop


def kinds(shop: Shop) -> set[Kind]:
    return {finding.kind for finding in Examination(shop.store).run().findings}


def swap(one: Path, other: Path) -> None:
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def victim(shop: Shop, what: str) -> Path:
    final = next(d for k, d in shop.store.state.pointers("shop").items() if k.node == "final")
    manifest = shop.store.manifest(final)
    if what == "picture":
        from qmirror_assets.store import tables

        table = tables.read_columns(shop.store.cas.path(manifest.rows), ["image"])
        return shop.store.cas.path(table.column(0)[0].as_py())
    return shop.store.cas.path(final if what == "manifest" else manifest.rows)


DAMAGE: dict[Kind, Callable[[Path], object]] = {
    Kind.MISSING: lambda path: path.unlink(),
    Kind.TRUNCATED: lambda path: path.write_bytes(path.read_bytes()[:-9]),
    Kind.EMPTY: lambda path: path.write_bytes(b""),
    Kind.DAMAGED: lambda path: path.write_bytes(
        path.read_bytes()[:20] + b"\x00\x01" + path.read_bytes()[22:]
    ),
}


@pytest.mark.parametrize("what", ["manifest", "rows", "picture"])
@pytest.mark.parametrize("kind", DAMAGE, ids=lambda kind: kind.value)
def test_damage_is_named_repaired_and_made_again(shop: Shop, kind: Kind, what: str) -> None:
    before = set(shop.store.cas)
    path = victim(shop, what)
    DAMAGE[kind](path)
    seen = Examination(shop.store)
    report = seen.run()
    mine = [finding for finding in report.findings if finding.place == str(path)]
    assert [finding.kind for finding in mine] == [kind]
    assert mine[0].datasets == ("shop",)
    assert "fsck --repair" in mine[0].remedy
    repair(seen)
    shop.build()
    assert set(shop.store.cas) == before
    assert kinds(shop) == set()


def test_two_swapped_objects(shop: Shop) -> None:
    swap(victim(shop, "picture"), victim(shop, "manifest"))
    assert kinds(shop) == {Kind.SWAPPED}


def test_two_swapped_pointers(shop: Shop) -> None:
    with sqlite3.connect(shop.store.root / "state.sqlite") as state:
        names = state.execute("SELECT domain, manifest FROM pointers WHERE node='final'").fetchall()
        for (domain, _), (_, manifest) in zip(names, reversed(names), strict=True):
            state.execute(
                "UPDATE pointers SET manifest=? WHERE node='final' AND domain=?", (manifest, domain)
            )
    seen = Examination(shop.store)
    assert {finding.kind for finding in seen.run().findings} == {Kind.SWAPPED}
    repair(seen)
    shop.build()
    assert kinds(shop) == set()


def shards(shop: Shop) -> list[Path]:
    return sorted((shop.store.root / "actions").glob("*.sqlite"))


def test_a_value_under_another_key(shop: Shop) -> None:
    with sqlite3.connect(shards(shop)[0]) as shard:
        one, other = shard.execute("SELECT key, value FROM entry LIMIT 2").fetchall()
        shard.execute("UPDATE entry SET value=? WHERE key=?", (other[1], one[0]))
    seen = Examination(shop.store)
    assert {(f.kind, f.place) for f in seen.run().findings} == {(Kind.DAMAGED, one[0].hex())}
    repair(seen)
    assert kinds(shop) == set()


def test_a_false_action_with_a_right_seal(shop: Shop) -> None:
    keys = list(shop.store.actions.keys())
    shop.store.actions.drop(keys[:1])
    other = shop.store.actions.get(keys[1])
    assert other is not None
    shop.store.actions.put_many({keys[0]: other}, "a forger")
    seen = Examination(shop.store)
    assert {(f.kind, f.place) for f in seen.run().findings} == {(Kind.FALSE_ACTION, keys[0])}
    repair(seen)
    assert kinds(shop) == set()


@pytest.fixture
def released(shop: Shop) -> Path:
    shop.pass_gate(shop.candidate())
    folder = publish(shop.store, "shop", VERSION, SUITE).directory
    assert kinds(shop) == set()
    return folder


@pytest.mark.parametrize("kind", DAMAGE, ids=lambda kind: kind.value)
@pytest.mark.parametrize("name", ["facts.parquet", "README.md", "lineage/rows.parquet"])
def test_damage_of_a_release(shop: Shop, released: Path, kind: Kind, name: str) -> None:
    path = released / name
    path.chmod(0o644)
    DAMAGE[kind](path)
    seen = Examination(shop.store)
    (finding,) = seen.run().findings
    assert finding.place == str(path)
    assert finding.versions == (f"release {VERSION} of shop",)
    assert finding.kind in (kind, Kind.DAMAGED)
    left = {p: p.read_bytes() for p in released.rglob("*") if p.is_file()}
    repair(seen)
    assert {p: p.read_bytes() for p in released.rglob("*") if p.is_file()} == left
    assert "copy of the release" in finding.remedy


def test_swapped_and_foreign_files_of_a_release(shop: Shop, released: Path) -> None:
    for path in (released / "README.md", released / "gate.json"):
        path.chmod(0o644)
    swap(released / "README.md", released / "gate.json")
    (released / "more.txt").write_text("x")
    assert kinds(shop) == {Kind.SWAPPED, Kind.UNLISTED}


def test_a_gone_release_is_named(shop: Shop, released: Path) -> None:
    released.rename(released.with_name("elsewhere"))
    (finding,) = Examination(shop.store).run().findings
    assert (finding.kind, finding.place) == (Kind.MISSING, str(released))
