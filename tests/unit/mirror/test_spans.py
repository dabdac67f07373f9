from __future__ import annotations

import pytest

from qmirror_assets.mirror.spans import Span, find_quantities, number_of
from qmirror_assets.records import Given


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        ("A car reaches 24 m/s in 8.0 s.", ["24 m/s", "8.0 s"]),
        ("A 5.0-kg block on a 30° incline.", ["5.0 kg", "30°"]),
        ("Light travels at 3.0 × 10⁸ m/s.", ["3.0 × 10⁸ m/s"]),
        ("It shrinks to −20 °C.", ["−20 °C"]),
        ("A mass of 1,200 kg.", ["1,200 kg"]),
        ("It is about 5 km away.", ["about 5 km"]),
        ("After 2.5 million years it stops.", ["2.5 million years"]),
        ("A refractive index of 1.5.", ["1.5"]),
        ("A population of 500 rabbits.", ["500 rabbits"]),
        (r"A ball at $5.0\,\mathrm{m/s}$ and $20^\circ$C.", ["5.0 m/s", "20°C"]),
        ("Use $9.8$ m/s$^2$ for it.", ["9.8 m/s²"]),
        ("A ratio of 3:1 and 5-10 cm.", []),
        ("2 H₂ + O₂ → 2 H₂O in section 4.", []),
        ("If $x=3$ m then what?", []),
    ],
)
def test_find_quantities(question: str, texts: list[str]) -> None:
    assert [span.text for span in find_quantities(question)] == texts


def test_a_span_is_the_place_it_names() -> None:
    question = "A car reaches 24 m/s in 8.0 s."
    for span in find_quantities(question):
        assert question[span.start : span.end] == span.text


def test_givens_lend_their_role_and_symbol() -> None:
    given = Given("initial temperature", "T1", "20", "°C")
    (span,) = find_quantities("It warms up from 20 °C.", [given])
    assert (span.role, span.symbol, span.dimension) == ("initial temperature", "T1", "temperature")


def test_a_given_that_stands_twice_has_no_single_place() -> None:
    spans = find_quantities("Both 20 °C and 20 °C.", [Given("a", "a", "20", "°C")])
    assert all(span.role == "" for span in spans)


def test_spans_survive_json() -> None:
    for span in find_quantities("A car reaches 24 m/s in 8.0 s."):
        assert Span.from_json(span.to_json()) == span


@pytest.mark.parametrize(
    ("value", "number"),
    [("1,200", 1200.0), ("3.0 × 10⁸", 3e8), ("−65", -65.0), ("1e999", None), ("many", None),
     ("2.5e-3", 0.0025)],
)  # fmt: skip
def test_number_of(value: str, number: float | None) -> None:
    assert number_of(value) == number
