"""Each hard rule fails on a draft that breaks it, and only then."""
# ruff: noqa: E501 - one broken draft, one line

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from qmirror_assets.mirror.compose import compose
from qmirror_assets.mirror.draft import Draft, Moved
from qmirror_assets.mirror.plan import Plan
from qmirror_assets.mirror.rubric import score
from qmirror_assets.mirror.rules import FAIL, PASS, RULES, accepted, check_rules, feedback
from qmirror_assets.records import Given, Seed

from .conftest import plan_of, seed_of

Change = Callable[[Draft], Draft]


@pytest.fixture
def made(car: Seed) -> tuple[Seed, Plan, Draft]:
    plan = plan_of(car)
    variant = next(v for v in plan.variants if v.spans == ("a", "b"))
    draft = compose(plan, variant, car, None)
    assert isinstance(draft, Draft)
    return car, plan, draft


def states(seed: Seed, plan: Plan, draft: Draft, ocr: list[str] | None = None) -> dict[str, str]:
    return {r.name: r.state for r in check_rules(seed, plan, draft, ocr, None)}


def test_a_good_draft_passes(made: tuple[Seed, Plan, Draft]) -> None:
    results = check_rules(*made, ["1500 kg", "24 m/s"], ["1500 kg", "24 m/s"], None)
    assert accepted(results), feedback(results)
    assert {r.name for r in results} == set(RULES)


def text(change: Callable[[str], str]) -> Change:
    return lambda draft: replace(draft, question=change(draft.question))


def label(new: str, by: str = "model") -> Change:
    def change(draft: Draft) -> Draft:
        return replace(draft, moved=(replace(draft.moved[0], label=new, by=by), *draft.moved[1:]))

    return change


BROKEN: list[tuple[str, Change]] = [
    ("something_moved", lambda d: replace(d, moved=())),
    ("moved_absent", text(lambda q: q.replace("8.0 s", "8.0 s and 24 m/s"))),
    ("givens_kept", text(lambda q: q.replace(" in 8.0 s", ""))),
    ("answer_hidden", text(lambda q: q.replace("What", "It is 3.0 m/s². What"))),
    ("answer_hidden", label("acceleration 3.0 m/s²")),
    ("figure_mentioned", text(lambda q: q.replace("figure", "question"))),
    ("no_overclaim", text(lambda q: f"The figure shows the mass and 8.0 s. {q}")),
    ("no_new_numbers", text(lambda q: q.replace("A car", "A car with 4 doors"))),
    ("no_new_numbers", text(lambda q: q.replace("A car", "One of two cars"))),
    ("value_role", text(lambda q: q.replace("in 8.0 s", "") + " Odd green birds sing 8.0 s long")),
    ("not_repeated", text(lambda q: q.replace("in 8.0 s", "in 8.0 s, 8.0 s"))),
    ("asked_words", text(lambda q: q.replace("What is its acceleration", "How far does it go"))),
    ("few_new_words", text(lambda q: f"{q} Mind furry purple dragons everywhere.")),
    ("no_artefacts", text(lambda q: q.replace("A car", "A  car"))),
    ("no_artefacts", text(lambda q: q.replace("the mass", "the the mass"))),
    ("no_artefacts", text(lambda q: q.replace("24", "[a]") + " [a]")),
    ("doubled_noun", text(lambda q: q.replace("A car with", "A mass with"))),
    ("doubled_noun", text(lambda q: q.replace("to the final", "at the final speed and the final"))),
    ("is_question", text(lambda q: q.replace("?", "."))),
    ("label_words", label("mass of the dragon")),
    ("label_head", label("molar mass")),
    ("label_head", label("height of the car")),
    ("labels_distinct", lambda d: replace(d, moved=(d.moved[0], replace(d.moved[1], label=d.moved[0].label)))),
    ("title_checked", lambda d: replace(d, figure={**d.figure, "title": "Planets in order"})),
    ("figure_adds_nothing", lambda d: replace(d, figure={**d.figure, "object": "8.0 s"})),
]  # fmt: skip


@pytest.mark.parametrize(("name", "change"), BROKEN, ids=[f"{n}-{i}" for i, (n, _) in enumerate(BROKEN)])  # fmt: skip
def test_a_broken_draft_fails_its_rule(
    name: str, change: Change, made: tuple[Seed, Plan, Draft]
) -> None:
    seed, plan, draft = made
    assert states(seed, plan, draft)[name] == PASS
    assert states(seed, plan, change(draft))[name] == FAIL


