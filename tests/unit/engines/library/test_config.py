"""What decides which picture is served is in the identity; where it lies is not."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from qmirror_assets.engines.build import engine_identity, parse_config
from qmirror_assets.engines.library import identity, match
from qmirror_assets.errors import RecipeError

KNOWN = {"kind": "library", "library": "tuxpaint-stamps-default"}


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QMIRROR_CACHE", str(tmp_path / "cache"))


def own(folder: Path, **more: Any) -> dict[str, Any]:
    return {"kind": "library", "folder": str(folder), "name": "own", "licence": "CC0-1.0", **more}


def test_the_identity_of_a_known_library_needs_no_download(tmp_path: Path) -> None:
    found = engine_identity(KNOWN)
    assert found["version"] == "2022.06.04-1"
    assert len(found["sha256"]) == 64
    assert not (tmp_path / "cache" / "libraries").exists()


def test_place_is_no_part_of_it(folder: Path, tmp_path: Path) -> None:
    moved = shutil.copytree(folder, tmp_path / "elsewhere")
    assert engine_identity(own(folder)) == engine_identity(own(Path(moved)))
    assert str(tmp_path) not in str(engine_identity(own(folder)))


@pytest.mark.parametrize(
    "changed", [{"floor": 0.5}, {"name": "b"}, {"licence": "MIT"}], ids=["floor", "name", "licence"]
)
def test_settings_that_decide(folder: Path, changed: dict[str, Any]) -> None:
    assert engine_identity(own(folder, **changed)) != engine_identity(own(folder))


def test_content_and_code_decide(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = engine_identity(own(folder))
    assert first != engine_identity(KNOWN)
    monkeypatch.setattr(identity, "MATCHER", match.MATCHER + "x")
    assert engine_identity(own(folder)) != first
    monkeypatch.undo()
    (folder / "plants/cactus.txt").write_text("A cactus in bloom.", "utf-8")
    assert engine_identity(own(folder)) != first


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"kind": "library"}, "either library or folder"),
        ({**KNOWN, "folder": "x", "name": "n", "licence": "l"}, "either library or folder"),
        ({**KNOWN, "library": "tuxpaint"}, "library is one of tuxpaint-stamps-default"),
        ({**KNOWN, "licence": "MIT"}, "belong to a folder"),
        ({"kind": "library", "folder": "x"}, "name and licence of the pictures"),
        ({**KNOWN, "floor": 1.5}, "floor"),
        ({**KNOWN, "flor": 0.5}, "Did you mean 'floor'"),
    ],
    ids=["none", "both", "unknown", "licence", "no-licence", "floor", "key"],
)
def test_bad_settings_are_named(config: dict[str, Any], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        parse_config(config)
