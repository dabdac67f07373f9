"""`plan`: what a build would run and why. Reads manifests, executes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from qmirror_assets.keys import PartitionKey
from qmirror_assets.records import Json
from qmirror_assets.stages.graph import Node
from qmirror_assets.todo import Stale, find_todo
from qmirror_assets.workspace import Dataset, DatasetRecord, Workspace


@dataclass(frozen=True, slots=True)
class PlannedPartition:
    """One (stage, domain) that would be materialized."""

    node: str
    domain: str
    reasons: tuple[str, ...]
    rows: int  # rows of its input as they are now; 0 when that is not built
    calls_at_most: int | None  # None: unknown until its input is built
    certain: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What a build would do."""

    dataset: str
    profile: str
    seeds_changed: bool
    fresh: int
    partitions: tuple[PlannedPartition, ...]
    calls_at_most: int | None
    tokens_at_most: int | None  # from measured averages of earlier attempts
    seconds_at_most: float | None
    cost_at_most: float | None

    @property
    def nothing(self) -> bool:
        """Whether everything is up to date."""
        return not self.seeds_changed and not self.partitions

    def to_json(self) -> dict[str, Json]:
        """The plan as JSON."""
        return asdict(self)


def make_plan(workspace: Workspace, record: DatasetRecord, domains: Sequence[str] = ()) -> Plan:
    """Plan a build of a dataset as `record` describes it, without recording it."""
    dataset = Dataset(record, workspace.store, workspace.project)
    there = list(domains) or dataset.domains()
    todo = find_todo(dataset, there)
    planned = tuple(_planned(dataset, item) for item in todo.stale)
    calls = _sum(p.calls_at_most for p in planned)
    if todo.intake:
        calls = None  # new seeds are counted when they are read
    tokens, seconds, cost = (
        None if calls is None or each is None else round(each * calls, 4)
        for each in _averages(workspace, record.dataset)
    )
    return Plan(
        record.dataset, dataset.profile.name, todo.intake, todo.fresh, planned, calls,
        None if tokens is None else round(tokens), seconds, cost,
    )  # fmt: skip


def _planned(dataset: Dataset, item: Stale) -> PlannedPartition:
    node = dataset.graph[item.node]
    rows = _rows(dataset, node, item.domain)
    calls = rows if node.roles and rows is not None else 0 if not node.roles else None
    return PlannedPartition(item.node, item.domain, item.reasons, rows or 0, calls, item.certain)


def _rows(dataset: Dataset, node: Node, domain: str) -> int | None:
    """Rows of the node's input, when that is built."""
    current = dataset.store.current(PartitionKey(dataset.name, node.inputs[0], domain))
    return current[1].counts.rows_out if current else None


def _sum(numbers: Iterable[int | None]) -> int | None:
    total = 0
    for number in numbers:
        if number is None:
            return None
        total += number
    return total


def _averages(
    workspace: Workspace, dataset: str
) -> tuple[float | None, float | None, float | None]:
    """Tokens, seconds and money of one call, over all earlier attempts of the dataset."""
    facts = workspace.store.state.materializations(dataset)
    calls = sum(f["calls"] for f in facts)
    if not calls:
        return None, None, None
    tokens = sum(f["prompt_tokens"] + f["completion_tokens"] for f in facts)
    return (
        tokens / calls,
        sum(f["engine_seconds"] for f in facts) / calls,
        sum(f["cost"] for f in facts) / calls,
    )
