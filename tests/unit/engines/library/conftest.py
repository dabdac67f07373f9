"""A small library of one's own: coloured pictures with captions, drawn here."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

CAPTIONS = {
    "animals/cats/cat.png": "A cat.",
    "animals/cats/lion.png": "A lion.",
    "animals/birds/owl.png": "An owl sitting on a branch.",
    "animals/birds/owl_2.png": "An owl.",
    "plants/cactus.png": "A cactus.",
    "vehicles/red_bus.png": "A double decker bus.",
    "vehicles/truck.jpg": "A fire truck.",
}


def draw(path: Path, colour: tuple[int, int, int], size: tuple[int, int] = (200, 120)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "pictures"
    for number, (file, caption) in enumerate(CAPTIONS.items()):
        draw(root / file, (20 * number, 80, 200 - 20 * number))
        (root / file).with_suffix(".txt").write_text(f"{caption}\nes.utf8=Otra.\n", "utf-8")
    return root
