"""Kinds of step a recipe may name with `uses`. A new kind is one class and one line here."""

from __future__ import annotations

import importlib
from typing import Any

from qmirror_assets.borders import nearest, validate
from qmirror_assets.errors import RecipeError
from qmirror_assets.stages.base import AnyStep, StepConfig
from qmirror_assets.templates import Prompts

# kind -> "module:class"; imported when a recipe uses it
KINDS = {
    "llm": "qmirror_assets.stages.llm:LlmStep",
    "draft": "qmirror_assets.stages.draft:DraftStep",
    "figure": "qmirror_assets.stages.figure:FigureStep",
    "picture": "qmirror_assets.stages.picture:PictureStep",
    "plan_moves": "qmirror_assets.stages.plan_moves:PlanMoves",
    "write_moves": "qmirror_assets.stages.write_moves:WriteMoves",
    "judge_moves": "qmirror_assets.stages.judge_moves:JudgeMoves",
    "syn_judge": "qmirror_assets.stages.syn_judge:SynJudge",
}


def step_class(kind: str) -> Any:
    """The class of a kind of step.

    Raises:
        RecipeError: unknown kind, with the nearest known one.
    """
    if kind not in KINDS:
        raise RecipeError(
            f"unknown kind of step {kind!r}",
            expected=f"one of {', '.join(KINDS)}",
            remedy=nearest(kind, list(KINDS)),
        )
    module, _, name = KINDS[kind].partition(":")
    return getattr(importlib.import_module(module), name)


def build_step(kind: str, settings: dict[str, Any], prompts: Prompts, what: str) -> AnyStep:
    """A configured step.

    Raises:
        RecipeError: unknown kind or setting, or a missing prompt file.
    """
    cls = step_class(kind)
    config: StepConfig = validate(cls.Config, settings, f"{what} (uses: {kind})")
    return cls(config, prompts)
