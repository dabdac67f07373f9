"""`qmirror doctor` says whether the picture library is on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from qmirror_assets.doctor import examine
from qmirror_assets.engines.library.known import KNOWN_LIBRARIES
from qmirror_assets.engines.library.obtain import resolve_library
from qmirror_assets.project import find_project
from tests.packages import make_package


def test_the_picture_library_is_missing_until_it_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QMIRROR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("QMIRROR_LIBRARY_DIR", str(tmp_path / "given"))
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    Image.new("RGB", (200, 200), "navy").save(pictures / "cat.png")
    (pictures / "cat.txt").write_text("A cat.", "utf-8")
    library = make_package(pictures, tmp_path / "given")
    monkeypatch.setitem(KNOWN_LIBRARIES, library.name, library)

    def state() -> tuple[str, str]:
        found = {f.name: f for f in examine(find_project(str(tmp_path), None))}
        return found[library.name].state, found[library.name].detail

    assert state()[0] == "missing"
    assert "not fetched" in state()[1]
    resolve_library(library)
    assert state() == ("ok", "fetched, 1 pictures")
