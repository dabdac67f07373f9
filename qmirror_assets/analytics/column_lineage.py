"""Which columns a model's columns come from, read from its SQL."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp
from sqlglot.lineage import Node, lineage
from sqlglot.optimizer import build_scope
from sqlglot.optimizer.qualify import qualify

from qmirror_assets.analytics.model import Model
from qmirror_assets.analytics.project import Project
from qmirror_assets.analytics.source_tables import SOURCES
from qmirror_assets.analytics.statement import DIALECT, parse_select

ColumnLineage = Mapping[str, tuple[tuple[str, str], ...]]
"""Output column -> (model or source, column) pairs, sorted; empty where it counts rows."""


def column_lineage(model: Model, project: Project) -> ColumnLineage:
    """The direct parents of every column of a model."""
    schema = _schema(model, project)
    statement = parse_select(model.sql, model.place)
    qualified = qualify(statement, schema=schema, dialect=DIALECT)
    scope = build_scope(qualified)
    return {
        column.name: _parents(lineage(column.name, qualified, scope=scope, dialect=DIALECT), model)
        for column in model.columns
    }


def _schema(model: Model, project: Project) -> dict[str, dict[str, object]]:
    """Column types of what the model reads, all on the level schema.table."""
    schema: dict[str, dict[str, object]] = {}
    for name in model.sources:
        group, _, table = name.partition(".")
        schema.setdefault(group, {})[table] = dict(SOURCES[name])
    if model.refs:
        schema[""] = {
            name: {c.name: "UNKNOWN" for c in project.get(name).columns} for name in model.refs
        }
    return schema


def _parents(root: Node, model: Model) -> tuple[tuple[str, str], ...]:
    known = set(model.depends_on)
    found: set[tuple[str, str]] = set()
    for node in root.walk():
        if isinstance(node.source, exp.Table) and not node.downstream:
            table = ".".join(part.name for part in node.source.parts)
            column = node.name.rpartition(".")[2].strip('"')
            if table in known and column != "*":
                found.add((table, column))
    return tuple(sorted(found))
