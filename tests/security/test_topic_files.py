"""Hostile topic and template files: only our own errors escape, time stays bounded."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qmirror_assets.errors import QMirrorError
from qmirror_assets.recipe import TopicSeeds
from qmirror_assets.seeds.text import check_characters
from qmirror_assets.seeds.topics import Questions, ask
from qmirror_assets.seeds.topics.template_file import read_templates
from qmirror_assets.seeds.topics.topic_file import read_topics

FUZZ = settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.sampled_from(["thing", "a b", "../x", "con", "{topic}", "{topic.__class__}", "\u202e", "x"]),
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3), max_leaves=5)
CATEGORIES = st.lists(
    st.dictionaries(st.sampled_from(["name", "kind", "topics", "x"]), VALUES), max_size=3
)
FILES = st.fixed_dictionaries({"domain": LEAVES, "licence": LEAVES, "categories": CATEGORIES})
TEMPLATES = st.fixed_dictionaries(
    {
        "licence": LEAVES,
        "audiences": VALUES,
        "templates": st.lists(
            st.dictionaries(st.sampled_from(["id", "text", "kinds"]), VALUES), max_size=3
        ),
    }
)
GOOD = "domain: d\nlicence: CC0-1.0\ncategories:\n  - {name: c, kind: thing, topics: [%s]}\n"
GOOD_TEMPLATES = "licence: CC0-1.0\ntemplates:\n  - {id: a, text: '{topic} / {category}?'}\n"


@given(data=st.one_of(st.binary(max_size=200), FILES.map(lambda d: yaml.safe_dump(d).encode())))
@FUZZ
def test_any_topic_file(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "t.yaml"
    path.write_bytes(data)
    try:
        found = read_topics([path])
    except QMirrorError:
        return
    for category in found:
        for text in (category.name, category.domain, *(topic.text for topic in category.topics)):
            assert text.strip()
            assert check_characters(text) == text


@given(data=st.one_of(st.binary(max_size=200), TEMPLATES.map(lambda d: yaml.safe_dump(d).encode())))
@FUZZ
def test_any_template_file(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "t.yaml"
    path.write_bytes(data)
    try:
        found = read_templates(path)
    except QMirrorError:
        return
    assert all("{topic}" in t.text or "{name}" in t.text for t in found.templates)


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x]\nb: &b [*a, *a]\ncategories: *b\n",
        "domain: !!python/object/apply:os.system ['true']\n",
        "[" * 5_000,
        "categories: " + "{a: " * 2_000,
        "x" * 1_000_001,
        GOOD % ("a" + "\\u0301" * 200),
        GOOD % '"\\ud800"',
        GOOD % '"\\u2028"',
    ],
    ids=["bomb", "object", "nested list", "nested map", "huge", "marks", "surrogate", "separator"],
)
def test_bombs_are_refused_quickly(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(text, "utf-8")
    start = time.monotonic()
    for read in (lambda: read_topics([path]), lambda: read_templates(path)):
        with pytest.raises(QMirrorError):
            read()
    assert time.monotonic() - start < 10


@pytest.mark.parametrize(
    "topic",
    ["{category}", "{topic.__class__}", "{{ 7 * 7 }}", "%(x)s", "$HOME", "<script>", "'; --"],
)
def test_a_topic_is_text_and_nothing_else(tmp_path: Path, topic: str) -> None:
    (tmp_path / "t.yaml").write_text(GOOD % yaml.safe_dump(topic, default_style='"').strip())
    (tmp_path / "q.yaml").write_text(GOOD_TEMPLATES)
    questions = Questions.of(TopicSeeds(count=1, path="t.yaml", templates="q.yaml"), tmp_path)
    (asked,) = ask(questions, 1, 7)
    assert asked.seed.question == f"{topic} / c?"


def test_a_folder_or_device_is_no_topic_file(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").mkdir()
    with pytest.raises(QMirrorError, match=r"topic file t\.yaml cannot be read"):
        read_topics([tmp_path / "t.yaml"])


def test_a_large_file_is_read_in_bounded_time(tmp_path: Path) -> None:
    topics = ", ".join(f"topic {i}" for i in range(5_000))
    path = tmp_path / "t.yaml"
    path.write_text(GOOD % topics)
    start = time.monotonic()
    (category,) = read_topics([path])
    assert len(category.topics) == 5_000
    assert time.monotonic() - start < 60
