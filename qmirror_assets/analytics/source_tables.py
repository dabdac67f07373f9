"""The closed list of sources: what models may read of a dataset, with column types.

Text that stands for JSON is VARCHAR. Recipes without a loop or without rules give the same
tables, empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TEXT, _INT, _REAL, _BOOL = "VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN"
_AT = {"node": _TEXT, "domain": _TEXT, "sample_id": _TEXT}
_LOOP_AT = {"node": _TEXT, "stage": _TEXT, "turn": _INT, "round": _INT}

SOURCES: Mapping[str, Mapping[str, str]] = {
    "build.nodes": {
        "node": _TEXT, "stage": _TEXT, "kind": _TEXT, "uses": _TEXT, "turn": _INT,
        "round": _INT, "position": _INT, "is_loop_end": _BOOL, "is_final": _BOOL,
        "score_column": _TEXT, "role": _TEXT, "most_requests": _INT,
    },
    "build.partitions": {
        "node": _TEXT, "domain": _TEXT, "rows_in": _INT, "rows_out": _INT, "rejected": _INT,
        "duplicates": _INT, "settled": _INT, "partial": _BOOL, "data_version": _TEXT,
    },
    "build.rejections": {**_AT, "reason": _TEXT, "detail": _TEXT},
    "build.rounds": {
        **_LOOP_AT, "domain": _TEXT, "sample_id": _TEXT, "loop_state": _TEXT,
        "stop_reason": _TEXT, "best_round": _INT, "best_score": _REAL, "scores": _TEXT,
    },
    "build.rules": {
        **_LOOP_AT, "domain": _TEXT, "sample_id": _TEXT, "rule": _TEXT, "state": _TEXT,
        "sentence": _TEXT,
    },
    "build.judged": {
        "node": _TEXT, "stage": _TEXT, "turn": _INT, "position": _INT, "domain": _TEXT,
        "sample_id": _TEXT, "accepted": _BOOL, "stop_reason": _TEXT, "best_round": _INT,
        "rounds": _INT, "score": _REAL,
    },
    "build.requests": {"node": _TEXT, "domain": _TEXT, "rows": _INT, "requests": _INT},
    "build.samples": {"domain": _TEXT, "sample_id": _TEXT, "scalars": _TEXT},
    "build.seeds": {
        "domain": _TEXT, "sample_id": _TEXT, "licence": _TEXT, "source": _TEXT,
        "family": _TEXT, "language": _TEXT,
    },
    "run.attempts": {
        "id": _INT, "action_key": _TEXT, **_AT, "run_id": _TEXT, "role": _TEXT,
        "outcome": _TEXT, "tries": _INT, "prompt_tokens": _INT, "completion_tokens": _INT,
        "seconds": _REAL, "cost": _REAL, "unix_seconds": _REAL,
    },
    "run.materializations": {
        "id": _INT, "node": _TEXT, "domain": _TEXT, "manifest": _TEXT, "run_id": _TEXT,
        "rows_reused": _INT, "hits": _INT, "calls": _INT, "shared": _INT, "failures": _INT,
        "prompt_tokens": _INT, "completion_tokens": _INT, "cost": _REAL,
        "engine_seconds": _REAL, "seconds": _REAL, "unix_seconds": _REAL,
    },
}  # fmt: skip


def arrow_schema(name: str) -> Any:
    """The Arrow schema of a source."""
    import pyarrow as pa  # noqa: PLC0415  # listing models needs names only

    types = {_TEXT: pa.string(), _INT: pa.int64(), _REAL: pa.float64(), _BOOL: pa.bool_()}
    return pa.schema([pa.field(column, types[kind]) for column, kind in SOURCES[name].items()])
