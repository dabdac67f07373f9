"""Prompts as sandboxed Jinja files.

Row values enter as values and are never rendered again, so a seed that holds `{{ }}` comes out
literally. The environment is immutable-sandboxed, undefined names are errors, and both the
template and its output are capped.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment, SecurityError

from qmirror_assets.errors import RecipeError
from qmirror_assets.fingerprint import content_digest
from qmirror_assets.records import Json

TEMPLATE_CAP = 64_000  # characters of one prompt file
OUTPUT_CAP = 512_000  # characters of one rendered prompt
RANGE_CAP = 1_000
_FILTERS = frozenset(
    "capitalize default first float format int join last length list lower map replace reject "
    "rejectattr round select selectattr sort sum title trim truncate unique upper".split()
)


def _capped_range(*args: int) -> range:
    numbers = range(*args)
    if len(numbers) > RANGE_CAP:
        raise SecurityError(f"range of more than {RANGE_CAP}")
    return numbers


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    env = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False
    )
    env.filters = {name: env.filters[name] for name in _FILTERS if name in env.filters}
    env.globals = {"range": _capped_range}
    return env


class Prompts:
    """The prompt files of one recipe, read from one folder and nowhere else."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._texts: dict[str, str] = {}
        self._compiled: dict[str, Any] = {}

    def text(self, name: str) -> str:
        """The source of prompt `name` (a file name in the recipe's prompt folder)."""
        if name not in self._texts:
            self._texts[name] = self._read(name)
        return self._texts[name]

    def _read(self, name: str) -> str:
        path = self._folder / name
        inside = path.resolve().is_relative_to(self._folder.resolve())
        if not inside or not path.is_file():
            there = ", ".join(sorted(p.name for p in self._folder.glob("*.j2"))) or "none"
            raise RecipeError(
                f"prompt file {name!r} is missing",
                expected=f"a file in the recipe's prompts folder (there: {there})",
            )
        text = path.read_text("utf-8")
        if len(text) > TEMPLATE_CAP:
            raise RecipeError(
                f"prompt file {name!r} is too long", expected=f"at most {TEMPLATE_CAP} characters"
            )
        return text

    def digest(self, name: str) -> str:
        """Digest of the prompt's text: part of the stage fingerprint."""
        return content_digest(self.text(name).encode())

    def render(self, name: str, **values: Json) -> str:
        """Render prompt `name` with `values`.

        Raises:
            RecipeError: the template is broken, reaches outside its sandbox, or renders too much.
        """
        try:
            if name not in self._compiled:
                self._compiled[name] = _environment().from_string(self.text(name))
            parts: list[str] = []
            size = 0
            for part in self._compiled[name].generate(**values):
                size += len(part)
                if size > OUTPUT_CAP:
                    raise SecurityError(f"more than {OUTPUT_CAP} characters")
                parts.append(part)
        except TemplateError as error:
            line = getattr(error, "lineno", None)
            where = f"prompt file {name!r}" + (f", line {line}" if line else "")
            raise RecipeError(f"{where} cannot be rendered", found=str(error)) from error
        return "".join(parts)
