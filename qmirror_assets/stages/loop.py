"""Refinement loops: when a row stops, why, and which of its rounds is kept."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from qmirror_assets.conditions import Condition, all_hold, as_json
from qmirror_assets.records import Column, Json, Row


class StopReason(StrEnum):
    """Why a row left a loop."""

    ACCEPTED = "accepted"
    NO_SUGGESTION = "no_suggestion"
    NO_GAIN = "no_gain"
    MAX_ROUNDS = "max_rounds"
    ENGINE_ERROR = "engine_error"
    RENDER_ERROR = "render_error"
    PARSE_ERROR = "parse_error"
    NO_VARIANT = "no_variant"
    REJECTED = "rejected"  # by a step of its own accord: a rule, a judge that abstained
    BUDGET = "budget"
    SKIPPED = "skipped"  # the loop is of a turn that the row does not have


CONTINUE = "continue"
SETTLED = "settled"
LOOP_COLUMNS: Mapping[str, Column] = {
    "loop_state": Column.STR,  # continue | settled
    "stop_reason": Column.STR,
    "best": Column.JSON,  # the best round so far: {"round", "rank", "accepted", "columns"}
    "stale": Column.INT,  # rounds since the last gain
}
JUDGED_COLUMNS: Mapping[str, Column] = {
    "stop_reason": Column.STR,
    "best_round": Column.INT,
    "rounds": Column.INT,
    "accepted": Column.BOOL,
}


@dataclass(frozen=True, slots=True)
class LoopEnd:
    """The bookkeeping after the last step of a round. Cheap, recomputed, never cached."""

    round: int
    last: bool
    accept: tuple[Condition, ...]
    no_suggestion: tuple[Condition, ...]
    rank_by: tuple[str, ...]
    patience: int | None
    columns: tuple[str, ...]  # what a round makes: kept for the best round
    no_gain: tuple[Condition, ...] = ()
    last_of_ties: bool = False

    def fingerprint(self) -> Json:
        """What decides, for the stage fingerprint."""
        return {
            "last": self.last,
            "accept": as_json(self.accept),
            "no_suggestion": as_json(self.no_suggestion),
            "rank_by": self.rank_by,
            "patience": self.patience,
            # later settings: a loop without them is what it was
            **({"no_gain": as_json(self.no_gain)} if self.no_gain else {}),
            **({"ties": "last"} if self.last_of_ties else {}),
        }

    def decide(self, row: Row) -> dict[str, Json]:
        """The loop columns of a row that has finished this round."""
        accepted = bool(self.accept) and all_hold(self.accept, row)
        rank = self._rank(row)
        best = row.get("best")
        before = [] if best is None else [_number(x) for x in best["rank"]]
        gained = best is None or rank > before
        if accepted or gained or (self.last_of_ties and rank == before):
            best = {
                "round": self.round,
                "rank": [None if x == -math.inf else x for x in rank],
                "accepted": accepted,
                "columns": {name: row.get(name) for name in self.columns},
            }
        stale = 0 if gained else int(row.get("stale") or 0) + 1
        reason = self._reason(row, accepted=accepted, stale=stale)
        return {
            "loop_state": SETTLED if reason else CONTINUE,
            "stop_reason": reason or "",
            "best": best,
            "stale": stale,
        }

    def skip(self, row: Row) -> dict[str, Json]:
        """The loop columns of a row that this loop is not for: its columns stay as they are."""
        columns = {name: row.get(name) for name in self.columns}
        return {
            "loop_state": SETTLED,
            "stop_reason": StopReason.SKIPPED,
            "best": {"round": 0, "rank": [], "accepted": False, "columns": columns},
            "stale": 0,
        }

    def _rank(self, row: Row) -> list[float]:
        return [_number(row.get(name)) for name in self.rank_by]

    def _reason(self, row: Row, *, accepted: bool, stale: int) -> StopReason | None:
        if accepted:
            return StopReason.ACCEPTED
        if self.no_suggestion and all_hold(self.no_suggestion, row):
            return StopReason.NO_SUGGESTION
        if self.no_gain and all_hold(self.no_gain, row):
            return StopReason.NO_GAIN
        if self.patience is not None and stale >= self.patience:
            return StopReason.NO_GAIN
        return StopReason.MAX_ROUNDS if self.last else None


def _number(value: Json) -> float:
    """A rank as a number; what is missing or not finite ranks below everything."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, int | float) and math.isfinite(value):
        return float(value)
    return -math.inf
