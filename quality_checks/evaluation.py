"""Evaluating the suite over a candidate: one gate record. Imports Great Expectations."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from great_expectations.exceptions import GreatExpectationsError
from sqlalchemy.exc import SQLAlchemyError

from qmirror_assets.errors import DamagedObject
from qmirror_assets.recipe import GateSpec
from qmirror_assets.release.gate import CRITICAL, CheckResult, GateRecord
from quality_checks.candidate_files import CandidateFiles, read_candidate
from quality_checks.check import KEYS, Check, Table
from quality_checks.duckdb_engine import open_datasource, quiet_log
from quality_checks.expectations import NAME, build_suite, result_format
from quality_checks.outcome import Outcome, read_outcome, to_check_result
from quality_checks.suite import RECORDED, build_checks, suite_fingerprint, versions
from quality_checks.views import Views, open_views


def evaluate_candidate(folder: Path, gate: GateSpec, failure_rate: float) -> GateRecord:
    """The gate record of the candidate in `folder`; see `quality_checks.evaluate`."""
    candidate = read_candidate(folder)
    with open_views(candidate.tables()) as views:
        checks = evaluate_checks(views, build_checks(gate, failure_rate))
    if read_candidate(folder) != candidate:
        raise DamagedObject(
            "the candidate was made again while it was checked",
            remedy="Run the gate again: `qmirror build`",
        )
    return _record(candidate, suite_fingerprint(gate, failure_rate), checks)


def evaluate_checks(views: Views, checks: Iterable[Check]) -> tuple[CheckResult, ...]:
    """One result per check, in the given order, whatever the library returned or raised."""
    listed = tuple(checks)
    outcomes: dict[str, Outcome] = {}
    with quiet_log(), open_datasource(views.database) as source:
        for table, key in KEYS.items():
            outcomes |= _validate(source, table, key, [c for c in listed if c.table == table])
    missing = Outcome(error="the suite returned no result for it")
    return tuple(
        to_check_result(c, outcomes.get(c.name, missing), views.rows[c.table]) for c in listed
    )


def _validate(source: Any, table: Table, key: str, checks: list[Check]) -> Mapping[str, Outcome]:
    try:
        asset = source.add_table_asset(table, table_name=table)
        batch = asset.add_batch_definition_whole_table("all").get_batch()
        results = batch.validate(build_suite(table, checks), result_format=result_format(key))
    except (GreatExpectationsError, SQLAlchemyError) as error:
        return {check.name: Outcome(error=str(error)) for check in checks}
    return {
        result.expectation_config.meta[NAME]: read_outcome(result, key)
        for result in results.results
    }


def _record(candidate: CandidateFiles, suite: str, checks: tuple[CheckResult, ...]) -> GateRecord:
    partial = any(c.name == "domains_complete" and not c.passed for c in checks)
    return GateRecord(
        dataset=candidate.dataset,
        version=candidate.version,
        candidate=candidate.digest,
        release_digest=candidate.release_digest,
        suite=suite,
        passed=bool(checks) and all(c.passed or c.severity != CRITICAL for c in checks),
        partial=partial,
        checks=checks,
        libraries=versions(RECORDED),
        at=time.time(),
    )
