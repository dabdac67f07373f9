"""The gate over many samples: seconds, bounded memory, and no more than a few plain queries."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import psutil
import pytest

from qmirror_assets.recipe import GateSpec
from qmirror_assets.release.checksums import write_checksums
from quality_checks import evaluate
from quality_checks.testing import clean_domains, clean_facts, write_candidate

SAMPLES = 200_000
MEGABYTE = 1 << 20


@pytest.fixture(scope="module")
def candidate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A candidate of many samples, written by DuckDB from three real ones."""
    folder = write_candidate(tmp_path_factory.mktemp("many") / "candidate", clean_facts(3))
    few = folder / "facts.parquet"
    many = folder / "many.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"""COPY (
                SELECT f.* REPLACE (
                    printf('s%08d', n) AS id, md5(CAST(n AS VARCHAR)) AS row_digest,
                    repeat(question, 10) AS question
                )
                FROM range({SAMPLES // 3}) AS t(m), read_parquet('{few}') AS f,
                    LATERAL (SELECT m * 3 + CAST(f.answer AS INT)) AS k(n)
            ) TO '{many}' (FORMAT parquet, ROW_GROUP_SIZE 16384)"""
        )
    many.replace(few)
    listed = clean_domains(clean_facts(3))
    held = SAMPLES // 3
    for row in listed:
        row.update({"accepted": held, "seeds": held, "rejected": 0, "yield": 1.0})
    facts = few.read_bytes()
    write_candidate(folder, clean_facts(3), listed)
    few.write_bytes(facts)
    write_checksums(folder)
    return folder


def test_many_samples_take_seconds_and_little_memory(
    candidate: Path, record_property: Callable[[str, object], None]
) -> None:
    evaluate(write_candidate(candidate.parent / "warm", clean_facts(30)), GateSpec(), 0.1)
    process = psutil.Process()
    before = process.memory_info().rss
    start = time.perf_counter()
    record = evaluate(candidate, GateSpec(min_rows=SAMPLES // 2), 0.1)
    seconds = time.perf_counter() - start
    grown = (process.memory_info().rss - before) / MEGABYTE
    plain = _plain_select(candidate)
    record_property("seconds, megabytes, seconds of one SELECT", (seconds, grown, plain))
    assert record.passed
    assert seconds < 20  # about 1.5 s on two quiet cores
    assert grown < 600


def _plain_select(candidate: Path) -> float:
    start = time.perf_counter()
    with duckdb.connect() as connection:
        connection.execute(
            """SELECT count(*), count(DISTINCT id), count(DISTINCT row_digest),
                count(*) FILTER (WHERE NOT isfinite(score) OR score NOT BETWEEN 0 AND 100),
                count(*) FILTER (WHERE NOT regexp_matches(question, '\\S')),
                count(*) FILTER (WHERE licence = ''), bool_and(image_in_cas AND image_decodes),
                bool_and(lineage_ok AND answer_preserved),
                count(*) FILTER (WHERE duplicate_of <> '')
            FROM read_parquet(?)""",
            [str(candidate / "facts.parquet")],
        ).fetchall()
    return time.perf_counter() - start
