"""Sources of schema `build`: what the current manifests hold, in batches of Arrow rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from duckdb import CaseExpression, ColumnExpression, ConstantExpression, FunctionExpression

from qmirror_assets.analytics.built import Built, Partition
from qmirror_assets.analytics.connection import BATCH
from qmirror_assets.analytics.source_tables import SOURCES, arrow_schema
from qmirror_assets.records import Column, Json
from qmirror_assets.runner.intake import QUARANTINE
from qmirror_assets.stages.graph import INTAKE, Node, NodeKind
from qmirror_assets.store import tables
from qmirror_assets.store.layers import Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, Expression

SHORT_TEXT = 64
"""Longest text in `scalars`: writer names and labels pass, questions do not."""

_NUMERIC = (Column.INT, Column.FLOAT, Column.BOOL)
_RULES_SHAPE = '[{"name":"VARCHAR","state":"VARCHAR","sentence":"VARCHAR"}]'
_Columns = Mapping[str, "Expression"]


def nodes(built: Built, _connection: DuckDBPyConnection) -> Iterator[Any]:
    """One row a node, intake included."""
    intake: dict[str, Json] = {
        "node": INTAKE, "stage": INTAKE, "kind": INTAKE, "uses": INTAKE, "turn": 0, "round": 0,
        "position": 0, "is_loop_end": False, "is_final": False, "score_column": "",
        "role": "", "most_requests": 0,
    }  # fmt: skip
    rows = [intake, *(_node_row(built, node) for node in built.graph)]
    yield pa.RecordBatch.from_pylist(rows, arrow_schema("build.nodes"))


def _node_row(built: Built, node: Node) -> dict[str, Json]:
    return {
        "node": node.name, "stage": node.stage, "kind": node.kind.value, "uses": node.uses,
        "turn": node.turn, "round": node.round, "position": built.position(node),
        "is_loop_end": node.loop_end is not None, "is_final": node.final,
        "score_column": _score_column(node)[1] if node.loop_end else "",
        "role": node.roles[0].value if node.roles else "",
        "most_requests": node.most_requests,
    }  # fmt: skip


def partitions(built: Built, _connection: DuckDBPyConnection) -> Iterator[Any]:
    """One row a (node, domain) that is built."""
    rows = [
        {
            "node": item.node, "domain": item.domain, "partial": item.manifest.partial,
            "data_version": item.manifest.data_version,
            **{
                name: getattr(item.manifest.counts, name)
                for name in ("rows_in", "rows_out", "rejected", "duplicates", "settled")
            },
        }
        for item in built.all_partitions()
    ]  # fmt: skip
    yield pa.RecordBatch.from_pylist(rows, arrow_schema("build.partitions"))


def rejections(built: Built, connection: DuckDBPyConnection) -> Iterator[Any]:
    """One row a rejection of a node; quarantined seed rows have no sample id."""
    for item in built.all_partitions():
        own = _constants(node=item.node, domain=item.domain)
        columns = {**own, **_columns("sample_id", "reason", "detail")}
        yield from _project(connection, "build.rejections", built.rejections(item), columns)


def seeds(built: Built, connection: DuckDBPyConnection) -> Iterator[Any]:
    """One row a seed of a domain."""
    for item in built.partitions(INTAKE):
        if item.domain != QUARANTINE:
            columns = {
                **_constants(domain=item.domain),
                **_columns("sample_id", "licence", "source", "family", "language"),
            }
            yield from _project(connection, "build.seeds", built.rows(item), columns)


def rounds(built: Built, connection: DuckDBPyConnection) -> Iterator[Any]:
    """One row a sample and finished round of a loop."""
    for node in built.graph:
        if node.loop_end is None:
            continue
        made = {*node.loop_end.columns, *node.loop_end.rank_by}
        for item in built.partitions(node.name):
            table = built.rows(item)
            kinds = {n: k for n, k in _kinds(table).items() if n in made and k in _NUMERIC}
            columns = {
                **_loop_constants(node, item),
                **_columns("sample_id", "loop_state", "stop_reason"),
                "best_round": _json_part("best", "$.round"),
                "best_score": _json_part("best", f"$.rank[{_score_column(node)[0]}]"),
                "scores": _json_object(kinds),
            }
            yield from _project(connection, "build.rounds", table, columns)


def rules(built: Built, connection: DuckDBPyConnection) -> Iterator[Any]:
    """One row a rule of a row that a judge looked at; other shapes of `rules` give none."""
    for node in built.graph:
        if "rules" not in node.new_columns or node.kind is not NodeKind.ROWS:
            continue
        for item in built.partitions(node.name):
            table = built.rows(item)
            if _kinds(table).get("rules") is Column.JSON:
                yield from _rules(connection, node, item, table)


def _score_column(end: Node) -> tuple[int, str]:
    """The score among a loop's ranking columns, with its place: the first that is a number.

    A yes-or-no column often ranks first ("passed before failed"), but it is no score.
    """
    rank_by = end.loop_end.rank_by if end.loop_end else ()
    numbers = [(i, name) for i, name in enumerate(rank_by) if end.columns[name] is not Column.BOOL]
    return [*numbers, *enumerate(rank_by), (0, "")][0]


def _rules(
    connection: DuckDBPyConnection, node: Node, item: Partition, table: Table
) -> Iterator[Any]:
    shape = FunctionExpression("from_json", _column("rules"), ConstantExpression(_RULES_SHAPE))
    each = FunctionExpression("unnest", shape).alias("entry")
    relation = connection.from_arrow(table.scan())
    unnested = relation.select(_column("sample_id"), each)
    columns = {
        **_loop_constants(node, item),
        **_columns("sample_id"),
        "rule": _field("name"),
        "state": _field("state"),
        "sentence": _field("sentence"),
    }
    named = unnested.filter(_field("name").isnotnull() & _field("state").isnotnull())
    yield from named.select(*_typed("build.rules", columns)).to_arrow_reader(BATCH)


def judged(built: Built, connection: DuckDBPyConnection) -> Iterator[Any]:
    """One row a sample and loop that it left."""
    for node in built.graph:
        if node.kind is not NodeKind.JUDGED:
            continue
        score = _score_column(built.graph[node.settings["ends"][0]])[1]
        for item in built.partitions(node.name):
            table = built.rows(item)
            columns = {
                **_constants(
                    node=node.name, stage=node.stage, turn=node.turn,
                    position=built.position(node), domain=item.domain,
                ),
                **_columns("sample_id", "accepted", "stop_reason", "best_round", "rounds"),
                "score": _finite(score) if score in _kinds(table) else ConstantExpression(None),
            }  # fmt: skip
            yield from _project(connection, "build.judged", table, columns)


def requests(built: Built, _connection: DuckDBPyConnection) -> Iterator[Any]:
    """One row a (node, domain) of a loop: what its rows, rejected ones too, stand on."""
    found = []
    for node in built.graph:
        for item in built.partitions(node.name) if node.round else ():
            counts = [_count_actions(built.rows(item)), _count_actions(built.rejections(item))]
            rows, asked = (sum(column) for column in zip(*counts, strict=True))
            found.append(
                {"node": node.name, "domain": item.domain, "rows": rows, "requests": asked}
            )
    yield pa.RecordBatch.from_pylist(found, arrow_schema("build.requests"))


def _count_actions(table: Table) -> tuple[int, int]:
    """Rows of a table, and the requests they stand on."""
    rows = asked = 0
    for batch in table.batches(["actions"], BATCH):
        rows += batch.num_rows
        asked += len(batch.column("actions").flatten())
    return rows, asked


def samples(built: Built, connection: DuckDBPyConnection) -> Iterator[Any]:
    """One row a final sample, with its numbers and short texts as JSON."""
    for item in built.partitions(built.graph.final.name):
        table = built.rows(item)
        kinds = {n: k for n, k in _kinds(table).items() if k is not Column.JSON}
        columns = {
            **_constants(domain=item.domain),
            **_columns("sample_id"),
            "scalars": _json_object(kinds),
        }
        yield from _project(connection, "build.samples", table, columns)


# -- expressions: column names of a recipe become syntax nodes, never SQL text


def _project(
    connection: DuckDBPyConnection, source: str, table: Table, columns: _Columns
) -> Iterator[Any]:
    relation = connection.from_arrow(table.scan())
    yield from relation.select(*_typed(source, columns)).to_arrow_reader(BATCH)


def _typed(source: str, columns: _Columns) -> list[Expression]:
    return [columns[name].cast(kind).alias(name) for name, kind in SOURCES[source].items()]


def _kinds(table: Table) -> dict[str, Column]:
    """Columns a table really has: a manifest may be older than the recipe."""
    return tables.columns_of(table.schema())


def _column(name: str) -> Expression:
    return ColumnExpression(name)


def _columns(*names: str) -> dict[str, Expression]:
    return {name: ColumnExpression(name) for name in names}


def _constants(**values: Json) -> dict[str, Expression]:
    return {name: ConstantExpression(value) for name, value in values.items()}


def _loop_constants(node: Node, item: Partition) -> dict[str, Expression]:
    return _constants(
        node=node.name, stage=node.stage, turn=node.turn, round=node.round, domain=item.domain
    )


def _field(name: str) -> Expression:
    return FunctionExpression("struct_extract", _column("entry"), ConstantExpression(name))


def _json_part(column: str, path: str) -> Expression:
    return FunctionExpression("json_extract_string", _column(column), ConstantExpression(path))


def _finite(name: str) -> Expression:
    """A number, or null where it is not finite: JSON has no NaN."""
    number = _column(name).cast("DOUBLE")
    return CaseExpression(FunctionExpression("isfinite", number), _column(name))


def _short(name: str) -> Expression:
    length = FunctionExpression("length", _column(name))
    return CaseExpression(length <= ConstantExpression(SHORT_TEXT), _column(name))


def _json_object(kinds: Mapping[str, Column]) -> Expression:
    readers = {Column.FLOAT: _finite, Column.STR: _short}
    pairs: list[Expression] = []
    for name, kind in kinds.items():
        pairs += [ConstantExpression(name), readers.get(kind, _column)(name)]
    return FunctionExpression("json_object", *pairs)
