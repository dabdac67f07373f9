"""Stage assets: intake, then one asset a node of the recipe's graph, partitioned by domain."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import dagster as dg

from qmirror_assets.assets.live import Live
from qmirror_assets.assets.metadata import column_schema, describe
from qmirror_assets.assets.partitions import Partitions, asset_key, register
from qmirror_assets.engines.base import Role
from qmirror_assets.errors import QMirrorError
from qmirror_assets.runner.intake import run_intake
from qmirror_assets.stages.compile import SEED_COLUMNS
from qmirror_assets.stages.graph import INTAKE, Node
from qmirror_assets.workspace import Dataset

_KINDS = {
    Role.TEXT: "llm", Role.VISION: "llm", Role.JUDGE: "llm", Role.IMAGE: "image", Role.OCR: "ocr",
    Role.EMBED: "embedding", Role.TEXT_TO_IMAGE: "image",
}  # fmt: skip


def group(dataset: str, stage: str) -> str:
    """Group name of a stage (Dagster allows letters, digits and underscores)."""
    return re.sub(r"\W", "_", f"{dataset}__{stage}")


@contextmanager
def failing_clearly(live: Live) -> Iterator[None]:
    """Our errors fail a step with their own sentence, and reach the command line unchanged."""
    try:
        yield
    except KeyboardInterrupt:
        live.interrupted = True
        raise
    except QMirrorError as error:
        live.error = error
        # a fault of the recipe or the store does not go away by trying again
        raise dg.Failure(
            description=str(error), metadata={"kind": type(error).__name__}, allow_retries=False
        ) from error


def intake_asset(dataset: Dataset, live: Live) -> dg.AssetsDefinition:
    """The unpartitioned root: seed files in, domains out."""
    name, partitions = dataset.name, Partitions(dataset.name)

    @dg.asset(
        key=asset_key(name, INTAKE),
        group_name=group(name, "seeds"),
        kinds={"parquet"},
        description="Seed sources read once: bad rows quarantined, domains registered, "
        "identity by content.",
        metadata={"dagster/column_schema": column_schema(SEED_COLUMNS)},
    )
    def intake(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        with failing_clearly(live):
            opened = live.dataset(name)
            result = run_intake(
                opened.store, name, opened.sources, wait=live.lease_wait,
                aim=opened.aim(live.draw_for),
            )  # fmt: skip
        domains = sorted(result.domains)
        register(context.instance, partitions.domain_name, domains)
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": result.read
                - result.quarantined
                - sum(result.waiting.values()),
                "rows read": result.read,
                "quarantined": result.quarantined,
                "seeds waiting": sum(result.waiting.values()),
                "domains": ", ".join(domains),
            },
            data_version=dg.DataVersion("-".join(m[:8] for m in result.manifests.values())),
        )

    return intake


def node_assets(dataset: Dataset, live: Live) -> list[dg.AssetsDefinition]:
    """One asset for every node of the graph."""
    return [_node_asset(dataset.name, node, live) for node in dataset.graph]


def _node_asset(dataset: str, node: Node, live: Live) -> dg.AssetsDefinition:
    @dg.asset(
        key=asset_key(dataset, node.name),
        deps=_deps(dataset, node),
        partitions_def=Partitions(dataset).domains,
        group_name=group(dataset, _group_of(node)),
        kinds=_kinds(node),
        code_version=node.fingerprint[:16],
        description=node.description,
        pool=_pool(node) if live.in_pools else None,
        metadata={"stage": node.stage, "round": node.round, "turn": node.turn, "step": node.uses},
    )
    def materialize(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        with failing_clearly(live):
            live.dataset(dataset)
            runner = live.runner(dataset, context.run_id)
            done = runner.materialize(node.name, context.partition_key, retry=live.retry)
        counts = done.manifest.counts
        context.log.info(
            "%s rows in, %s out, %s rejected; %s calls, %s cache hits",
            counts.rows_in, counts.rows_out, counts.rejected, done.facts.calls, done.facts.hits,
        )  # fmt: skip
        return dg.MaterializeResult(
            data_version=dg.DataVersion(done.manifest.data_version),
            metadata=describe(runner.store, node, done),
        )

    return materialize


def _group_of(node: Node) -> str:
    """A loop is a group of its own; single stages share one, or the graph is all boxes."""
    loop = node.round > 0 or node.uses == "judged"
    if node.turn:  # turns first: their loops stand side by side
        return f"turn_{node.turn}_{node.stage}" if loop else f"turn_{node.turn}"
    return node.stage if loop else "stages"


def _deps(dataset: str, node: Node) -> Sequence[dg.AssetKey]:
    return [asset_key(dataset, name) for name in node.inputs]


def _kinds(node: Node) -> set[str]:
    kinds = {_KINDS[role] for role in node.roles}
    if node.uses == "judge_moves":
        kinds.add("judge")
    return kinds or {"parquet"}


def _pool(node: Node) -> str | None:
    """Steps that use a model queue for it: two on one CPU or GPU would only slow each other."""
    heavy = [r.value for r in node.roles if r in (Role.TEXT, Role.VISION, Role.JUDGE)]
    return f"qmirror_{heavy[0]}" if heavy else None
