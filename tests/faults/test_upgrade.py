"""F16: what an earlier version stored is read; what a later one stored is refused, untouched.

`fixtures/` holds one file for every version of every stored format, as it was written then. State
databases and files of the action cache are kept as SQL text.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from qmirror_assets import formats
from qmirror_assets.errors import DamagedObject, QMirrorError, RecipeError, UnknownFormat
from qmirror_assets.integrity.fsck import Examination
from qmirror_assets.integrity.gc import collect_garbage
from qmirror_assets.integrity.repair import repair
from qmirror_assets.keys import PartitionKey
from qmirror_assets.lineage.audit import audit_release
from qmirror_assets.profile import load_profile
from qmirror_assets.recipe import load_recipe
from qmirror_assets.release.gate import GateRecord
from qmirror_assets.release.publish import publish
from qmirror_assets.release.registry import find_version
from qmirror_assets.release.snapshot import load_snapshot
from qmirror_assets.stages.parts import differences
from qmirror_assets.store import Store, open_store
from qmirror_assets.store.actions import ActionCache, _seal
from qmirror_assets.store.manifest import Manifest
from tests.conftest import ToyProject
from tests.faults.test_swaps import shards
from tests.integration.release_fixtures import SUITE, VERSION, Shop, built, shop

FIXTURES = Path(__file__).parent / "fixtures"
KINDS = {
    "state": formats.STATE, "actions": formats.ACTIONS, "manifest": formats.MANIFEST,
    "snapshot": formats.SNAPSHOT, "gate": formats.GATE, "release": formats.RELEASE,
}  # fmt: skip
LEASE = 'INSERT INTO "leases"'
ALL = sorted(FIXTURES.glob("*-*"))


def versions(kind: str) -> list[Path]:
    return [path for path in ALL if path.name.startswith(f"{kind}-")]


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def restore(path: Path, target: Path) -> Path:
    """A SQLite file from its stored text, in the journal mode of our own files."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(target)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.executescript(path.read_text("utf-8"))
    return target


