"""A library is what its captions and picture bytes say, wherever it lies."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qmirror_assets.engines.library.listing import (
    folder_digest,
    list_folder,
    read_listing,
    write_listing,
)
from qmirror_assets.errors import EngineUnavailable


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QMIRROR_CACHE", str(tmp_path / "cache"))


def test_captions_are_first_lines(folder: Path) -> None:
    titles = {entry.file: entry.title for entry in list_folder(folder).entries}
    assert titles["animals/birds/owl.png"] == "An owl sitting on a branch."
    assert list(titles) == sorted(titles)


@pytest.mark.parametrize(
    "caption",
    [None, b"", b"\n\nlater", b"\xff\xfe bad", b"   \t\n", b"\x00\x01\n"],
    ids=["no-file", "empty", "first-line-empty", "no-utf8", "blank", "control"],
)
def test_a_picture_without_a_caption_is_left_out(folder: Path, caption: bytes | None) -> None:
    shutil.copy(folder / "plants/cactus.png", folder / "plain.png")
    if caption is not None:
        (folder / "plain.txt").write_bytes(caption)
    assert "plain.png" not in {entry.file for entry in list_folder(folder).entries}


def test_a_caption_is_one_plain_line(folder: Path) -> None:
    nasty = "\ufeffA\u202e cat\x1b[31m   \u200bof\x07 mine" + "x" * 1000
    (folder / "plants/cactus.txt").write_text(nasty, "utf-8")
    title = next(e.title for e in list_folder(folder).entries if e.file == "plants/cactus.png")
    assert title.startswith("A cat [31m of minexxx")
    assert len(title) == 300


def test_left_out_folders(folder: Path) -> None:
    files = {entry.file for entry in list_folder(folder, ("animals/cats",)).entries}
    assert "animals/cats/cat.png" not in files
    assert "animals/birds/owl.png" in files


def test_the_digest_follows_content_not_place(folder: Path, tmp_path: Path) -> None:
    first = folder_digest(folder)
    assert first == list_folder(folder).digest()
    moved = Path(shutil.copytree(folder, tmp_path / "elsewhere"))
    assert folder_digest(moved) == first
    (moved / "plants/cactus.txt").write_text("A tall cactus.", "utf-8")
    assert folder_digest(moved) != first
    (folder / "vehicles/truck.jpg").write_bytes(b"other bytes")
    assert folder_digest(folder) != first


def test_a_written_listing_reads_back(folder: Path, tmp_path: Path) -> None:
    listing = list_folder(folder)
    write_listing(tmp_path / "l.json", listing.entries)
    assert read_listing(tmp_path / "l.json", folder) == listing
    (tmp_path / "l.json").write_text('{"version": "0", "entries": []}', "utf-8")
    assert read_listing(tmp_path / "l.json", folder) is None


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_an_empty_library_says_what_is_expected(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(EngineUnavailable, match=r"\.txt file of the same name"):
        list_folder(tmp_path / name)