def test_a_label_and_the_text_use_one_name() -> None:
    seed = seed_of("Water vapour has a density of 9.0 g/m³. Why?")
    plan = plan_of(seed)
    draft = compose(plan, plan.variants[0], seed, None)
    assert isinstance(draft, Draft)
    other = replace(draft, moved=(Moved("a", "concentration of vapour", "9.0 g/m³", "model"),))
    assert states(seed, plan, other)["label_matches_text"] == FAIL


@pytest.mark.parametrize(
    ("label_text", "place", "state"),
    [("final length", 1, FAIL), ("initial length", 0, PASS), ("initial length", 1, FAIL)],
)
def test_initial_and_final_must_be_borne_out(label_text: str, place: int, state: str) -> None:
    seed = seed_of("A bar with a length of 0.50 m becomes longer by 0.25 mm when pulled. Why?")
    plan = plan_of(seed)
    variant = next(v for v in plan.variants if v.spans == (plan.spans[place].id,))
    draft = compose(plan, variant, seed, None)
    assert isinstance(draft, Draft)
    named = replace(draft, moved=(replace(draft.moved[0], label=label_text, by="model"),))
    assert states(seed, plan, named)["label_state"] == state


def test_a_label_agrees_with_the_role_of_the_given() -> None:
    givens = (Given("extension", "", "0.25", "mm"),)
    seed = seed_of("A bar becomes longer by 0.25 mm when it is pulled. Why?", givens=givens)
    plan = plan_of(seed)
    draft = compose(plan, plan.variants[0], seed, None)
    assert isinstance(draft, Draft)
    for name, state in (("length of the bar", FAIL), ("extension of the bar", PASS)):
        named = replace(draft, moved=(replace(draft.moved[0], label=name, by="model"),))
        assert states(seed, plan, named)["label_matches_text"] == state


def test_a_label_may_not_give_the_value_to_another_thing() -> None:
    seed = seed_of("A cart with a mass of 2 kg rolls. Far behind it stands a truck. Why?")
    plan = plan_of(seed)
    draft = compose(plan, plan.variants[0], seed, None)
    assert isinstance(draft, Draft)
    wrong = replace(draft, moved=(replace(draft.moved[0], label="mass of the truck", by="model"),))
    right = replace(draft, moved=(replace(draft.moved[0], label="mass of the cart", by="model"),))
    assert states(seed, plan, wrong)["label_owner"] == FAIL
    assert states(seed, plan, right)["label_owner"] == PASS


@pytest.mark.parametrize(
    ("figure", "state"),
    [
        ({"kind": "flow", "nodes": ["grass", "hare", "fox"]}, PASS),
        ({"kind": "flow", "nodes": ["hare", "grass", "fox"]}, FAIL),
        ({"kind": "table", "columns": ["Chain"], "rows": [["grass"], ["hare"], ["fox"]]}, FAIL),
    ],
    ids=["flow", "shuffled", "table"],
)
def test_a_chain_stays_a_flow(figure: dict[str, object], state: str) -> None:
    seed = seed_of("In the food chain grass → hare → fox, who eats?")
    plan = plan_of(seed)
    draft = compose(plan, plan.variants[0], seed, None)
    assert isinstance(draft, Draft)
    assert states(seed, plan, replace(draft, figure=figure))["chain_is_flow"] == state


def test_a_list_gets_no_order() -> None:
    seed = seed_of("Which of these is a noble gas: oxygen, neon or sodium?", "neon")
    plan = plan_of(seed)
    draft = compose(plan, plan.variants[0], seed, None)
    assert isinstance(draft, Draft)
    found = states(seed, plan, draft)
    assert found["no_false_order"] == PASS
    assert found["answer_hidden"] == PASS  # the answer is one of the entries, as in the seed
    numbered = replace(draft, figure={"kind": "table", "columns": ["Rank", "Gas"], "rows": []})
    assert states(seed, plan, numbered)["no_false_order"] == FAIL


def test_options_of_a_multiple_choice_item_are_not_the_answer_in_the_text(car: Seed) -> None:
    seed = replace(car, choices=("2.0 m/s²", "3.0 m/s²", "4.0 m/s²"))
    plan = plan_of(seed)
    draft = compose(plan, plan.variants[0], seed, None)
    assert isinstance(draft, Draft)
    assert states(seed, plan, draft)["answer_hidden"] == PASS


