"""Template files are refused with file, line and what to do; slots are filled once."""

from __future__ import annotations

from pathlib import Path

import pytest

from qmirror_assets.errors import RecipeError
from qmirror_assets.seeds.topics.template import Template
from qmirror_assets.seeds.topics.template_file import read_templates
from qmirror_assets.seeds.topics.topic import Category, Kind, Topic

GOOD = """\
licence: CC0-1.0
audiences: [a beginner, a child]
templates:
  - id: simple
    text: What is {topic}?
  - id: for-audience
    text: How would you show {name}, one of {category}, to {audience}?
    kinds: [thing, place]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "templates.yaml"
    path.write_text(text, "utf-8")
    return path


def refused(path: Path) -> str:
    with pytest.raises(RecipeError) as caught:
        read_templates(path)
    return str(caught.value)


def test_a_good_file(tmp_path: Path) -> None:
    found = read_templates(write(tmp_path, GOOD))
    assert (found.language, found.licence) == ("en", "CC0-1.0")
    assert found.audiences == ("a beginner", "a child")
    simple, audience = found.templates
    assert simple.suits(Kind.PROCESS)
    assert not audience.suits(Kind.PROCESS)
    assert [t.id for t in found.suiting(Kind.PLACE)] == ["simple", "for-audience"]
    assert audience.asks_for("audience")
    assert not simple.asks_for("audience")


def test_slots_are_filled() -> None:
    category = Category("birds", Kind.THING, "animals", (Topic("an owl"),))
    template = Template("t", "{topic}, {name}, {category}, {audience}: {topic}")
    filled = template.fill(category.topics[0], category, "a child")
    assert filled == "an owl, owl, birds, a child: an owl"


def test_what_fills_a_slot_is_not_filled_again() -> None:
    category = Category("{audience}", Kind.THING, "d", (Topic("{name} {0} %s"),))
    template = Template("t", "{topic} / {category}")
    assert template.fill(category.topics[0], category, "x") == "{name} {0} %s / {audience}"


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("What is {topic}?", "What is {topc}?", 5, "Did you mean 'topic'?"),
        ("What is {topic}?", "What is {topic} {}?", 5, "is no slot"),
        ("What is {topic}?", "What is {topic.__class__}?", 5, "is no slot"),
        ("What is {topic}?", "What is {topic!r}?", 5, "is no slot"),
        ("What is {topic}?", "What is {topic:>9}?", 5, "is no slot"),
        ("What is {topic}?", "What is {{topic}}?", 5, "belongs to no slot"),
        ("What is {topic}?", "What is {topic?", 5, "belongs to no slot"),
        ("What is {topic}?", "What is {category}?", 5, "must hold {topic} or {name}"),
        ("What is {topic}?", '"What is \\u202e{topic}?"', 5, "U+202E"),
        ("What is {topic}?", '"What is \\u0000{topic}?"', 5, "U+0000"),
        ("What is {topic}?", "''", 5, "empty"),
        ("What is {topic}?", f"'{'{topic} ' * 90}'", 5, "at most 500"),
        ("id: for-audience", "id: simple", 6, "id 'simple' stands twice"),
        ("id: for-audience", "id: For Audience", 6, "should match pattern"),
        ("id: for-audience", f"id: {'a' * 60}", 6, "at most 48"),
        ("kinds: [thing, place]", "kinds: [thing, plce]", 8, "'thing', 'place'"),
        ("kinds: [thing, place]", "kind: [thing]", 8, "Did you mean 'kinds'?"),
        ("licence: CC0-1.0", "licence: CC0-1.0\nlanguage: nonsense!", 2, "tag such as en"),
        ("audiences: [a beginner, a child]", "audiences: []", 7, "`audiences`"),
    ],
    ids=lambda value: ascii(str(value).strip()[:30]),
)
def test_refused_with_line(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    assert GOOD.count(old) == 1
    message = refused(write(tmp_path, GOOD.replace(old, new)))
    assert f"template file templates.yaml, line {line}" in message
    assert says in message


def test_the_same_text_twice(tmp_path: Path) -> None:
    text = GOOD + "  - id: other\n    text: what IS  {topic}?\n"
    message = refused(write(tmp_path, text))
    assert "line 10: text 'what IS {topic}?' stands twice" in message
    assert "found the same in template file templates.yaml, line 5" in message


def test_no_template(tmp_path: Path) -> None:
    path = write(tmp_path, "licence: CC0-1.0\ntemplates: []\n")
    assert "line 2: templates is not valid; expected List should have at least 1" in refused(path)


def test_a_missing_file(tmp_path: Path) -> None:
    assert "template file absent.yaml cannot be read" in refused(tmp_path / "absent.yaml")
