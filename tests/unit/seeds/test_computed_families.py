"""Every problem family: what must hold for any seed it gives."""

from __future__ import annotations

import itertools
import math
import re
from typing import TYPE_CHECKING

import pytest

from qmirror_assets.errors import QMirrorError
from qmirror_assets.figures.spec import parse_spec
from qmirror_assets.seeds.computed import answers_agree, families, recompute
from qmirror_assets.seeds.computed.catalogue import catalogue
from qmirror_assets.seeds.computed.chemistry.substances import MOLECULES
from qmirror_assets.seeds.computed.draw import Drawer
from qmirror_assets.seeds.computed.family import Answer, Constant, Family, Quantity
from qmirror_assets.seeds.computed.formatting import given_text, quantity_text
from qmirror_assets.seeds.computed.grid import span
from qmirror_assets.seeds.computed.solve import Solver, solve_with_units

if TYPE_CHECKING:
    from qmirror_assets.records import Json, Seed

DRAWS = 60
FAMILIES = tuple(catalogue().values())
each_family = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.id)


def draw(family: Family, random_seed: int = 5) -> list[Seed]:
    seeds = (Drawer(family, random_seed).draw(index) for index in range(DRAWS))
    return [seed for seed in seeds if seed is not None]


def fill(template: Json, texts: dict[str, str]) -> Json:
    if isinstance(template, str):
        return texts.get(template, template)
    if isinstance(template, dict):
        return {key: fill(value, texts) for key, value in template.items()}
    if isinstance(template, list):
        return [fill(value, texts) for value in template]
    return template


def strings(value: Json) -> list[str]:
    if isinstance(value, str):
        return [value]
    children = value.values() if isinstance(value, dict) else value
    return [text for child in children for text in strings(child)] if _nested(value) else []


def _nested(value: Json) -> bool:
    return isinstance(value, dict | list)


@each_family
def test_each_given_stands_once_in_the_question(family: Family) -> None:
    for seed in draw(family):
        texts = [given_text(given) for given in seed.givens]
        assert len(set(texts)) == len(texts)
        assert [seed.question.count(text) for text in texts] == [1] * len(texts)


@each_family
def test_the_answer_follows_from_the_givens_and_is_not_told(family: Family) -> None:
    for seed in draw(family):
        assert recompute(seed.family, seed.givens) == seed.answer
        assert recompute(seed.family, tuple(reversed(seed.givens))) == seed.answer
        assert seed.answer not in seed.question
        assert not any(answers_agree(given_text(given), seed.answer) for given in seed.givens)


@each_family
def test_floats_and_units_library_agree(family: Family) -> None:
    solver = Solver(family)
    for seed in draw(family)[:8]:
        values = {given.symbol: given.value for given in seed.givens}
        assert math.isclose(solver.number(values), solve_with_units(family, values), rel_tol=1e-9)


@each_family
def test_questions_read_as_english_sentences(family: Family) -> None:
    for seed in draw(family):
        assert seed.question[0].isupper() or seed.question[0].isdigit()
        assert seed.question.endswith((".", "?", ").", ")?"))
        assert not re.search(r"  |[{}\[\]<>]|\b(\w{3,}) \1\b", seed.question)
        assert not re.search(r"\b[Aa] [aeioAEIO]|\b[Aa]n [b-df-gj-np-tv-z]", seed.question)
        assert not re.search(r"(?<![\d.])1 (?:[a-z]{2,}s|Earth|solar|base)\b", seed.question)
        assert len(seed.question) < 400


@each_family
def test_seeds_carry_their_origin(family: Family) -> None:
    for seed in draw(family):
        assert seed.domain == family.domain
        assert seed.family == family.id
        assert seed.source == f"computed:{family.id}"
        assert seed.licence == "CC0-1.0"
        assert seed.language == "en"
        assert seed.seed_id.startswith(f"{family.id}-")


