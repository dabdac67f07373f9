"""The general model step: prompt files in, columns out. A new pipeline needs no Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from qmirror_assets.engines.base import Request, Role
from qmirror_assets.engines.reply import ReplyError, read_json
from qmirror_assets.errors import QMirrorError
from qmirror_assets.fingerprint import canonical
from qmirror_assets.records import Column, Json, Reason, Rejection, Row
from qmirror_assets.stages.base import At, StepConfig, StepRun
from qmirror_assets.templates import Prompts

_COLUMN_OF = {
    "string": Column.STR, "integer": Column.INT, "number": Column.FLOAT, "boolean": Column.BOOL,
}  # fmt: skip


class Message(StepConfig):
    """One message of the prompt, from a prompt file."""

    role: Literal["system", "user", "assistant"] = "user"
    prompt: str = Field(description="File name in the recipe's prompts folder.")


class LlmStep:
    """Render messages, ask a text or vision engine, read the reply into columns.

    Without `reply` the whole text goes into the column `column`. With `reply` (JSON schema
    properties) the model answers JSON by that schema and each property becomes a column.
    """

    kind: ClassVar[str] = "llm"
    code: ClassVar[int] = 1
    calls: ClassVar[tuple[int, int]] = (1, 1)
    keeps: ClassVar[bool] = True

    class Config(StepConfig):
        """Settings of the step."""

        engine: Literal["text", "vision", "judge"] = "text"
        messages: tuple[Message, ...] = Field(min_length=1)
        reads: tuple[str, ...] = Field(description="Columns the prompts may use.")
        images: tuple[str, ...] = Field(default=(), description="Columns with picture digests.")
        column: str = ""
        reply: dict[str, dict[str, Any]] = Field(
            default={}, description="Column -> JSON schema of the property."
        )
        temperature: Annotated[float, Field(ge=0, le=2)] = 0.0
        top_p: Annotated[float, Field(gt=0, le=1)] = 1.0
        max_tokens: Annotated[int, Field(ge=1, le=32_768)] = 512
        draw: int = Field(default=0, ge=0, description="Another draw of a sampled reply.")

        @model_validator(mode="after")
        def _one_output(self) -> LlmStep.Config:
            if bool(self.column) == bool(self.reply):
                raise ValueError("give either `column` (plain text) or `reply` (JSON properties)")
            for name, schema in self.reply.items():
                if "type" not in schema:
                    raise ValueError(f"reply property {name!r} needs a `type`")
            return self

    def __init__(self, config: Config, prompts: Prompts) -> None:
        self._config, self._prompts = config, prompts
        self.roles = (Role(config.engine),)
        self.inputs = tuple(dict.fromkeys([*config.reads, *config.images]))
        self.outputs: Mapping[str, Column] = (
            {n: _COLUMN_OF.get(s["type"], Column.JSON) for n, s in config.reply.items()}
            if config.reply
            else {config.column: Column.STR}
        )
        self.sampled = config.temperature > 0
        self.fingerprint: Mapping[str, Json] = {
            **config.model_dump(mode="json"),
            "prompts": [prompts.digest(m.prompt) for m in config.messages],
        }

    def run(self, row: Row, at: At) -> StepRun:
        """Ask once; a reply that does not parse is a rejection, never a made-up value."""
        raw = yield Request(self.roles[0], self._body(row, at), self._images(row))
        text = str(raw.body["text"])
        return self._read(text) if self._config.reply else {self._config.column: text.strip()}

    def _images(self, row: Row) -> tuple[str, ...]:
        return tuple(str(row[name]) for name in self._config.images if row[name])

    def _body(self, row: Row, at: At) -> dict[str, Json]:
        config = self._config
        values = {name: row[name] for name in config.reads}
        body: dict[str, Json] = {
            "messages": [
                {"role": m.role, "content": self._prompts.render(m.prompt, **values)}
                for m in config.messages
            ],
            "temperature": config.temperature,
            "max_tokens": config.max_tokens,
        }
        if config.reply:
            body["schema"] = {
                "type": "object", "properties": config.reply, "required": list(config.reply),
                "additionalProperties": False,
            }  # fmt: skip
        if config.temperature > 0:  # only where sampling is random: equal requests are shared
            body |= {"top_p": config.top_p, "seed": at.random_seed(config.draw)}
        return body

    def _read(self, text: str) -> dict[str, Json] | Rejection:
        try:
            reply = read_json(text)
            canonical(reply)
        except (ReplyError, QMirrorError) as error:
            return Rejection(Reason.UNPARSABLE, f"the reply cannot be read: {error}")
        if not isinstance(reply, dict):
            return Rejection(Reason.UNPARSABLE, "the reply is not a JSON object")
        wrong = [n for n, kind in self.outputs.items() if not _fits(reply.get(n), kind)]
        if wrong:
            return Rejection(Reason.UNPARSABLE, f"the reply lacks a valid {', '.join(wrong)}")
        return {name: reply[name] for name in self.outputs}


def _fits(value: Json, kind: Column) -> bool:
    if kind is Column.JSON:
        return value is not None
    if kind is Column.FLOAT:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind is Column.INT:
        return type(value) is int and -(2**63) <= value < 2**63
    return isinstance(value, {Column.STR: str, Column.BOOL: bool}[kind])
