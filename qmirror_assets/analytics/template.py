"""Model files: plain SQL with exactly three calls, `ref`, `source` and `config`.

A file is parsed with Jinja's grammar and never rendered: the syntax tree may hold text and those
three calls with literal arguments, so there is no expression that could be evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from qmirror_assets.analytics.model import Materialized
from qmirror_assets.borders import nearest
from qmirror_assets.errors import UsageError

SIZE_CAP = 100_000  # characters of one model file
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")
_ARGUMENTS = {"ref": 1, "source": 2, "config": 0}


@dataclass(slots=True)
class Rendered:
    """SQL with table names in place of the calls; line numbers are those of the file."""

    sql: str = ""
    refs: dict[str, int] = field(default_factory=dict)  # model -> first line
    sources: dict[str, int] = field(default_factory=dict)  # schema.table -> first line
    materialized: Materialized | None = None


def render(text: str, place: str) -> Rendered:
    """Replace the calls of a model file.

    Args:
        text: The file's text.
        place: The file, as messages name it.

    Raises:
        UsageError: anything but the three calls, with file and line.
    """
    if len(text) > SIZE_CAP:
        raise UsageError(f"{place} is too long", expected=f"at most {SIZE_CAP} characters")
    rendered = Rendered()
    for node in _parts(text, place):
        # a call over several lines must not move the lines of an SQL error
        rendered.sql += "\n" * (node.lineno - 1 - rendered.sql.count("\n"))
        if isinstance(node, nodes.TemplateData):
            rendered.sql += node.data
        else:
            rendered.sql += _apply(node, rendered, place)
    return rendered


def read_target(text: str, place: str) -> str:
    """The table that `ref('x')` or `source('a', 'b')` in a schema file names.

    Raises:
        UsageError: it is no such call.
    """
    rendered = render("{{ " + text + " }}", place)
    names = [*rendered.refs, *rendered.sources]
    if len(names) != 1:
        raise UsageError(f"{place}: not one table", expected="ref('model')", found=repr(text[:80]))
    return names[0]


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    env = ImmutableSandboxedEnvironment(keep_trailing_newline=True)
    env.filters, env.tests, env.globals = {}, {}, {}
    return env


def _parts(text: str, place: str) -> list[nodes.Node]:
    try:
        tree = _environment().parse(text)
    except (TemplateSyntaxError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise _refuse(place, line, str(error) or "nested too deeply") from error
    parts: list[nodes.Node] = []
    for node in tree.body:
        if not isinstance(node, nodes.Output):
            raise _refuse(place, node.lineno, f"a `{type(node).__name__.lower()}` block")
        parts += node.nodes
    return parts


def _refuse(place: str, line: int, found: str) -> UsageError:
    return UsageError(
        f"{place}, line {line}: not allowed in a model",
        expected="plain SQL with {{ ref('model') }}, {{ source('schema', 'table') }} and "
        "{{ config(materialized='view' or 'table') }}",
        found=found[:160],
    )


def _apply(node: nodes.Node, rendered: Rendered, place: str) -> str:
    call, arguments, options = _literal_call(node, place)
    if options and call != "config":
        raise _refuse(place, node.lineno, f"{call}() with the argument {min(options)!r}")
    for name in arguments:
        if not _NAME.match(name):
            raise _refuse(place, node.lineno, f"the table name {name!r}")
    if call == "config":
        rendered.materialized = _materialized(options, node.lineno, place)
        return ""
    known = rendered.refs if call == "ref" else rendered.sources
    known.setdefault(".".join(arguments), node.lineno)
    # only names that match _NAME come here: a quote cannot be among them
    return ".".join(f'"{name}"' for name in arguments)


def _literal_call(node: nodes.Node, place: str) -> tuple[str, list[str], Mapping[str, str]]:
    if not isinstance(node, nodes.Call) or not isinstance(node.node, nodes.Name):
        raise _refuse(place, node.lineno, f"an expression ({type(node).__name__.lower()})")
    call = node.node.name
    if call not in _ARGUMENTS:
        raise _refuse(place, node.lineno, f"{call}(). {nearest(call, list(_ARGUMENTS))}")
    arguments = [_literal(argument, place) for argument in node.args]
    options = {pair.key: _literal(pair.value, place) for pair in node.kwargs}
    if len(arguments) != _ARGUMENTS[call] or node.dyn_args or node.dyn_kwargs:
        raise _refuse(place, node.lineno, f"{call}() with {len(arguments)} arguments")
    return call, arguments, options


def _literal(node: nodes.Node, place: str) -> str:
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        return node.value
    raise _refuse(place, node.lineno, "an argument that is not a literal text")


def _materialized(options: Mapping[str, str], line: int, place: str) -> Materialized:
    if set(options) != {"materialized"} or options["materialized"] not in list(Materialized):
        raise _refuse(place, line, f"config({dict(options)})")
    return Materialized(options["materialized"])
