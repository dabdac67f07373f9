from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from qmirror_assets.mirror.labels import LABEL_CAP, label_messages, read_labels, trim_label
from qmirror_assets.records import Seed

from .conftest import plan_of, seed_of


def test_the_model_sees_neither_moved_values_nor_the_answer(
    car: Seed, render: Callable[..., str]
) -> None:
    plan = plan_of(car)
    messages, _ = label_messages(plan, plan.variants[0], car.question, render)
    asked = messages[-1]["content"]
    for span in plan.moved(plan.variants[0]):
        assert span.text not in asked
        assert f"[{span.id}]" in asked
    assert car.answer not in asked


def test_two_examples_stand_before_the_question(car: Seed, render: Callable[..., str]) -> None:
    plan = plan_of(car)
    messages, schema = label_messages(plan, plan.variants[0], car.question, render)
    roles = [message["role"] for message in messages]
    assert roles == ["system", "user", "assistant", "user", "assistant", "user"]
    assert set(schema["required"]) == {*plan.variants[0].spans, "object"}
    for message in messages[2:5:2]:
        assert json.loads(message["content"])["object"]


def test_jinja_in_a_seed_comes_out_literally(render: Callable[..., str]) -> None:
    seed = seed_of("A {{ 7 * 7 }} block with a mass of 2 kg slides. Why?")
    plan = plan_of(seed)
    messages, _ = label_messages(plan, plan.variants[0], seed.question, render)
    assert "{{ 7 * 7 }}" in messages[-1]["content"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        '{"object": "car"}',
        '{"a": 3, "b": "time", "object": "car"}',
        '{"a": "speed", "b": "time", "c": "x y", "object": "car"}',
        '{"a": "speed", "b": "time"}',
        '{"a": "%s", "b": "time", "object": "car"}' % ("x" * LABEL_CAP),
        '{"a": "", "b": "time", "object": "car"}',
        "[" * 100_000,
    ],
    ids=["empty", "text", "list", "none", "number", "extra", "object", "cut", "blank", "deep"],
)
def test_a_reply_that_was_not_asked_for_is_no_reply(text: str, car: Seed) -> None:
    plan = plan_of(car)
    variant = next(v for v in plan.variants if v.spans == ("a", "b"))
    assert read_labels(text, variant) is None


def test_labels_are_cleaned(car: Seed) -> None:
    plan = plan_of(car)
    variant = next(v for v in plan.variants if v.spans == ("a", "b"))
    labels = read_labels('{"a": "The Mass of car", "b": "Final speed.", "object": "A car"}', variant)  # fmt: skip  # noqa: E501
    assert labels is not None
    assert labels.labels == {"a": "Mass of car", "b": "Final speed"}
    assert labels.object == "car"


@pytest.mark.parametrize(
    ("label", "trimmed"),
    [
        ("theoretical yield in g", "theoretical yield"),
        ("mass of the spaceship", "mass"),
        ("mass of the car", "mass of the car"),
        ("mass measured", "mass"),
        ("Mass", "mass"),
    ],
)
def test_trim_label(label: str, trimmed: str, car: Seed) -> None:
    span = plan_of(car).span("a")
    assert trim_label(label, span, car.question) == trimmed


def test_a_series_is_not_named_after_one_of_its_values() -> None:
    seed = seed_of("Gases have these boiling points: methane 112 K, argon 87 K and neon 27 K. Why?")
    span = plan_of(seed).span("a")
    assert trim_label("boiling point of methane", span, seed.question) == "boiling point"
