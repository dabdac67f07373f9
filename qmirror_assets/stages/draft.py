"""One round of self-evaluation and refinement: draft or revise, then look for a suggestion.

The first round writes a draft, every later one revises the draft with the suggestion of the round
before. Rules speak first: while they find a fault, their sentence is the suggestion and no model
is asked. The last round is not criticised, since nothing could follow; its rules still rank it.

With `again` nothing is revised: every round is another draft, and every draft is criticised, so
that the loop keeps the best of N.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from qmirror_assets.conditions import Condition, all_hold, columns_of
from qmirror_assets.engines.base import Raw, Request, Role
from qmirror_assets.engines.reply import read_json
from qmirror_assets.records import Column, Json, Reason, Rejection, Row
from qmirror_assets.stages.base import At, StepConfig, StepRun
from qmirror_assets.stages.chat import (
    Message,
    columns_of_reply,
    need_types,
    object_schema,
    read_object,
    render,
)
from qmirror_assets.stages.text_rules import TextRules, broken, overlap
from qmirror_assets.templates import Prompts

_SUGGESTION: Mapping[str, Mapping[str, Any]] = {
    "score": {"type": "integer", "minimum": 0, "maximum": 10},
    "suggestion": {"type": ["string", "null"], "maxLength": 300},
}
_CRITIQUE_SCHEMA = object_schema(_SUGGESTION)
_READ = {"score": Column.INT}

Asked = Generator[Request, Raw, dict[str, Json] | Rejection]


class DraftStep:
    """A draft, its revision, and a typed critique: a suggestion, or none."""

    kind: ClassVar[str] = "draft"
    code: ClassVar[int] = 1
    keeps: ClassVar[bool] = True

    class Config(StepConfig):
        """Settings of the step."""

        engine: Literal["text", "vision"] = "text"
        reads: tuple[str, ...] = Field(
            default=(), description="Columns the prompts may use, beside the draft's own."
        )
        reply: dict[str, dict[str, Any]] = Field(
            min_length=1, description="Column of a draft -> JSON schema of the property."
        )
        generate: tuple[Message, ...] = Field(
            default=(), description="The first draft; none: the columns are drafts already."
        )
        revise: tuple[Message, ...] = Field(default=(), description="A later round's revision.")
        again: bool = Field(
            default=False, description="Best of N: each round drafts anew and none is revised."
        )
        critique: tuple[Message, ...] = Field(
            default=(), description="Asks for {score, suggestion}; none: another step suggests."
        )
        unless: tuple[Condition, ...] = Field(
            default=(), description="A row that meets all of these keeps its columns in revisions."
        )
        rules: TextRules = TextRules()
        temperature: Annotated[float, Field(ge=0, le=2)] = 0.0
        max_tokens: Annotated[int, Field(ge=1, le=32_768)] = 400

        @model_validator(mode="after")
        def _typed(self) -> DraftStep.Config:
            need_types(self.reply)
            if self.again and not (self.generate and self.temperature > 0):
                raise ValueError("`again` needs `generate` and a temperature above 0")
            if self.again == bool(self.revise):
                raise ValueError("give `revise`, or else `again`")
            return self

    def __init__(self, config: Config, prompts: Prompts) -> None:
        self._config, self._prompts = config, prompts
        self.roles: tuple[Role, ...] = (Role(config.engine),)
        self._drafted = columns_of_reply(config.reply)
        # also what the round before left: in a first round there may be nothing to read
        own = (*self._drafted, "suggestion")
        self._shown: Sequence[str] = tuple(dict.fromkeys((*config.reads, *own)))
        self.inputs: Sequence[str] = tuple(
            dict.fromkeys((*self._shown, *columns_of(config.unless)))
        )
        self.outputs: Mapping[str, Column] = self._drafted | _made(config)
        self.calls = (
            1 if config.generate and not config.unless else 0, 2 if config.critique else 1
        )  # fmt: skip
        self.sampled = config.temperature > 0
        self.reads_last = not config.again
        messages = (*config.generate, *config.revise, *config.critique)
        self.fingerprint: Mapping[str, Json] = {
            # a later setting: a step without it is what it was
            **config.model_dump(mode="json", exclude=None if config.again else {"again"}),
            "prompts": {m.prompt: prompts.digest(m.prompt) for m in messages},
        }

    def most_requests(self, round_: int, *, last: bool) -> int:
        """Most requests of one row in a round."""
        config = self._config
        drafts = bool(config.generate) if round_ <= 1 else True
        criticised = config.critique and (config.again or not last)
        return int(drafts) + int(bool(criticised))

    def run(self, row: Row, at: At) -> StepRun:
        """Draft or revise, then criticise."""
        draft = yield from self._draft(row, at)
        if isinstance(draft, Rejection):
            return draft
        now = {**row, **draft}
        faults = broken(self._config.rules, now)
        made: dict[str, Json] = {
            **draft,
            "changed": at.round <= 1 or any(row.get(n) != value for n, value in draft.items()),
            "faults": faults,
            "rules_kept": -len(faults),
            "overlap": overlap(self._config.rules, now),
        }
        if not self._config.critique:
            return made
        critique = yield from self._criticise(now, at, faults)
        return critique if isinstance(critique, Rejection) else made | critique

    def _draft(self, row: Row, at: At) -> Asked:
        config, first = self._config, at.round <= 1
        kept = bool(config.unless) and all_hold(config.unless, row)
        if kept if config.again or not first else not config.generate:
            return {name: row.get(name) for name in self._drafted}
        messages = config.generate if config.again or first else config.revise
        schema = object_schema(config.reply)
        raw = yield self._request(messages, row, at, schema, config.temperature)
        return read_object(str(raw.body["text"]), self._drafted)

    def _criticise(self, row: Row, at: At, faults: Sequence[str]) -> Asked:
        if at.last and not self._config.again:
            return _judgement("nobody", None, None, satisfied=False)
        if faults:
            return _judgement("rules", " ".join(faults), None, satisfied=False)
        # drafts that are drawn at random are compared by one and the same critic
        temperature = 0.0 if self._config.again else self._config.temperature
        raw = yield self._request(self._config.critique, row, at, _CRITIQUE_SCHEMA, temperature)
        found = _read_critique(str(raw.body["text"]))
        if isinstance(found, Rejection):
            return found
        score, suggestion = found
        return _judgement("model", suggestion, score, satisfied=suggestion is None)

    def _request(
        self,
        messages: Sequence[Message],
        row: Row,
        at: At,
        schema: Mapping[str, Json],
        temperature: float,
    ) -> Request:
        values = {name: row.get(name) for name in self._shown}
        body: dict[str, Json] = {
            "messages": render(messages, self._prompts, values),
            "temperature": temperature,
            "max_tokens": self._config.max_tokens,
            "schema": dict(schema),
        }
        if temperature > 0:
            body["seed"] = at.random_seed(0)
        return Request(self.roles[0], body)


def _made(config: DraftStep.Config) -> dict[str, Column]:
    made = {
        "changed": Column.BOOL, "faults": Column.JSON, "rules_kept": Column.INT,
        "overlap": Column.FLOAT,
    }  # fmt: skip
    if config.critique:
        made |= {
            "suggestion": Column.STR, "satisfied": Column.BOOL, "critic": Column.STR,
            "critic_score": Column.INT,
        }  # fmt: skip
    return made


def _judgement(
    critic: str, suggestion: str | None, score: int | None, *, satisfied: bool
) -> dict[str, Json]:
    return {
        "suggestion": suggestion, "satisfied": satisfied, "critic": critic, "critic_score": score,
    }  # fmt: skip


def _read_critique(text: str) -> tuple[int, str | None] | Rejection:
    """Score and suggestion; null and nothing but blanks are no suggestion."""
    reply = read_object(text, _READ)
    if isinstance(reply, Rejection):
        return reply
    suggestion = read_json(text).get("suggestion", 0)
    if suggestion is not None and not isinstance(suggestion, str):
        return Rejection(Reason.UNPARSABLE, "the reply lacks a suggestion: text or null")
    return reply["score"], (suggestion or "").strip() or None
