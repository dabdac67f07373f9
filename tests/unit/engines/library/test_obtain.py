"""A known library is checked, unpacked once, and only what is needed of it."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest

from qmirror_assets.engines.library.known import KnownLibrary
from qmirror_assets.engines.library.obtain import find_library, resolve_library
from qmirror_assets.errors import EngineUnavailable
from tests.packages import make_package


@pytest.fixture
def known(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KnownLibrary:
    monkeypatch.setenv("QMIRROR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("QMIRROR_LIBRARY_DIR", str(tmp_path / "given"))
    (folder / "sound.ogg").write_bytes(b"sound")
    return make_package(folder, tmp_path / "given")


def test_found_after_it_was_resolved(known: KnownLibrary, tmp_path: Path) -> None:
    assert find_library(known) is None
    listing = resolve_library(known)
    assert {entry.title for entry in listing.entries} >= {"A cat.", "A fire truck."}
    assert find_library(known) == listing == resolve_library(known)
    names = {path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()}
    assert not {"sound.ogg", "control"} & names, "pictures and captions only"
    assert not list((tmp_path / "cache" / "libraries").glob("*.part-*"))
    assert (tmp_path / "given").is_dir(), "what was given stays"


def test_the_given_package_is_not_needed_afterwards(known: KnownLibrary, tmp_path: Path) -> None:
    first = resolve_library(known)
    shutil.rmtree(tmp_path / "given")
    assert resolve_library(known) == first


def test_left_out_folders(known: KnownLibrary) -> None:
    part = dataclasses.replace(known, left_out=("animals",))
    assert not [e for e in resolve_library(part).entries if e.file.startswith("animals/")]


def test_another_digest_is_refused_and_nothing_is_left(known: KnownLibrary, tmp_path: Path) -> None:
    other = dataclasses.replace(known, sha256="0" * 64)
    with pytest.raises(
        EngineUnavailable, match=f"expected sha256 {'0' * 64}; found sha256 {known.sha256}"
    ):
        resolve_library(other)
    assert find_library(other) is None
    assert not [p for p in (tmp_path / "cache").rglob("*") if p.suffix in {".png", ".deb"}]


def test_no_source_says_what_to_do(
    known: KnownLibrary, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("QMIRROR_LIBRARY_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(EngineUnavailable) as caught:
        resolve_library(known)
    for part in ("apt-get is not on this machine", known.sha256, "QMIRROR_LIBRARY_DIR", "folder"):
        assert part in str(caught.value)


def test_leftovers_of_a_killed_fetch_are_removed(known: KnownLibrary, tmp_path: Path) -> None:
    left = tmp_path / "cache" / "libraries" / f"{known.sha256}.part-x"
    left.mkdir(parents=True)
    (left / "half.deb").write_bytes(b"half")
    resolve_library(known)
    assert not left.exists()
