"""Numbers of an answer against numbers of a figure."""

from __future__ import annotations

import pytest

from qmirror_assets.synjudge.numbers import contradiction, find_quantities, pair_values
from qmirror_assets.synjudge.subject import Subject
from tests.unit.synjudge.shelf import figure_items

DRAWN = (
    ("title", "Mountains"), ("label", "Everest"), ("value", "8849 m"),
    ("label", "Mont Blanc"), ("value", "4806 m"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12 400 people", [(12400, "people")]),
        ("12,400 m and 3.5 km", [(12400, "m"), (3.5, "km")]),
        ("in 1969, after 8 years", [(1969, ""), (8, "years")]),
        ("-5 °C or −3 %", [(-5, "°C"), (-3, "%")]),
        ("no H2O, no R2-D2, no 1.2.3.4", [(1.2, "")]),
    ],
    ids=["space", "comma", "year", "minus", "not-numbers"],
)
def test_find_quantities(text: str, expected: list[tuple[float, str]]) -> None:
    found = [(q.value, q.unit) for q in find_quantities(text)]
    assert found[: len(expected)] == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Everest is 8849 m high.", 0.0),
        ("Everest, the highest of them, rises to 8489 m.", 1.0),
        ("Mont Blanc has 4806 m, Everest has 9849 m.", 1.0),
        ("The first one is 9000 m high, the other 4806 m.", 0.5),
        ("Everest was first climbed in 1953.", 0.0),
        ("They are 4043 apart.", 0.0),
        ("Both are high.", None),
    ],
    ids=["right", "named", "second", "not-named", "other-unit", "difference", "no-number"],
)
def test_contradiction(answer: str, expected: float | None) -> None:
    assert contradiction(Subject("How high?", answer, drawn=DRAWN)) == expected


def test_a_number_of_the_question_is_no_contradiction() -> None:
    subject = Subject("Is Everest above 8000 m?", "Everest is above 8000 m.", drawn=DRAWN)
    assert contradiction(subject) == 0.0


def test_a_tick_is_no_value() -> None:
    drawn = (("tick", "9000"), *DRAWN)
    assert contradiction(Subject("How high?", "Everest is 9000 m high.", drawn=drawn)) == 1.0


def test_without_drawn_numbers_there_is_nothing_to_contradict() -> None:
    assert contradiction(Subject("?", "It is 5 m.", drawn=(("node", "egg"),))) is None


@pytest.mark.parametrize(
    ("topic", "pair"),
    [
        ("mountains", ("Kilimanjaro", "5895 m")),
        ("moon flights", ("First satellite", "1957")),
        ("animals", ("cheetah", "104")),
    ],
    ids=["table", "timeline", "chart"],
)
def test_labels_find_their_values(topic: str, pair: tuple[str, str]) -> None:
    item = next(item for item in figure_items() if item.topic == topic)
    assert pair in pair_values(item.drawn)
