"""Row tables of a partition as lineage rows: what a node made of each sample."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
import pyarrow as pa

from qmirror_assets.lineage import schemas
from qmirror_assets.records import SEED_FIELDS, Column
from qmirror_assets.store import tables

INTAKE = "intake"
PASSED_ON = "dedup"
"""Kind of node that hands rows on untouched, system columns included."""


class NodeLike(Protocol):
    """What lineage needs to know of a node of a compiled recipe."""

    @property
    def name(self) -> str:
        """Path such as `refine/round_2/write`."""
        ...

    @property
    def kind(self) -> str:
        """How it is run."""
        ...

    @property
    def stage(self) -> str:
        """Stage of the recipe it belongs to."""
        ...

    @property
    def turn(self) -> int:
        """Turn of a dialogue, or 0."""
        ...

    @property
    def round(self) -> int:
        """Round of a loop, or 0."""
        ...

    @property
    def new_columns(self) -> Sequence[str]:
        """Columns it makes."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where rows stand: a node in build order, and a domain."""

    node: str
    stage: str
    turn: int
    round: int
    ordinal: int
    domain: str
    passes_on: bool = False
    new_columns: tuple[str, ...] = ()


def places(nodes: Sequence[NodeLike], domain: str) -> list[Place]:
    """Intake and all nodes of a recipe as places of `domain`, in build order."""
    first = Place(INTAKE, INTAKE, 0, 0, 0, domain, new_columns=tuple(SEED_FIELDS))
    return [first] + [
        Place(
            node.name, node.stage, node.turn, node.round, ordinal, domain,
            node.kind == PASSED_ON, tuple(node.new_columns),
        )
        for ordinal, node in enumerate(nodes, 1)
    ]  # fmt: skip


def columns_at(place: Place, schema: pa.Schema) -> dict[str, Column]:
    """The columns of a row table that `place` made."""
    made = set(place.new_columns)
    return {name: kind for name, kind in tables.columns_of(schema).items() if name in made}


def lineage_batch(place: Place, batch: pa.RecordBatch, kinds: Mapping[str, Column]) -> pa.Table:
    """Rows of a node as rows of `schemas.ROWS`."""
    digests, parents, actions = (
        batch.column(name) for name in ("row_digest", "parent_digest", "actions")
    )
    if place.passes_on:  # its table repeats the system columns of the node before
        parents, actions = digests, pa.array([[]] * batch.num_rows, pa.list_(pa.string()))
    values = {
        "sample_id": batch.column("sample_id"),
        "row_digest": digests,
        "parent_digest": parents,
        "actions": actions,
        "data": list(_documents(batch, kinds)),
    }
    return _placed(place, schemas.ROWS, batch.num_rows, values)


def rejection_batch(place: Place, batch: pa.RecordBatch) -> pa.Table:
    """Rejections of a node as rows of `schemas.REJECTIONS`."""
    return _placed(
        place, schemas.REJECTIONS, batch.num_rows,
        {name: batch.column(name) for name in tables.REJECTIONS.names},
    )  # fmt: skip


def _placed(place: Place, schema: pa.Schema, size: int, values: Mapping[str, Any]) -> pa.Table:
    fixed = {
        "domain": place.domain, "node": place.node, "stage": place.stage, "turn": place.turn,
        "round": place.round, "ordinal": place.ordinal,
    }  # fmt: skip
    arrays = [
        pa.array(values[f.name], f.type)
        if isinstance(values.get(f.name), list)
        else values[f.name]
        if f.name in values
        else pa.repeat(pa.scalar(fixed[f.name], f.type), size)
        for f in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _documents(batch: pa.RecordBatch, kinds: Mapping[str, Column]) -> Iterator[str]:
    """The made columns of each row as one JSON document, JSON columns embedded as they are."""
    columns = {
        name: [_embedded(v) for v in values] if kinds[name] is Column.JSON else values
        for name in sorted(kinds)
        for values in [batch.column(name).to_pylist()]
    }
    names = list(columns)
    if not names:
        yield from ["{}"] * batch.num_rows
    for cells in zip(*columns.values(), strict=True):
        yield orjson.dumps(dict(zip(names, cells, strict=True))).decode()


def _embedded(text: str | None) -> orjson.Fragment | None:
    return None if text is None else orjson.Fragment(text)
