"""The gate: Great Expectations suites over a candidate, and their Dagster asset checks.

Importing this package imports neither Great Expectations (seconds) nor Dagster. `check_names`
and `suite_fingerprint` never do; `evaluate` imports Great Expectations when it is called.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from quality_checks.suite import CheckInfo, check_names, suite_fingerprint

if TYPE_CHECKING:
    from qmirror_assets.recipe import GateSpec
    from qmirror_assets.release.gate import GateRecord

__all__ = ["CheckInfo", "check_names", "evaluate", "suite_fingerprint"]


def evaluate(candidate_dir: Path, gate: GateSpec, failure_rate: float) -> GateRecord:
    """Evaluate every check of `gate` over the candidate in `candidate_dir`.

    Args:
        candidate_dir: A candidate: facts.parquet, domains.parquet, manifest.json and
            checksums.sha256. Nothing in it is changed.
        gate: The thresholds.
        failure_rate: The share of a domain's seeds that may fail for engine reasons, 0 to 1.

    Returns:
        The record, bound to the candidate's bytes and to `suite_fingerprint(gate, failure_rate)`.

    Raises:
        NotFoundError: the candidate or one of the four files is not there.
        DamagedObject: a file differs from its checksum or is not Parquet.
        StoreUnavailable: the temporary folder cannot be written.
    """
    from quality_checks.evaluation import evaluate_candidate  # noqa: PLC0415

    return evaluate_candidate(candidate_dir, gate, failure_rate)
