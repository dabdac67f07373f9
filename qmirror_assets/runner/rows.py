"""Row nodes: changed rows through a step, unchanged rows copied without reaching Python."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from qmirror_assets.engines.base import Failure, Request
from qmirror_assets.errors import BudgetReached
from qmirror_assets.fingerprint import derive_random_seed, short_digest
from qmirror_assets.keys import PartitionKey
from qmirror_assets.records import ENGINE_REASONS, Column, Json, Rejection, Row
from qmirror_assets.runner.calls import Caller, Origin
from qmirror_assets.runner.output import Output
from qmirror_assets.stages.base import AnyStep, At, StepOutput, StepRun
from qmirror_assets.stages.graph import Node
from qmirror_assets.stages.loop import CONTINUE
from qmirror_assets.store import tables

WINDOW = 2_048
"""Rows that are in Python at the same time."""

OnDone = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Done:
    """One row after its step."""

    values: Mapping[str, Json] | Rejection
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Previous:
    """The two tables of a materialization."""

    rows: Path
    rejections: Path


class RowsPass:
    """One pass of a row node over its input table."""

    def __init__(
        self, node: Node, key: PartitionKey, source: Path, caller: Caller, recipe_seed: int
    ) -> None:
        self.node, self._key, self._source = node, key, source
        self._caller, self._recipe_seed = caller, recipe_seed
        self._step: AnyStep = node.step
        self.schema = tables.row_schema(node.columns)
        available = set(tables.schema_of(source).names)
        self._inputs = [name for name in self._wanted() if name in available]
        self._json = {n for n in self._inputs if self._kind(n, source) is Column.JSON}
        self._carried = [
            name
            for name in self.schema.names
            if name not in tables.SYSTEM and name not in node.new_columns
        ]

    def _wanted(self) -> list[str]:
        step, end = self._step, self.node.loop_end
        loop = ("best", "stale", *end.columns, *end.rank_by) if end else ()
        conditions = [c.column for c in (*end.accept, *end.no_suggestion)] if end else []
        return list(dict.fromkeys([*step.inputs, *loop, *conditions]))

    @staticmethod
    def _kind(name: str, source: Path) -> Column:
        return tables.columns_of(tables.schema_of(source)).get(name, Column.STR)

    # -- which rows

    def active(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Rows the loop has not settled (all rows outside a loop)."""
        if not self.node.active_only:
            return batch
        return batch.filter(pc.equal(batch.column("loop_state"), CONTINUE))

    def index(self) -> pa.Table:
        """(sample_id, row_digest) of the input rows this node sees."""
        columns = ["sample_id", "row_digest"] + (["loop_state"] if self.node.active_only else [])
        table = tables.read_columns(self._source, columns)
        if self.node.active_only:
            table = table.filter(pc.equal(table.column("loop_state"), CONTINUE))
        return table.select(["sample_id", "row_digest"])

    def unchanged(self, index: pa.Table, previous: Previous | None) -> Unchanged:
        """Rows whose result stands: anti-join of the input against the last materialization."""
        if previous is None:
            return Unchanged(pa.array([], pa.string()), pa.array([], pa.string()))
        now = index.rename_columns(["sample_id", "parent_digest"])
        keys = ["sample_id", "parent_digest"]
        rows = tables.read_columns(previous.rows, keys)
        gone = tables.read_columns(previous.rejections, [*keys, "reason"])
        # a failed call is not a result: its row is tried again whenever the partition is run,
        # and `retry` runs a partition for these rows alone
        again = pa.array([reason.value for reason in ENGINE_REASONS])
        gone = gone.filter(pc.invert(pc.is_in(gone.column("reason"), value_set=again)))
        kept = rows.join(now, keys, join_type="left semi").column("sample_id")
        kept_gone = gone.join(now, keys, join_type="left semi").column("sample_id")
        return Unchanged(_one(kept), _one(kept_gone))

    # -- running

    async def run(self, output: Output, unchanged: Unchanged, on_done: OnDone) -> None:
        """Write the rows that need work, in sample order."""
        async for rows, rejections in self._changed(unchanged, on_done):
            output.rows.write(rows)
            output.rejections.write(rejections)

    def merge(
        self, output: Output, fresh: Previous, unchanged: Unchanged, previous: Previous
    ) -> None:
        """Write changed rows (in the tables `fresh`) and unchanged ones in sample order."""
        old = _kept(previous.rows, unchanged.rows)
        for batch in tables.merge_sorted(tables.iter_batches(fresh.rows), old):
            output.rows.write(_conform(batch, self.schema))
        gone = _kept(previous.rejections, unchanged.rejections)
        for batch in tables.merge_sorted(tables.iter_batches(fresh.rejections), gone):
            output.rejections.write(_conform(batch, tables.REJECTIONS))

    async def _changed(
        self, unchanged: Unchanged, on_done: OnDone
    ) -> AsyncIterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
        needed = [*dict.fromkeys([*tables.SYSTEM[:4], *self._inputs, *self._carried])]
        if self.node.active_only and "loop_state" not in needed:
            needed.append("loop_state")
        stands = pa.concat_arrays([unchanged.rows, unchanged.rejections])
        for batch in tables.iter_batches(self._source, needed, WINDOW):
            todo = self.active(batch)
            if len(stands):
                ids = pc.is_in(todo.column("sample_id"), value_set=stands)
                todo = todo.filter(pc.invert(ids))
            if todo.num_rows:
                done = await self._window(todo)
                on_done(todo.num_rows)
                yield self._build(todo, done)

    async def _window(self, batch: pa.RecordBatch) -> list[Done]:
        rows = list(self._to_rows(batch))
        meta = zip(
            batch.column("sample_id").to_pylist(),
            batch.column("seed_digest").to_pylist(),
            strict=True,
        )
        started = [self._start(row, self._at(*ids)) for row, ids in zip(rows, meta, strict=True)]
        first = [self._caller.key_of(s.request) for s in started if s.request is not None]
        self._caller.preload(first)
        keys = iter(first)
        for state in started:
            if state.request is not None:
                state.key = next(keys)
        await self._drive([s for s in started if s.request is not None])
        return [self._finish(state, row) for state, row in zip(started, rows, strict=True)]

    async def _drive(self, waiting: Sequence[_Running]) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._within_budget(state)) for state in waiting]
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from errors
        for reached in filter(None, (task.result() for task in tasks)):
            raise reached

    async def _within_budget(self, state: _Running) -> BudgetReached | None:
        """Complete a row. A cap is no reason to throw calls away that are already in flight."""
        try:
            await self._complete(state)
        except BudgetReached as reached:
            return reached
        return None

    async def _complete(self, state: _Running) -> None:
        while state.request is not None:
            key = state.key or self._caller.key_of(state.request)
            origin = Origin(self._key, state.at.sample_id)
            outcome = await self._caller.ask(key, state.request, origin)
            state.actions.append(key)
            if isinstance(outcome, Failure):
                state.fail(outcome)
            else:
                state.advance(outcome)

    def _at(self, sample_id: str, seed_digest: str) -> At:
        node = self.node

        def random_seed(draw: int) -> int:
            return derive_random_seed(self._recipe_seed, seed_digest, node.turn, node.round, draw)

        return At(sample_id, seed_digest, node.turn, node.round, random_seed)

    def _start(self, row: Row, at: At) -> _Running:
        result = self._step.run(row, at)
        if not isinstance(result, Generator):
            return _Running(at, None, result)
        running = _Running(at, result)
        running.advance(None)
        return running

    def _finish(self, state: _Running, row: Row) -> Done:
        values = state.output
        if not isinstance(values, Rejection) and self.node.loop_end is not None:
            values = {**values, **self.node.loop_end.decide({**row, **values})}
        return Done(values, tuple(state.actions))

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
        return self._good(batch.take(pa.array(good, pa.int64())), [done[i] for i in good]), (
            _rejected(batch.take(pa.array(bad, pa.int64())), [done[i] for i in bad])
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


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Sample ids whose row, or rejection, stands."""

    rows: pa.Array
    rejections: pa.Array

    @property
    def count(self) -> int:
        """How many rows need no work."""
        return len(self.rows) + len(self.rejections)


class _Running:
    """A row whose step waits for a result."""

    __slots__ = ("_run", "actions", "at", "key", "output", "request")

    def __init__(self, at: At, run: StepRun | None, output: StepOutput | None = None) -> None:
        self.at, self._run = at, run
        self.output: StepOutput = output if output is not None else {}
        self.request: Request | None = None
        self.key = ""
        self.actions: list[str] = []

    def advance(self, raw: Any) -> None:
        self.key = ""
        try:
            self.request = self._run.send(raw) if self._run is not None else None
        except StopIteration as stop:
            self.request, self.output = None, stop.value

    def fail(self, failure: Failure) -> None:
        self.request = None
        self.output = Rejection(failure.kind.reason, failure.detail)
        if self._run is not None:
            self._run.close()


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


def _kept(path: Path, ids: pa.Array) -> Iterator[pa.RecordBatch]:
    if len(ids):
        for batch in tables.iter_batches(path):
            yield tables.keep_ids(batch, ids)


def _conform(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([batch.column(n) for n in schema.names], schema=schema)


def _one(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
