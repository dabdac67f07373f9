"""Validation of a reply against the JSON schema that was asked for.

jsonschema-rs: one check costs under 1 µs where the pure Python validator takes 40 µs, which
would be a fifth of all that one HTTP call may cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import jsonschema_rs
import orjson

from qmirror_assets.errors import RecipeError
from qmirror_assets.records import Json

_LONGEST_DETAIL = 160


def first_error(schema: Mapping[str, Json], value: Json) -> str | None:
    """Say what is wrong with `value`, or None when it fits.

    Raises:
        RecipeError: the schema itself is not a JSON schema, or refers to another document.
    """
    validator = _compile(orjson.dumps(schema, option=orjson.OPT_SORT_KEYS))
    if validator.is_valid(value):
        return None
    error = next(iter(validator.iter_errors(value)))
    where = "/".join(str(part) for part in error.instance_path) or "the reply"
    return f"{where}: {error.message}"[:_LONGEST_DETAIL]


@lru_cache(maxsize=256)
def _compile(schema: bytes) -> jsonschema_rs.Draft202012Validator:
    try:
        return jsonschema_rs.Draft202012Validator(orjson.loads(schema), offline=True)
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        raise RecipeError(
            "a reply schema cannot be used",
            expected="a self-contained JSON schema (draft 2020-12)",
            found=str(error)[:_LONGEST_DETAIL],
        ) from error
