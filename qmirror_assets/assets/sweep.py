"""Runs of killed builds: recorded as failed, and their pool slots given back.

A process that is killed leaves its run STARTED, and its slot in a pool taken, for ever: the next
run that wants the slot would wait without end. Runs name the process that executes them, so a
dead one is recognised at the next start.
"""

import dagster as dg
from dagster import DagsterRunStatus, RunsFilter

from qmirror_assets.store.leases import is_gone

OWNER = "qmirror/owner"
_UNFINISHED = [
    DagsterRunStatus.NOT_STARTED,  # killed between the creation of the run and its first step
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]


def end_dead_runs(instance: dg.DagsterInstance) -> list[str]:
    """End the runs whose process is gone; their ids."""
    ended = []
    for run in instance.get_runs(filters=RunsFilter(statuses=_UNFINISHED)):
        owner = run.tags.get(OWNER, "")
        if owner and is_gone(owner):
            instance.report_run_failed(run, "the process that executed this run was killed")
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
            ended.append(run.run_id)
    return ended
