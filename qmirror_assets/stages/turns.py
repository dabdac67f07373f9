"""Dialogues: how many turns a sample has, and what a finished turn leaves behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from statistics import fmean
from typing import ClassVar

from qmirror_assets.conditions import all_hold, as_json, columns_of
from qmirror_assets.engines.base import Role
from qmirror_assets.records import Column, Json, Row
from qmirror_assets.stage_specs import RefineStage, TurnsStage
from qmirror_assets.stages.base import At, StepOutput

DIALOGUE = "dialogue"
"""JSON column: one record a finished turn, `{"turn": 1, ...}` with the columns a recipe keeps."""

ENDED = "ended"
"""STR column: why a dialogue has fewer turns than it was to have, or ""."""

IMAGES = "images"
"""JSON column: the pictures of a dialogue by digest, in order."""

_SCALE = 2**31  # numbers derived from a random_seed are below it


class DrawTurns:
    """Draws the number of turns of each sample."""

    kind: ClassVar[str] = "draw_turns"
    code: ClassVar[int] = 2
    calls: ClassVar[tuple[int, int]] = (0, 0)
    keeps: ClassVar[bool] = True
    roles: ClassVar[tuple[Role, ...]] = ()
    sampled: ClassVar[bool] = True

    def __init__(self, stage: TurnsStage) -> None:
        self._stage = stage
        self._bounds = [*accumulate(stage.shares)]
        self.inputs = columns_of(stage.single)
        self.outputs: Mapping[str, Column] = {
            stage.name: Column.INT, DIALOGUE: Column.JSON, ENDED: Column.STR,
        }  # fmt: skip
        self.fingerprint: Mapping[str, Json] = {
            "shares": list(stage.shares), "single": as_json(stage.single),
        }  # fmt: skip

    def run(self, row: Row, at: At) -> StepOutput:
        """The same number for the same seed, whatever stands beside it in its file."""
        return {self._stage.name: self._turns(row, at), DIALOGUE: [], ENDED: ""}

    def _turns(self, row: Row, at: At) -> int:
        if self._stage.single and all_hold(self._stage.single, row):
            return 1
        drawn = at.random_seed(0) / _SCALE
        return 1 + sum(drawn >= bound for bound in self._bounds[:-1])


class EndTurn:
    """Adds a finished turn to the dialogue, where prompts of later turns find it."""

    kind: ClassVar[str] = "end_turn"
    code: ClassVar[int] = 1
    calls: ClassVar[tuple[int, int]] = (0, 0)
    keeps: ClassVar[bool] = True
    roles: ClassVar[tuple[Role, ...]] = ()

    def __init__(self, stage: TurnsStage) -> None:
        self._stage = stage
        self._notes = [s.record for s in stage.stages if isinstance(s, RefineStage) and s.record]
        self.inputs = (DIALOGUE, *dict.fromkeys((*stage.keeps, *self._notes)))
        # what loops noted belongs to this turn alone
        self.outputs: Mapping[str, Column] = {
            DIALOGUE: Column.JSON,
            **dict.fromkeys(self._notes, Column.JSON),
            **({IMAGES: Column.JSON} if stage.image else {}),
            **dict.fromkeys(stage.means, Column.FLOAT),
        }
        self.fingerprint: Mapping[str, Json] = {
            "keeps": list(stage.keeps), "image": stage.image, "means": dict(stage.means),
        }  # fmt: skip

    def run(self, row: Row, at: At) -> StepOutput:
        """The dialogue with one record more."""
        stage = self._stage
        record = {"turn": at.turn, **{name: row.get(name) for name in stage.keeps}}
        turns = [*(row[DIALOGUE] or ()), record]
        return {
            DIALOGUE: turns,
            **dict.fromkeys(self._notes),
            **({IMAGES: [turn[stage.image] for turn in turns]} if stage.image else {}),
            **{new: _mean(turns, old) for new, old in stage.means.items()},
        }


def _mean(turns: Sequence[Mapping[str, Json]], name: str) -> float | None:
    """Mean over the turns that have a number; null when none has."""
    found = [float(turn[name]) for turn in turns if turn.get(name) is not None]
    return round(fmean(found), 4) if found else None
