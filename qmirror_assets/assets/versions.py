"""Version assets: snapshot (domain x version), candidate and published (version), and the gate."""

from typing import Any

import dagster as dg

from qmirror_assets.assets.live import Live
from qmirror_assets.assets.nodes import failing_clearly, group
from qmirror_assets.assets.partitions import (
    DOMAIN,
    VERSION,
    Partitions,
    asset_key,
    to_dimension,
)
from qmirror_assets.publishing import (
    freeze_domain,
    gate_candidate,
    publish_version,
    refusal_of,
    write_candidate,
)
from qmirror_assets.workspace import Dataset
from quality_checks import check_names
from quality_checks.asset_checks import build_asset_checks

CANDIDATE, PUBLISHED, SNAPSHOT = "candidate", "published", "snapshot"


def version_assets(dataset: Dataset, live: Live) -> list[dg.AssetsDefinition]:
    """Snapshot, candidate and published of one dataset."""
    return [_snapshot(dataset, live), _candidate(dataset, live), _published(dataset, live)]


def _snapshot(dataset: Dataset, live: Live) -> dg.AssetsDefinition:
    name, partitions = dataset.name, Partitions(dataset.name)
    final = asset_key(name, dataset.graph.final.name)

    @dg.asset(
        key=asset_key(name, SNAPSHOT),
        deps=[dg.AssetDep(final, partition_mapping=to_dimension(DOMAIN))],
        partitions_def=partitions.snapshots,
        group_name=group(name, "release"),
        kinds={"json"},
        description="The consistent set of manifests of a domain, frozen for a version.",
    )
    def snapshot(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        keys: Any = context.partition_key
        domain, version = keys.keys_by_dimension[DOMAIN], keys.keys_by_dimension[VERSION]
        with failing_clearly(live):
            frozen = freeze_domain(live.workspace, live.dataset(name), domain, version)
        return dg.MaterializeResult(
            data_version=dg.DataVersion(frozen.digest),
            metadata={"digest": frozen.digest, "nodes": len(frozen.nodes)},
        )

    return snapshot


def _candidate(dataset: Dataset, live: Live) -> dg.AssetsDefinition:
    name, partitions = dataset.name, Partitions(dataset.name)

    @dg.asset(
        key=asset_key(name, CANDIDATE),
        deps=[dg.AssetDep(asset_key(name, SNAPSHOT), partition_mapping=to_dimension(VERSION))],
        partitions_def=partitions.versions,
        group_name=group(name, "release"),
        kinds={"parquet"},
        description="All domains of a version as one directory: what the gate checks.",
    )
    def candidate(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        with failing_clearly(live):
            made = write_candidate(live.workspace, live.dataset(name), context.partition_key)
        return dg.MaterializeResult(
            data_version=dg.DataVersion(made.bytes_digest),
            metadata={
                "dagster/row_count": made.samples,
                "release digest": made.release_digest,
                "bytes digest": made.bytes_digest,
                "directory": dg.MetadataValue.path(str(made.directory)),
            },
        )

    return candidate


def _published(dataset: Dataset, live: Live) -> dg.AssetsDefinition:
    name, partitions = dataset.name, Partitions(dataset.name)

    @dg.asset(
        key=asset_key(name, PUBLISHED),
        deps=[asset_key(name, CANDIDATE)],
        partitions_def=partitions.versions,
        group_name=group(name, "release"),
        kinds={"huggingface"},
        description="An immutable release. Obeys only a passing gate record for exactly these "
        "bytes, also when it is materialized alone.",
    )
    def published(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        with failing_clearly(live):
            row = publish_version(live.workspace, name, context.partition_key)
        return dg.MaterializeResult(
            data_version=dg.DataVersion(row.release_digest),
            metadata={
                "dagster/row_count": row.samples,
                "release digest": row.release_digest,
                "directory": dg.MetadataValue.path(row.directory),
            },
        )

    return published


def version_checks(dataset: Dataset, live: Live) -> list[dg.AssetChecksDefinition]:
    """The gate over a candidate: one asset check an expectation, one record for all."""
    name = dataset.name

    def evaluate(context: dg.AssetCheckExecutionContext) -> Any:
        with failing_clearly(live):
            record = gate_candidate(live.workspace, live.dataset(name), context.partition_key)
        if not record.opens():
            live.refusal = refusal_of(record)
        return record

    return [
        build_asset_checks(
            asset_key(name, CANDIDATE),
            Partitions(name).versions,
            check_names(dataset.recipe.spec.gate, dataset.recipe.spec.limits.failure_rate),
            evaluate,
        )
    ]
