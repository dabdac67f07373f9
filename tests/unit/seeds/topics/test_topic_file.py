"""Topic files are refused with file, line and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from qmirror_assets.errors import RecipeError
from qmirror_assets.seeds.topics.topic import Kind, Topic, sameness
from qmirror_assets.seeds.topics.topic_file import read_topics

GOOD = """\
domain: Wild  Animals
licence: CC0-1.0
categories:
  - name: birds
    kind: thing
    topics:
      - a barn owl
      - a crow
  - name: life cycles
    kind: process
    topics: [the life cycle of a frog, hibernation]
"""


def write(folder: Path, text: str, name: str = "animals.yaml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def refused(*paths: Path) -> str:
    with pytest.raises(RecipeError) as caught:
        read_topics(paths)
    return str(caught.value)


def test_a_good_file(tmp_path: Path) -> None:
    birds, cycles = read_topics([write(tmp_path, GOOD)])
    assert (birds.name, birds.kind, birds.domain) == ("birds", Kind.THING, "wild-animals")
    assert (birds.licence, birds.file) == ("CC0-1.0", "animals.yaml")
    assert [topic.name for topic in birds.topics] == ["barn owl", "crow"]
    assert [topic.text for topic in cycles.topics] == ["the life cycle of a frog", "hibernation"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a frog", "frog"),
        ("an owl", "owl"),
        ("The Moon", "Moon"),
        ("rice", "rice"),
        ("anthill", "anthill"),
        ("a", "a"),
        ("theatre", "theatre"),
    ],
)
def test_the_name_is_without_article(text: str, name: str) -> None:
    assert Topic(text).name == name


def test_what_counts_as_the_same() -> None:
    assert sameness("Ice  Cream") == sameness("ice-cream") == sameness("icecream")
    assert sameness("cafe\u0301") == sameness("Caf\u00e9")
    assert sameness("C") != sameness("C++")


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("- a crow", "- A  Barn-Owl", 8, "'Barn-Owl' stands twice"),
        ("hibernation", "the crow", 11, "topic file animals.yaml, line 8"),
        ("hibernation", "the life cycle of a frog", 11, "stands twice"),
        ("name: life cycles", "name: Birds", 9, "category 'Birds' stands twice"),
        ("topics: [the life cycle of a frog, hibernation]", "topics: []", 11, "at least 1 item"),
        ("topics: [the life cycle of a frog, hibernation]", "topics:", 11, "valid list"),
        ("- a crow", "- 7", 8, "valid string"),
        ("- a crow", "- no", 8, "valid string"),
        ("- a crow", "- ''", 8, "empty"),
        ("- a crow", "- {crow: black}", 8, "Valid here: figure, topic"),
        ("- a crow", '- "a \\u202ecrow"', 8, "U+202E"),
        ("- a crow", '- "a \\u0007crow"', 8, "U+0007"),
        ("- a crow", '- "a\\ncrow"', 8, "line feed"),
        ("- a crow", f"- {'crow' * 30}", 8, "at most 80"),
        ("kind: thing", "kind: thng", 5, "'thing', 'place'"),
        ("kind: thing", "knd: thing", 5, "Did you mean 'kind'?"),
        ("    kind: thing\n", "", 4, "Field required"),
        ("licence: CC0-1.0", "license: CC0-1.0", 2, "Did you mean 'licence'?"),
        ("domain: Wild  Animals", "domain: ../animals", 1, "a path"),
        ("domain: Wild  Animals", "domain: con", 1, "a reserved name"),
        ("domain: Wild  Animals", "domain: '!?'", 1, "no letter or digit"),
        ("domain: Wild  Animals", f"domain: {'a' * 70}", 1, "70 characters"),
        ("domain: Wild  Animals", 'domain: "a\\u2066b"', 1, "U+2066"),
        ("- a crow", "- [a crow", 9, "is not YAML"),
    ],
    ids=lambda value: ascii(str(value).strip()[:30]),
)
def test_refused_with_line(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    assert GOOD.count(old) == 1
    message = refused(write(tmp_path, GOOD.replace(old, new)))
    assert f"topic file animals.yaml, line {line}" in message
    assert says in message


def test_a_duplicate_names_both_files(tmp_path: Path) -> None:
    other = GOOD.replace("birds", "more birds").replace("life cycles", "more cycles")
    other = other.replace("Wild  Animals", "Farm").replace("the life cycle of a frog, ", "")
    other = other.replace("a barn owl", "an eagle").replace("hibernation", "shearing")
    message = refused(write(tmp_path, GOOD), write(tmp_path, other, "farm.yaml"))
    assert "topic file farm.yaml, line 8: topic 'crow' stands twice" in message
    assert "found the same in topic file animals.yaml, line 8" in message
    assert "Remove one of the two" in message


def test_files_may_share_a_domain(tmp_path: Path) -> None:
    head, rest = GOOD.split("  - name: life", 1)
    top = head.split("  - name")[0]
    paths = [write(tmp_path, head), write(tmp_path, f"{top}  - name: life{rest}", "more.yaml")]
    assert {category.domain for category in read_topics(paths)} == {"wild-animals"}


@pytest.mark.parametrize("text", ["", "- a\n", "7\n"], ids=repr)
def test_no_mapping(tmp_path: Path, text: str) -> None:
    assert "topic file animals.yaml" in refused(write(tmp_path, text))


def test_a_missing_file(tmp_path: Path) -> None:
    assert "topic file absent.yaml cannot be read" in refused(tmp_path / "absent.yaml")


FIGURE = """\
domain: Nature
licence: CC0-1.0
categories:
  - name: cycles
    kind: process
    topics:
      - hibernation
      - topic: the water cycle
        figure: {version: 1, kind: flow, layout: cycle, nodes: [rain, river, sea]}
"""


def test_a_topic_may_carry_its_figure(tmp_path: Path) -> None:
    (cycles,) = read_topics([write(tmp_path, FIGURE)])
    plain, drawn = cycles.topics
    assert (plain.figure, drawn.text) == (None, "the water cycle")
    assert drawn.figure == {
        "version": 1, "kind": "flow", "layout": "cycle", "nodes": ["rain", "river", "sea"],
    }  # fmt: skip
    assert drawn == Topic("the water cycle"), "the figure is no part of what a topic is"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[rain, river, sea]", "[rain]", "figure spec is refused at flow.nodes"),
        ("kind: flow", "kind: film", "figure spec is refused"),
        ("version: 1, ", "", "figure spec is refused at flow.version"),
        ("figure: {", "figur: {", "Did you mean 'figure'"),
        ("topic: the water", "topik: the water", "Did you mean 'topic'"),
        ("{version: 1, kind: flow, layout: cycle, nodes: [rain, river, sea]}", "3", "dictionary"),
        ("- hibernation", "- the water cycle", "stands twice"),
        ("- hibernation", "- 3", "valid string"),
    ],
    ids=["nodes", "kind", "version", "figure-key", "topic-key", "no-object", "twice", "number"],
)
def test_a_bad_figure_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    said = refused(write(tmp_path, FIGURE.replace(old, new)))
    assert says in said
    assert "animals.yaml, line" in said
