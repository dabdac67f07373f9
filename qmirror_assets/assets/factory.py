"""Recipes -> Dagster definitions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from qmirror_assets.assets.live import Live
from qmirror_assets.assets.marts import analytics_assets
from qmirror_assets.assets.nodes import intake_asset, node_assets
from qmirror_assets.assets.versions import version_assets, version_checks
from qmirror_assets.project import find_project, prepare_dagster_home
from qmirror_assets.workspace import Dataset


def dataset_assets(dataset: Dataset, live: Live) -> Sequence[Any]:
    """All assets and asset checks of one dataset."""
    return [
        intake_asset(dataset, live),
        *node_assets(dataset, live),
        *version_assets(dataset, live),
        *version_checks(dataset, live),
        *analytics_assets(dataset, live),
    ]


def build_definitions(project_dir: str | Path | None = None) -> dg.Definitions:
    """Definitions of every dataset of a project, and of the shipped recipes."""
    project = find_project(project_dir)
    prepare_dagster_home(project)
    live = Live(project)
    found = [
        item
        for name in live.workspace.names()
        for item in dataset_assets(live.workspace.dataset(name), live)
    ]
    return dg.Definitions(
        assets=[item for item in found if not isinstance(item, dg.AssetChecksDefinition)],
        asset_checks=[item for item in found if isinstance(item, dg.AssetChecksDefinition)],
        executor=dg.in_process_executor,
    )
