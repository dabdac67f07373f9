"""The merge join of an input with its last result says the same as a set, however it is cut."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from qmirror_assets.fingerprint import short_digest
from qmirror_assets.records import ENGINE_REASONS, Reason
from qmirror_assets.runner.standing import Comparison, Previous, compare, results
from qmirror_assets.store import tables
from qmirror_assets.store.layers import Table
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


def made(folder: Path, rows: list[Pair], refused: list[Pair]) -> Previous:
    """What was made of `rows`, and `refused` of others."""
    previous = Previous(Table(folder / "rows"), folder / "rejections")
    writer = TableWriter(previous.rows.base, row_schema({}), ["row_digest"])
    columns = {
        "sample_id": [p[0] for p in rows],
        "parent_digest": [p[1] for p in rows],
        "seed_digest": ["s"] * len(rows),
        "row_digest": ["r"] * len(rows),
        "actions": [[] for _ in rows],
    }
    writer.write(tables.to_batch(row_schema({}), columns))
    writer.close()
    writer = TableWriter(previous.rejections, REJECTIONS, ["sample_id", "reason"])
    gone = rejections(*[Reason.FILTERED] * len(refused))
    named = {
        **dict(zip(gone.schema.names, gone.columns, strict=True)),
        "sample_id": [p[0] for p in refused],
        "parent_digest": [p[1] for p in refused],
    }
    writer.write(tables.to_batch(REJECTIONS, named))
    writer.close()
    return previous


def names(pairs: list[Pair]) -> list[str]:
    return [sample for sample, _ in pairs]


@pytest.mark.parametrize("case", range(30))
def test_the_join_says_what_a_set_says(
    case: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(case)
    monkeypatch.setattr("qmirror_assets.runner.standing.KEY_BATCH", rng.randrange(1, 9))
    now, before, refused = (pairs(rng, rng.randrange(120)) for _ in range(3))
    refused = [pair for pair in refused if pair[0] not in names(before)]
    found = compare(cut(now, rng, "row_digest"), made(tmp_path, before, refused))
    assert found.rows == len(now)
    assert found.todo.to_pylist() == names([p for p in now if p not in {*before, *refused}])
    assert found.unchanged == len([p for p in now if p in {*before, *refused}])
    assert found.gone.to_pylist() == names([p for p in before if p not in set(now)])
    assert found.refused.to_pylist() == names([p for p in refused if p in set(now)])


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


def test_a_failed_call_is_tried_again_and_a_refusal_is_not(tmp_path: Path) -> None:
    previous = made(tmp_path, [], [])
    writer = TableWriter(previous.rejections, REJECTIONS, ["sample_id", "reason"])
    writer.write(rejections(Reason.FILTERED, Reason.TIMEOUT, Reason.UNPARSABLE))
    writer.close()
    ids = [f"{n:032x}" for n in range(4)]
    now = pa.RecordBatch.from_pydict({"sample_id": ids, "row_digest": ["d", "d", "e", "d"]})
    found: Comparison = compare([now], previous)
    assert found.todo.to_pylist() == ids[1:]
    assert found.refused.to_pylist() == ids[:1]
