"""Q-Mirror, judge: hard rules decide, the rubric ranks. The picture is read back by OCR."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic import Field

from qmirror_assets.engines.base import Request, Role
from qmirror_assets.mirror.draft import Draft
from qmirror_assets.mirror.plan import Plan
from qmirror_assets.mirror.reading import in_reading_order
from qmirror_assets.mirror.rubric import score
from qmirror_assets.mirror.rules import accepted, check_rules, feedback
from qmirror_assets.records import SEED_FIELDS, Column, Json, Row, seed_of
from qmirror_assets.seeds.computed import recompute
from qmirror_assets.stages.base import At, StepConfig, StepRun
from qmirror_assets.templates import Prompts


class JudgeMoves:
    """Reads the picture, runs the rules, scores the three principles."""

    kind: ClassVar[str] = "judge_moves"
    code: ClassVar[int] = 3
    calls: ClassVar[tuple[int, int]] = (1, 1)
    keeps: ClassVar[bool] = True
    roles: ClassVar[tuple[Role, ...]] = (Role.OCR,)

    class Config(StepConfig):
        """Settings of the judge."""

        threshold: float = Field(
            default=80, ge=0, le=100, description="Mean score to report as reached; never decides."
        )

    def __init__(self, config: Config, prompts: Prompts) -> None:
        self._config = config
        self.inputs = (*SEED_FIELDS, "plan", "draft", "image", "drawn")
        self.outputs: Mapping[str, Column] = {
            "score": Column.FLOAT,
            "ic": Column.FLOAT,
            "cm": Column.FLOAT,
            "qt": Column.FLOAT,
            "parts": Column.JSON,
            "rules": Column.JSON,
            "rules_failed": Column.INT,
            "rules_abstained": Column.INT,
            "passed": Column.BOOL,
            "reaches_threshold": Column.BOOL,
            "ocr_texts": Column.JSON,
            "feedback": Column.JSON,
        }
        self.fingerprint: Mapping[str, Json] = config.model_dump(mode="json")

    def run(self, row: Row, at: At) -> StepRun:
        """Ask for the texts in the picture, then judge."""
        raw = yield Request(Role.OCR, {}, (row["image"],))
        return self._judge(row, in_reading_order(raw.body["items"]))

    def _judge(self, row: Row, texts: Sequence[str]) -> dict[str, Json]:
        seed, plan = seed_of(row), Plan.from_json(row["plan"])
        draft = Draft.from_json(row["draft"])
        drawn = [str(text) for _, text in row["drawn"] or []] or None
        rules = check_rules(seed, plan, draft, texts, drawn, recompute)
        scores = score(seed, plan, draft, rules, texts)
        return {
            "score": scores.average,
            "ic": scores.ic,
            "cm": scores.cm,
            "qt": scores.qt,
            "parts": dict(scores.parts),
            "rules": [{"name": r.name, "state": r.state, "sentence": r.sentence} for r in rules],
            "rules_failed": sum(r.state == "fail" for r in rules),
            "rules_abstained": sum(r.state == "abstain" for r in rules),
            "passed": accepted(rules),
            "reaches_threshold": scores.average >= self._config.threshold,
            "ocr_texts": list(texts),
            "feedback": list(feedback(rules)),
        }
