"""The general model step: prompt files in, columns out. A new pipeline needs no Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from qmirror_assets.engines.base import Request, Role
from qmirror_assets.records import Column, Json, Row
from qmirror_assets.stages.base import At, StepConfig, StepRun
from qmirror_assets.stages.chat import (
    Message,
    columns_of_reply,
    need_types,
    object_schema,
    read_object,
    render,
)
from qmirror_assets.templates import Prompts


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
            need_types(self.reply)
            return self

    def __init__(self, config: Config, prompts: Prompts) -> None:
        self._config, self._prompts = config, prompts
        self.roles = (Role(config.engine),)
        self.inputs = tuple(dict.fromkeys([*config.reads, *config.images]))
        self.outputs: Mapping[str, Column] = (
            columns_of_reply(config.reply) if config.reply else {config.column: Column.STR}
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
        if self._config.reply:
            return read_object(text, self.outputs)
        return {self._config.column: text.strip()}

    def _images(self, row: Row) -> tuple[str, ...]:
        return tuple(str(row[name]) for name in self._config.images if row[name])

    def _body(self, row: Row, at: At) -> dict[str, Json]:
        config = self._config
        values = {name: row[name] for name in config.reads}
        body: dict[str, Json] = {
            "messages": render(config.messages, self._prompts, values),
            "temperature": config.temperature,
            "max_tokens": config.max_tokens,
        }
        if config.reply:
            body["schema"] = object_schema(config.reply)
        if config.temperature > 0:  # only where sampling is random: equal requests are shared
            body |= {"top_p": config.top_p, "seed": at.random_seed(config.draw)}
        return body
