"""Deterministic filler: words, or a value that fits a JSON schema, drawn from a digest."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import Final

from qmirror_assets.errors import RecipeError
from qmirror_assets.records import Json

# fmt: off
_WORDS: Final = (
    "amber", "basin", "cedar", "comet", "copper", "coral", "crater", "delta", "ember", "fern",
    "fossil", "glacier", "granite", "harbor", "island", "jasmine", "kelp", "lagoon", "lantern",
    "lichen", "marble", "meadow", "mercury", "meteor", "mineral", "nebula", "nickel", "ocean",
    "orbit", "pebble", "pigment", "pollen", "prism", "quartz", "reef", "river", "salt", "signal",
    "spore", "summit", "tide", "timber", "tundra", "valley", "vapor", "willow", "zinc",
)
# fmt: on
_DEEPEST: Final = 32
_DEFAULT_LENGTH: Final = 24
_UNIQUE_TRIES: Final = 64


class Draw:
    """An endless sequence of numbers that is a function of its digest."""

    def __init__(self, digest: bytes) -> None:
        self._digest, self._count = digest, 0

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1."""
        self._count += 1
        word = self._digest + self._count.to_bytes(8, "big")
        return int.from_bytes(hashlib.blake2b(word, digest_size=8).digest(), "big") % limit

    def words(self, count: int) -> str:
        """`count` words, the first one capitalised."""
        return " ".join(_WORDS[self.below(len(_WORDS))] for _ in range(count)).capitalize()


def fill_schema(schema: Mapping[str, Json], draw: Draw) -> Json:
    """Build a value for a schema of the kind models are asked with.

    Knows const, enum, local $ref, anyOf, oneOf, allOf, objects, arrays, strings by length,
    numbers by range. `pattern` and `format` are not obeyed.

    Raises:
        RecipeError: a schema that refers to another document or nests without end.
    """
    return _Filler(schema, draw).fill(schema, 0)


class _Filler:
    def __init__(self, root: Mapping[str, Json], draw: Draw) -> None:
        self._root, self._draw = root, draw

    def fill(self, schema: Mapping[str, Json], depth: int) -> Json:
        if depth > _DEEPEST:
            raise RecipeError("a reply schema nests without end", found=f"{depth} levels")
        schema = self._resolve(schema)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][self._draw.below(len(schema["enum"]))]
        return self._fill_type(schema, _type_of(schema), depth)

    def _fill_type(self, schema: Mapping[str, Json], kind: str, depth: int) -> Json:
        match kind:
            case "object":
                required = schema.get("required", list(schema.get("properties", {})))
                properties = schema.get("properties", {})
                return {name: self.fill(properties.get(name, {}), depth + 1) for name in required}
            case "array":
                return self._fill_array(schema, depth)
            case "integer" | "number":
                return self._fill_number(schema, kind)
            case "boolean":
                return self._draw.below(2) == 1
            case "null":
                return None
            case _:
                return self._fill_text(schema)

    def _fill_array(self, schema: Mapping[str, Json], depth: int) -> list[Json]:
        count = schema.get("minItems", min(1, schema.get("maxItems", 1)))
        items: list[Json] = []
        for _ in range(count * _UNIQUE_TRIES if schema.get("uniqueItems") else count):
            item = self.fill(schema.get("items", {}), depth + 1)
            if len(items) < count and not (schema.get("uniqueItems") and item in items):
                items.append(item)
        return items

    def _fill_number(self, schema: Mapping[str, Json], kind: str) -> int | float:
        low, high = _range(schema)
        if kind == "integer":
            return math.ceil(low) + self._draw.below(max(1, math.floor(high) - math.ceil(low) + 1))
        # inner points of the range only, so that exclusive bounds hold as well
        return round(low + (high - low) * (1 + self._draw.below(99)) / 100, 6)

    def _fill_text(self, schema: Mapping[str, Json]) -> str:
        longest = schema.get("maxLength", max(_DEFAULT_LENGTH, schema.get("minLength", 0)))
        text = self._draw.words(2)
        while len(text) < schema.get("minLength", 1):
            text += " " + self._draw.words(1).lower()
        return text[:longest].rstrip() if len(text[:longest].rstrip()) else "x" * longest

    def _resolve(self, schema: Mapping[str, Json]) -> Mapping[str, Json]:
        for _ in range(_DEEPEST):
            if "$ref" in schema:
                schema = self._follow(str(schema["$ref"]))
            elif "allOf" in schema:
                schema = _merge([self._resolve(part) for part in schema["allOf"]])
            elif "anyOf" in schema or "oneOf" in schema:
                schema = (schema.get("anyOf") or schema["oneOf"])[0]
            else:
                break
        return schema

    def _follow(self, reference: str) -> Mapping[str, Json]:
        node: Json = self._root
        for part in reference.removeprefix("#/").split("/"):
            if not isinstance(node, dict) or part not in node:
                raise RecipeError("a reply schema refers to what it does not hold", found=reference)
            node = node[part]
        return node if isinstance(node, dict) else {}


def _type_of(schema: Mapping[str, Json]) -> str:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        return next((str(option) for option in kind if option != "null"), "null")
    return str(kind)


def _range(schema: Mapping[str, Json]) -> tuple[float, float]:
    step = 1 if schema.get("type") == "integer" else 0
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    if "exclusiveMinimum" in schema and "minimum" not in schema:
        low += step
    if "exclusiveMaximum" in schema and "maximum" not in schema:
        high -= step
    low = low if low is not None else min(0.0, high - 100.0 if high is not None else 0.0)
    return float(low), float(high if high is not None else low + 100.0)


def _merge(parts: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    merged: dict[str, Json] = {}
    for part in parts:
        merged |= {k: v for k, v in part.items() if k not in ("properties", "required")}
        merged["properties"] = merged.get("properties", {}) | part.get("properties", {})
        merged["required"] = [*merged.get("required", []), *part.get("required", [])]
    return merged
