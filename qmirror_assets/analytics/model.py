"""A model: one SELECT of the SQL project, with its columns, its tests and what it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar


class Materialized(StrEnum):
    """How a model is kept: a view is recomputed by its readers, a table is a Parquet file."""

    VIEW = "view"
    TABLE = "table"


class TestKind(StrEnum):
    """The four generic tests of a schema file."""

    __test__ = False  # not a class of tests

    NOT_NULL = "not_null"
    UNIQUE = "unique"
    ACCEPTED_VALUES = "accepted_values"
    RELATIONSHIPS = "relationships"


@dataclass(frozen=True, slots=True)
class ColumnTest:
    """One test of one column. `values` of accepted_values; `to` and `field` of relationships."""

    model: str
    column: str
    kind: TestKind
    values: tuple[str | int | float | bool, ...] = ()
    to: str = ""  # a model
    field: str = ""  # a column of `to`


@dataclass(frozen=True, slots=True)
class ModelColumn:
    """An output column of a model."""

    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """See the module's docstring. `sql` is rendered: ref() and source() are table names."""

    name: str
    layer: str  # the folder: staging | marts
    place: str  # file relative to the project, for messages
    description: str
    materialized: Materialized
    sql: str
    refs: tuple[str, ...]
    sources: tuple[str, ...]  # such as build.nodes
    columns: tuple[ModelColumn, ...]
    tests: tuple[ColumnTest, ...]

    @property
    def depends_on(self) -> tuple[str, ...]:
        """Models by name and sources as schema.table."""
        return (*self.refs, *self.sources)


@dataclass(frozen=True, slots=True)
class ModelResult:
    """What one run of a model gave. A view has no file; `columns` is name -> SQL type."""

    name: str
    layer: str
    rows: int
    path: Path | None
    seconds: float
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TestResult:
    """What one test found. A test over no rows passes with `evaluated` 0: readers decide."""

    __test__: ClassVar[bool] = False

    model: str
    column: str
    test: str
    passed: bool
    failures: int
    evaluated: int


@dataclass(frozen=True, slots=True)
class AnalyticsResult:
    """Models and tests of one run."""

    models: tuple[ModelResult, ...]
    tests: tuple[TestResult, ...]


@dataclass(frozen=True, slots=True)
class QueryResult:
    """Rows of a query with names and SQL types of their columns.

    `truncated`: there were more rows than the limit.
    """

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool
