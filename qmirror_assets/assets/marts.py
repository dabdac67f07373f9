"""Analytics assets: every SQL model one asset, the tests of its schema file one check.

One check for each model, with a table of its tests: one for each test would be two hundred
checks, and their events would take longer than the models.
"""

from collections.abc import Iterator, Mapping, Sequence

import dagster as dg

from qmirror_assets.analytics import AnalyticsResult, Model, TestResult, list_models, run_analytics
from qmirror_assets.assets.live import Live
from qmirror_assets.assets.nodes import failing_clearly, group
from qmirror_assets.assets.partitions import asset_key
from qmirror_assets.evidence import evidence_of, say_evidence
from qmirror_assets.evidence.model import Evidence
from qmirror_assets.release.markdown import escape
from qmirror_assets.workspace import Dataset


def analytics_key(dataset: str, model: str) -> dg.AssetKey:
    """Asset key of a model."""
    return asset_key(dataset, f"analytics/{model}")


_CHECK = "schema_tests"
_FINDINGS = "loop_gains"
"""The mart whose asset says what happened in the loops."""
_FINDING_CAP = 2_000  # characters of one finding


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
            _CHECK,
            asset=analytics_key(name, model.name),
            description="Every test of the model in schema.yml, by column.",
        )
        for model in models
        if model.tests
    ]

    @dg.multi_asset(
        name=f"{group(name, 'analytics')}", specs=specs, check_specs=checks, can_subset=False
    )
    def analytics() -> Iterator[dg.MaterializeResult[None]]:
        with failing_clearly(live):
            opened = live.dataset(name)
            result = run_analytics(opened.store, opened.graph, name)
            findings = _findings(evidence_of(result, opened.graph, name))
        for model in models:
            more = findings if model.name == _FINDINGS else {}
            yield _materialized(name, model, result, more)

    return [analytics]


def _findings(evidence: Evidence) -> dict[str, dg.MetadataValue]:
    """What happened in the refinement loops, in words; nothing for a recipe without a loop."""
    said = [f"- {escape(line, _FINDING_CAP)}" for line in say_evidence(evidence)]
    return {"what happened": dg.MetadataValue.md("\n".join(said))} if said else {}


def _materialized(
    dataset: str,
    model: Model,
    result: AnalyticsResult,
    more: Mapping[str, dg.MetadataValue],
) -> dg.MaterializeResult[None]:
    done = next(m for m in result.models if m.name == model.name)
    tests = [test for test in result.tests if test.model == model.name]
    return dg.MaterializeResult(
        asset_key=analytics_key(dataset, model.name),
        metadata={
            "dagster/row_count": done.rows,
            "seconds": round(done.seconds, 3),
            "file": dg.MetadataValue.path(str(done.path)) if done.path else "a view",
            **more,
        },
        check_results=[_checked(dataset, model, tests)] if tests else [],
    )


def _checked(dataset: str, model: Model, tests: Sequence[TestResult]) -> dg.AssetCheckResult:
    failed = [test for test in tests if not test.passed]
    records = [
        dg.TableRecord(
            {
                "column": test.column,
                "test": test.test,
                "passed": test.passed,
                "failures": test.failures,
                "rows": test.evaluated,
            }
        )
        for test in (*failed, *(test for test in tests if test.passed))
    ]
    return dg.AssetCheckResult(
        passed=not failed,
        asset_key=analytics_key(dataset, model.name),
        check_name=_CHECK,
        description=", ".join(f"{test.column} {test.test}" for test in failed) or None,
        metadata={
            "tests": dg.MetadataValue.table(records),
            "failed": len(failed),
            "rows evaluated": max(test.evaluated for test in tests),
        },
    )
