from __future__ import annotations

import pytest

from qmirror_assets.mirror.plan import MAX_VARIANTS, Plan, make_plan
from qmirror_assets.records import Given, Reason, Rejection, Seed

from .conftest import plan_of, seed_of


def test_pairs_come_before_single_values(car: Seed) -> None:
    plan = plan_of(car)
    sizes = [len(variant.spans) for variant in plan.variants]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == 2
    assert sizes[-1] == 1


def test_values_of_one_unit_come_first() -> None:
    seed = seed_of("It takes 5.0 min to warm 200 g of water from 20 °C to 70 °C. Why?")
    plan = plan_of(seed)
    first = plan.moved(plan.variants[0])
    assert [span.text for span in first] == ["20 °C", "70 °C"]


def test_plan_survives_json(car: Seed) -> None:
    plan = plan_of(car)
    assert Plan.from_json(plan.to_json()) == plan


def test_rounds_go_through_the_variants_and_begin_again(car: Seed) -> None:
    plan = plan_of(car)
    count = len(plan.variants)
    assert plan.variant_of_round(0) == plan.variant_of_round(count)
    assert plan.variant_of_round(0) != plan.variant_of_round(1)
    assert count <= MAX_VARIANTS


def test_variants_are_all_different(car: Seed) -> None:
    names = [variant.spans for variant in plan_of(car).variants]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("question", "figure"),
    [
        ("In the food chain grass → hare → fox, who eats?", "flow"),
        ("Which of these is a noble gas: oxygen, neon or sodium?", "table"),
        ("Metals have these densities: iron 7.9 g/mL, tin 7.3 g/mL, lead 11 g/mL. Why?", "chart"),
        ("After 1 s, 2 s and 3 s it has covered 2 m, 8 m and 18 m. Why?", "chart"),
        ("A wave has a frequency of 50 Hz. Why?", "drawing"),
    ],
    ids=["chain", "list", "series", "two series", "quantity"],
)  # fmt: skip
def test_figure_kind(question: str, figure: str) -> None:
    assert plan_of(seed_of(question)).variants[0].figure == figure


@pytest.mark.parametrize(
    ("seed", "reason"),
    [
        (seed_of("Why do leaves look green?"), Reason.NOTHING_MOVABLE),
        (seed_of("A planet has 8 times the mass of Earth. Why?"), Reason.NO_VARIANT),
        (seed_of("Ein Zug fährt mit 25 m/s. Warum?", language="de"), Reason.ABSTAINED),
        (seed_of(""), Reason.NOTHING_MOVABLE),
    ],
    ids=["why", "unsure", "german", "empty"],
)
def test_rejections_say_why(seed: Seed, reason: Reason) -> None:
    rejection = make_plan(seed)
    assert isinstance(rejection, Rejection)
    assert rejection.reason is reason
    assert rejection.detail


def test_a_seed_with_a_drawing_of_its_own_uses_it(circuit: Seed) -> None:
    assert all(variant.figure == "template" for variant in plan_of(circuit).variants)


def test_a_punnett_square_moves_all_or_nothing() -> None:
    question = "A plant with the genotype Aa is crossed with one of the genotype aa. Why?"
    givens = (Given("first", "", "Aa"), Given("second", "", "aa"))
    figure = {"version": 1, "kind": "punnett", "parent1": "{first}", "parent2": "{second}"}
    plan = plan_of(seed_of(question, givens=givens, figure=figure))
    assert [variant.spans for variant in plan.variants] == [("a", "b")]
