"""What steps that ask a language model share: messages from prompt files, replies by schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from qmirror_assets.engines.reply import ReplyError, read_json
from qmirror_assets.errors import QMirrorError
from qmirror_assets.fingerprint import canonical
from qmirror_assets.records import Column, Json, Reason, Rejection
from qmirror_assets.stages.base import StepConfig
from qmirror_assets.templates import Prompts

_COLUMN_OF = {
    "string": Column.STR, "integer": Column.INT, "number": Column.FLOAT, "boolean": Column.BOOL,
}  # fmt: skip


class Message(StepConfig):
    """One message of the prompt, from a prompt file."""

    role: Literal["system", "user", "assistant"] = "user"
    prompt: str = Field(description="File name in the recipe's prompts folder.")


Schema = Mapping[str, Mapping[str, Any]]
"""Reply properties: name -> JSON schema of the property."""


def columns_of_reply(reply: Schema) -> dict[str, Column]:
    """The column of each property."""
    return {name: _COLUMN_OF.get(part["type"], Column.JSON) for name, part in reply.items()}


def need_types(reply: Schema) -> None:
    """Refuse a property without a type: its column would have none.

    Raises:
        ValueError: naming the property.
    """
    for name, part in reply.items():
        if not isinstance(part.get("type"), str):
            raise ValueError(f"reply property {name!r} needs a `type`")  # noqa: TRY004


def render(
    messages: Sequence[Message], prompts: Prompts, values: Mapping[str, Json]
) -> list[dict[str, Json]]:
    """The messages of a request."""
    return [{"role": m.role, "content": prompts.render(m.prompt, **values)} for m in messages]


def object_schema(reply: Schema) -> dict[str, Json]:
    """JSON schema of an object with exactly these properties."""
    return {
        "type": "object", "properties": dict(reply), "required": list(reply),
        "additionalProperties": False,
    }  # fmt: skip


def read_object(text: str, columns: Mapping[str, Column]) -> dict[str, Json] | Rejection:
    """The values of a JSON reply; a reply that does not fit is a rejection, never a guess."""
    try:
        reply = read_json(text)
        canonical(reply)
    except (ReplyError, QMirrorError) as error:
        return Rejection(Reason.UNPARSABLE, f"the reply cannot be read: {error}")
    if not isinstance(reply, dict):
        return Rejection(Reason.UNPARSABLE, "the reply is not a JSON object")
    wrong = [n for n, kind in columns.items() if not _fits(reply.get(n), kind)]
    if wrong:
        return Rejection(Reason.UNPARSABLE, f"the reply lacks a valid {', '.join(wrong)}")
    return {name: reply[name] for name in columns}


def _fits(value: Json, kind: Column) -> bool:
    if kind is Column.JSON:
        return value is not None
    if kind is Column.FLOAT:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind is Column.INT:
        return type(value) is int and -(2**63) <= value < 2**63
    return isinstance(value, {Column.STR: str, Column.BOOL: bool}[kind])
