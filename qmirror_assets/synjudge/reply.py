"""The structured reply of a model that judges: its JSON schema, and reading it.

A reply that does not fit is refused as a whole. Nothing is repaired, rounded, guessed from other
numbers in the text, or replaced.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from qmirror_assets.records import Json
from qmirror_assets.synjudge.dimensions import HIGHEST, LOWEST, Dimension
from qmirror_assets.synjudge.verdict import Verdict, scored

_LONGEST: Final = 400  # characters of a reason or a suggestion


class ScoreReplyError(ValueError):
    """A decoded reply that is not the scores asked for; the message names the first fault."""


class _Border(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Part(_Border):
    score: Annotated[int, Field(ge=LOWEST, le=HIGHEST)]
    reason: Annotated[str, Field(max_length=_LONGEST)]


class _Reply(_Border):
    tcc: _Part
    icc: _Part
    iq: _Part
    its: _Part
    suggestion: Annotated[str, Field(max_length=_LONGEST)] | None = None


def reply_schema() -> dict[str, Json]:
    """The JSON schema a judge is asked with. `suggestion` is null when there is none."""
    part: dict[str, Json] = {
        "type": "object",
        "properties": {
            "score": {"type": "integer", "minimum": LOWEST, "maximum": HIGHEST},
            "reason": {"type": "string", "maxLength": _LONGEST},
        },
        "required": ["score", "reason"],
        "additionalProperties": False,
    }
    text: dict[str, Json] = {"type": "string", "maxLength": _LONGEST}
    properties: dict[str, Json] = {dimension.value: part for dimension in Dimension}
    properties["suggestion"] = {"anyOf": [text, {"type": "null"}]}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def read_reply(value: Json) -> Verdict:
    """The verdict in a decoded reply.

    Raises:
        ScoreReplyError: a dimension is missing, misnamed, not a whole number, or out of range.
    """
    try:
        reply = _Reply.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part)[:40] for part in first["loc"]) or "the reply"
        raise ScoreReplyError(f"{place}: {str(first['msg'])[:160]}") from error
    parts = {name: getattr(reply, name.value) for name in Dimension}
    scores = {name: scored(part.score, part.reason) for name, part in parts.items()}
    return Verdict(scores, (reply.suggestion or "").strip())
