"""Rules that reading real model output asked for."""

from __future__ import annotations

import pytest

from qmirror_assets.mirror.compose import compose
from qmirror_assets.mirror.draft import Draft
from qmirror_assets.mirror.labels import Labels
from qmirror_assets.mirror.plan import Variant, make_plan
from qmirror_assets.mirror.rules import check_rules
from qmirror_assets.records import Seed
from qmirror_assets.seeds.computed import generate

LIFT = (
    "In a hydraulic lift, a force of 150 N acts on a piston with an area of 0.020 m². "
    "The load rests on a piston with an area of 0.60 m². What force supports the load?"
)
MEADOW = (
    "In one year the plants of a meadow store 20,000 kJ/m² of energy, and the herbivores that "
    "feed on them store 1,800 kJ/m². What is the efficiency of the energy transfer?"
)


def states(question: str, moved: tuple[str, ...], labels: dict[str, str]) -> dict[str, str]:
    seed = Seed(question=question, answer="see the text", domain="physics")
    plan = make_plan(seed)
    variant = Variant(moved, "drawing", "test")
    draft = compose(plan, variant, seed, Labels(labels))
    assert isinstance(draft, Draft), draft
    return {r.name: r.state for r in check_rules(seed, plan, draft, None, None)}


@pytest.mark.parametrize(
    ("label", "state"),
    [("force supported by the load", "fail"), ("force on the piston", "pass")],
    ids=["what is asked", "what is given"],
)
def test_a_label_may_not_name_what_is_asked(label: str, state: str) -> None:
    assert states(LIFT, ("a",), {"a": label})["label_not_asked"] == state


@pytest.mark.parametrize(
    ("labels", "state"),
    [
        ({"a": "amount of energy", "b": "energy"}, "fail"),
        ({"a": "energy of the plants", "b": "energy of the herbivores"}, "pass"),
    ],
    ids=["one inside the other", "told apart"],
)
def test_labels_of_one_unit_tell_the_values_apart(labels: dict[str, str], state: str) -> None:
    assert states(MEADOW, ("a", "b"), labels)["labels_distinct"] == state


def test_values_joined_by_and_move_together() -> None:
    seeds = generate(50, 7, families=["biology.cross_of_two_parents"])
    seed = next(s for s in seeds if "genotypes" in s.question)
    plan = make_plan(seed)
    first = next(span for span in plan.spans if span.role == seed.givens[0].role)
    draft = compose(plan, Variant((first.id,), "drawing", "test"), seed, None)
    assert isinstance(draft, Draft)
    found = {r.name: r.state for r in check_rules(seed, plan, draft, None, None)}
    assert found["pairs_together"] == "fail"
