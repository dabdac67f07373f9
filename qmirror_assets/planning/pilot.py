"""A pilot: a few seeds through every stage, to measure what a call takes.

What it pays for stays in the action cache, so a build after it pays for these calls no more. Its
measurements are kept with its run; no partition is touched.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import sqlalchemy as sa

import qmirror_assets
from qmirror_assets.planning.measured import pilot_facts
from qmirror_assets.previewing import trial
from qmirror_assets.store import schema
from qmirror_assets.workspace import DatasetRecord, Workspace, new_run_id

if TYPE_CHECKING:
    from qmirror_assets.building import Report


def run_pilot(workspace: Workspace, record: DatasetRecord, seeds: int, report: Report) -> int:
    """Run `seeds` seeds of a dataset; the number of calls that were made and measured."""
    few = dataclasses.replace(record, limit=seeds)
    with trial(workspace, few, report) as dataset:
        rows = dataset.store.state.rows(
            sa.select(schema.attempts).where(schema.attempts.c.outcome == "ok")
        )
        attempts = [row._mapping for row in rows]  # noqa: SLF001
        facts = {
            "recipe": dataset.recipe.digest,
            "profile": dataset.profile.name,
            "package": qmirror_assets.__version__,
            "pilot": pilot_facts(attempts),
        }
    if attempts:
        workspace.store.state.add_run(new_run_id(), record.dataset, facts)
    return len(attempts)
