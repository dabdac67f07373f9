"""Reading YAML at the border: duplicate keys refused, errors named by file, line and remedy."""

from __future__ import annotations

import difflib
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


class _Loader(yaml.SafeLoader):
    """A safe loader that refuses duplicate keys and aliases (an alias bomb grows without end)."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not allowed here")
        return super().compose_node(parent, index)


def load_yaml(path: Path, what: str) -> tuple[Json, dict[Place, int]]:
    """The data of a YAML file and the line number of every place in it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RecipeError(
            f"{what} {path.name} cannot be read", found=error.strerror or str(error)
        ) from error
    if len(data) > SIZE_CAP:
        raise RecipeError(f"{what} {path.name} is too large", expected=f"at most {SIZE_CAP} bytes")
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
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Json] = {}
        for key_node, value_node in node.value:
            key = str(loader.construct_object(key_node))
            if key in result:
                raise yaml.MarkedYAMLError(
                    problem=f"key {key!r} stands twice", problem_mark=key_node.start_mark
                )
            result[key] = _build(loader, value_node, (*place, key), lines)
            lines[(*place, key)] = key_node.start_mark.line + 1
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_build(loader, item, (*place, i), lines) for i, item in enumerate(node.value)]
    return loader.construct_object(node)


def nearest(word: str, words: Sequence[str]) -> str:
    """A remedy naming the nearest valid word, or all of them."""
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    if close:
        return f"Did you mean {close[0]!r}?"
    return f"Valid here: {', '.join(sorted(words))}"


def validate(
    model: type[Model], data: Json, what: str, lines: dict[Place, int] | None = None
) -> Model:
    """Validate `data`; the first error is named with its line, its place and a remedy."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise _explain(model, error, what, lines or {}) from error


def _explain(
    model: type[BaseModel], error: ValidationError, what: str, lines: dict[Place, int]
) -> RecipeError:
    first = error.errors()[0]
    place = tuple(first["loc"])
    line = next((lines[place[:n]] for n in range(len(place), -1, -1) if place[:n] in lines), 0)
    where = f"{what}{f', line {line}' if line else ''}: {'.'.join(map(str, place))}"
    if first["type"] == "extra_forbidden":
        fields = _fields_at(model, place[:-1])
        return RecipeError(
            f"{where} is not a known key",
            found=repr(place[-1]),
            remedy=nearest(str(place[-1]), fields) if fields else "Remove it",
        )
    return RecipeError(
        f"{where} is not valid", expected=first["msg"], found=repr(first.get("input"))[:120]
    )


def _fields_at(model: type[BaseModel], place: Place) -> list[str]:
    """Field names of the model that stands at `place`, through lists, dicts and unions."""
    current: list[type[BaseModel]] = [model]
    for part in place:
        following: list[type[BaseModel]] = []
        for candidate in current:
            info = candidate.model_fields.get(str(part))
            aliased = next(
                (f for f in candidate.model_fields.values() if f.alias == part), None
            )
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
