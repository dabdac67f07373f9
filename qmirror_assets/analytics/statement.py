"""One SELECT and nothing else: what a model or a query may be, decided on its syntax tree.

This is the first wall. The second is the connection, which has no access to files, extensions or
settings whatever the SQL says (`connection.py`).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.optimizer.scope import Scope, traverse_scope

from qmirror_assets.borders import nearest
from qmirror_assets.errors import UsageError

DIALECT = "duckdb"
_COLUMN = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")
TABLE_FUNCTIONS = frozenset({"unnest", "range", "generate_series", "json_each"})
_LEAKS = ("current_setting", "getenv", "getvariable", "which_secret", "add_parquet_key")
_LEAK_PREFIXES = ("duckdb_", "pragma_", "pg_", "read_", "sniff_", "parquet_", "query", "glob")
_FORBIDDEN = (
    exp.Into, exp.Lock, exp.Placeholder, exp.Parameter, exp.Command, exp.Pragma, exp.DDL, exp.DML,
)  # fmt: skip


def parse_select(sql: str, what: str) -> exp.Query:
    """The syntax tree of exactly one SELECT (or UNION, or WITH ... SELECT).

    Args:
        sql: The text.
        what: What it is, as messages name it ("marts/yield_funnel.sql").

    Raises:
        UsageError: not SQL, several statements, or a statement that is not a SELECT; with line.
    """
    statements = [s for s in _parse(sql, what) if s is not None]
    if len(statements) != 1:
        raise _refuse(what, f"{len(statements)} statements")
    statement = statements[0]
    if not isinstance(statement, exp.Select | exp.SetOperation):
        raise _refuse(what, f"a {statement.key.upper()} statement")
    for node in statement.walk():
        if isinstance(node, _FORBIDDEN):
            raise _refuse(what, f"`{node.sql(DIALECT)[:60]}`")
    _check_functions(statement, what)
    return statement


def _parse(sql: str, what: str) -> list[exp.Expr | None]:
    # sqlglot logs what it does not know before it falls back to a Command, which is refused
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    try:
        return list(sqlglot.parse(sql, dialect=DIALECT))
    except ParseError as error:
        first = error.errors[0] if error.errors else {}
        line = f", line {first['line']}" if first.get("line") else ""
        found = first.get("description") or str(error)
        raise UsageError(f"{what}{line} is not SQL", found=str(found)[:200]) from error
    except (SqlglotError, RecursionError) as error:
        raise UsageError(f"{what} is not SQL", found=str(error)[:200]) from error


def _refuse(what: str, found: str) -> UsageError:
    return UsageError(f"{what} is refused", expected="exactly one SELECT", found=found)


def _check_functions(statement: exp.Expr, what: str) -> None:
    for node in statement.find_all(exp.Func):
        name = _function_name(node)
        if name in _LEAKS or name.startswith(_LEAK_PREFIXES):
            raise UsageError(
                f"{what} is refused",
                expected="functions over rows",
                found=f"{name}(), which reads files, settings or other SQL",
            )


def _function_name(node: exp.Expr) -> str:
    if isinstance(node, exp.Anonymous):
        return str(node.name).lower()
    return node.sql_name().lower() if isinstance(node, exp.Func) else node.key


def check_tables(statement: exp.Query, known: Collection[str], what: str, remedy: str = "") -> None:
    """Check that a SELECT reads nothing but `known` tables (`name` or `schema.name`).

    Raises:
        UsageError: another table, a file name or a table function, with the nearest known table.
    """
    seen: set[int] = set()
    for scope in _scopes(statement, what):
        for table in scope.tables:
            seen.add(id(table))
            if not _is_cte(table, scope):
                _check_table(table, known, what, remedy)
    for table in statement.find_all(exp.Table):
        if id(table) not in seen:  # wherever it stands, it is not read unchecked
            _check_table(table, known, what, remedy)


def _scopes(statement: exp.Query, what: str) -> Iterator[Scope]:
    try:
        yield from traverse_scope(statement)
    except (SqlglotError, RecursionError) as error:
        raise UsageError(f"{what} cannot be resolved", found=str(error)[:200]) from error


def _is_cte(table: exp.Table, scope: Scope) -> bool:
    """Whether the name is a WITH of this very scope, not of another part of the statement."""
    source = scope.sources.get(table.alias_or_name)
    return isinstance(source, Scope) and not table.db and not table.catalog


def _check_table(table: exp.Table, known: Collection[str], what: str, remedy: str) -> None:
    if not isinstance(table.this, exp.Identifier):
        name = _function_name(table.this)
        if name in TABLE_FUNCTIONS:
            return
        raise UsageError(
            f"{what} is refused",
            expected=f"a table, or one of {', '.join(sorted(TABLE_FUNCTIONS))}",
            found=f"{name}()",
        )
    parts = [part.name for part in table.parts]
    name = ".".join(parts).lower()
    if name not in known:
        raise UsageError(
            f"{what}: no table {name[:80]!r}", remedy=remedy or nearest(name, sorted(known))
        )


def output_columns(statement: exp.Query, what: str) -> tuple[str, ...]:
    """Names of the columns a SELECT gives.

    Raises:
        UsageError: a `*`, a column without a plain name, or a name that stands twice.
    """
    names = statement.named_selects
    for name in names:
        if not _COLUMN.match(name) or names.count(name) > 1:
            raise UsageError(
                f"{what}: the outer SELECT must name each column once",
                expected="lower-case names",
                found=repr(name[:80]),
            )
    return tuple(names)
