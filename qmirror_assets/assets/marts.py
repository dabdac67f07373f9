"""Analytics assets: every SQL model one asset, every test of its schema file one check."""

from collections.abc import Iterator

import dagster as dg

from qmirror_assets.analytics import AnalyticsResult, Model, list_models, run_analytics
from qmirror_assets.assets.live import Live
from qmirror_assets.assets.nodes import failing_clearly, group
from qmirror_assets.assets.partitions import asset_key
from qmirror_assets.workspace import Dataset


def analytics_key(dataset: str, model: str) -> dg.AssetKey:
    """Asset key of a model."""
    return asset_key(dataset, f"analytics/{model}")


def _check_name(column: str, test: str) -> str:
    return f"{column}_{test}"


def analytics_assets(dataset: Dataset, live: Live) -> list[dg.AssetsDefinition]:
    """All models in one step: together they take seconds, and they read the same sources."""
    name, models = dataset.name, list_models()
    final = asset_key(name, dataset.graph.final.name)
    specs = [
        dg.AssetSpec(
            analytics_key(name, model.name),
            deps=[analytics_key(name, ref) for ref in model.refs] or [final],
            group_name=group(name, "analytics"),
            kinds={"duckdb", "sql"},
            description=model.description,
            metadata={
                "layer": model.layer,
                "dagster/column_schema": dg.TableSchema(
                    [dg.TableColumn(c.name, description=c.description) for c in model.columns]
                ),
                "sql": dg.MetadataValue.md(f"```sql\n{model.sql}\n```"),
            },
        )
        for model in models
    ]
    checks = [
        dg.AssetCheckSpec(
            _check_name(test.column, test.kind.value), asset=analytics_key(name, test.model)
        )
        for model in models
        for test in model.tests
    ]

    @dg.multi_asset(
        name=f"{group(name, 'analytics')}", specs=specs, check_specs=checks, can_subset=False
    )
    def analytics() -> Iterator[dg.MaterializeResult[None]]:
        with failing_clearly(live):
            opened = live.dataset(name)
            result = run_analytics(opened.store, opened.graph, name)
        for model in models:
            yield _materialized(name, model, result)

    return [analytics]


def _materialized(
    dataset: str, model: Model, result: AnalyticsResult
) -> dg.MaterializeResult[None]:
    done = next(m for m in result.models if m.name == model.name)
    return dg.MaterializeResult(
        asset_key=analytics_key(dataset, model.name),
        metadata={
            "dagster/row_count": done.rows,
            "seconds": round(done.seconds, 3),
            "file": dg.MetadataValue.path(str(done.path)) if done.path else "a view",
        },
        check_results=[
            dg.AssetCheckResult(
                passed=test.passed,
                asset_key=analytics_key(dataset, model.name),
                check_name=_check_name(test.column, test.test),
                metadata={"failures": test.failures, "rows evaluated": test.evaluated},
            )
            for test in result.tests
            if test.model == model.name
        ],
    )
