"""Exact nouns win; place of a word decides; equal scores go by file name."""

from __future__ import annotations

from pathlib import Path

import pytest

from qmirror_assets.engines.library.listing import list_folder
from qmirror_assets.engines.library.match import FLOOR, Matcher


@pytest.fixture
def matcher(folder: Path) -> Matcher:
    return Matcher(list_folder(folder).entries)


@pytest.mark.parametrize(
    ("caption", "file"),
    [
        ("A cat sleeping on a sofa", "animals/cats/cat.png"),
        ("A detailed photo of a cactus in the desert", "plants/cactus.png"),
        ("A red double-decker bus on a street", "vehicles/red_bus.png"),
        ("Two owls at night", "animals/birds/owl_2.png"),
        ("A fire truck beside a bus", "vehicles/truck.jpg"),
        ("A bus beside a fire truck", "vehicles/red_bus.png"),
    ],
)
def test_the_noun_decides(matcher: Matcher, caption: str, file: str) -> None:
    best = matcher.rank(caption)[0]
    assert best.entry.file == file
    assert best.score >= FLOOR


def test_a_cat_is_no_cactus_and_a_lion_only_half_a_cat(matcher: Matcher) -> None:
    scores = {m.entry.file: m.score for m in matcher.rank("a cat")}
    assert scores["animals/cats/cat.png"] > 0.8
    assert scores["animals/cats/lion.png"] < 0.5
    assert scores["plants/cactus.png"] < 0.2


def test_talk_about_the_picture_counts_for_nothing(matcher: Matcher) -> None:
    plain = matcher.rank("an owl")
    talking = matcher.rank("A detailed close-up photograph of an owl")
    assert [(m.entry, m.score) for m in talking] == [(m.entry, m.score) for m in plain]


def test_nothing_fits_what_is_not_there(matcher: Matcher) -> None:
    for caption in ("A submarine under the ice", "A bowl of noodles", "A violin"):
        assert matcher.rank(caption)[0].score < FLOOR


def test_equal_scores_go_by_name(folder: Path) -> None:
    for name in ("b", "a", "c"):
        (folder / f"{name}.png").write_bytes((folder / "plants/cactus.png").read_bytes())
        (folder / f"{name}.txt").write_text("A zebra.", "utf-8")
    matches = Matcher(list_folder(folder).entries).rank("a zebra")
    assert [m.entry.file for m in matches[:3]] == ["a.png", "b.png", "c.png"]
    assert len({m.score for m in matches[:3]}) == 1
