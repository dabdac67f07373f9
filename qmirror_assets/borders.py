"""Reading YAML at the border: duplicate keys refused, errors named by file, line and remedy."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from qmirror_assets.errors import RecipeError
from qmirror_assets.records import Json

Model = TypeVar("Model", bound=BaseModel)
Place = tuple[str | int, ...]
SIZE_CAP = 1_000_000  # bytes of one YAML file
_HALF = re.compile("[\ud800-\udfff]")  # lone surrogates
_SCALARS = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null")
)


class _Loader(yaml.SafeLoader):
    """A safe loader that refuses aliases: an alias bomb grows without end."""

    # A day stays text: JSON has no dates, and `2026-02-30` would be an error without a line.
    yaml_implicit_resolvers = {  # noqa: RUF012  # as the library declares it
        first: [(tag, pattern) for tag, pattern in pairs if not tag.endswith(":timestamp")]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event: Any = self.peek_event()  # type: ignore[no-untyped-call]
            raise _at(event, "aliases are not allowed here")
        return super().compose_node(parent, index)


def load_yaml(path: Path, what: str) -> tuple[Json, dict[Place, int]]:
    """The data of a YAML file and the line number of every place in it."""
    return parse_yaml(read_yaml(path, what), path, what)


def read_yaml(path: Path, what: str) -> bytes:
    """The bytes of a YAML file.

    Raises:
        RecipeError: it cannot be read, or is too large.
    """
    try:
        with path.open("rb") as file:
            data = file.read(SIZE_CAP + 1)
    except OSError as error:
        raise RecipeError(
            f"{what} {path.name} cannot be read", found=error.strerror or str(error)
        ) from error
    if len(data) > SIZE_CAP:
        raise RecipeError(f"{what} {path.name} is too large", expected=f"at most {SIZE_CAP} bytes")
    return data


def parse_yaml(data: bytes, path: Path, what: str) -> tuple[Json, dict[Place, int]]:
    """The data of a YAML file's bytes and the line number of every place in it.

    Raises:
        RecipeError: with the line.
    """
    try:
        loader = _Loader(data.decode("utf-8"))
        node = loader.get_single_node()
        lines: dict[Place, int] = {}
        value = _build(loader, node, (), lines) if node is not None else None
    except UnicodeDecodeError as error:
        raise RecipeError(
            f"{what} {path.name} is not UTF-8", found=f"byte {error.start}"
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error)
        raise RecipeError(f"{what} {path.name}{where} is not YAML", found=problem) from error
    return value, lines


def _build(loader: Any, node: Any, place: Place, lines: dict[Place, int]) -> Json:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode) and node.tag == loader.DEFAULT_MAPPING_TAG:
        result: dict[str, Json] = {}
        for key_node, value_node in node.value:
            key = str(_scalar(loader, key_node))
            if key in result:
                raise _at(key_node, f"key {key!r} stands twice")
            result[key] = _build(loader, value_node, (*place, key), lines)
            lines[(*place, key)] = key_node.start_mark.line + 1
        return result
    if isinstance(node, yaml.SequenceNode) and node.tag == loader.DEFAULT_SEQUENCE_TAG:
        return [_build(loader, item, (*place, i), lines) for i, item in enumerate(node.value)]
    return _scalar(loader, node)


def _scalar(loader: Any, node: Any) -> Json:
    """A scalar that JSON has; whatever else a tag can make of a node is refused."""
    if not isinstance(node, yaml.ScalarNode):
        raise _at(node, f"expected plain text or a number, found {node.tag!r}")
    if node.tag not in _SCALARS:
        raise _at(node, f"{node.tag!r} is not a type of JSON")
    try:
        value = loader.construct_object(node)
    except ValueError as error:  # a number that does not fit its tag, or has too many digits
        raise _at(node, str(error)) from error
    except LookupError as error:  # empty text, or a word that is no truth value
        raise _at(node, f"{node.value[:40]!r} is no {node.tag!r}") from error
    if isinstance(value, float) and not math.isfinite(value):
        raise _at(node, f"{node.value} is not a finite number")
    return value


def _at(node: Any, problem: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)


def is_file(path: Path) -> bool:
    """Whether a file is there; a name no file can have (too long, with NUL) is not."""
    try:
        return path.is_file()
    except OSError:
        return False


def nearest(word: str, words: Sequence[str]) -> str:
    """A remedy naming the nearest valid word, or all of them."""
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    if close:
        return f"Did you mean {close[0]!r}?"
    return f"Valid here: {', '.join(sorted(words))}"


def validate(
    model: type[Model], data: Json, what: str, lines: dict[Place, int] | None = None
) -> Model:
    """Validate `data`; one error is named with its line, its place and a remedy."""
    if not _is_encodable(data):
        raise RecipeError(
            f"{what} holds half of a character", expected="Unicode text without lone surrogates"
        )
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise _explain(model, error, what, lines or {}) from error


def _is_encodable(value: Json) -> bool:
    """Whether all text can be written as UTF-8: a lone surrogate cannot."""
    if isinstance(value, str):
        return _HALF.search(value) is None
    if isinstance(value, dict):
        return all(_is_encodable(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple):
        return all(map(_is_encodable, value))
    return True


def _explain(
    model: type[BaseModel], error: ValidationError, what: str, lines: dict[Place, int]
) -> RecipeError:
    # a misspelt key is an unknown key and a missing one: the first says what to do
    errors = error.errors()
    first = next((e for e in errors if e["type"] == "extra_forbidden"), errors[0])
    place = tuple(first["loc"])
    line = _line_of(place, lines)
    where = f"{what}{f', line {line}' if line else ''}: {'.'.join(map(str, place))}"
    if first["type"] == "extra_forbidden":
        fields = _fields_at(model, place[:-1])
        return RecipeError(
            f"{where} is not a known key",
            found=repr(place[-1]),
            remedy=_remedy(str(place[-1]), fields),
        )
    return RecipeError(
        f"{where} is not valid", expected=first["msg"], found=repr(first.get("input"))[:120]
    )


def _remedy(key: str, fields: Sequence[str]) -> str:
    if key in fields:  # of another part that may stand here
        return "It does not go with the other keys here: remove it or them"
    return nearest(key, fields) if fields else "Remove it"


def _line_of(place: Place, lines: dict[Place, int]) -> int:
    """The line of the deepest known part of `place` (0: none); tags of unions are no places."""
    known: Place = ()
    for part in place:
        known = (*known, part) if (*known, part) in lines else known
    return lines.get(known, 0)


def _fields_at(model: type[BaseModel], place: Place) -> list[str]:
    """Field names of the model that stands at `place`, through lists, dicts and unions."""
    current: list[type[BaseModel]] = [model]
    for part in place:
        following: list[type[BaseModel]] = []
        for candidate in current:
            info = candidate.model_fields.get(str(part))
            aliased = next((f for f in candidate.model_fields.values() if f.alias == part), None)
            found = info or aliased
            if found is not None:
                following += _models_in(found.annotation)
            elif isinstance(part, int) or _is_tag(candidate, part):
                following.append(candidate)
        current = following or current
    return sorted({f.alias or name for m in current for name, f in m.model_fields.items()})


def _is_tag(model: type[BaseModel], part: str | int) -> bool:
    """Pydantic puts the tag of a discriminated union into the place of an error."""
    kind = model.model_fields.get("kind")
    return kind is not None and part in getattr(kind.annotation, "__args__", ())


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for arg in getattr(annotation, "__args__", ()) for m in _models_in(arg)]
