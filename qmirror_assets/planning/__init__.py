"""`plan`: what a build would do, why, and what it would take. Executes nothing.

Whatever is up to date is proved from manifests alone. The rest is built in a shadow of the store
(`runner/shadow.py`) with engines that never answer: rows whose results are cached come out as
they would, a row that needs a call is counted and goes on as unknown. The number of calls is
exact where no loop or filter can stop a row early, else a range. It assumes that calls succeed
and that unknown rows, which cannot be compared yet, ask different things.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from qmirror_assets.planning.dry import Rehearsal, is_short, rehearse
from qmirror_assets.planning.expense import expense_of
from qmirror_assets.planning.measured import History
from qmirror_assets.planning.model import Estimate, Expense, Plan, PlannedPartition, SeedChange
from qmirror_assets.runner.dry import DryPartition
from qmirror_assets.runner.unknown import Range
from qmirror_assets.todo import check_domains, find_todo
from qmirror_assets.workspace import Dataset, DatasetRecord, Workspace

NO_SEED_DIFFERS = "seed files changed, no seed differs"


def make_plan(workspace: Workspace, record: DatasetRecord, domains: Sequence[str] = ()) -> Plan:
    """Plan a build of a dataset as `record` describes it, without recording it.

    Raises:
        QMirrorError: what a build would refuse as well: recipe, profile, seeds or domains.
    """
    dataset = Dataset(record, workspace.store, workspace.project)
    if dataset.intake_is_fresh():
        wanted = check_domains(dataset, domains)
        if find_todo(dataset, wanted).nothing and not is_short(dataset, wanted):
            return _all_fresh(dataset, wanted)
    with rehearse(workspace, record, domains) as rehearsal:
        return _plan_of(workspace, dataset, rehearsal)


def _all_fresh(dataset: Dataset, domains: Sequence[str]) -> Plan:
    nothing = Range()
    partitions = tuple(
        PlannedPartition(node.name, domain, True, (), nothing, nothing, 0)
        for domain in domains
        for node in dataset.graph
    )
    return Plan(dataset.name, dataset.profile.name, False, (), partitions, nothing, None)


def _plan_of(workspace: Workspace, dataset: Dataset, rehearsal: Rehearsal) -> Plan:
    calls: dict[str, Range] = defaultdict(Range)
    for item in rehearsal.partitions:
        calls[item.node] += item.calls
    total = sum(calls.values(), rehearsal.further)
    history = History(workspace.store.state, dataset.graph, dataset.name, dataset.profile.name)
    engines = dataset.engines()
    expense = expense_of(calls, dataset.graph, engines, history) if total.high else None
    notes: tuple[str, ...] = (NO_SEED_DIFFERS,) if rehearsal.intake and not rehearsal.seeds else ()
    if rehearsal.further.high:
        notes += (f"the target may draw further seeds: up to {rehearsal.further.high} more calls",)
    return Plan(
        dataset.name, dataset.profile.name, rehearsal.intake, rehearsal.seeds,
        tuple(map(_planned, rehearsal.partitions)), total, expense, notes,
    )  # fmt: skip


def _planned(item: DryPartition) -> PlannedPartition:
    return PlannedPartition(
        item.node, item.domain, item.fresh, item.reasons, item.rows, item.calls, item.cached
    )


__all__ = [
    "NO_SEED_DIFFERS", "Estimate", "Expense", "Plan", "PlannedPartition", "SeedChange", "make_plan",
]  # fmt: skip
