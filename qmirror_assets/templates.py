"""Prompts as sandboxed Jinja files.

Row values enter as values and are never rendered again, so a seed that holds `{{ }}` comes out
literally. The environment is immutable-sandboxed, undefined names are errors, and both the
template and its output are capped. Operators and methods that make much out of little (`*`, `**`,
`%`, `ljust`, ...) are not there: their result would be in memory before any cap could see it.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from qmirror_assets.borders import is_file
from qmirror_assets.errors import RecipeError
from qmirror_assets.fingerprint import content_digest
from qmirror_assets.records import Json

TEMPLATE_CAP = 64_000  # characters of one prompt file
OUTPUT_CAP = 512_000  # characters of one rendered prompt
RANGE_CAP = 1_000
_FILTERS = frozenset(
    [
        "capitalize",
        "default",
        "first",
        "float",
        "int",
        "join",
        "last",
        "length",
        "list",
        "lower",
        "map",
        "reject",
        "rejectattr",
        "round",
        "select",
        "selectattr",
        "sort",
        "sum",
        "title",
        "trim",
        "truncate",
        "unique",
        "upper",
    ]
)
_METHODS = frozenset(
    [
        "capitalize",
        "count",
        "endswith",
        "get",
        "index",
        "items",
        "keys",
        "lower",
        "lstrip",
        "removeprefix",
        "removesuffix",
        "rstrip",
        "split",
        "splitlines",
        "startswith",
        "strip",
        "title",
        "upper",
        "values",
    ]
)
"""Methods of text, lists and mappings a prompt may call."""
_PROBLEMS = (TemplateError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError)


def _capped_range(*args: int) -> range:
    numbers = range(*args)
    if len(numbers) > RANGE_CAP:
        raise SecurityError(f"range of more than {RANGE_CAP}")
    return numbers


class _Environment(ImmutableSandboxedEnvironment):
    """The sandbox without what makes much out of little."""

    intercepted_binops: ClassVar[frozenset[str]] = frozenset({"*", "**", "%"})  # type: ignore[misc]

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> NoReturn:
        raise SecurityError(f"operator {operator} is not there")

    def wrap_str_format(self, value: Any) -> None:
        """No `format` method at all: the sandbox's own would still pad to any width."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, str | bytes | int | float | list | tuple | dict):
            return attr in _METHODS
        return super().is_safe_attribute(obj, attr, value)


@lru_cache(maxsize=1)
def _environment() -> _Environment:
    env = _Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False)
    env.filters = {name: env.filters[name] for name in _FILTERS}
    env.globals = {"range": _capped_range}
    return env


def _compile(text: str) -> Template:
    template = _environment().from_string(text)
    # a plain copy: the chain of mappings that Jinja makes is walked again for every render
    template.globals = dict(template.globals)
    return template


class Prompts:
    """The prompt files of one recipe, read from one folder and nowhere else."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._texts: dict[str, str] = {}
        self._compiled: dict[str, Template] = {}

    def text(self, name: str) -> str:
        """The source of prompt `name` (a file name in the recipe's prompt folder)."""
        if name not in self._texts:
            self._texts[name] = self._read(name)
        return self._texts[name]

    def _read(self, name: str) -> str:
        path = self._folder / name
        # a NUL is no path at all; a link or `..` may lead out of the folder
        inside = "\0" not in name and path.resolve().is_relative_to(self._folder.resolve())
        if not inside or not is_file(path):
            there = ", ".join(sorted(p.name for p in self._folder.glob("*.j2"))) or "none"
            raise RecipeError(
                f"prompt file {name!r} is missing",
                expected=f"a file in the recipe's prompts folder (there: {there})",
            )
        with path.open("rb") as file:
            data = file.read(4 * TEMPLATE_CAP + 1)  # a character has at most four bytes
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise RecipeError(
                f"prompt file {name!r} is not UTF-8", found=f"byte {error.start}"
            ) from error
        if len(text) > TEMPLATE_CAP:
            raise RecipeError(
                f"prompt file {name!r} is too long", expected=f"at most {TEMPLATE_CAP} characters"
            )
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def digest(self, name: str) -> str:
        """Digest of the prompt's text: part of the stage fingerprint."""
        return content_digest(self.text(name).encode())

    def render(self, name: str, /, **values: Json) -> str:
        """Render prompt `name` with `values`.

        Raises:
            RecipeError: the template is broken, reaches outside its sandbox, or renders too much.
        """
        try:
            if name not in self._compiled:
                self._compiled[name] = _compile(self.text(name))
            parts: list[str] = []
            size = 0
            for part in self._compiled[name].generate(**values):
                size += len(part)
                if size > OUTPUT_CAP:
                    raise SecurityError(f"more than {OUTPUT_CAP} characters")
                parts.append(part)
        except _PROBLEMS as error:
            line = getattr(error, "lineno", None)
            where = f"prompt file {name!r}" + (f", line {line}" if line else "")
            raise RecipeError(f"{where} cannot be rendered", found=str(error)) from error
        return "".join(parts)