def contents(folder: Path) -> dict[str, str]:
    """Path -> digest of every file; of SQLite files, of what they hold and say of themselves.

    A lease leaves its fencing token behind, which may only grow.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        data = b""
        if path.suffix == ".sqlite":
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
                version = database.execute("PRAGMA user_version").fetchone()
                lines = [line for line in database.iterdump() if LEASE not in line]
                data = "\n".join([str(version), *lines]).encode()
        elif path.is_file():
            data = path.read_bytes()
        if path.is_file() and not path.name.endswith(("-wal", "-shm")):
            found[str(path.relative_to(folder))] = hashlib.sha256(data).hexdigest()
    return found


def test_every_version_of_every_format_is_stored() -> None:
    found = {(kind, int(number)) for kind, number in (p.stem.split("-") for p in ALL)}
    assert found == {(kind, n) for kind, last in KINDS.items() for n in range(1, last + 1)}


# -- earlier versions are read


@pytest.mark.parametrize("path", versions("manifest"), ids=lambda path: path.stem)
def test_stored_manifests_are_read(path: Path) -> None:
    manifest = Manifest.load(path.read_bytes())
    assert (manifest.dataset, manifest.node, manifest.domain) == ("shop", "polish/judged", "crates")
    assert (manifest.counts.rows_out, len(manifest.inputs)) == (6, 9)
    assert len(manifest.row_files) == (1 if path.stem == "manifest-1" else 3)
    assert bool(manifest.keys) == (path.stem == "manifest-3")
    assert Manifest.load(manifest.dump()) == manifest


@pytest.mark.parametrize("path", versions("snapshot"), ids=lambda path: path.stem)
def test_stored_snapshots_are_read(tmp_path: Path, path: Path) -> None:
    store = open_store(tmp_path)
    snapshot = load_snapshot(store, store.cas.put(path.read_bytes()))
    assert (snapshot.dataset, snapshot.domain, snapshot.partial) == ("shop", "crates", False)
    assert [node.node for node in snapshot.nodes][:2] == ["intake", "draft"]
    store.close()


@pytest.mark.parametrize("path", versions("gate"), ids=lambda path: path.stem)
def test_stored_gate_records_are_read(path: Path) -> None:
    record = GateRecord.load(path.read_bytes())
    assert (record.version, record.suite, record.opens()) == (VERSION, SUITE, True)


@pytest.mark.parametrize("path", versions("release"), ids=lambda path: path.stem)
def test_stored_release_manifests_are_read(shop: Shop, path: Path) -> None:
    made = shop.candidate()
    sample = sample_of(made.directory)
    (made.directory / "manifest.json").write_bytes(path.read_bytes())
    trail = audit_release(made.directory, sample)
    assert (trail.dataset, trail.origin, trail.status) == ("shop", VERSION, "accepted")


@pytest.mark.parametrize("path", versions("state"), ids=lambda path: path.stem)
def test_stored_state_databases_are_read_and_go_on(tmp_path: Path, path: Path) -> None:
    restore(path, tmp_path / "state.sqlite")
    for _ in range(2):  # the second time it says its version
        store = open_store(tmp_path)
        assert store.state.dataset_names() == ["shop"]
        assert store.state.get_dataset("shop")["profile"] == "toy"
        assert dict(store.state.domain_names("shop")) == {"crates": "Crates"}
        assert {key.node for key in store.state.pointers("shop")} == {"intake", "final"}
        row = find_version(store, "shop", VERSION)
        assert row is not None
        assert (row.state, row.samples, row.partial) == ("candidate", 5, False)
        assert len(store.state.materializations("shop")) == 2
        key = "0b50cd19b3840e27c233611670ceefcaba18f2677f26395adea959626a2d3ed2"
        assert [attempt.outcome for attempt in store.state.attempts_of([key])] == ["ok"]
        store.close()


@pytest.mark.parametrize("path", versions("actions"), ids=lambda path: path.stem)
def test_stored_action_caches_are_read_and_go_on(tmp_path: Path, path: Path) -> None:
    restore(path, tmp_path / "actions-0.sqlite")
    for _ in range(2):
        cache = ActionCache(tmp_path)
        entries = cache.get_many(list(cache.keys()))
        assert len(entries) == 2, "one plain, one compressed"
        assert {entry.engine["kind"] for entry in entries.values()} == {"fake"}
        cache.put_many(entries, "again")
        cache.close()


def test_stored_parts_of_stages_are_put_in_words(tmp_path: Path) -> None:
    """Parts that a version no longer has, or does not have yet, are named like any other."""
    for path in versions("state"):
        with closing(sqlite3.connect(restore(path, tmp_path / f"{path.stem}.sqlite"))) as database:
            rows = database.execute("SELECT parts FROM stage_parts").fetchall()
        assert rows
        for (text,) in rows:
            parts = json.loads(text)
            assert differences(parts, parts, "draft") == ()
            later = {**parts, "code": 9, "kind": {"new": [1]}, "memory of": None}
            assert "code of stage draft changed" in differences(parts, later, "draft")
            assert differences(later, parts, "draft")


# -- later versions are refused, and nothing is changed


def later(path: Path, version: int) -> bytes:
    return json.dumps({**read(path), "schema": version + 1, "of_the_future": [1]}).encode()


def sample_of(directory: Path) -> str:
    import pyarrow.parquet as pq

    rows = pq.read_table(directory / "lineage" / "samples.parquet").to_pylist()
    return str(next(row["sample_id"] for row in rows if row["split"]))


def missing(act: Callable[[], object], what: str, known: int, found: str = "") -> list[str]:
    """What a refusal should say and does not."""
    with pytest.raises(UnknownFormat) as caught:
        act()
    assert caught.value.exit_code == 3
    newest = "format 1" if known == 1 else f"a format up to {known}"
    expected = f"expected {newest}; found {found or f'format {known + 1}'}"
    return [
        words for words in (what, expected, "Update the package") if words not in str(caught.value)
    ]


def amiss(store: Store, act: Callable[[], object], what: str, known: int) -> list[str]:
    """What a refusal should say and does not, and the files that it changed."""
    lacks = missing(act, what, known)  # a build also records where its recipe lies now
    before = contents(store.root)
    lacks += missing(act, what, known)
    after = contents(store.root)
    return lacks + [name for name in before | after if before.get(name) != after.get(name)]


def check(store: Store) -> None:
    seen = Examination(store)
    seen.run()
    repair(seen)


def point_at(shop: Shop, node: str, data: bytes) -> None:
    """Let the pointers of a node name another manifest."""
    digest = shop.store.cas.put(data)
    with sqlite3.connect(shop.store.root / "state.sqlite") as state:
        state.execute("UPDATE pointers SET manifest=? WHERE node=?", (digest, node))


def test_a_later_manifest(shop: Shop) -> None:
    current = shop.store.current(PartitionKey("shop", "draft", "crates"))
    assert current is not None
    raw = {**json.loads(current[1].dump()), "schema": formats.MANIFEST + 1, "more": {}}
    point_at(shop, "draft", json.dumps(raw).encode())
    for act in (shop.build, shop.snapshots, lambda: check(shop.store)):
        assert (
            amiss(shop.store, act, "a manifest was stored by a later version", formats.MANIFEST)
            == []
        )
    with pytest.raises(UnknownFormat):
        collect_garbage(shop.store, 1.0)


def test_a_later_snapshot(shop: Shop) -> None:
    shop.candidate()
    digest = shop.store.cas.put(later(FIXTURES / "snapshot-1.json", formats.SNAPSHOT))
    with sqlite3.connect(shop.store.root / "state.sqlite") as state:
        record = json.loads(state.execute("SELECT record FROM versions").fetchone()[0])
        record["snapshots"]["crates"] = digest
        state.execute("UPDATE versions SET record=?", (json.dumps(record),))
    for act in (lambda: load_snapshot(shop.store, digest), lambda: check(shop.store)):
        assert amiss(shop.store, act, "a snapshot", formats.SNAPSHOT) == []
    with pytest.raises(UnknownFormat):
        collect_garbage(shop.store, 1.0)


def test_a_later_gate_record(shop: Shop) -> None:
    shop.pass_gate(shop.candidate())
    digest = shop.store.cas.put(later(FIXTURES / "gate-1.json", formats.GATE))
    with sqlite3.connect(shop.store.root / "state.sqlite") as state:
        state.execute("UPDATE gates SET record=?", (digest,))
    for act in (lambda: publish(shop.store, "shop", VERSION, SUITE), lambda: check(shop.store)):
        assert amiss(shop.store, act, "a gate record", formats.GATE) == []


@pytest.mark.parametrize("name", ["manifest.json", "gate.json"])
def test_a_later_release(shop: Shop, name: str) -> None:
    shop.pass_gate(shop.candidate())
    folder = publish(shop.store, "shop", VERSION, SUITE).directory
    sample, path = sample_of(folder), folder / name
    path.chmod(0o644)
    path.write_bytes(later(path, read(path)["schema"]))
    act = lambda: audit_release(folder, sample)  # noqa: E731
    assert amiss(shop.store, act, f"{VERSION}/{name}", formats.RELEASE) == []


def test_a_later_state_database(shop: Shop, toy_project: ToyProject) -> None:
    path = shop.store.root / "state.sqlite"
    shop.store.close()
    with closing(sqlite3.connect(path)) as state:
        state.execute("UPDATE formats SET version = version + 1")
        state.execute("DROP TABLE current")  # a table that the later version has no use for
        state.commit()
    before = contents(shop.folder)
    assert missing(lambda: open_store(shop.store.root), str(path), formats.STATE) == []
    for command in ("versions shop", "fsck --repair", "gc", f"build {shop.folder}"):
        done = toy_project.qmirror(*command.split(), "--data", str(shop.store.root))
        assert done.returncode == 3, done.stderr
        assert "later version of this package; expected format 1; found format 2" in done.stderr
        assert "Traceback" not in done.stderr
    assert contents(shop.folder) == before


def test_a_later_file_of_the_action_cache(shop: Shop) -> None:
    shop.store.actions.close()
    for path in shards(shop):
        with closing(sqlite3.connect(path)) as shard:
            shard.execute(f"PRAGMA user_version={formats.ACTIONS + 1}")
            shard.execute("ALTER TABLE entry ADD COLUMN more TEXT")
    shop.edit("score, at_least: 40", "score, at_least: 41")  # verdicts are looked up again
    acts = (lambda: list(shop.store.actions.keys()), shop.build, lambda: check(shop.store))
    for act in acts:
        assert amiss(shop.store, act, "the action cache in ", formats.ACTIONS) == []


def test_a_later_entry_of_the_action_cache(shop: Shop) -> None:
    """Its seal is right, so it is no damage: it is neither forgotten nor asked again."""
    with sqlite3.connect(shards(shop)[0]) as shard:
        key = shard.execute("SELECT key FROM entry").fetchone()[0]
        value = _seal(key, b"k of the future")
        shard.execute("UPDATE entry SET value=? WHERE key=?", (value, key))
    before = contents(shop.store.root)
    for act in (lambda: shop.store.actions.get(key.hex()), lambda: check(shop.store)):
        assert (
            missing(act, "an entry of the action cache", formats.ACTIONS, "an entry of kind b'k'")
            == []
        )
    assert contents(shop.store.root) == before


@pytest.mark.parametrize("version", [0, -1, "2", None, True], ids=repr)
def test_versions_that_never_were_are_damage(version: object) -> None:
    for kind, load in (("manifest", Manifest.load), ("gate", GateRecord.load)):
        raw = {**read(FIXTURES / f"{kind}-1.json"), "schema": version}
        if version is True:  # 1 to Python
            assert load(json.dumps(raw).encode())
            continue
        with pytest.raises(DamagedObject, match=f"schema {version!r}"):
            load(json.dumps(raw).encode())


# -- recipes and profiles have no version: a key of the future is named


def test_a_recipe_with_a_later_key(shop: Shop) -> None:
    path = shop.folder / "recipe.yaml"
    path.write_text(path.read_text("utf-8") + "format: 2\n", "utf-8")
    before = contents(shop.folder)
    with pytest.raises(RecipeError, match="'format'") as caught:
        load_recipe(str(shop.folder))
    assert caught.value.exit_code == 2
    assert contents(shop.folder) == before


def test_a_profile_with_a_later_key(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump({"profile": "own", "engines": {}, "format": 2}), "utf-8")
    with pytest.raises(QMirrorError, match="'format'"):
        load_profile(str(path))
