"""The workspace and runners of this process, shared by all steps of a run.

A step opens nothing itself: a model that one step started serves the next. The command line hands
its own workspace in, so that its progress bar and budget hold inside the assets it materializes.
"""

from __future__ import annotations

import atexit
from dataclasses import dataclass, field

from qmirror_assets.engines.models import OnProgress as OnFetch
from qmirror_assets.errors import GateRefused, QMirrorError
from qmirror_assets.project import Project
from qmirror_assets.runner import Budget, Runner
from qmirror_assets.runner.facts import OnProgress, ignore_progress
from qmirror_assets.workspace import Dataset, Workspace, open_workspace


@dataclass
class Live:
    """What is open in this process for one project."""

    project: Project
    on_progress: OnProgress = ignore_progress
    budget: Budget = field(default_factory=Budget)
    run_id: str = ""  # of a command line build; "" in runs that Dagster launched
    on_fetch: OnFetch | None = None
    retry: bool = False
    draw_for: tuple[str, ...] | None = None  # domains that intake may draw further; None: all
    error: QMirrorError | None = None  # what the last run raised, for the command line
    interrupted: bool = False
    refusal: GateRefused | None = None  # why the gate did not open
    lease_wait: float = 30.0
    in_pools: bool = True
    """Whether steps queue for a slot of a pool. In the process of a command line they do not:
    Dagster's in-process executor asks for a slot without a pause, on a core that the model which
    everybody waits for needs. Engines limit their own calls there."""
    _workspace: Workspace | None = None
    _runners: dict[str, Runner] = field(default_factory=dict)

    @classmethod
    def around(cls, workspace: Workspace) -> Live:
        """A live context over an open workspace."""
        return cls(workspace.project, in_pools=False, _workspace=workspace)

    @property
    def workspace(self) -> Workspace:
        """The open workspace (opened on first use)."""
        if self._workspace is None:
            self._workspace = open_workspace(self.project)
        return self._workspace

    def dataset(self, name: str) -> Dataset:
        """A dataset, refused when its recipe changed since definitions were loaded."""
        dataset = self.workspace.dataset(name)
        dataset.check_recipe_is_loaded()
        return dataset

    def runner(self, name: str, dagster_run_id: str) -> Runner:
        """The runner of a dataset; one a process, so engines stay loaded between steps."""
        if name not in self._runners:
            if not self._runners:
                atexit.register(self.close)
            self._runners[name] = self.dataset(name).runner(on_fetch=self.on_fetch)
        runner = self._runners[name]
        runner.run_id = self.run_id or dagster_run_id
        runner.on_progress, runner.budget = self.on_progress, self.budget
        runner.lease_wait = self.lease_wait
        return runner

    def close(self) -> None:
        """Close engines and stores."""
        runners, self._runners = list(self._runners.values()), {}
        for runner in runners:
            runner.close()
        atexit.unregister(self.close)
