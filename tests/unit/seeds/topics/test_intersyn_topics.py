"""The topics of the recipe `intersyn`: enough of them, and every figure can be drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

import qmirror_assets
from qmirror_assets.figures.render import render
from qmirror_assets.figures.spec import parse_spec
from qmirror_assets.seeds.topics import Questions, ask
from qmirror_assets.seeds.topics.shipped_files import shipped_templates
from qmirror_assets.seeds.topics.topic import Topic
from qmirror_assets.seeds.topics.topic_file import read_topics
from qmirror_assets.templates import Prompts

FOLDER = Path(qmirror_assets.__file__).parent / "recipes" / "intersyn" / "seeds" / "topics"
FILES = sorted(FOLDER.glob("*.yaml"))
CATEGORIES = read_topics(FILES)
DRAWN = [topic for category in CATEGORIES for topic in category.topics if topic.figure]


def test_how_many_there_are() -> None:
    shown = [c for c in CATEGORIES if c.domain != "processes"]
    assert len({c.domain for c in shown}) >= 4
    assert sum(len(c.topics) for c in shown) >= 60
    assert len(DRAWN) >= 24
    assert {c.licence for c in CATEGORIES} == {"CC0-1.0"}


def test_figures_belong_to_processes_and_all_processes_have_one() -> None:
    assert [t for c in CATEGORIES if c.domain == "processes" for t in c.topics] == DRAWN


@pytest.mark.parametrize("topic", DRAWN, ids=lambda topic: topic.name)
def test_every_figure_is_drawn_with_all_its_texts(topic: Topic) -> None:
    spec = parse_spec(topic.figure)
    picture = render(spec)
    assert picture.png.startswith(b"\x89PNG")
    assert min(picture.width, picture.height) >= 150
    drawn = {part.text for part in picture.drawn}
    assert spec.title in drawn
    assert len(drawn) >= 3


def test_a_seed_carries_the_figure_of_its_topic() -> None:
    asked = list(ask(Questions(FILES, shipped_templates()), 60, 1))
    by_topic = {topic.name: topic.figure for topic in DRAWN}
    assert {a.seed.domain for a in asked} == {c.domain for c in CATEGORIES}
    for one in asked:
        assert one.seed.figure == by_topic.get(one.seed.family)
    assert any(one.seed.figure for one in asked)


def test_every_category_comes_before_any_repeats() -> None:
    asked = ask(Questions(FILES, shipped_templates()), len(CATEGORIES), 5)
    assert {one.seed.extra["category"] for one in asked} == {c.name for c in CATEGORIES}


@pytest.mark.parametrize("topic", DRAWN, ids=lambda topic: topic.name)
def test_the_answer_prompt_tells_what_the_figure_shows(topic: Topic) -> None:
    figure = topic.figure
    assert figure is not None
    row = {"extra": {"topic": topic.name}, "dialogue": [], "question": "Why?", "figure": figure}
    text = Prompts(FOLDER.parents[1] / "prompts").render("answer_generate.j2", **row)
    known = [*figure.get("nodes", []), *(m["label"] for m in figure.get("marks", []))]
    known += [point["text"] for point in figure.get("points", [])]
    known += [part["label"] for part in figure.get("labels", {}).values()]
    known += [cell for cells in figure.get("rows", []) for cell in cells]
    assert known
    assert all(part in text for part in known)
