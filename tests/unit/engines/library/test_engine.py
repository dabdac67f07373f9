"""The engine serves the best fit picture that is not shown already, or says why not."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from qmirror_assets.engines.base import Call, Engine, Failure, FailureKind, Raw, Request, Role
from qmirror_assets.engines.build import build_engine
from qmirror_assets.errors import EngineUnavailable


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QMIRROR_CACHE", str(tmp_path / "cache"))


def settings(folder: Path, **more: Any) -> dict[str, Any]:
    return {"kind": "library", "folder": str(folder), "name": "own", "licence": "CC0-1.0", **more}


@pytest.fixture
async def engine(folder: Path) -> AsyncIterator[Engine]:
    engine = build_engine(settings(folder))
    yield engine
    await engine.close()


def ask(caption: Any, *avoid: Any) -> Call:
    return Call(Request(Role.TEXT_TO_IMAGE, {"caption": caption, "avoid": list(avoid)}))


def digest(raw: Any) -> str:
    assert isinstance(raw, Raw), raw
    return hashlib.sha256(raw.blobs["image"]).hexdigest()


async def test_a_picture_and_where_it_comes_from(engine: Engine, folder: Path) -> None:
    (raw,) = await engine.run([ask("A fire truck in front of a station")])
    assert isinstance(raw, Raw)
    data = (folder / "vehicles/truck.jpg").read_bytes()
    assert (raw.body["width"], raw.body["height"], raw.body["alt"]) == (200, 120, "A fire truck.")
    assert raw.body["match"] == round(raw.body["match"], 4) > 0.42
    assert raw.body["source"] == {
        "kind": "library", "library": "own", "version": "", "sha256": engine.identity["sha256"],
        "file": "vehicles/truck.jpg", "file_sha256": hashlib.sha256(data).hexdigest(),
        "licence": "CC0-1.0", "title": "A fire truck.",
    }  # fmt: skip


async def test_the_same_answer_every_time(engine: Engine, folder: Path) -> None:
    other = build_engine(settings(folder))
    assert await engine.run([ask("an owl")]) == await other.run([ask("an owl")])
    assert engine.identity == other.identity
    await other.close()


async def test_a_shown_picture_is_not_shown_again(engine: Engine) -> None:
    (first,) = await engine.run([ask("an owl")])
    (second,) = await engine.run([ask("an owl", digest(first))])
    assert digest(second) != digest(first)
    assert second.body["match"] <= first.body["match"]
    (none,) = await engine.run([ask("an owl", digest(first), digest(second))])
    assert isinstance(none, Failure)
    assert none.kind is FailureKind.RENDER
    assert "2 of the library are shown already" in none.detail


async def test_equal_bytes_under_two_names_are_one_picture(folder: Path) -> None:
    (folder / "animals/birds/owl.png").write_bytes(
        (folder / "animals/birds/owl_2.png").read_bytes()
    )
    engine = build_engine(settings(folder))
    (first,) = await engine.run([ask("an owl")])
    (none,) = await engine.run([ask("an owl", digest(first))])
    assert isinstance(none, Failure)
    await engine.close()


async def test_nothing_below_the_floor(engine: Engine, folder: Path) -> None:
    (none,) = await engine.run([ask("A submarine")])
    assert isinstance(none, Failure)
    assert none.kind is FailureKind.RENDER
    assert "no picture of this: best match" in none.detail
    assert "below 0.42" in none.detail
    low = build_engine(settings(folder, floor=0.0))
    (some,) = await low.run([ask("A submarine")])
    assert isinstance(some, Raw)
    await low.close()


@pytest.mark.parametrize("bad", [b"no picture", b""], ids=["junk", "empty"])
async def test_a_broken_picture_is_passed_over(folder: Path, bad: bytes) -> None:
    (folder / "animals/birds/owl_2.png").write_bytes(bad)
    engine = build_engine(settings(folder))
    (raw,) = await engine.run([ask("an owl")])
    assert raw.body["source"]["file"] == "animals/birds/owl.png"
    (folder / "plants/cactus.png").write_bytes(bad)
    await engine.close()
    engine = build_engine(settings(folder))
    (none,) = await engine.run([ask("a cactus")])
    assert isinstance(none, Failure)
    assert "1 are unfit to be seen" in none.detail
    await engine.close()


@pytest.mark.parametrize(
    "body",
    [{}, {"caption": ""}, {"caption": 3}, {"caption": "a", "avoid": ["zz"]},
     {"caption": "a", "avoid": "x"}, {"caption": "a", "path": "/etc/passwd"}],
    ids=["none", "empty", "number", "digest", "text", "key"],
)  # fmt: skip
async def test_bad_requests_fail_alone(engine: Engine, body: dict[str, Any]) -> None:
    bad, good = await engine.run([Call(Request(Role.TEXT_TO_IMAGE, body)), ask("a cat")])
    assert isinstance(bad, Failure)
    assert bad.kind is FailureKind.BAD_REQUEST
    assert isinstance(good, Raw)


async def test_a_library_that_changes_in_use_stops_the_build(engine: Engine, folder: Path) -> None:
    await engine.run([ask("a cat")])
    (folder / "animals/cats/cat.png").write_bytes(b"swapped")
    with pytest.raises(EngineUnavailable, match=r"cat\.png of the library is not what was listed"):
        await engine.run([ask("a cat")])


async def test_a_library_that_changes_before_use_stops_the_build(folder: Path) -> None:
    engine = build_engine(settings(folder))
    (folder / "animals/cats/cat.txt").write_text("A dog.", "utf-8")
    with pytest.raises(EngineUnavailable, match="changed while it was in use"):
        await engine.run([ask("a dog")])
    await engine.close()
    engine = build_engine(settings(folder))
    (raw,) = await engine.run([ask("a dog")])
    assert isinstance(raw, Raw)
    assert raw.body["alt"] == "A dog."
    await engine.close()
