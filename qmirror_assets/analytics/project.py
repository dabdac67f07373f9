"""The SQL project: model files and schema files of one folder, checked and in build order.

Light: it parses and never runs, so listing models imports neither DuckDB nor Arrow.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from qmirror_assets.analytics.model import ColumnTest, Materialized, Model, ModelColumn
from qmirror_assets.analytics.schema_file import SchemaFile, load_schema, tests_of
from qmirror_assets.analytics.source_tables import SOURCES
from qmirror_assets.analytics.template import Rendered, render
from qmirror_assets.borders import nearest
from qmirror_assets.errors import NotFoundError, UsageError

LAYERS: Mapping[str, Materialized] = {
    "staging": Materialized.VIEW,
    "marts": Materialized.TABLE,
}
"""Folders of a project, in order, with how their models are kept unless they say otherwise."""


@dataclass(frozen=True, slots=True)
class Project:
    """All models, each after what it reads."""

    models: tuple[Model, ...]

    def get(self, name: str) -> Model:
        """A model by name.

        Raises:
            NotFoundError: with the nearest model.
        """
        for model in self.models:
            if model.name == name:
                return model
        names = [model.name for model in self.models]
        raise NotFoundError(f"no model {name[:80]!r}", remedy=nearest(name, names))

    def needed_by(self, names: Iterable[str]) -> tuple[Model, ...]:
        """Those models and all they read, in build order."""
        wanted = set(names)
        for model in reversed(self.models):
            if model.name in wanted:
                wanted.update(model.refs)
        return tuple(model for model in self.models if model.name in wanted)


def shipped_folder() -> Path:
    """The SQL project that comes with the package."""
    return Path(str(importlib.resources.files("dbt_like_sql")))


def load_project(folder: Path | None = None) -> Project:
    """Read the SQL project in `folder` (the shipped one by default).

    Raises:
        UsageError: naming file, line and remedy: not one SELECT, an unknown ref or source, a
            cycle, a name that stands twice, a schema file that does not fit.
    """
    return _shipped() if folder is None else _read_project(folder)


@cache  # a third of a second, and a build asks for it three times
def _shipped() -> Project:
    return _read_project(shipped_folder())


def _read_project(root: Path) -> Project:
    schemas = {layer: _layer_schema(root, layer) for layer in LAYERS}
    declared = [name for schema in schemas.values() for name in schema.source_names()]
    models: dict[str, Model] = {}
    lines: dict[str, Rendered] = {}
    for layer, schema in schemas.items():
        for path in sorted((root / layer).glob("*.sql")):
            model, rendered = _read_model(path, layer, schema)
            if model.name in models:
                raise UsageError(f"{model.place}: model {model.name!r} stands twice")
            models[model.name], lines[model.name] = model, rendered
    for model in models.values():
        _check_names(model, lines[model.name], models, declared)
    _check_schemas(schemas, models)
    return Project(tuple(models[name] for name in _in_order(models)))


def _layer_schema(root: Path, layer: str) -> SchemaFile:
    path = root / layer / "schema.yml"
    schema = load_schema(path, f"{layer}/schema.yml") if path.is_file() else SchemaFile()
    for name in schema.source_names():
        if name not in SOURCES:
            raise UsageError(
                f"{layer}/schema.yml: no source {name!r}", remedy=nearest(name, list(SOURCES))
            )
    return schema


def _read_model(path: Path, layer: str, schema: SchemaFile) -> tuple[Model, Rendered]:
    from qmirror_assets.analytics.statement import (  # noqa: PLC0415  # sqlglot: 0.4 s
        check_tables,
        output_columns,
        parse_select,
    )

    place = f"{layer}/{path.name}"
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{place} cannot be read", found=str(error)) from error
    rendered = render(text, place)
    statement = parse_select(rendered.sql, place)
    known = {*rendered.refs, *rendered.sources}
    check_tables(statement, known, place, "A model names tables by ref() and source() only")
    entry = next((m for m in schema.models if m.name == path.stem), None)
    described = {c.name: c.description for c in entry.columns} if entry else {}
    names = output_columns(statement, place)
    model = Model(
        path.stem, layer, place, entry.description if entry else "",
        rendered.materialized or LAYERS[layer], rendered.sql,
        tuple(rendered.refs), tuple(rendered.sources),
        tuple(ModelColumn(name, described.get(name, "")) for name in names),
        tests_of(entry, f"{layer}/schema.yml") if entry else (),
    )  # fmt: skip
    return model, rendered


def _check_names(
    model: Model, rendered: Rendered, models: Mapping[str, Model], sources: Sequence[str]
) -> None:
    for name in model.refs:
        if name not in models:
            raise UsageError(
                f"{model.place}, line {rendered.refs[name]}: no model {name!r}",
                remedy=nearest(name, list(models)),
            )
    for name in model.sources:
        if name not in sources:
            raise UsageError(
                f"{model.place}, line {rendered.sources[name]}: no source {name!r}",
                remedy=nearest(name, list(sources)) if sources else "Declare it in schema.yml",
            )


def _check_schemas(schemas: Mapping[str, SchemaFile], models: Mapping[str, Model]) -> None:
    for layer, schema in schemas.items():
        place = f"{layer}/schema.yml"
        for entry in schema.models:
            if entry.name not in models:
                raise UsageError(
                    f"{place}: no model {entry.name!r}", remedy=nearest(entry.name, list(models))
                )
            for column in entry.columns:
                _check_column(place, models[entry.name], column.name)
            for test in models[entry.name].tests:
                _check_relation(place, test, models)


def _check_column(place: str, model: Model, column: str) -> None:
    names = [c.name for c in model.columns]
    if column not in names:
        raise UsageError(
            f"{place}: model {model.name!r} has no column {column!r}",
            remedy=nearest(column, names),
        )


def _check_relation(place: str, test: ColumnTest, models: Mapping[str, Model]) -> None:
    if not test.to:
        return
    if test.to not in models:
        raise UsageError(
            f"{place}: {test.model}.{test.column} relates to no model {test.to!r}",
            remedy=nearest(test.to, list(models)),
        )
    _check_column(place, models[test.to], test.field)


def _in_order(models: Mapping[str, Model]) -> list[str]:
    sorter = TopologicalSorter({name: model.refs for name, model in models.items()})
    try:
        return list(sorter.static_order())
    except CycleError as error:
        raise UsageError(
            "the models form a cycle",
            found=" -> ".join(reversed(error.args[1])),
            remedy="Let one of them read a staging model instead",
        ) from error
