"""Q-Mirror, plan: which values of a question could move to a picture, and in which order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from qmirror_assets.engines.base import Role
from qmirror_assets.mirror.plan import make_plan
from qmirror_assets.records import SEED_FIELDS, Column, Json, Rejection, Row, seed_of
from qmirror_assets.stages.base import At, StepConfig, StepOutput
from qmirror_assets.templates import Prompts


class PlanMoves:
    """Finds spans and variants by code; no model is asked."""

    kind: ClassVar[str] = "plan_moves"
    code: ClassVar[int] = 1
    calls: ClassVar[tuple[int, int]] = (0, 0)
    keeps: ClassVar[bool] = False
    roles: ClassVar[tuple[Role, ...]] = ()

    class Config(StepConfig):
        """This step has no settings."""

    def __init__(self, config: Config, prompts: Prompts) -> None:
        self.inputs = tuple(SEED_FIELDS)
        self.outputs: Mapping[str, Column] = {"plan": Column.JSON}
        self.fingerprint: Mapping[str, Json] = {}

    def run(self, row: Row, at: At) -> StepOutput:
        """The plan, or why nothing can move."""
        plan = make_plan(seed_of(row))
        return plan if isinstance(plan, Rejection) else {"plan": plan.to_json()}