@each_family
def test_wordings_state_every_given_and_constant(family: Family) -> None:
    assert len(family.wordings) >= 3
    assert len(set(family.wordings)) == len(family.wordings)
    for wording in family.wordings:
        assert all(f"{{{given.symbol}}}" in wording for given in family.givens)
        for constant in family.constants:
            if constant.stated:
                assert quantity_text(constant.value, constant.unit) in wording


@each_family
def test_few_draws_are_skipped(family: Family) -> None:
    assert len(draw(family)) >= DRAWS * 0.7


@each_family
def test_axes_have_no_repeats_and_serve_the_wordings(family: Family) -> None:
    names = [name for axis in family.axes for name in axis.names]
    assert len(set(names)) == len(names)
    assert {given.symbol for given in family.givens} <= set(names)
    for axis in family.axes:
        assert len(set(axis.rows)) == len(axis.rows)
    assert len({given.role for given in family.givens}) == len(family.givens)


@each_family
def test_figure_template_parses_whatever_is_moved(family: Family) -> None:
    for seed in draw(family)[:6]:
        if seed.figure is None:
            continue
        slots = {f"{{{given.role}}}": given_text(given) for given in seed.givens}
        found = strings(seed.figure)
        used = [slot for slot in slots if slot in found]
        assert used, "no given can be moved to this figure"
        assert {text for text in found if "{" in text} <= set(slots)
        assert seed.answer not in found
        # A Punnett square has no use for one parent without the other.
        sizes = [len(used)] if seed.figure["kind"] == "punnett" else range(1, len(used) + 1)
        for size in sizes:
            for moved in itertools.combinations(used, size):
                texts = {slot: slots[slot] if slot in moved else "" for slot in slots}
                parse_spec(fill(dict(seed.figure), texts))


@each_family
def test_figure_is_fresh_for_each_seed(family: Family) -> None:
    first, second, *_ = draw(family)
    assert first.figure is None or first.figure is not second.figure


def test_there_are_enough_families_of_every_domain() -> None:
    count = dict.fromkeys(("physics", "chemistry", "biology", "astronomy"), 0)
    for family in families():
        count[family.domain] += 1
    assert count["physics"] >= 8
    assert count["chemistry"] >= 7
    assert count["biology"] >= 6
    assert count["astronomy"] >= 6
    assert sum(family.capacity for family in families()) >= 1_000_000
    assert min(family.capacity for family in families()) >= 10_000


def test_structures_match_their_formulas() -> None:
    chem = pytest.importorskip("rdkit.Chem")
    formula_of = pytest.importorskip("rdkit.Chem.rdMolDescriptors").CalcMolFormula
    for formula, smiles in MOLECULES:
        assert formula_of(chem.MolFromSmiles(smiles)) == formula
    assert len({formula for formula, _ in MOLECULES}) == len(MOLECULES)


def test_a_law_of_another_dimension_is_refused() -> None:
    wrong = _tiny(answer=Answer("W"))
    with pytest.raises(QMirrorError, match="another dimension"):
        Solver(wrong)


def test_a_law_that_needs_its_own_units_is_refused() -> None:
    constant = Constant("c", "1000", "g")
    wrong = _tiny(answer=Answer("g"), law=lambda q: q["c"] * float(q["m"] / q["c"]) ** 1.5 * 2)
    right = Solver(_with(wrong, constant))
    assert right.text({"m": "1000"}) == "2000 g"


def _tiny(**changed: Json) -> Family:
    fields: dict[str, Json] = {
        "id": "physics.tiny",
        "formula": "2 m",
        "givens": (Quantity("mass", "m", "g"),),
        "axes": (span("m", "1", "9"),),
        "wordings": ("A mass of {m}?",),
        "law": lambda q: 2 * q["m"],
        "answer": Answer("g"),
    }
    return Family(**{**fields, **changed})


def _with(family: Family, constant: Constant) -> Family:
    fields = ("id", "formula", "givens", "axes", "wordings", "law", "answer")
    return Family(**{name: getattr(family, name) for name in fields}, constants=(constant,))
