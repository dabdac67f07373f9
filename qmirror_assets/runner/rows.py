"""Row nodes: changed rows through a step, unchanged rows copied without reaching Python."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from qmirror_assets.conditions import all_hold, columns_of
from qmirror_assets.fingerprint import derive_random_seed, short_digest
from qmirror_assets.keys import PartitionKey
from qmirror_assets.records import ENGINE_REASONS, Column, Json, Rejection, Row
from qmirror_assets.runner.calls import Caller
from qmirror_assets.runner.collecting import older_objects_set_aside
from qmirror_assets.runner.facts import Told
from qmirror_assets.runner.output import Output
from qmirror_assets.runner.running import Drive, Running
from qmirror_assets.runner.standing import KEY_BATCH
from qmirror_assets.stages.base import AnyStep, At, StepOutput
from qmirror_assets.stages.graph import Node
from qmirror_assets.stages.loop import CONTINUE
from qmirror_assets.stages.turns import ENDED
from qmirror_assets.store import tables
from qmirror_assets.store.arrays import array, text
from qmirror_assets.store.layers import Table

WINDOW = 2_048
"""Rows that are in Python at the same time."""


@dataclass(frozen=True, slots=True)
class Done:
    """One row after its step."""

    values: Mapping[str, Json] | Rejection
    actions: tuple[str, ...]


class RowsPass:
    """One pass of a row node over its input table."""

    def __init__(
        self, node: Node, key: PartitionKey, source: Table, caller: Caller, recipe_seed: int
    ) -> None:
        self.node, self._key, self._source = node, key, source
        self._caller, self._recipe_seed = caller, recipe_seed
        self._step: AnyStep = node.step
        self.schema = tables.row_schema(node.columns)
        schema = source.schema()
        kinds, available = tables.columns_of(schema), set(schema.names)
        self._inputs = [name for name in self._wanted() if name in available]
        self._json = {n for n in self._inputs if kinds.get(n) is Column.JSON}
        self._carried = [
            name
            for name in self.schema.names
            if name not in tables.SYSTEM and name not in node.new_columns
        ]

    def _wanted(self) -> list[str]:
        step, end = self._step, self.node.loop_end
        loop = ("best", "stale", *end.columns, *end.rank_by) if end else ()
        conditions = columns_of((*end.accept, *end.no_suggestion, *end.no_gain)) if end else ()
        # what a skipped row keeps
        skipping = (*columns_of(self.node.when), *step.outputs) if self.node.when else ()
        skipping += (self.node.shortens, ENDED) if self.node.shortens else ()
        return list(dict.fromkeys([*step.inputs, *loop, *conditions, *skipping]))

    # -- which rows

    def active(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Rows the loop has not settled (all rows outside a loop)."""
        if not self.node.active_only:
            return batch
        return batch.filter(pc.equal(batch.column("loop_state"), text(CONTINUE)))

    def keys(self) -> Iterator[pa.RecordBatch]:
        """(sample_id, row_digest) of the input rows this node sees, in sample order."""
        columns = ["sample_id", "row_digest"] + (["loop_state"] if self.node.active_only else [])
        return map(self.active, self._source.batches(columns, KEY_BATCH))

    def count(self) -> int:
        """Input rows this node sees."""
        return sum(batch.num_rows for batch in self.keys())

    # -- running

    async def run(self, output: Output, todo: pa.Array | None, told: Told) -> None:
        """Write the results of some samples (None: of all), in sample order."""
        with older_objects_set_aside():
            for batch in self._inputs_of(todo):
                done = await self._window(batch, told)
                told.now()
                rows, rejections = self._build(batch, done)
                output.rows.write(rows)
                output.rejections.write(rejections)

    def _inputs_of(self, todo: pa.Array | None) -> Iterator[pa.RecordBatch]:
        """Input rows of some samples (None: all), by windows."""
        needed = [*dict.fromkeys([*tables.SYSTEM[:4], *self._inputs, *self._carried])]
        if self.node.active_only and "loop_state" not in needed:
            needed.append("loop_state")
        if todo is None:
            batches = self._source.batches(needed, WINDOW)
        else:
            batches = self._source.pick(todo, needed, WINDOW)
        yield from _windows(map(self.active, batches))

    async def _window(self, batch: pa.RecordBatch, told: Told) -> list[Done]:
        rows = list(self._to_rows(batch))
        meta = zip(
            batch.column("sample_id").to_pylist(),
            batch.column("seed_digest").to_pylist(),
            strict=True,
        )
        started = [self._start(row, self._at(*ids)) for row, ids in zip(rows, meta, strict=True)]
        waiting = self._replay(started)
        told.add(len(started) - len(waiting))
        if waiting:
            await Drive(self._caller, self._key, waiting, told.add).run()
        return [self._finish(state, row) for state, row in zip(started, rows, strict=True)]

    def _replay(self, started: Sequence[Running]) -> list[Running]:
        """Advance rows as far as the cache answers, a window at a time; those that need a call."""
        waiting: list[Running] = []
        asking = started
        while asking:
            for state in asking:
                state.key = "" if state.request is None else self._caller.key_of(state.request)
            asking = [state for state in asking if state.key]
            self._caller.preload([state.key for state in asking])
            answered = []
            for state in asking:
                raw = self._caller.cached(state.key)
                if raw is None:
                    waiting.append(state)
                else:
                    state.actions.append(state.key)
                    state.advance(raw)
                    answered.append(state)
            asking = answered
        return waiting

    def _at(self, sample_id: str, seed_digest: str) -> At:
        node = self.node

        def random_seed(draw: int) -> int:
            return derive_random_seed(self._recipe_seed, seed_digest, node.turn, node.round, draw)

        return At(sample_id, seed_digest, node.turn, node.round, random_seed, node.last)

    def _start(self, row: Row, at: At) -> Running:
        if self.node.when and not all_hold(self.node.when, row):
            return Running(at, None, {name: row.get(name) for name in self._step.outputs}, True)
        result = self._step.run(row, at)
        if not isinstance(result, Generator):
            return Running(at, None, result)
        running = Running(at, result)
        running.advance(None)
        return running

    def _finish(self, state: Running, row: Row) -> Done:
        values = state.output
        if self.node.shortens:
            values = self._shortened(state, row)
        end = self.node.loop_end
        if not isinstance(values, Rejection) and end is not None:
            whole = {**row, **values}
            values = {**values, **(end.skip(whole) if state.skipped else end.decide(whole))}
        return Done(values, tuple(state.actions))

    def _shortened(self, state: Running, row: Row) -> StepOutput:
        """A row rejected in a later turn keeps the turns it has; why is noted."""
        node, values = self.node, state.output
        if not isinstance(values, Rejection):
            return {**values, node.shortens: row[node.shortens], ENDED: row[ENDED]}
        if values.reason in ENGINE_REASONS:
            return values
        state.skipped = True
        state.forget_failed()
        why = f"{node.name}: {values.reason.value}: {values.detail}"
        kept = {name: row.get(name) for name in self._step.outputs}
        return {**kept, node.shortens: node.turn - 1, ENDED: why}

    # -- Arrow in and out

    def _to_rows(self, batch: pa.RecordBatch) -> Iterator[Row]:
        columns = {}
        for name in self._inputs:
            values = batch.column(name).to_pylist()
            if name in self._json:
                values = [None if v is None else orjson.loads(v) for v in values]
            columns[name] = values
        missing = dict.fromkeys(set(self._step.inputs) - set(self._inputs))
        for index in range(batch.num_rows):
            yield {**missing, **{name: columns[name][index] for name in self._inputs}}

    def _build(
        self, batch: pa.RecordBatch, done: Sequence[Done]
    ) -> tuple[pa.RecordBatch, pa.RecordBatch]:
        good = [i for i, d in enumerate(done) if not isinstance(d.values, Rejection)]
        bad = [i for i, d in enumerate(done) if isinstance(d.values, Rejection)]
        return self._good(batch.take(array(good, pa.int64())), [done[i] for i in good]), (
            _rejected(batch.take(array(bad, pa.int64())), [done[i] for i in bad])
        )

    def _good(self, batch: pa.RecordBatch, done: Sequence[Done]) -> pa.RecordBatch:
        parents = batch.column("row_digest")
        outputs: list[Mapping[str, Json]] = [d.values for d in done]  # type: ignore[misc]
        values: dict[str, Any] = {
            "sample_id": batch.column("sample_id"),
            "seed_digest": batch.column("seed_digest"),
            "parent_digest": parents,
            "row_digest": [
                self._row_digest(parent, out)
                for parent, out in zip(parents.to_pylist(), outputs, strict=True)
            ],
            "actions": [list(d.actions) for d in done],
        }
        values |= {name: batch.column(name) for name in self._carried}
        for name in self.node.new_columns:
            kind = self.node.columns[name]
            values[name] = [_cell(out.get(name), kind) for out in outputs]
        return tables.to_batch(self.schema, values)

    def _row_digest(self, parent: str, out: Mapping[str, Json]) -> str:
        content = {name: out.get(name) for name in self.node.new_columns}
        # a sample is its content; where it came from is lineage
        return short_digest([content] if self.node.final else [parent, content])


def _windows(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of WINDOW: few changed rows would leave most slots idle."""
    held, size = list[pa.RecordBatch](), 0
    for batch in batches:
        held.append(batch)
        size += batch.num_rows
        while size >= WINDOW:
            table = pa.Table.from_batches(held).combine_chunks()
            yield from table.slice(0, WINDOW).to_batches()
            held, size = table.slice(WINDOW).to_batches(), size - WINDOW
    if size:
        yield from pa.Table.from_batches(held).combine_chunks().to_batches()


def _cell(value: Json, kind: Column) -> Any:
    if value is None:
        return None
    if kind is Column.JSON:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    if kind is Column.FLOAT:
        return float(value)
    return value


def _rejected(batch: pa.RecordBatch, done: Sequence[Done]) -> pa.RecordBatch:
    found: list[Rejection] = [d.values for d in done]  # type: ignore[misc]
    return tables.to_batch(
        tables.REJECTIONS,
        {
            "sample_id": batch.column("sample_id"),
            "reason": [r.reason.value for r in found],
            "detail": [r.detail for r in found],
            "parent_digest": batch.column("row_digest"),
            "actions": [list(d.actions) for d in done],
            "place": [""] * len(found),
        },
    )
