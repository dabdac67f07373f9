"""Where things lie: a project folder, its data, and the home of Dagster."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from qmirror_assets.errors import UsageError
from qmirror_assets.store import atomic

DATA_ENV = "QMIRROR_DATA"
PROJECT_ENV = "QMIRROR_PROJECT"
DAGSTER_YAML = """\
# Written by qmirror before Dagster's first start. Edit freely; it is not written again.
telemetry:
  enabled: false
nux:
  enabled: false
run_monitoring:
  enabled: true
  free_slots_after_run_end_seconds: 60
concurrency:
  runs:
    max_concurrent_runs: 1
  pools:
    granularity: op
    default_limit: 1
"""


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with data/ and .qmirror/ in it."""

    folder: Path
    data: Path

    @property
    def dagster_home(self) -> Path:
        """DAGSTER_HOME: the environment's, or the project's own."""
        set_by_user = os.environ.get("DAGSTER_HOME")
        return Path(set_by_user) if set_by_user else self.folder / ".qmirror" / "dagster"


def find_project(folder: str | Path | None = None, data: str | Path | None = None) -> Project:
    """The project of a folder (default: QMIRROR_PROJECT, or the current folder).

    Raises:
        UsageError: a folder that is not there, or a data URL that is not a local path.
    """
    root = Path(folder or os.environ.get(PROJECT_ENV) or ".").resolve()
    if not root.is_dir():
        raise UsageError(f"project folder {root} is not there", remedy="Make it, or fix --project")
    place = str(data or os.environ.get(DATA_ENV) or root / "data")
    if "://" in place and not place.startswith("file://"):
        raise UsageError(
            "only local data folders are supported so far",
            expected="a path or a file:// URL",
            found=place,
        )
    return Project(root, Path(place.removeprefix("file://")).resolve())


def prepare_dagster_home(project: Project) -> Path:
    """Make DAGSTER_HOME with telemetry off, and name it in the environment.

    Must run before Dagster is imported: its first start reads the file.
    """
    home = project.dagster_home
    if not home.is_absolute():
        home = home.resolve()
    config = home / "dagster.yaml"
    if not config.exists():
        atomic.write_bytes(config, DAGSTER_YAML.encode())
    os.environ["DAGSTER_HOME"] = str(home)
    # belt and braces: this one stops the upload, the file above the collection
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "yes")
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    return home
