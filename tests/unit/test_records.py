"""What flows: the closed lists agree with each other and with the engines' failures."""

from __future__ import annotations

import dataclasses

import pytest

from qmirror_assets.engines.base import FailureKind
from qmirror_assets.records import (
    DUPLICATE_REASONS,
    ENGINE_REASONS,
    INTAKE_REASONS,
    SEED_FIELDS,
    Given,
    Reason,
    Rejection,
    Seed,
    seed_of,
)
from qmirror_assets.runner.spool import _seed_values
from qmirror_assets.stages.compile import SEED_COLUMNS


def test_groups_of_reasons_do_not_overlap() -> None:
    assert ENGINE_REASONS.isdisjoint(INTAKE_REASONS)
    assert Reason.DUPLICATE_SEED in INTAKE_REASONS & DUPLICATE_REASONS
    assert Reason.RULE_FAILED not in ENGINE_REASONS | INTAKE_REASONS


@pytest.mark.parametrize("kind", FailureKind)
def test_every_failure_of_an_engine_is_a_reason(kind: FailureKind) -> None:
    # a figure that cannot be drawn is the row's fault: drawing it again changes nothing
    assert (kind.reason in ENGINE_REASONS) is (kind is not FailureKind.RENDER)


def test_seed_fields_are_the_fields_of_a_seed_and_the_columns_of_intake() -> None:
    assert set(SEED_FIELDS) == {field.name for field in dataclasses.fields(Seed)}
    assert set(SEED_FIELDS) == set(SEED_COLUMNS)


@pytest.mark.parametrize(
    "seed",
    [
        Seed("q", "a", "d"),
        Seed(
            "q",
            "a",
            "d",
            (Given("mass", "m", "2", "kg"), Given("n", "", "3")),
            ("x", "y"),
            ("0" * 64,),
            "id",
            "de",
            "CC0-1.0",
            "book",
            "family",
            {"kind": "table"},
            {"grade": 5},
        ),
    ],
    ids=["smallest", "full"],
)
def test_a_row_gives_its_seed_back(seed: Seed) -> None:
    assert seed_of(_seed_values(seed)) == seed


def test_empty_cells_are_empty_values() -> None:
    row = {**dict.fromkeys(SEED_FIELDS), "question": "q", "answer": "a", "domain": "d"}
    seed = seed_of(row)
    assert (seed.givens, seed.choices, seed.input_images, seed.extra, seed.figure) == (
        (),
        (),
        (),
        {},
        None,
    )


def test_values_are_frozen() -> None:
    for value, name in [(Seed("q", "a", "d"), "question"), (Rejection(Reason.TIMEOUT), "reason")]:
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, name, "x")
