"""Whatever schema is asked for, the filler fits it and repeats."""

from typing import Any

import jsonschema_rs
import pytest

from qmirror_assets.engines.fake_reply import Draw, fill_schema
from qmirror_assets.errors import RecipeError

SCHEMAS: dict[str, dict[str, Any]] = {
    "object": {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "integer"}},
        "required": ["a"],
        "additionalProperties": False,
    },
    "enum": {"enum": ["x", "y"]},
    "const": {"const": 4},
    "text": {"type": "string", "minLength": 90, "maxLength": 95},
    "short": {"type": "string", "maxLength": 3},
    "integer": {"type": "integer", "minimum": 3, "maximum": 5},
    "above": {"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 5},
    "number": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    "negative": {"type": "number", "maximum": -500},
    "array": {"type": "array", "items": {"type": "boolean"}, "minItems": 3, "maxItems": 3},
    "unique": {
        "type": "array", "uniqueItems": True, "minItems": 4,
        "items": {"enum": ["a", "b", "c", "d"]},
    },
    "empty": {"type": "array", "maxItems": 0},
    "nullable": {"type": ["null", "string"]},
    "any": {"anyOf": [{"type": "null"}, {"type": "string"}]},
    "all": {
        "allOf": [
            {"type": "object", "properties": {"a": {"type": "null"}}, "required": ["a"]},
            {"type": "object", "properties": {"b": {"type": "null"}}, "required": ["b"]},
        ]
    },
    "ref": {"$defs": {"s": {"type": "string"}}, "type": "array", "items": {"$ref": "#/$defs/s"}},
}  # fmt: skip


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS.keys())
def test_filler_fits_and_repeats(schema: dict[str, Any]) -> None:
    validator = jsonschema_rs.Draft202012Validator(schema)
    for number in range(50):
        key = number.to_bytes(2, "big")
        value = fill_schema(schema, Draw(key))
        assert validator.is_valid(value), value
        assert value == fill_schema(schema, Draw(key))


def test_keys_give_different_words() -> None:
    assert len({Draw(bytes([n])).words(3) for n in range(50)}) > 45


@pytest.mark.parametrize(
    "schema",
    [
        {"$defs": {"a": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/a"}}},
         "$ref": "#/$defs/a"},
        {"$ref": "#/$defs/none"},
    ],
    ids=["endless", "dangling"],
)  # fmt: skip
def test_impossible_schemas_are_named(schema: dict[str, Any]) -> None:
    with pytest.raises(RecipeError):
        fill_schema(schema, Draw(b"k"))
