"""`schema.yml` in dbt's format: descriptions and tests. The border where YAML becomes values."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from qmirror_assets.analytics.model import ColumnTest, TestKind
from qmirror_assets.analytics.template import read_target
from qmirror_assets.borders import load_yaml, validate

_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
_Text = Annotated[str, Field(max_length=2_000)]
_Value = str | bool | int | float


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class _Accepted(_Part):
    values: tuple[_Value, ...] = Field(min_length=1)


class _Related(_Part):
    to: str = Field(description="ref('model')")
    field: _Name


class _WithArguments(_Part):
    """A test with arguments: exactly one of the two."""

    accepted_values: _Accepted | None = None
    relationships: _Related | None = None

    @model_validator(mode="after")
    def _one(self) -> _WithArguments:
        if (self.accepted_values is None) == (self.relationships is None):
            raise ValueError("give one of accepted_values, relationships")
        return self


_Test = Literal["not_null", "unique"] | _WithArguments


class _Column(_Part):
    name: _Name
    description: _Text = ""
    data_tests: tuple[_Test, ...] = ()


class _Model(_Part):
    name: _Name
    description: _Text = ""
    columns: tuple[_Column, ...] = ()


class _SourceTable(_Part):
    name: _Name
    description: _Text = ""


class _Source(_Part):
    name: _Name
    description: _Text = ""
    tables: tuple[_SourceTable, ...] = Field(min_length=1)


class SchemaFile(_Part):
    """A whole schema file."""

    version: Literal[2] = 2
    models: tuple[_Model, ...] = ()
    sources: tuple[_Source, ...] = ()

    def source_names(self) -> tuple[str, ...]:
        """Declared sources as schema.table."""
        return tuple(f"{s.name}.{t.name}" for s in self.sources for t in s.tables)


def load_schema(path: Path, place: str) -> SchemaFile:
    """Read a schema file.

    Raises:
        RecipeError: with file, line, place and remedy.
    """
    data, lines = load_yaml(path, "schema file")
    return validate(SchemaFile, data or {}, f"schema file {place}", lines)


def tests_of(model: _Model, place: str) -> tuple[ColumnTest, ...]:
    """The tests a schema file declares for a model."""
    return tuple(
        _test(model.name, column.name, test, place)
        for column in model.columns
        for test in column.data_tests
    )


def _test(model: str, column: str, test: _Test, place: str) -> ColumnTest:
    if isinstance(test, str):
        return ColumnTest(model, column, TestKind(test))
    if test.accepted_values is not None:
        values = test.accepted_values.values
        return ColumnTest(model, column, TestKind.ACCEPTED_VALUES, values)
    related = test.relationships
    if related is None:  # excluded by the validator; said again for the type checker
        raise ValueError(test)
    where = f"{place}: {model}.{column}"
    return ColumnTest(
        model, column, TestKind.RELATIONSHIPS,
        to=read_target(related.to, where), field=related.field,
    )  # fmt: skip
