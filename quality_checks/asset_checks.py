"""The gate in Dagster: one partitioned asset check per expectation, all from one gate record.

Partitioned checks are a preview of Dagster, so they are declared in this module alone. `blocking`
is a convenience that stops a run early; the lock is the gate record that publishing obeys.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence

import dagster as dg

from qmirror_assets.release.gate import CRITICAL, CheckResult, GateRecord
from quality_checks.suite import CheckInfo

Evaluate = Callable[[dg.AssetCheckExecutionContext], GateRecord]


def build_check_specs(
    asset: dg.AssetKey, partitions: dg.PartitionsDefinition[str], checks: Iterable[CheckInfo]
) -> list[dg.AssetCheckSpec]:
    """One spec per check of the gate, partitioned as `asset` is; critical ones block a run."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Specifying a partitions_def", dg.PreviewWarning)
        return [
            dg.AssetCheckSpec(
                check.name,
                asset=asset,
                description=check.description,
                blocking=check.severity == CRITICAL,
                partitions_def=partitions,
            )
            for check in checks
        ]


def build_asset_checks(
    asset: dg.AssetKey,
    partitions: dg.PartitionsDefinition[str],
    checks: Sequence[CheckInfo],
    evaluate: Evaluate,
) -> dg.AssetChecksDefinition:
    """The asset checks of a candidate; `evaluate` gives the record of the partition in context.

    All checks are one step: the suite is evaluated once, whatever was selected.
    """

    @dg.multi_asset_check(
        name="_".join((*asset.path, "gate")),
        specs=build_check_specs(asset, partitions, checks),
    )
    def gate(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        yield from to_asset_check_results(evaluate(context), asset)

    return gate


def to_asset_check_results(record: GateRecord, asset: dg.AssetKey) -> Iterator[dg.AssetCheckResult]:
    """Every check of a gate record as Dagster reports it."""
    for check in record.checks:
        yield dg.AssetCheckResult(
            asset_key=asset,
            check_name=check.name,
            passed=check.passed,
            severity=_severity(check),
            description=check.sentence,
            metadata=_metadata(record, check),
        )


def _severity(check: CheckResult) -> dg.AssetCheckSeverity:
    critical = check.severity == CRITICAL
    return dg.AssetCheckSeverity.ERROR if critical else dg.AssetCheckSeverity.WARN


def _metadata(record: GateRecord, check: CheckResult) -> dict[str, dg.MetadataValue]:
    shown: dict[str, dg.MetadataValue] = {
        "observed": dg.MetadataValue.json(check.observed),
        "evaluated rows": dg.MetadataValue.int(check.evaluated),
        "unexpected rows": dg.MetadataValue.int(check.unexpected_count),
        "candidate": dg.MetadataValue.text(record.candidate),
        "suite": dg.MetadataValue.text(record.suite),
    }
    if check.unexpected_ids:
        shown["unexpected"] = _table(check)
    return shown


def _table(check: CheckResult) -> dg.TableMetadataValue:
    observed = check.observed if isinstance(check.observed, dict) else {}
    values = observed.get("values", {})
    records = [
        dg.TableRecord({"id": name, "value": str(values.get(name, ""))})
        for name in check.unexpected_ids
    ]
    columns = [dg.TableColumn("id", "string"), dg.TableColumn("value", "string")]
    return dg.MetadataValue.table(records, dg.TableSchema(columns=columns))
