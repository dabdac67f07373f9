"""The gate in Dagster: partitioned checks, their metadata, and what blocks."""

import warnings
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster import AssetCheckKey, DagsterInstance
from dagster._core.event_api import PartitionKeyFilter

from qmirror_assets.recipe import GateSpec
from qmirror_assets.release.gate import GateRecord
from quality_checks import check_names, evaluate
from quality_checks.asset_checks import build_asset_checks, build_check_specs
from quality_checks.testing import clean_facts, write_candidate

KEY = dg.AssetKey(["demo", "candidate"])
VERSIONS = dg.DynamicPartitionsDefinition(name="demo_version")
GATE = GateSpec(min_rows=10)
GOOD, BAD, WARNED = "2026.11.0", "2026.11.1", "2026.11.2"


def _write(folder: Path, version: str) -> None:
    facts = clean_facts(30)
    if version == BAD:
        facts[3]["lineage_ok"] = False
    if version == WARNED:
        facts[3]["split"] = "elsewhere"
    write_candidate(folder / version, facts)


def _assets(folder: Path) -> list[dg.AssetsDefinition]:
    @dg.asset(key=KEY, partitions_def=VERSIONS)
    def candidate(context: dg.AssetExecutionContext) -> None:
        _write(folder, context.partition_key)

    @dg.asset(key=["demo", "published"], deps=[KEY], partitions_def=VERSIONS)
    def published() -> None: ...

    def judge(context: dg.AssetCheckExecutionContext) -> GateRecord:
        return evaluate(folder / context.partition_key, GATE, 0.1)

    return [candidate, build_asset_checks(KEY, VERSIONS, check_names(GATE), judge), published]


@pytest.fixture(scope="module")
def runs(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[DagsterInstance, dict[str, dg.ExecuteInProcessResult]]]:
    folder = tmp_path_factory.mktemp("candidates")
    with DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("demo_version", [GOOD, BAD, WARNED])
        assets = _assets(folder)
        yield (
            instance,
            {
                version: dg.materialize(
                    assets, partition_key=version, instance=instance, raise_on_error=False
                )
                for version in (GOOD, BAD, WARNED)
            },
        )


def stored(instance: DagsterInstance, version: str) -> dict[str, dg.AssetCheckEvaluation]:
    """Check name -> its evaluation as the instance holds it for one version."""
    found = {}
    for check in check_names(GATE):
        history = instance.event_log_storage.get_asset_check_execution_history(
            AssetCheckKey(KEY, check.name),
            limit=5,
            partition_filter=PartitionKeyFilter(key=version),
        )
        assert len(history) == 1
        event = history[0].event
        assert event is not None
        found[check.name] = event.dagster_event.asset_check_evaluation_data
    return found


def test_every_expectation_is_one_check_of_its_partition(runs) -> None:
    instance, _ = runs
    good = stored(instance, GOOD)
    assert list(good) == [check.name for check in check_names(GATE)]
    assert all(evaluation.passed for evaluation in good.values())
    assert {evaluation.partition for evaluation in good.values()} == {GOOD}


def test_a_failed_critical_check_blocks_the_run(runs) -> None:
    instance, results = runs
    assert results[GOOD].success
    assert not results[BAD].success
    made = {str(event.asset_key) for event in results[BAD].get_asset_materialization_events()}
    failed = {name for name, evaluation in stored(instance, BAD).items() if not evaluation.passed}
    assert failed == {"lineage_closed"}
    assert made == {str(KEY)}
    assert stored(instance, BAD)["lineage_closed"].severity == dg.AssetCheckSeverity.ERROR


def test_a_failed_warning_is_reported_and_blocks_nothing(runs) -> None:
    instance, results = runs
    found = stored(instance, WARNED)["families_kept_together"]
    assert results[WARNED].success
    assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.WARN)


def test_metadata_tells_what_was_found(runs) -> None:
    instance, _ = runs
    found = stored(instance, BAD)["lineage_closed"]
    assert found.metadata["evaluated rows"].value == 30
    assert found.metadata["unexpected rows"].value == 1
    assert [record.data["id"] for record in found.metadata["unexpected"].records] == [
        "sample-000003"
    ]
    assert found.metadata["observed"].value["unexpected"] == 1
    assert "found 1 of 30 samples" in found.description


def test_declaring_the_checks_is_silent() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        specs = build_check_specs(KEY, VERSIONS, check_names(GATE))
        build_asset_checks(KEY, VERSIONS, check_names(GATE), lambda _context: None)
    assert all(spec.partitions_def == VERSIONS for spec in specs)
    assert [spec.name for spec in specs if not spec.blocking] == ["families_kept_together"]
