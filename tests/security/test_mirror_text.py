"""Hostile questions: nothing crashes, nothing hangs, nothing is forged."""

from __future__ import annotations

import time

import pytest

from qmirror_assets.mirror.compose import compose
from qmirror_assets.mirror.draft import Draft
from qmirror_assets.mirror.plan import Plan, make_plan
from qmirror_assets.mirror.rules import check_rules
from qmirror_assets.records import Rejection, Seed

HOSTILE = {
    "many values": "It is 5 m, " * 700,
    "nested brackets": "(" * 3_000 + "2 kg" + ")" * 3_000,
    "long digits": "A mass of " + "9" * 7_000 + " kg.",
    "arrows": "a → " * 1_900,
    "commas": "the things " + "a, " * 2_500 + "and b.",
    "spaces": "A mass of" + " " * 7_500 + "5 kg.",
    "dollars": "$" * 8_000,
    "backslashes": "\\mathrm{" * 900 + "5 kg",
    "marks": "A mass of 2 kg \x01 and \x02 a length of 3 m \x05 falls. Why?",
    "jinja": "A {{ x }} {% for %} block of mass 2 kg. Why?",
    "braces": "A {role} block of mass 2 kg and {} height of 3 m. Why?",
    "regex": r"A block (?:.*)+$ [a-z]{9,} of mass 2 kg. Why?",
    "one word": "a" * 8_000,
    "hyphens": "a-" * 4_000,
    "no spaces": "5kg5kg5kg" * 800,
    "of of": "a mass of " * 790 + "5 kg",
    "and and": "The mass is 5 kg, and " * 350,
    "is is": "the mass " * 880 + "is 5 kg.",
    "unicode": "A mass of ５ kg and ٥ kg and 𝟓 kg. Why?",
}  # fmt: skip


@pytest.mark.parametrize("question", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_question_ends_soon_and_cleanly(question: str) -> None:
    seed = Seed(question=question[:8_000], answer="5", domain="physics")
    started = time.perf_counter()
    plan = make_plan(seed)
    if isinstance(plan, Plan):
        for variant in plan.variants[:3]:
            draft = compose(plan, variant, seed, None)
            if isinstance(draft, Draft):
                check_rules(seed, plan, draft, ["5"], ["5"])
    else:
        assert isinstance(plan, Rejection)
        assert plan.detail
    assert time.perf_counter() - started < 3
