"""Run facts of a candidate: what it cost. Apart from content: two builds differ in nothing else."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

import pyarrow as pa

from qmirror_assets.records import Json
from qmirror_assets.release.job import Job
from qmirror_assets.release.parquet import query

_LIBRARIES = ("dagster", "duckdb", "matplotlib", "pillow", "pyarrow", "pydantic", "rdkit")
_COST = """
SELECT node, count(*) AS attempts, count(*) FILTER (outcome <> 'ok') AS failed,
  sum(prompt_tokens)::BIGINT AS prompt_tokens, sum(completion_tokens)::BIGINT AS completion_tokens,
  sum(seconds) AS seconds, sum(cost) AS cost
FROM read_parquet(?) GROUP BY node ORDER BY node
"""
_COUNTS = ("attempts", "failed", "prompt_tokens", "completion_tokens")
_SUMS = ("seconds", "cost")
_SCHEMA = pa.schema(
    [
        ("node", pa.string()),
        *((name, pa.int64()) for name in _COUNTS),
        *((name, pa.float64()) for name in _SUMS),
    ]
)


def describe_run(job: Job) -> dict[str, Json]:
    """Attempts, tokens, seconds and cost by node, and the libraries at hand."""
    path = str(job.lineage / "attempts.parquet")
    nodes = [r for b in query(_COST, [path], _SCHEMA, job.spill) for r in b.to_pylist()]
    return {
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in _LIBRARIES},
        "nodes": {node["node"]: {k: node[k] for k in (*_COUNTS, *_SUMS)} for node in nodes},
        "totals": {name: sum(node[name] for node in nodes) for name in (*_COUNTS, *_SUMS)},
    }


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""
