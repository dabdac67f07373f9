"""Lineage rows of one sample, put together as a trail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from qmirror_assets.lineage.nodes import INTAKE
from qmirror_assets.lineage.trail import (
    ActionTrail,
    AttemptTrail,
    AuditTrail,
    GateTrail,
    HeldBy,
    RejectionTrail,
    StepTrail,
)
from qmirror_assets.records import DUPLICATE_REASONS, Json, Reason

LineageRow = Mapping[str, Any]


def action_keys(rows: Iterable[LineageRow]) -> list[str]:
    """Distinct action keys of rows and rejections, in order."""
    return list(dict.fromkeys(key for row in rows for key in row["actions"]))


def put_together(
    sample_id: str,
    rows: Sequence[LineageRow],
    rejections: Sequence[LineageRow],
    actions: Mapping[str, ActionTrail],
    *,
    dataset: str,
    origin: str,
    last_node: str,
    supersedes: tuple[str, str],
    held_by: tuple[HeldBy, ...],
) -> AuditTrail:
    """The trail of one sample from its rows of `schemas.ROWS` and `schemas.REJECTIONS`.

    last_node: the node whose row makes it an accepted sample. supersedes: the sample it
    replaces and the sample that replaced it, "" where there is none.
    """
    steps = tuple(_steps(rows, rejections, actions))
    first = next((step for step in steps if step.node == INTAKE), None)
    seed = first.data if first is not None else {}
    status, reason = _outcome(steps, last_node)
    return AuditTrail(
        sample_id, dataset, next(iter([*rows, *rejections]))["domain"], origin, status, reason,
        seed, first.parent_digest if first is not None else "", str(seed.get("licence") or ""),
        str(seed.get("source") or ""), *supersedes, steps, held_by,
    )  # fmt: skip


def _steps(
    rows: Sequence[LineageRow],
    rejections: Sequence[LineageRow],
    actions: Mapping[str, ActionTrail],
) -> Iterable[StepTrail]:
    by_place: dict[tuple[int, str], tuple[list[LineageRow], list[LineageRow]]] = {}
    for index, group in enumerate((rows, rejections)):
        for row in group:
            by_place.setdefault((row["ordinal"], row["node"]), ([], []))[index].append(row)
    for (_, _), (made, stopped) in sorted(by_place.items(), key=lambda item: item[0]):
        yield _step(made, stopped, actions)


def _step(
    made: list[LineageRow], stopped: list[LineageRow], actions: Mapping[str, ActionTrail]
) -> StepTrail:
    any_row = (made or stopped)[0]
    own = made[0] if made else None
    return StepTrail(
        any_row["node"], any_row["stage"], any_row["turn"], any_row["round"], any_row["ordinal"],
        own["row_digest"] if own else "", any_row["parent_digest"],
        orjson.loads(own["data"]) if own else {},
        tuple(actions[key] for key in action_keys([*made, *stopped])),
        tuple(RejectionTrail(r["reason"], r["detail"], r["place"]) for r in stopped),
    )  # fmt: skip


def _outcome(steps: Sequence[StepTrail], last_node: str) -> tuple[str, str]:
    if any(step.node == last_node and step.row_digest for step in steps):
        return "accepted", ""
    # a repeated seed row does not end the sample it repeats, nor does a failed later round
    # end a row that a following node still holds
    for step in reversed(steps):
        if step.rejections and not step.row_digest:
            reason = step.rejections[-1].reason
            return ("duplicate" if reason in _DUPLICATE else "rejected"), reason
        if step.row_digest:
            break
    return "unfinished", ""


_DUPLICATE = frozenset(str(reason) for reason in DUPLICATE_REASONS if isinstance(reason, Reason))


def action_trail(
    key: str, row: LineageRow | None, attempts: Sequence[LineageRow] = ()
) -> ActionTrail:
    """An action from its row of `schemas.ACTIONS` (None: it never succeeded) and attempts."""
    done = tuple(_attempt(a) for a in attempts)
    if row is None:
        return ActionTrail(key, {}, {}, None, (), (), 0, 0, done)
    return ActionTrail(
        key, orjson.loads(row["engine"]), orjson.loads(row["request"]), orjson.loads(row["raw"]),
        tuple(row["images"]), tuple(row["pictures"]), row["prompt_tokens"],
        row["completion_tokens"], done,
    )  # fmt: skip


def _attempt(row: LineageRow) -> AttemptTrail:
    return AttemptTrail(
        row["outcome"], row["tries"], row["prompt_tokens"], row["completion_tokens"],
        row["seconds"], row["cost"], row["run_id"], row["at"],
    )  # fmt: skip


def gate_trail(record: Mapping[str, Json]) -> GateTrail:
    """The gate's word from the JSON of a gate record."""
    failed = [str(c["sentence"]) for c in record["checks"] if not c["passed"]]
    return GateTrail(
        bool(record["passed"]), str(record["suite"]), len(record["checks"]), tuple(failed),
        float(record["at"]),
    )  # fmt: skip