def test_the_answer_is_recomputed_from_text_and_figure(circuit: Seed) -> None:
    plan = plan_of(circuit)
    draft = compose(plan, plan.variants[0], circuit, None)
    assert isinstance(draft, Draft)

    def state(answer: str | None, of: Draft = draft) -> str:
        results = check_rules(circuit, plan, of, None, None, lambda *_: answer)
        return next(r.state for r in results if r.name == "answer_preserved")

    assert state("0.128 A") == PASS
    assert state("0.5 A") == FAIL
    assert state(None) == "abstain"
    assert state("0.128 A", replace(draft, figure={**draft.figure, "source": None})) == FAIL


@pytest.mark.parametrize(
    ("read", "state"),
    [
        (None, "abstain"),
        (["1500kg", "24m/s"], PASS),
        (["1500", "kg", "24 m/s"], PASS),
        (["15000 kg", "24 m/s"], FAIL),
        (["1500 kg", "124 m/s"], FAIL),
        ([], FAIL),
    ],
    ids=["unread", "tight", "two lines", "digit more", "digit before", "nothing"],
)
def test_ocr_reads(read: list[str] | None, state: str, made: tuple[Seed, Plan, Draft]) -> None:
    assert states(*made, read)["ocr_reads"] == state


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("3.0 × 10⁸ m/s", "3.0x10~8 m/s"),
        ("20 °C", "20C"),
        ("4.7 kΩ", "4.7 kQ"),
        ("9.8 m/s²", "9.8 m/s2"),
        ("−65 °C", "-65 °C"),
    ],
)
def test_ocr_may_misread_marks_but_not_digits(value: str, read: str) -> None:
    from qmirror_assets.mirror.checked import reads

    assert reads([read], value)
    assert not reads([read.replace("3.0", "3.1").replace("2", "7").replace("4.7", "4.1").replace("9.8", "9.6").replace("65", "66")], value)  # fmt: skip


def test_feedback_quotes_neither_value_nor_answer(made: tuple[Seed, Plan, Draft]) -> None:
    seed, plan, draft = made
    for _, change in BROKEN:
        for sentence in feedback(check_rules(seed, plan, change(draft), [], [])):
            assert not any(character.isdigit() for character in sentence)


def test_latex_in_a_seed_is_compared_as_it_is_drawn() -> None:
    seed = seed_of(r"A cart moves at $5.0\,\mathrm{m/s}$ for 3 s. Why?")
    plan = plan_of(seed)
    draft = compose(plan, plan.variants[0], seed, None)
    assert isinstance(draft, Draft)
    found = states(seed, plan, draft, ["5.0 m/s", "3 s"])
    assert FAIL not in found.values(), found


def test_scores_are_finite_and_within_bounds(made: tuple[Seed, Plan, Draft]) -> None:
    seed, plan, draft = made
    for changed in [draft, *(change(draft) for _, change in BROKEN)]:
        for ocr in (None, [], ["1500 kg", "24 m/s"]):
            results = check_rules(seed, plan, changed, ocr, None)
            scores = score(seed, plan, changed, results, ocr)
            numbers = [scores.ic, scores.cm, scores.qt, scores.average, *scores.parts.values()]
            assert all(math.isfinite(n) and 0 <= n <= 100 for n in numbers)


def test_a_better_draft_scores_higher(made: tuple[Seed, Plan, Draft]) -> None:
    seed, plan, draft = made
    ocr = ["1500 kg", "24 m/s"]
    broken = replace(draft, question=draft.question.replace("in 8.0 s", "in [b] s"))
    good = score(seed, plan, draft, check_rules(seed, plan, draft, ocr, ocr), ocr)
    bad = score(seed, plan, broken, check_rules(seed, plan, broken, ocr, ocr), ocr)
    assert good.average > bad.average
    assert good.average == pytest.approx(0.3 * good.ic + 0.3 * good.cm + 0.4 * good.qt, abs=0.02)


def test_a_given_with_latex_keeps_its_place() -> None:
    seed = seed_of("It warms from 20 °C. Why?", givens=(Given("start", "T", "20", "°C"),))
    assert plan_of(seed).span("a").role == "start"
