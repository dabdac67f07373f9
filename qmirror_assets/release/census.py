"""Who came how far: the samples table, and the domains table the gate reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from qmirror_assets.errors import QMirrorError
from qmirror_assets.lineage import schemas
from qmirror_assets.records import DUPLICATE_REASONS, ENGINE_REASONS
from qmirror_assets.release.job import Job
from qmirror_assets.release.parquet import open_writer, query, write_query
from qmirror_assets.stages.graph import INTAKE
from qmirror_assets.store import schema

DOMAINS = pa.schema(
    [
        pa.field("domain", pa.string(), nullable=False),
        pa.field("display", pa.string(), nullable=False),
        pa.field("seeds", pa.int64(), nullable=False),  # distinct seeds
        pa.field("accepted", pa.int64(), nullable=False),
        pa.field("rejected", pa.int64(), nullable=False),  # engine failures included
        pa.field("duplicates", pa.int64(), nullable=False),  # repeated seeds, near-duplicates
        pa.field("engine_failures", pa.int64(), nullable=False),
        pa.field("yield", pa.float64(), nullable=False),  # accepted / seeds, 0 without seeds
        pa.field("reject_rate", pa.float64(), nullable=False),  # rejected / seeds
        pa.field("partial", pa.bool_(), nullable=False),
    ]
)
"""Grain: a domain of the version. Quarantined seed rows have none: the manifest counts them."""

_OLD = pa.schema([pa.field(n, pa.string(), nullable=False) for n in ("sample_id", "old")])

# The last rejection in build order ended a sample; one at intake only says that a seed stood twice.
_SAMPLES = """
SELECT s.sample_id, s.domain, s.parent_digest AS seed_digest,
  CASE WHEN f.id IS NOT NULL THEN 'accepted' WHEN r.reason IN (?, ?) THEN 'duplicate'
       WHEN r.reason IS NOT NULL THEN 'rejected' ELSE 'lost' END AS status,
  CASE WHEN f.id IS NULL THEN coalesce(r.reason, '') ELSE '' END AS reason,
  CASE WHEN f.id IS NULL THEN coalesce(r.node, '') ELSE ? END AS node,
  coalesce(f.split, '') AS split, coalesce(o.old, '') AS supersedes
FROM (SELECT sample_id, "domain", parent_digest FROM read_parquet(?) WHERE ordinal = 0) AS s
LEFT JOIN (SELECT id, split FROM read_parquet(?)) AS f ON f.id = s.sample_id
LEFT JOIN (
  SELECT sample_id, arg_max(reason, ordinal) AS reason, arg_max(node, ordinal) AS node
  FROM read_parquet(?) WHERE ordinal > 0 GROUP BY sample_id
) AS r ON r.sample_id = s.sample_id
LEFT JOIN read_parquet(?) AS o ON o.sample_id = s.sample_id
ORDER BY s.sample_id
"""
_COUNTS = """
SELECT "domain", status, reason, count(*) AS samples FROM read_parquet(?) GROUP BY ALL ORDER BY ALL
"""
_COUNTED = pa.schema(
    [(n, pa.string()) for n in ("domain", "status", "reason")] + [("samples", pa.int64())]
)


def write_samples(job: Job) -> None:
    """Write lineage/samples.

    Raises:
        QMirrorError: a sample neither came through nor was rejected.
    """
    old = job.scratch / "supersedes.parquet"
    with open_writer(old, _OLD, 1_024) as writer:
        writer.write_rows(list(_superseded(job)))
    values = [
        *sorted(DUPLICATE_REASONS), job.graph.final.name, str(job.lineage / "rows.parquet"),
        str(job.folder / "facts.parquet"), str(job.lineage / "rejections.parquet"), str(old),
    ]  # fmt: skip
    write_query(
        job.lineage / "samples.parquet", schemas.SAMPLES, schemas.ROW_GROUP, job.spill, _SAMPLES,
        values, ("domain", "status", "reason", "node", "split"),
    )  # fmt: skip


def _superseded(job: Job) -> Iterator[dict[str, str]]:
    table = schema.supersedes
    for row in job.store.state.rows(sa.select(table).where(table.c.dataset == job.dataset)):
        yield {"sample_id": row.sample_id, "old": row.old_sample_id}


def write_domains(job: Job) -> list[dict[str, Any]]:
    """Write domains.parquet and give its rows."""
    counts: dict[str, dict[str, int]] = {}
    engine = {reason.value for reason in ENGINE_REASONS}
    path = str(job.lineage / "samples.parquet")
    for batch in query(_COUNTS, [path], _COUNTED, job.spill):
        for row in batch.to_pylist():
            found = counts.setdefault(row["domain"], dict.fromkeys(_STATES, 0))
            found[row["status"]] += row["samples"]
            found["engine"] += row["samples"] if row["reason"] in engine else 0
    rows = [_domain(job, number, counts) for number in range(len(job.snapshots))]
    with open_writer(job.folder / "domains.parquet", DOMAINS, 1_024) as writer:
        writer.write_rows(rows)
    return rows


_STATES = ("accepted", "rejected", "duplicate", "lost", "engine")


def _domain(job: Job, number: int, counts: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    snapshot = job.snapshots[number]
    found = counts.get(snapshot.domain, dict.fromkeys(_STATES, 0))
    if found["lost"]:
        raise QMirrorError(
            f"{job.dataset}, domain {snapshot.domain!r}: samples are lost",
            expected="every seed to end accepted or rejected",
            found=f"{found['lost']} that did neither",
            remedy="This is a fault of a stage; no candidate was made",
        )
    intake = next(item for item in snapshot.nodes if item.node == INTAKE).counts
    seeds = found["accepted"] + found["rejected"] + found["duplicate"]
    return {
        "domain": snapshot.domain,
        "display": job.display_names.get(snapshot.domain, snapshot.domain),
        "seeds": seeds, "accepted": found["accepted"], "rejected": found["rejected"],
        "duplicates": found["duplicate"] + intake.duplicates,
        "engine_failures": found["engine"],
        "yield": found["accepted"] / seeds if seeds else 0.0,
        "reject_rate": found["rejected"] / seeds if seeds else 0.0, "partial": snapshot.partial,
    }  # fmt: skip
