"""The union of a loop's rounds: every settled row once, with the columns of its best round.

A row that went on after round k but is missing from round k + 1 failed there (engine, parsing,
drawing) or was rejected by a step. It settles with its best earlier round, and with that as its
stop reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from qmirror_assets.fingerprint import short_digest
from qmirror_assets.records import ENGINE_REASONS, Column, Json, Reason
from qmirror_assets.stages.graph import Node
from qmirror_assets.stages.loop import CONTINUE, SETTLED, StopReason
from qmirror_assets.store import tables
from qmirror_assets.store.arrays import array, text
from qmirror_assets.store.layers import Table

_STOP = {
    Reason.RENDER_ERROR.value: StopReason.RENDER_ERROR,
    Reason.UNPARSABLE.value: StopReason.PARSE_ERROR,
    Reason.NO_VARIANT.value: StopReason.NO_VARIANT,
    **{reason.value: StopReason.ENGINE_ERROR for reason in ENGINE_REASONS},
}


@dataclass(frozen=True, slots=True)
class RoundTable:
    """The last table of one round, and the rejections of all steps of the round."""

    rows: Table
    rejections: tuple[Path, ...]


def settled_segments(
    node: Node, rounds: Sequence[RoundTable]
) -> Iterator[Iterator[pa.RecordBatch]]:
    """One stream of joined rows a round, each sorted by sample id."""
    for index, table in enumerate(rounds):
        following = rounds[index + 1] if index + 1 < len(rounds) else None
        yield _settled(node, table, following, index + 1)


def _settled(
    node: Node, table: RoundTable, following: RoundTable | None, number: int
) -> Iterator[pa.RecordBatch]:
    going_on = (
        following.rows.read(["sample_id"]).column("sample_id").combine_chunks()
        if following is not None
        else array([], pa.string())
    )
    failed = _failures(following)
    for batch in table.rows.batches():
        state = batch.column("loop_state")
        lost = pc.and_(
            pc.equal(state, text(CONTINUE)),
            pc.invert(pc.is_in(batch.column("sample_id"), value_set=going_on)),
        )
        part = batch.filter(pc.or_(pc.equal(state, text(SETTLED)), lost))
        if part.num_rows:
            yield _join(node, part, failed, number)


def _failures(following: RoundTable | None) -> dict[str, str]:
    if following is None:
        return {}
    found: dict[str, str] = {}
    for path in following.rejections:
        table = tables.read_columns(path, ["sample_id", "reason"])
        found.update(zip(*(c.to_pylist() for c in table.columns), strict=True))
    return found


def _join(node: Node, batch: pa.RecordBatch, failed: dict[str, str], number: int) -> pa.RecordBatch:
    made: list[str] = node.settings["made"]
    best = [orjson.loads(text) for text in batch.column("best").to_pylist()]
    ids = batch.column("sample_id").to_pylist()
    stops = [
        reason or _stop_of(failed.get(sample, ""))
        for sample, reason in zip(ids, batch.column("stop_reason").to_pylist(), strict=True)
    ]
    own: dict[str, list[Json]] = {
        **{name: [b["columns"].get(name) for b in best] for name in made},
        "stop_reason": [str(stop) for stop in stops],
        "best_round": [b["round"] for b in best],
        "rounds": [number] * len(ids),
        "accepted": [b["accepted"] for b in best],
    }
    if node.settings.get("record"):
        own[node.settings["record"]] = _recorded(node, batch, own)
    parents = batch.column("row_digest").to_pylist()
    values: dict[str, Any] = {name: batch.column(name) for name in node.columns if name not in own}
    values |= {name: [_cell(v, node.columns[name]) for v in column] for name, column in own.items()}
    values |= {
        "sample_id": batch.column("sample_id"),
        "seed_digest": batch.column("seed_digest"),
        "parent_digest": parents,
        "row_digest": [
            short_digest([parent, {name: own[name][i] for name in own}])
            for i, parent in enumerate(parents)
        ],
        "actions": [[] for _ in ids],
    }
    return tables.to_batch(tables.row_schema(node.columns), values)


def _recorded(node: Node, batch: pa.RecordBatch, own: dict[str, list[Json]]) -> list[Json]:
    """How this loop ended, beside what the row's earlier loops noted."""
    name = node.settings["record"]
    before: list[Json] = [None] * batch.num_rows
    if name in batch.schema.names:
        before = [text and orjson.loads(text) for text in batch.column(name).to_pylist()]
    noted = zip(own["stop_reason"], own["best_round"], own["rounds"], strict=True)
    return [
        {**(old or {}), **_note(node.stage, *ended)}
        for old, ended in zip(before, noted, strict=True)
    ]


def _note(stage: str, stop: str, best: int, rounds: int) -> dict[str, Json]:
    if stop == StopReason.SKIPPED:
        return {}
    return {stage: {"stop_reason": stop, "best_round": best, "rounds": rounds}}


def _stop_of(reason: str) -> StopReason:
    """Why a row stopped that a step of the next round rejected ("": nothing says why)."""
    return _STOP.get(reason, StopReason.REJECTED) if reason else StopReason.ENGINE_ERROR


def _cell(value: Json, kind: Column) -> Any:
    if value is not None and kind is Column.JSON:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    if value is not None and kind is Column.FLOAT:
        return float(value)
    return value
