"""Which columns a model's columns come from, read from its SQL."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import Node, lineage

from qmirror_assets.analytics.model import Model
from qmirror_assets.analytics.project import Project
from qmirror_assets.analytics.source_tables import SOURCES
from qmirror_assets.analytics.statement import DIALECT
from qmirror_assets.errors import UsageError

ColumnLineage = Mapping[str, tuple[tuple[str, str], ...]]
"""Output column -> (model or source, column) pairs, sorted; empty where it only counts rows."""


def column_lineage(model: Model, project: Project) -> ColumnLineage:
    """The direct parents of every column of a model: columns of the models and sources it reads.

    Raises:
        UsageError: a column cannot be traced (it is not qualified where two tables could have it).
    """
    try:
        roots = lineage(None, model.sql, _schema(model, project), dialect=DIALECT)
    except SqlglotError as error:
        raise UsageError(
            f"{model.place}: its columns cannot be traced",
            found=str(error)[:200],
            remedy="Write table.column where several tables are joined",
        ) from error
    if isinstance(roots, Node):
        raise TypeError(roots)
    return {column.name: _parents(roots[column.name], model) for column in model.columns}


def _schema(model: Model, project: Project) -> dict[str, object]:
    """Columns of what the model reads: without them a bare column name has no table."""
    schema: dict[str, dict[str, dict[str, str]]] = {}
    for name in model.sources:
        group, _, table = name.partition(".")
        schema.setdefault(group, {})[table] = dict(SOURCES[name])
    for name in model.refs:
        columns = {column.name: "UNKNOWN" for column in project.get(name).columns}
        schema.setdefault("main", {})[name] = columns
    return {**schema}


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
