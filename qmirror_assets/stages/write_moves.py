"""Q-Mirror, write: one variant a round, rewritten behind the same rules by either writer.

`labels` (the default, for small models): the model sees the question with the moved values
hidden and only names them; code writes the sentence and the figure. `llm` (for large models):
the model also writes the sentence, with the moved values hidden all the same.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Mapping
from typing import Annotated, ClassVar, Literal

import orjson
from pydantic import Field

from qmirror_assets.engines.base import Raw, Request, Role
from qmirror_assets.mirror.compose import compose
from qmirror_assets.mirror.draft import Draft
from qmirror_assets.mirror.labels import (
    MAX_TOKENS,
    QUESTION,
    Labels,
    hide,
    label_messages,
    read_labels,
)
from qmirror_assets.mirror.plan import Plan, Variant
from qmirror_assets.records import SEED_FIELDS, Column, Json, Reason, Rejection, Row, Seed, seed_of
from qmirror_assets.stages.base import At, StepConfig, StepRun
from qmirror_assets.templates import Prompts

MODEL, TEMPLATE = "model", "template"
_PROMPTS = ("label_system.j2", "label_user.j2", "label_shots.j2")
_LLM_PROMPTS = ("rewrite_system.j2", "rewrite_user.j2")


class WriteMoves:
    """Writes the draft of the round's variant."""

    kind: ClassVar[str] = "write_moves"
    code: ClassVar[int] = 5
    calls: ClassVar[tuple[int, int]] = (0, 1)
    keeps: ClassVar[bool] = False
    roles: ClassVar[tuple[Role, ...]] = (Role.TEXT,)

    class Config(StepConfig):
        """Settings of the writer."""

        writer: Literal["labels", "llm"] = Field(
            default="labels", description="labels: the model names, code writes; llm: it writes."
        )
        model_rounds: int = Field(
            default=2, ge=0, description="Later rounds take their labels from the unit dictionary."
        )
        temperature: Annotated[float, Field(ge=0, le=2)] = 0.0
        max_tokens: int = Field(default=MAX_TOKENS, ge=16, le=4_096)

    def __init__(self, config: Config, prompts: Prompts) -> None:
        self._config, self._prompts = config, prompts
        names = _PROMPTS + (_LLM_PROMPTS if config.writer == "llm" else ())
        self.inputs = (*SEED_FIELDS, "plan", "tried", "feedback")
        self.outputs: Mapping[str, Column] = {
            "question_mm": Column.STR,
            "figure_spec": Column.JSON,
            "draft": Column.JSON,
            "moved": Column.JSON,
            "writer": Column.STR,
            "labels_by": Column.STR,
            "variant": Column.INT,
            "tried": Column.JSON,
        }
        self.sampled = config.temperature > 0
        self.fingerprint: Mapping[str, Json] = {
            **config.model_dump(mode="json"),
            "prompts": {name: prompts.digest(name) for name in names},
        }

    def run(self, row: Row, at: At) -> StepRun:
        """Pick a variant that was not tried, name its values, write the draft."""
        seed, plan = seed_of(row), Plan.from_json(row["plan"])
        tried = [tuple(pair) for pair in row["tried"] or []]
        chosen = self._choose(seed, plan, tried, at.round)
        if chosen is None:
            return Rejection(Reason.NO_VARIANT, "every way to move a value was tried")
        index, by = chosen
        variant = plan.variants[index]
        draft = yield from self._write(seed, plan, variant, by, row, at)
        if isinstance(draft, Rejection):  # model labels that fit no sentence: the code's own do
            draft = compose(plan, variant, seed, None)
        if isinstance(draft, Rejection):
            return draft
        return {
            "question_mm": draft.question,
            "figure_spec": dict(draft.figure),
            "draft": draft.to_json(),
            "moved": draft.to_json()["moved"],
            "writer": draft.writer,
            "labels_by": _who(draft),
            "variant": index,
            "tried": [*map(list, tried), [index, by]],
        }

    def _choose(
        self, seed: Seed, plan: Plan, tried: list[tuple[int, str]], round_: int
    ) -> tuple[int, str] | None:
        """The first untried variant that code can write at all, by model first."""
        order = [MODEL, TEMPLATE] if round_ <= self._config.model_rounds else [TEMPLATE]
        for by in order:
            for index, variant in enumerate(plan.variants):
                fits = not isinstance(compose(plan, variant, seed, None), Rejection)
                if fits and (index, by) not in tried:
                    return index, by
        return None

    def _write(
        self, seed: Seed, plan: Plan, variant: Variant, by: str, row: Row, at: At
    ) -> Generator[Request, Raw, Draft | Rejection]:
        if by == TEMPLATE:
            return compose(plan, variant, seed, None)
        messages, schema = label_messages(plan, variant, seed.question, self._prompts.render)
        if self._config.writer == "llm":
            messages, schema = self._rewrite_messages(seed, plan, variant, schema, row)
        raw = yield Request(Role.TEXT, self._body(messages, schema, at))
        text = str(raw.body["text"])
        labels = read_labels(text, variant)
        if labels is None:
            return Rejection(Reason.UNPARSABLE, "the reply does not name the values")
        return self._compose(seed, plan, variant, labels, text)

    def _compose(
        self, seed: Seed, plan: Plan, variant: Variant, labels: Labels, text: str
    ) -> Draft | Rejection:
        draft = compose(plan, variant, seed, labels)
        if self._config.writer == "labels" or isinstance(draft, Rejection):
            return draft
        question = orjson.loads(text).get(QUESTION)  # read_labels has parsed it once already
        if not isinstance(question, str) or not question.strip():
            return Rejection(Reason.UNPARSABLE, "the reply holds no question")
        return dataclasses.replace(draft, question=question.strip(), writer="llm")

    def _rewrite_messages(
        self, seed: Seed, plan: Plan, variant: Variant, schema: dict[str, Json], row: Row
    ) -> tuple[list[dict[str, str]], dict[str, Json]]:
        hidden = hide(seed.question, plan.moved(variant))
        user = self._prompts.render(
            "rewrite_user.j2", question=hidden, slots=list(variant.spans),
            feedback=row["feedback"] or [],
        )  # fmt: skip
        messages = [
            {"role": "system", "content": self._prompts.render("rewrite_system.j2")},
            {"role": "user", "content": user},
        ]
        properties = {
            QUESTION: {"type": "string", "maxLength": 4_000}, **schema["properties"],
        }  # fmt: skip
        return messages, {**schema, "properties": properties, "required": list(properties)}

    def _body(
        self, messages: list[dict[str, str]], schema: dict[str, Json], at: At
    ) -> dict[str, Json]:
        config = self._config
        body: dict[str, Json] = {
            "messages": messages, "schema": schema, "temperature": config.temperature,
            "max_tokens": config.max_tokens,
        }  # fmt: skip
        if config.temperature > 0:
            body["seed"] = at.random_seed(0)
        return body


def _who(draft: Draft) -> str:
    return MODEL if MODEL in draft.labels_by.values() else TEMPLATE
