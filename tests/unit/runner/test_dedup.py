"""Near-duplicates and quotas: the first sample by id stays, whatever the order of the files."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from qmirror_assets.records import Column, Reason
from qmirror_assets.runner.dedup import DedupPass, NearDuplicates, normalise, shingles, split
from qmirror_assets.store import tables
from tests.conftest import Toy, toy_seed

SCHEMA = tables.row_schema({"question": Column.STR, "family": Column.STR})
LONG = "A train leaves the station at noon and drives with constant speed to the next town"


def batch(rows: list[tuple[str, str, str | None]]) -> pa.RecordBatch:
    size = len(rows)
    values = {
        "sample_id": [r[0] for r in rows],
        "seed_digest": ["s"] * size,
        "row_digest": ["r"] * size,
        "parent_digest": ["p"] * size,
        "actions": [[] for _ in rows],
        "question": [r[1] for r in rows],
        "family": [r[2] for r in rows],
    }
    return tables.to_batch(SCHEMA, values)


def decide(
    rows: list[tuple[str, str, str | None]], near: float | None = None, quota: int = 0
) -> dict[str, str]:
    quotas = [{"column": "family", "most": quota}] if quota else []
    made = DedupPass({"columns": ["question"], "near": near, "quotas": quotas})
    found = made.decide(batch(rows))
    return {row[0]: v.reason.value for row, v in zip(rows, found, strict=True) if v is not None}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How far?", "how  FAR"),
        ("How far is it?", "“How far, is it”…"),
        ("caf\u00e9 now", "cafe\u0301 now"),
        ("Straße", "STRASSE"),
        ("x-ray tube", "x ray tube"),
        ("A  b\nc", "a b c"),
    ],
)
def test_texts_with_one_normal_form(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)
    assert decide([("a", one, ""), ("b", other, "")]) == {"b": "near_duplicate"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is 5 - 3?", "What is 5 + 3?"),
        ("What is 5 × 3?", "What is 5 / 3?"),
        ("Water at -5 °C", "Water at 5 °C"),
        ("Water at −5 °C", "Water at 5 °C"),
        ("Solve x^2-4 = 0", "Solve x^2+4 = 0"),
        ("Solve x^2 - 4 = 0", "Solve x^2 4 = 0"),
        ("Is x < 3?", "Is x > 3?"),
        ("5 %", "5 °"),
        ("What is it?", "What was it?"),
        ("∫", "∑"),
        ("???", "!"),
    ],
)
def test_texts_that_mean_something_else_are_both_kept(one: str, other: str) -> None:
    assert decide([("a", one, ""), ("b", other, "")]) == {}


def test_columns_without_any_text_are_compared_as_they_are() -> None:
    assert decide([("a", "…", ""), ("b", "…", ""), ("c", "—", "")]) == {"b": "near_duplicate"}


@pytest.mark.parametrize(
    ("near", "found"),
    [(None, False), (0.99, False), (0.6, True)],
    ids=["exact only", "strict", "loose"],
)
def test_near_duplicates_by_similarity(near: float | None, found: bool) -> None:
    changed = LONG.replace("noon", "midnight")
    mine, theirs = shingles(normalise(LONG)), shingles(normalise(changed))
    assert 0.6 < len(mine & theirs) / len(mine | theirs) < 0.99
    assert decide([("a", LONG, ""), ("b", changed, "")], near) == (
        {"b": "near_duplicate"} if found else {}
    )


def test_a_reported_twin_is_verified_and_named() -> None:
    finder = NearDuplicates(0.9)
    texts = {f"s{i}": f"{LONG} number {i} of {i * 7} and {i * 31} more {i * 17}" for i in range(60)}
    for sample, text in texts.items():
        assert finder.find(sample, text) == ""
    assert finder.find("again", texts["s40"].upper()) == "s40"


def test_most_near_duplicates_of_a_large_set_are_found() -> None:
    rng = random.Random(3)
    words = [f"w{i}" for i in range(400)]
    finder, missed = NearDuplicates(0.8), 0
    for i in range(120):
        text = [rng.choice(words) for _ in range(60)]
        finder.find(f"s{i}", " ".join(text))
        text[rng.randrange(60)] = "other"
        missed += finder.find(f"t{i}", " ".join(text)) != f"s{i}"
    assert missed <= 3


def test_a_quota_keeps_the_first_and_ignores_rows_without_a_value() -> None:
    rows = [(f"{i}", f"question {i}", "f" if i < 4 else None if i % 2 else "") for i in range(8)]
    assert decide(rows, quota=2) == {"2": "over_quota", "3": "over_quota"}


def test_a_duplicate_does_not_use_up_a_quota() -> None:
    rows = [("a", "one", "f"), ("b", "ONE", "f"), ("c", "two", "f"), ("d", "three", "f")]
    assert decide(rows, quota=2) == {"b": "near_duplicate", "d": "over_quota"}


def test_batches_are_one_stream() -> None:
    made = DedupPass(
        {"columns": ["question"], "near": None, "quotas": [{"column": "family", "most": 1}]}
    )
    assert made.decide(batch([("a", "one", "f")])) == [None]
    second = made.decide(batch([("b", "one", "g"), ("c", "two", "f")]))
    assert [v.reason for v in second] == [Reason.NEAR_DUPLICATE, Reason.OVER_QUOTA]


def test_split_counts_twins_apart_from_rows_over_quota() -> None:
    rows = batch([("a", "one", "f"), ("b", "one", "f"), ("c", "two", "f")])
    made = DedupPass(
        {"columns": ["question"], "near": None, "quotas": [{"column": "family", "most": 1}]}
    )
    kept, rejected, twins = split(rows, made.decide(rows))
    assert kept.column("sample_id").to_pylist() == ["a"]
    assert rejected.column("reason").to_pylist() == ["over_quota", "over_quota"]
    assert twins == 0


def test_a_dedup_node_does_not_depend_on_the_order_of_seeds(toy: Toy) -> None:
    toy.edit(
        "  - kind: assemble",
        "  - kind: dedup\n    name: unique\n    columns: [question]\n    near: 0.9\n"
        "    quotas: [{column: family, most: 3}]\n  - kind: assemble",
    )
    seeds = [
        toy_seed(i, family=f"f{i % 4}", question=f"{LONG} at {i // 2} km/h{'!' * (i % 2)}")
        for i in range(24)
    ]
    toy.write(seeds)
    toy.build()
    first = toy.versions()
    counts = toy.last[2].manifest.counts
    assert (counts.rows_in, counts.duplicates + counts.rejected + counts.rows_out) == (24, 24)
    assert counts.duplicates > 0
    random.Random(1).shuffle(seeds)
    toy.write(seeds)
    toy.folder.joinpath("data").rename(toy.folder / "data-before")
    toy.build()
    assert toy.versions() == first
