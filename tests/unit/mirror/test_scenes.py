"""What the call-outs point at, and which way an arrow goes."""

import pytest

from qmirror_assets.mirror.labels import Labels
from qmirror_assets.mirror.scenes import choose_icon

from .conftest import draft_of, seed_of


@pytest.mark.parametrize(
    ("thing", "icon"),
    [
        ("galaxy", "galaxy"),
        ("distant galaxy", "galaxy"),
        ("radio telescope", "radio_telescope"),
        ("leaf cell", "cell"),
        ("two stars", "stars"),
        ("block of copper", "block"),
        ("solar cell", None),
        ("fuel cells", None),
        ("power plant", None),
        ("neutron star", None),
        ("hammer on the Moon", None),
        ("supernova", None),
        ("oxygen", None),
        ("", None),
    ],
)
def test_an_icon_depicts_the_last_word_or_nothing(thing: str, icon: str | None) -> None:
    assert choose_icon(thing) == icon


def test_values_without_a_picture_stand_in_a_table() -> None:
    seed = seed_of("A sample of neon has a mass of 12 g and a volume of 8.0 L. Why?")
    figure = draft_of(seed, Labels({"a": "mass of neon", "b": "volume of neon"}, "neon")).figure
    assert figure["kind"] == "table"
    assert figure["rows"] == [["Mass of neon", "12 g"], ["Volume of neon", "8.0 L"]]


def test_a_caption_names_no_other_thing_than_the_labels() -> None:
    seed = seed_of("A student lights a mass of 12 g of wax and a volume of 8.0 L of water. Why?")
    labels = Labels({"a": "mass of wax", "b": "volume of water"}, "student")
    assert draft_of(seed, labels).figure["kind"] == "table"


@pytest.mark.parametrize(
    ("question", "label", "template"),
    [
        (
            "A car with a speed of 20 m/s brakes with an acceleration of 4.0 m/s². Why?",
            "acceleration",
            None,
        ),
        (
            "A car with a speed of 20 m/s brakes with a deceleration of 4.0 m/s². Why?",
            "deceleration",
            "kinematics",
        ),
        (
            "A car with a speed of 20 m/s then has an acceleration of 4.0 m/s². Why?",
            "acceleration",
            "kinematics",
        ),
    ],
)
def test_a_braking_car_has_no_arrow_along_its_motion(
    question: str, label: str, template: str | None
) -> None:
    labels = Labels({"a": "initial speed", "b": label}, "car")
    figure = draft_of(seed_of(question), labels).figure
    assert figure.get("template") == template
