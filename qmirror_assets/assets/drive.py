"""Materializing assets from the command line: the same assets, the same instance as the UI."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import dagster as dg

from qmirror_assets.analytics import list_models
from qmirror_assets.assets.factory import dataset_assets
from qmirror_assets.assets.live import Live
from qmirror_assets.assets.marts import analytics_key
from qmirror_assets.assets.partitions import DOMAIN, VERSION, Partitions, asset_key, register
from qmirror_assets.assets.sweep import OWNER, end_dead_runs
from qmirror_assets.assets.versions import CANDIDATE, PUBLISHED, SNAPSHOT
from qmirror_assets.errors import QMirrorError
from qmirror_assets.project import prepare_dagster_home
from qmirror_assets.stages.graph import INTAKE
from qmirror_assets.store.leases import process_owner
from qmirror_assets.workspace import Dataset

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass
class Driver:
    """Runs assets of one dataset in this process."""

    dataset: Dataset
    live: Live
    instance: dg.DagsterInstance

    @cached_property
    def _assets(self) -> Sequence[Any]:
        return dataset_assets(self.dataset, self.live)

    @classmethod
    def open(cls, dataset: Dataset, live: Live) -> Driver:
        """Prepare DAGSTER_HOME and open its instance."""
        prepare_dagster_home(dataset.project)
        logging.getLogger("dagster").setLevel(logging.ERROR)
        instance = dg.DagsterInstance.get()
        end_dead_runs(instance)
        return cls(dataset, live, instance)

    def intake(self) -> None:
        """Materialize intake and register the domains."""
        self._run([asset_key(self.dataset.name, INTAKE)], None)

    def domain(self, domain: str, nodes: Sequence[str]) -> None:
        """Materialize nodes of one domain in one run."""
        self._register(Partitions(self.dataset.name).domain_name, domain)
        self._run([asset_key(self.dataset.name, n) for n in nodes], domain)

    def snapshots(self, domains: Sequence[str], version: str) -> None:
        """Freeze the domains of a version."""
        self._register(Partitions(self.dataset.name).version_name, version)
        for domain in domains:
            self._register(Partitions(self.dataset.name).domain_name, domain)
            key = dg.MultiPartitionKey({DOMAIN: domain, VERSION: version})
            self._run([asset_key(self.dataset.name, SNAPSHOT)], key)

    def candidate(self, version: str, *, publish: bool) -> None:
        """Write the candidate, run its checks, and publish when the gate lets it through."""
        names = [CANDIDATE, PUBLISHED] if publish else [CANDIDATE]
        self._run([asset_key(self.dataset.name, n) for n in names], version)

    def analytics(self) -> None:
        """Run the SQL models over what is built now."""
        name = self.dataset.name
        self._run([analytics_key(name, model.name) for model in list_models()], None)

    def publish(self, version: str) -> None:
        """Materialize `published` alone; it obeys only the gate's record."""
        self._register(Partitions(self.dataset.name).version_name, version)
        self._run([asset_key(self.dataset.name, PUBLISHED)], version)

    def _register(self, name: str, key: str) -> None:
        register(self.instance, name, [key])

    def _run(self, keys: Sequence[dg.AssetKey], partition: str | None) -> None:
        """One in-process run.

        Raises:
            QMirrorError: what a step raised.
        """
        self.live.error = self.live.refusal = None
        options: dict[str, Any] = {"partition_key": partition} if partition is not None else {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Dagster's own beta notices; ours are errors in tests
            result = dg.materialize(
                self._assets,
                selection=dg.AssetSelection.assets(*keys)
                | dg.AssetSelection.checks_for_assets(*keys),
                instance=self.instance,
                run_config=_QUIET,
                raise_on_error=False,
                tags={
                    "qmirror/build": self.live.run_id,
                    "qmirror/dataset": self.dataset.name,
                    OWNER: process_owner(),
                },
                **options,
            )
        if self.live.interrupted:  # Dagster has recorded the run as failed; the user meant stop
            raise KeyboardInterrupt
        if isinstance(self.live.error, QMirrorError):
            raise self.live.error
        if not result.success and self.live.refusal is None:
            raise QMirrorError(
                f"run {result.run_id} failed",
                remedy="See the run in the Dagster UI (`qmirror ui`)",
            )
