"""Seeds and prompts that the mirror tests share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import qmirror_assets
from qmirror_assets.figures.spec import parse_spec
from qmirror_assets.mirror.compose import compose
from qmirror_assets.mirror.draft import Draft
from qmirror_assets.mirror.labels import Labels
from qmirror_assets.mirror.plan import Plan, make_plan
from qmirror_assets.records import Given, Json, Seed
from qmirror_assets.templates import Prompts

PROMPTS = Path(qmirror_assets.__file__).parent / "recipes" / "qmirror" / "prompts"


def seed_of(question: str, answer: str = "unknown", **fields: Json) -> Seed:
    return Seed(question=question, answer=answer, domain="physics", **fields)


def plan_of(seed: Seed) -> Plan:
    plan = make_plan(seed)
    assert isinstance(plan, Plan), plan
    return plan


def draft_of(seed: Seed, labels: Labels | None = None, spans: tuple[str, ...] = ()) -> Draft:
    plan = plan_of(seed)
    variant = next((v for v in plan.variants if v.spans == spans), plan.variants[0])
    draft = compose(plan, variant, seed, labels)
    assert isinstance(draft, Draft), draft
    parse_spec(draft.figure)
    return draft


@pytest.fixture
def car() -> Seed:
    return seed_of(
        "A 1500 kg car accelerates from rest to 24 m/s in 8.0 s. What is its acceleration?",
        "3.0 m/s²",
    )


@pytest.fixture
def circuit() -> Seed:
    """A computed seed with roles and a figure template of its own."""
    return seed_of(
        "A battery with a voltage of 12 V drives a lamp. The resistance of the lamp is 94 Ω. "
        "What current flows?",
        "0.128 A",
        family="physics.ohms_law",
        givens=(Given("supply voltage", "V", "12", "V"), Given("resistance", "R", "94", "Ω")),
        figure={
            "version": 1,
            "kind": "circuit",
            "title": "A simple circuit",
            "topology": "series",
            "source": {"label": "supply voltage", "value": "{supply voltage}", "symbol": "V"},
            "resistors": [{"label": "resistance", "value": "{resistance}", "symbol": "R"}],
        },
    )


@pytest.fixture
def render() -> Callable[..., str]:
    return Prompts(PROMPTS).render
