from __future__ import annotations

import pytest

from qmirror_assets.figures.spec import parse_spec
from qmirror_assets.mirror.compose import compose
from qmirror_assets.mirror.draft import Draft
from qmirror_assets.mirror.labels import Labels
from qmirror_assets.mirror.plan import Variant
from qmirror_assets.records import Given, Seed

from .conftest import draft_of, plan_of, seed_of


def test_code_names_what_no_model_named(car: Seed) -> None:
    draft = draft_of(car, spans=("a", "b"))
    assert draft.writer == "template"
    assert set(draft.labels_by.values()) == {"template"}
    assert draft.question == (
        "A car with the mass shown in the figure accelerates from rest to the final speed shown "
        "there in 8.0 s. What is its acceleration?"
    )


def test_a_fitting_label_enters_the_sentence(car: Seed) -> None:
    labels = Labels({"b": "top speed"}, "car")
    draft = draft_of(car, labels, ("b",))
    assert "to the top speed shown in the figure" in draft.question
    assert draft.writer == "model"


def test_a_label_of_another_dimension_stays_out_of_the_sentence(car: Seed) -> None:
    draft = draft_of(car, Labels({"b": "height"}, "car"), ("b",))
    assert "to the final speed shown in the figure" in draft.question
    assert draft.moved[0].label == "height"  # and a rule will refuse it


def test_a_drawing_of_the_seed_shows_moved_values_only(circuit: Seed) -> None:
    figure = draft_of(circuit, spans=("a",)).figure
    assert figure["source"]["value"] == "12 V"
    assert figure["resistors"][0]["value"] == ""
    assert figure["title"] == "A simple circuit"


def test_a_label_of_the_model_takes_the_place_of_the_template_label(circuit: Seed) -> None:
    figure = draft_of(circuit, Labels({"a": "battery voltage"}, "lamp"), ("a",)).figure
    assert figure["source"]["label"] == "battery voltage"
    assert figure["resistors"][0]["label"] == "resistance"


def test_a_chain_with_a_wrong_name_takes_the_text_s_own() -> None:
    seed = seed_of("In the food chain grass → hare → fox, who eats?")
    draft = draft_of(seed, Labels({"a": "list of mammals"}, "fox"))
    assert draft.moved[0].label == "food chain"
    assert draft.labels_by == {"a": "template"}
    assert draft.figure["nodes"] == ["grass", "hare", "fox"]


def test_a_series_with_a_wrong_name_takes_the_text_s_own() -> None:
    seed = seed_of("Metals have these melting points: tin 232 °C, lead 327 °C, zinc 420 °C. Why?")
    draft = draft_of(seed, Labels({"a": "temperature rise"}, "tin"))
    assert draft.title == "Melting points"
    assert draft.writer == "template"


def test_an_object_that_is_a_quantity_is_not_drawn() -> None:
    seed = seed_of("An adult has a mass of 72 kg. What is the body mass of this person?")
    draft = draft_of(seed, Labels({"a": "mass of the adult"}, "body mass"))
    assert draft.figure["object"] == "adult"


def test_two_series_become_one_line() -> None:
    seed = seed_of("After 1 s, 2 s and 3 s it has covered 2 m, 8 m and 18 m. Why?")
    figure = draft_of(seed).figure
    assert figure["style"] == "line"
    assert [(p["x"], p["y"]) for p in figure["points"]] == [(1.0, 2.0), (2.0, 8.0), (3.0, 18.0)]


@pytest.mark.parametrize(
    ("question", "kind", "template"),
    [
        ("A spring stretches by 5.0 cm under a force of 20 N. Why?", "scene", "spring"),
        ("A wave has a frequency of 50 Hz and a wavelength of 0.40 m. Why?", "scene", "wave"),
        ("A block of copper has a mass of 2.0 kg and a volume of 0.5 L. Why?", "scene", "callouts"),
        ("A converging lens has a focal length of 10 cm. Why?", "ray_diagram", None),
        ("Two resistors with resistances of 15 Ω and 33 Ω are in series. Why?", "circuit", None),
    ],
)
def test_the_drawing_fits_the_words(question: str, kind: str, template: str | None) -> None:
    figure = draft_of(seed_of(question)).figure
    assert figure["kind"] == kind
    assert figure.get("template") == template


def test_a_thrown_up_ball_is_not_drawn_as_a_projectile() -> None:
    figure = draft_of(seed_of("A ball is thrown straight up with a speed of 9 m/s. Why?")).figure
    assert figure.get("template") != "projectile"


def test_one_noun_for_two_values_is_told_apart_by_their_roles() -> None:
    givens = (Given("upper elevation", "", "620", "m"), Given("lower elevation", "", "380", "m"))
    seed = seed_of("A stream falls from an elevation of 620 m to an elevation of 380 m. Why?", givens=givens)  # fmt: skip  # noqa: E501
    question = draft_of(seed, spans=("a", "b")).question
    assert "from the upper elevation to the lower elevation shown in the figure" in question


def test_draft_survives_json(car: Seed) -> None:
    draft = draft_of(car)
    assert Draft.from_json(draft.to_json()) == draft


def test_a_variant_without_a_sentence_is_rejected() -> None:
    seed = seed_of("Add 50 mL of 0.10 mol/L sodium hydroxide. Why?")
    plan = plan_of(seed)
    rejected = compose(plan, Variant(("a", "b"), "drawing", ""), seed, None)
    assert not isinstance(rejected, Draft)
