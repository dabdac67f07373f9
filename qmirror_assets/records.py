"""What flows: seeds, rows, rejections. Frozen values; no I/O, no pydantic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Json = Any  # a value that orjson can write: None, bool, int, float, str, list, dict
Row = Mapping[str, Json]


class Column(StrEnum):
    """The closed list of column types a stage may declare. JSON is stored as text."""

    STR = "str"
    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Given:
    """One quantity a question gives.

    role: what it is in words ("initial temperature"); symbol: as in the formula ("T1");
    value: the number exactly as the question writes it ("20"); unit: as written ("°C"), or "".
    """

    role: str
    symbol: str
    value: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Seed:
    """A row that enters. Identity: question, answer, givens, choices, input image digests."""

    question: str
    answer: str
    domain: str
    givens: tuple[Given, ...] = ()
    choices: tuple[str, ...] = ()
    input_images: tuple[str, ...] = ()
    seed_id: str = ""
    language: str = "en"
    licence: str = ""
    source: str = ""
    family: str = ""  # problem family of a computed seed; "" for a written one
    figure: Mapping[str, Json] | None = None  # a figure template with {role} slots, or None
    extra: Mapping[str, Json] = field(default_factory=dict)  # unmapped columns, carried


class Reason(StrEnum):
    """Why a row did not go on. Closed: a new reason is a change of this list."""

    # intake
    BAD_ENCODING = "bad_encoding"
    BAD_JSON = "bad_json"
    DUPLICATE_KEY = "duplicate_key"
    NOT_AN_OBJECT = "not_an_object"
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    EMPTY_FIELD = "empty_field"
    TOO_LONG = "too_long"
    NOT_FINITE = "not_finite"
    CONTROL_CHARACTER = "control_character"
    BIDI_CHARACTER = "bidi_character"
    BAD_DOMAIN = "bad_domain"
    BAD_LANGUAGE = "bad_language"
    BAD_IMAGE = "bad_image"
    BAD_ID = "bad_id"
    DUPLICATE_ID = "duplicate_id"
    TRUNCATED = "truncated"
    DUPLICATE_SEED = "duplicate_seed"
    # engines
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    RESET = "reset"
    GARBAGE = "garbage"
    REFUSAL = "refusal"
    LENGTH = "length"
    CONTENT_FILTER = "content_filter"
    BAD_REQUEST = "bad_request"
    ENGINE_ERROR = "engine_error"
    # reading a reply, drawing
    UNPARSABLE = "unparsable"
    RENDER_ERROR = "render_error"
    # rules
    NOTHING_MOVABLE = "nothing_movable"
    NO_VARIANT = "no_variant"
    RULE_FAILED = "rule_failed"
    FILTERED = "filtered"
    NEAR_DUPLICATE = "near_duplicate"
    OVER_QUOTA = "over_quota"
    ABSTAINED = "abstained"


ENGINE_REASONS = frozenset(
    {
        Reason.RATE_LIMITED,
        Reason.SERVER_ERROR,
        Reason.TIMEOUT,
        Reason.RESET,
        Reason.GARBAGE,
        Reason.REFUSAL,
        Reason.LENGTH,
        Reason.CONTENT_FILTER,
        Reason.BAD_REQUEST,
        Reason.ENGINE_ERROR,
    }
)
"""Reasons that come from an engine, not from the row: `retry` runs these rows again."""

DUPLICATE_REASONS = frozenset({Reason.DUPLICATE_SEED, Reason.NEAR_DUPLICATE})
"""Reasons that count as duplicates, not as rejections, in a manifest's balance."""

INTAKE_REASONS = frozenset(list(Reason)[: list(Reason).index(Reason.RATE_LIMITED)])


@dataclass(frozen=True, slots=True)
class Rejection:
    """A value, never an exception: why this row stops here."""

    reason: Reason
    detail: str = ""


SEED_FIELDS = [
    "question",
    "answer",
    "domain",
    "givens",
    "choices",
    "input_images",
    "seed_id",
    "language",
    "licence",
    "source",
    "family",
    "figure",
    "extra",
]
"""Seed columns of a row, by the names of `Seed`'s fields."""


def seed_of(row: Row) -> Seed:
    """The seed a row came from; the row holds all `SEED_FIELDS`."""
    values = {name: row[name] for name in SEED_FIELDS}
    values["givens"] = tuple(Given(**given) for given in row["givens"] or ())
    values["choices"] = tuple(row["choices"] or ())
    values["input_images"] = tuple(row["input_images"] or ())
    values["extra"] = row["extra"] or {}
    return Seed(**values)
