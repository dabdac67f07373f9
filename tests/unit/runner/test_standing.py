"""The merge join says the same as a set, wherever batches happen to end."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from qmirror_assets.fingerprint import short_digest
from qmirror_assets.records import ENGINE_REASONS, Reason
from qmirror_assets.runner.standing import Keys, Previous, Standing, kept, results, standing
from qmirror_assets.store import tables
from qmirror_assets.store.tables import REJECTIONS, TableWriter, row_schema

Pair = tuple[str, str]


def pairs(rng: random.Random, number: int) -> list[Pair]:
    ids = sorted(short_digest(n) for n in rng.sample(range(200), number))
    return [(i, rng.choice("ab")) for i in ids]


def cut(rows: list[Pair], rng: random.Random, digest: str) -> Iterator[pa.RecordBatch]:
    start = 0
    while start < len(rows):
        part = rows[start : start + rng.randrange(0, 9)]  # empty batches too
        start += len(part)
        yield pa.RecordBatch.from_pydict(
            {"sample_id": [p[0] for p in part], digest: [p[1] for p in part]},
            pa.schema([("sample_id", pa.string()), (digest, pa.string())]),
        )


@pytest.mark.parametrize("case", range(30))
def test_the_join_says_what_a_set_says(case: int) -> None:
    rng = random.Random(case)
    now, before, gone = (pairs(rng, rng.randrange(120)) for _ in range(3))
    stands = Standing(
        Keys(cut(before, rng, "parent_digest"), "parent_digest"),
        Keys(cut(gone, rng, "parent_digest"), "parent_digest"),
    )
    found: list[bool] = []
    for batch in cut(now, rng, "row_digest"):
        found += stands.mask(batch, "row_digest").to_pylist()
    assert found == [pair in {*before, *gone} for pair in now]
    left = [
        pair
        for batch in kept(cut(before, rng, "parent_digest"), cut(now, rng, "row_digest"))
        for pair in zip(*(c.to_pylist() for c in batch.columns), strict=True)
    ]
    assert left == [pair for pair in before if pair in set(now)]


def rejections(*reasons: Reason) -> pa.RecordBatch:
    size = len(reasons)
    return tables.to_batch(
        REJECTIONS,
        {
            "sample_id": [f"{n:032x}" for n in range(size)],
            "reason": [reason.value for reason in reasons],
            "detail": [""] * size,
            "parent_digest": ["d"] * size,
            "actions": [[] for _ in reasons],
            "place": [""] * size,
        },
    )


@pytest.mark.parametrize("reason", Reason, ids=str)
def test_only_a_failed_call_is_no_result(reason: Reason) -> None:
    assert results(rejections(reason)).num_rows == (reason not in ENGINE_REASONS)


def test_rows_and_rejections_of_a_last_materialization_stand(tmp_path: Path) -> None:
    previous = Previous(tmp_path / "rows", tmp_path / "rejections")
    TableWriter(previous.rows, row_schema({}), ["row_digest"]).close()
    writer = TableWriter(previous.rejections, REJECTIONS, ["sample_id", "reason"])
    writer.write(rejections(Reason.FILTERED, Reason.TIMEOUT, Reason.UNPARSABLE))
    writer.close()
    now = pa.RecordBatch.from_pydict(
        {"sample_id": [f"{n:032x}" for n in range(4)], "row_digest": ["d", "d", "e", "d"]}
    )
    assert standing(previous).mask(now, "row_digest").to_pylist() == [True, False, False, False]
    assert standing(None).mask(now, "row_digest").to_pylist() == [False] * 4
