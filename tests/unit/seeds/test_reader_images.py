from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image, PngImagePlugin

from qmirror_assets.records import Reason, Seed
from qmirror_assets.seeds.files import BadSeed, SeedFile, read_file
from qmirror_assets.seeds.images import load_image

if TYPE_CHECKING:
    from pathlib import Path


def read(folder: Path, *names: str) -> tuple[Seed | BadSeed, list[bytes]]:
    row = {"question": "q", "answer": "a", "domain": "d", "images": list(names)}
    (folder / "seeds.jsonl").write_text(json.dumps(row) + "\n")
    kept: list[bytes] = []

    def keep(data: bytes) -> str:
        kept.append(data)
        return f"digest{len(kept)}"

    (outcome,) = read_file(SeedFile(folder / "seeds.jsonl"), keep_image=keep)
    return outcome, kept


def test_pictures_are_kept_in_order_as_bare_png(tmp_path: Path) -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "someone")
    Image.new("RGB", (3, 2), "red").save(tmp_path / "a.png", pnginfo=notes, dpi=(99, 99))
    (tmp_path / "sub").mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    Image.new("RGB", (4, 2), "blue").save(tmp_path / "sub" / "b.jpg", exif=exif)
    seed, kept = read(tmp_path, "a.png", "sub/b.jpg")
    assert isinstance(seed, Seed)
    assert seed.input_images == ("digest1", "digest2")
    first, second = (Image.open(BytesIO(data)) for data in kept)
    assert (first.format, first.size, first.info) == ("PNG", (3, 2), {})
    assert (second.format, second.size) == ("PNG", (2, 4))
    assert b"someone" not in kept[0]


@pytest.mark.parametrize(
    ("mode", "stored"),
    [("1", "RGB"), ("P", "RGB"), ("LA", "RGBA"), ("L", "L"), ("RGBA", "RGBA"), ("I;16", "RGB")],
)
def test_modes(tmp_path: Path, mode: str, stored: str) -> None:
    Image.new(mode, (2, 2)).save(tmp_path / "a.png")
    assert Image.open(BytesIO(load_image(tmp_path, "a.png"))).mode == stored


def test_without_a_store_the_digest_is_of_the_bytes(tmp_path: Path) -> None:
    Image.new("L", (1, 1)).save(tmp_path / "a.png")
    row = {"question": "q", "answer": "a", "domain": "d", "images": ["a.png"]}
    (tmp_path / "s.jsonl").write_text(json.dumps(row))
    (seed,) = read_file(SeedFile(tmp_path / "s.jsonl"))
    assert isinstance(seed, Seed)
    assert len(seed.input_images[0]) == 64


def test_bad_second_picture_keeps_nothing(tmp_path: Path) -> None:
    Image.new("L", (1, 1)).save(tmp_path / "a.png")
    bad, kept = read(tmp_path, "a.png", "absent.png")
    assert isinstance(bad, BadSeed)
    assert bad.reason is Reason.BAD_IMAGE
    assert kept == []
