"""Disks that fill up, refuse or lie: nothing half-written is ever seen, and a rerun is as ever."""

from __future__ import annotations

import errno
import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from qmirror_assets.errors import DamagedObject, NotFoundError, StoreUnavailable
from qmirror_assets.store import Store, atomic, open_store
from tests.conftest import Toy, toy_seed


@pytest.fixture
def small(toy: Toy) -> Toy:
    toy.write([toy_seed(i) for i in range(12)])
    return toy


def whole(store: Store) -> None:
    """Every pointer names a manifest and tables that are there and match their digests."""
    for digest in store.state.pointers("toy").values():
        manifest = store.manifest(digest)
        for name in (manifest.rows, manifest.rejections):
            store.cas.verified_path(name)


def temporary(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file() and p.name.startswith(atomic.TEMP_PREFIX)]


@pytest.fixture(autouse=True)
def no_hook() -> Iterator[None]:
    yield
    atomic.set_crash_point(lambda _name: None)


@pytest.mark.parametrize(
    ("number", "writes"),
    [(errno.ENOSPC, (1, 4, 7, 10)), (errno.EIO, (3,)), (errno.EACCES, (8,))],
    ids=["disk full", "disk broken", "no right"],
)
def test_the_nth_write_fails_and_the_next_build_is_as_ever(
    small: Toy, number: int, writes: tuple[int, ...]
) -> None:
    small.build()
    expected = small.versions()
    for nth in writes:
        subprocess.run(["rm", "-rf", str(small.folder / "data")], check=True)
        seen = 0

        def hook(name: str, nth: int = nth) -> None:
            nonlocal seen
            seen += name == "before_replace"
            if name == "before_replace" and seen == nth:
                raise OSError(number, os.strerror(number))

        atomic.set_crash_point(hook)
        with pytest.raises(StoreUnavailable) as caught:
            small.build()
        says = str(caught.value)
        atomic.set_crash_point(lambda _name: None)
        store = small.open()
        whole(store)
        store.close()
        assert temporary(small.folder / "data") == []
        assert os.strerror(number) in says
        assert str(small.folder / "data") in says, "the error names the path"
        assert "run again" in says
        small.build()
        assert small.versions() == expected


def test_a_full_journal_keeps_what_was_committed(small: Toy) -> None:
    seen = 0

    def hook(name: str) -> None:
        nonlocal seen
        seen += name == "before_action_commit"
        if seen >= 2:
            import sqlite3

            raise sqlite3.OperationalError("database or disk is full")

    atomic.set_crash_point(hook)
    with pytest.raises(StoreUnavailable, match="disk is full"):
        small.build()
    atomic.set_crash_point(lambda _name: None)
    store = small.open()
    kept = len(list(store.actions.keys()))
    store.close()
    assert 0 < kept < 24
    assert small.build().calls == 24 - kept


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "tiny"
    folder.mkdir()
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)],
            check=False,
            capture_output=True,
        ).returncode
    )
    if not mounted:
        pytest.skip("a file system of 1 MB needs the right to mount")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_of_one_megabyte(small: Toy, tiny: Path) -> None:
    (small.folder / "data").symlink_to(tiny)
    small.build()
    expected = small.versions()
    rng = random.Random(1)
    heavy = [toy_seed(i, note=rng.randbytes(3_000).hex()) for i in range(300)]
    small.write(heavy)
    with pytest.raises(StoreUnavailable) as caught:
        small.build()
    assert caught.value.exit_code == 3
    assert any(word in str(caught.value).lower() for word in ("space", "full"))
    assert temporary(tiny) == []
    subprocess.run(["mount", "-o", "remount,size=64m", str(tiny)], check=True)
    store = small.open()
    whole(store)
    store.close()
    small.build()
    assert small.last[-1].manifest.counts.rows_out == 300
    small.write([toy_seed(i) for i in range(12)])
    assert small.build().calls == 0
    assert small.versions() == expected


# A damaged empty table of rejections heals itself: intake writes the same one again.
@pytest.mark.parametrize("damage", ["rows", "manifest"])
@pytest.mark.parametrize("how", ["flip", "cut", "gone"])
def test_damage_of_a_committed_partition_is_found_before_it_is_used(
    small: Toy, damage: str, how: str
) -> None:
    small.build()
    expected = small.versions()
    done = small.last[0]
    store = small.open()
    digest = done.digest if damage == "manifest" else getattr(done.manifest, damage)
    path = store.cas.path(digest)
    store.close()
    data = path.read_bytes()
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(
            data[:-9] if how == "cut" else data[:99] + bytes([data[99] ^ 1]) + data[100:]
        )
    small.write([toy_seed(i) for i in range(31)])  # now the old table is needed for a merge
    with pytest.raises((DamagedObject, NotFoundError)) as caught:
        small.build()
    assert "qmirror build" in str(caught.value)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    small.write([toy_seed(i) for i in range(12)])
    small.build()
    assert small.versions() == expected


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="cannot create") as caught:
        open_store(tmp_path / "file")
    assert str(tmp_path / "file") in str(caught.value)
    write = Path.write_bytes

    def refuse(self: Path, data: bytes) -> int:
        if self.name == ".writable":
            raise PermissionError(errno.EACCES, "Permission denied")
        return write(self, data)

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(StoreUnavailable, match=r"Permission denied.*rights of the data folder"):
        open_store(tmp_path / "data")
