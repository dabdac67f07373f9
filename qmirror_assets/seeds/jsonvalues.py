"""JSON that can be trusted: no duplicate keys, no NaN, no huge numbers, no bombs."""

from __future__ import annotations

import json
import math
from typing import NoReturn

from qmirror_assets.records import Json, Reason
from qmirror_assets.seeds.faults import RowFault
from qmirror_assets.seeds.text import check_characters, snippet

MAX_DEPTH = 32
_INT_MIN, _INT_MAX = -(2**63), 2**64 - 1
_INT_DIGITS = 20


def parse_json(text: str) -> Json:
    """The value of one JSON text.

    Raises:
        RowFault: bad_json, duplicate_key, not_finite or wrong_type (an integer beyond 64 bits).
    """
    try:
        return _DECODER.decode(text)
    except RowFault:
        raise
    except RecursionError as error:
        raise RowFault(Reason.BAD_JSON, "nested too deeply") from error
    except json.JSONDecodeError as error:
        raise RowFault(Reason.BAD_JSON, f"{error.msg} at character {error.pos + 1}") from error


def clean_json(value: Json, depth: int = MAX_DEPTH) -> Json:
    """A copy of `value` in which every string passed the character check.

    Raises:
        RowFault: for what orjson cannot write or a reader should not see.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return check_characters(value)
    if isinstance(value, int | float):
        return _check_number(value)
    if depth == 0:
        raise RowFault(Reason.BAD_JSON, f"nested more than {MAX_DEPTH} levels")
    if isinstance(value, list):
        return [clean_json(item, depth - 1) for item in value]
    if isinstance(value, dict):
        return {_check_key(key): clean_json(item, depth - 1) for key, item in value.items()}
    raise RowFault(Reason.WRONG_TYPE, f"{type(value).__name__} is not a JSON value")


def _check_key(key: object) -> str:
    if not isinstance(key, str):
        raise RowFault(Reason.WRONG_TYPE, "a key that is not text")
    return check_characters(key)


def _check_number(value: float) -> float:
    if isinstance(value, int):
        if _INT_MIN <= value <= _INT_MAX:
            return value
        raise RowFault(Reason.WRONG_TYPE, "an integer beyond 64 bits")
    if not math.isfinite(value):
        raise RowFault(Reason.NOT_FINITE, "NaN or infinity")
    return value


def _parse_int(digits: str) -> int:
    # The length first: turning thousands of digits into an int is slow, then refused anyway.
    if len(digits) > _INT_DIGITS:
        raise RowFault(Reason.WRONG_TYPE, "an integer beyond 64 bits")
    return int(_check_number(int(digits)))


def _parse_float(digits: str) -> float:
    return _check_number(float(digits))


def _refuse_constant(name: str) -> NoReturn:
    raise RowFault(Reason.NOT_FINITE, f"{name} is not JSON")


def _build_object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    built: dict[str, Json] = {}
    for key, value in pairs:
        if key in built:
            raise RowFault(Reason.DUPLICATE_KEY, f"key '{snippet(key)}' is written twice")
        built[key] = value
    return built


# Raw control characters inside strings are let through here (strict=False) because the field
# checks refuse them with their own reason and place.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_build_object,
    parse_int=_parse_int,
    parse_float=_parse_float,
    parse_constant=_refuse_constant,
    strict=False,
)
