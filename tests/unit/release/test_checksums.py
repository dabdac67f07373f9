import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from qmirror_assets.errors import DamagedObject
from qmirror_assets.release.checksums import (
    CHECKSUMS,
    compare,
    digest_of,
    hash_files,
    read_checksums,
    write_checksums,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "version"
    (root / "data").mkdir(parents=True)
    (root / "b.txt").write_text("b")
    (root / "data" / "a.txt").write_text("a")
    return root


def test_the_digest_covers_names_and_bytes(folder: Path) -> None:
    first = write_checksums(folder)
    assert first == digest_of(hash_files(folder)) == digest_of(read_checksums(folder))
    (folder / "b.txt").rename(folder / "c.txt")
    assert write_checksums(folder) != first


def test_sha256sum_reads_it(folder: Path) -> None:
    write_checksums(folder)
    command = ["sha256sum", "--check", "--strict", CHECKSUMS]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (folder / "b.txt").write_text("other")
    assert subprocess.run(command, cwd=folder, capture_output=True).returncode == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: (f / "b.txt").write_text("c"), "b.txt changed"),
        (lambda f: (f / "b.txt").unlink(), "b.txt is missing"),
        (lambda f: (f / "data" / "new").write_text(""), "data/new is not listed"),
    ],
    ids=["changed", "missing", "added"],
)
def test_every_difference_is_named(
    folder: Path, change: Callable[[Path], object], message: str
) -> None:
    write_checksums(folder)
    change(folder)
    with pytest.raises(DamagedObject, match=message):
        compare(folder, hash_files(folder), read_checksums(folder))


def test_a_link_is_no_file(folder: Path) -> None:
    (folder / "link").symlink_to(folder / "b.txt")
    with pytest.raises(DamagedObject, match="link is not a plain file"):
        hash_files(folder)


@pytest.mark.parametrize("text", ["nonsense\n", "a" * 63 + "  x\n", "é" * 64 + "  x\n"])
def test_a_damaged_list_is_refused(folder: Path, text: str) -> None:
    (folder / CHECKSUMS).write_text(text)
    with pytest.raises(DamagedObject, match="damaged"):
        read_checksums(folder)


def test_a_missing_list_is_refused(folder: Path) -> None:
    with pytest.raises(DamagedObject, match="cannot be read"):
        read_checksums(folder)
