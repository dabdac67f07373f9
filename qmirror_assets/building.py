"""A build from the command line or the Python API: prove, materialize what is stale, gate, publish.

Freshness is proved from manifests before Dagster or Great Expectations is imported, so a build of
an up-to-date dataset costs a fraction of a second.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import qmirror_assets
from qmirror_assets.engines.models import Progress as Fetched
from qmirror_assets.errors import (
    FailureLimit,
    GateRefused,
    InconsistentSnapshot,
    NotFoundError,
    UsageError,
)
from qmirror_assets.keys import PartitionKey, Version
from qmirror_assets.release.content import version_content
from qmirror_assets.release.registry import find_version, list_versions
from qmirror_assets.runner import Budget
from qmirror_assets.runner.facts import Progress
from qmirror_assets.runner.target import TargetStatus
from qmirror_assets.store.leases import is_gone, process_owner
from qmirror_assets.summary import BuildResult, summarize
from qmirror_assets.todo import check_domains, find_todo
from qmirror_assets.workspace import Dataset, Workspace, new_run_id


class Report(Protocol):
    """Who is told how a build goes."""

    def step(self, done: int, total: int, what: str) -> None:
        """`done` of `total` stages are finished; `what` comes next."""
        ...

    def note(self, text: str) -> None:
        """One line that stays."""
        ...

    def rows(self, progress: Progress) -> None:
        """How far the running partition is."""
        ...

    def fetch(self, progress: Fetched) -> None:
        """How far a model's weights are."""
        ...


class Silent:
    """Tells nobody."""

    def step(self, done: int, total: int, what: str) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Nothing."""

    def rows(self, progress: Progress) -> None:
        """Nothing."""

    def fetch(self, progress: Fetched) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user asked of a build."""

    domains: tuple[str, ...] = ()
    version: str | None = None
    publish: bool = True
    max_calls: int | None = None
    max_cost: float | None = None
    retry: bool = False


@dataclass
class Build:
    """One build of one dataset."""

    workspace: Workspace
    dataset: Dataset
    wishes: Wishes
    report: Report = field(default_factory=Silent)
    today: Callable[[], dt.date] = lambda: dt.datetime.now(dt.UTC).date()
    run_id: str = field(default_factory=new_run_id)
    _driver: Any = None
    _started: float = field(default_factory=time.perf_counter)

    def run(self) -> BuildResult:
        """Do it.

        Raises:
            BudgetReached: --max-calls or --max-cost ended it; what is done is kept.
            FailureLimit: too many rows failed for engine reasons; what is done is kept.
            GateRefused: the gate's checks did not pass.
        """
        if self.wishes.version is not None:
            Version.parse(self.wishes.version)
        self._check_budget()
        try:
            return self._run()
        finally:
            if self._driver is not None:
                self._driver.live.close()

    def _run(self) -> BuildResult:
        if not self.dataset.intake_is_fresh():
            self.report.step(0, 0, "reading seeds")
            self._record_run()
            self._intake(self.wishes.domains or None)
        domains = check_domains(self.dataset, self.wishes.domains)
        self._stages(domains, retry=self.wishes.retry)
        self._reach_target(domains)
        self._check_failures(self._result(domains))
        version, published = self._version(domains)
        self._end(version)
        return self._result(domains, version, published=published)

    def _check_budget(self) -> None:
        """A cap on money that nothing counts towards would be no cap.

        Raises:
            UsageError: --max-cost, and no engine of the recipe has a price.
        """
        if self.wishes.max_cost is None:
            return
        roles = {role.value for node in self.dataset.graph for role in node.roles}
        if roles.isdisjoint(self.dataset.profile.spec.prices):
            raise UsageError(
                "a cap on cost needs prices",
                expected=f"`prices` in profile {self.dataset.profile.name!r} for one of "
                f"{', '.join(sorted(roles)) or 'its roles'}",
                found="none",
                remedy="Add prices to the profile, or cap calls with --max-calls",
            )

    def _intake(self, domains: tuple[str, ...] | None) -> None:
        """Read new seeds; with a target, draw further ones for `domains` (None: all)."""
        driver = self._drive()
        driver.live.draw_for = domains
        driver.intake()

    def _drive(self) -> Any:
        """The Dagster side, imported only when there is something to do."""
        if self._driver is None:
            from qmirror_assets.assets.drive import Driver  # noqa: PLC0415
            from qmirror_assets.assets.live import Live  # noqa: PLC0415

            live = Live.around(self.workspace)
            live.run_id, live.on_progress = self.run_id, self.report.rows
            live.budget = Budget(self.wishes.max_calls, self.wishes.max_cost)
            live.retry, live.on_fetch = self.wishes.retry, self.report.fetch
            self._driver = Driver.open(self.dataset, live)
        return self._driver

    def _record_run(self, *, ended: bool = False) -> None:
        self.workspace.store.state.add_run(
            self.run_id,
            self.dataset.name,
            {
                "recipe": self.dataset.recipe.digest,
                "profile": self.dataset.profile.name,
                "package": qmirror_assets.__version__,
                "owner": process_owner(),
                "ended": ended,
            },
        )

    def _end(self, version: str) -> None:
        """Record that the run came to its end, after what an earlier one did not come to.

        A build that was killed once its version was out leaves nothing stale, but its reports
        are not made and its run in Dagster waits for ever.
        """
        last = self.workspace.store.state.last_run(self.dataset.name)
        killed = not last.get("ended", True) and is_gone(last["owner"])
        if self._driver is None and not killed:
            return
        if self._driver is None:
            self.report.step(0, 0, "reports that an earlier build did not come to")
            driver = self._drive()
            self._record_run()
            if version:
                driver.analytics()
        self._record_run(ended=True)

    # -- stages

    def _stages(self, domains: Sequence[str], *, retry: bool = False) -> None:
        todo = find_todo(self.dataset, domains)
        work = {domain: todo.of(domain) for domain in domains}
        if retry:
            work = {domain: self._to_retry(domain) for domain in domains}
        total, done = sum(map(len, work.values())), 0
        if total:
            self._record_run()
        for domain, nodes in work.items():
            if nodes:
                self.report.step(done, total, f"{domain}: {nodes[0]}")
                self._drive().domain(domain, nodes)
                done += len(nodes)

    def _reach_target(self, domains: Sequence[str]) -> None:
        """Draw seeds and build them until every domain has its samples or can have no more.

        Ends: each pass draws at least one seed, and a domain has a finite number of them.
        """
        while short := self._short(domains):
            # an engine that fails must not use the seeds up
            self._check_failures(self._result(domains))
            drawn = ", ".join(f"{status.draw} for {domain}" for domain, status in short.items())
            self.report.step(0, 0, f"drawing seeds: {drawn}")
            self._record_run()
            self._intake(tuple(short))
            self._driver.live.retry = False
            self._stages(list(short))

    def _short(self, domains: Sequence[str]) -> dict[str, TargetStatus]:
        """Domains that need further seeds."""
        found = {domain: self.dataset.target_status(domain) for domain in domains}
        return {domain: status for domain, status in found.items() if status and status.draw}

    def _to_retry(self, domain: str) -> list[str]:
        """Nodes with engine failures, and everything that follows the first of them."""
        runner = self.dataset.runner(self.run_id)
        names = [node.name for node in self.dataset.graph]
        for index, name in enumerate(names):
            current = self.workspace.store.current(PartitionKey(self.dataset.name, name, domain))
            if current is not None and runner.has_engine_failures(current[1]):
                return names[index:]
        return []

    def _check_failures(self, result: BuildResult) -> None:
        limit = self.dataset.recipe.spec.limits.failure_rate
        rate = result.engine_failures / max(result.seeds, 1)
        if rate > limit:
            raise FailureLimit(
                f"{result.engine_failures} of {result.seeds} samples failed for engine reasons",
                expected=f"at most {limit:.0%} (limits.failure_rate of the recipe)",
                found=f"{rate:.0%}",
                remedy=f"See `qmirror rejects {self.dataset.name}`, mend the engine, then "
                f"`qmirror retry {self.dataset.name}`",
            )

    # -- versions

    def _version(self, domains: Sequence[str]) -> tuple[str, bool]:
        """Candidate, gate and release; (version, published)."""
        if self.dataset.record.limit is not None:
            self.report.note("limited build: no version is made (leave --limit out to publish)")
            return "", False
        chosen = self._domains_of_version(domains)
        content = self._content(chosen)
        version = self._choose(content)
        there = find_version(self.workspace.store, self.dataset.name, version)
        if there is not None and there.state == "published" and there.content == content:
            return version, True
        driver = self._drive()
        self._record_run()
        self.report.step(0, 0, f"version {version}: snapshot, candidate, checks")
        self.workspace.store.state.drop_snapshots(self.dataset.name, version)
        self._freeze(driver, chosen, version)
        driver.candidate(version, publish=self.wishes.publish)
        refusal = driver.live.refusal
        driver.analytics()
        published = find_version(self.workspace.store, self.dataset.name, version)
        if published is not None and published.state == "published":
            return version, True
        if refusal is not None:
            raise refusal
        if self.wishes.publish:
            raise GateRefused(f"version {version} was not published", found="no passing record")
        return version, False

    def _freeze(self, driver: Any, chosen: Sequence[str], version: str) -> None:
        """Snapshots of all domains of a version.

        Raises:
            InconsistentSnapshot: a domain does not close; one that was not asked for is named.
        """
        try:
            driver.snapshots(chosen, version)
        except InconsistentSnapshot as error:
            others = [domain for domain in chosen if domain not in self.wishes.domains]
            if not self.wishes.domains or not others:
                raise
            raise InconsistentSnapshot(
                f"{', '.join(self.wishes.domains)} is built, but no version can be made of it",
                expected=f"the other domains ({', '.join(others)}) to be of the same recipe",
                found=error.what,
                remedy="Run `qmirror build` without --domain; what is up to date costs nothing",
            ) from error

    def _domains_of_version(self, domains: Sequence[str]) -> list[str]:
        """The domains asked for and all others that are built: none vanishes from a version."""
        final = self.dataset.graph.final.name
        chosen = []
        for domain in self.dataset.domains():
            key = PartitionKey(self.dataset.name, final, domain)
            if self.workspace.store.state.pointer(key) is not None:
                chosen.append(domain)
            elif domain in domains:
                raise NotFoundError(
                    f"domain {domain!r} has no samples", remedy="Build it without --no-publish"
                )
            else:
                self.report.note(f"domain {domain!r} is not built and stays out of this version")
        return chosen

    def _content(self, domains: Sequence[str]) -> str:
        """What a version would hold: rows of every domain, and how they are released and gated."""
        final = self.dataset.graph.final.name
        found = {
            domain: self.workspace.store.current(PartitionKey(self.dataset.name, final, domain))
            for domain in domains
        }
        versions = {domain: current[1].data_version for domain, current in found.items() if current}
        return version_content(self.dataset.recipe.spec, versions)

    def _choose(self, content: str) -> str:
        """The version to make.

        The one asked for, the current one when nothing changed, or the month's next number.
        """
        if self.wishes.version is not None:
            return self.wishes.version
        there = list_versions(self.workspace.store, self.dataset.name)
        same = [v.version for v in there if v.content == content]
        if same:
            return same[-1]
        today = self.today()
        month = [
            p
            for v in there
            if v.state == "published"
            and (p := Version.parse(v.version))
            and (p.year, p.month) == (today.year, today.month)
        ]
        return str(max(month).next() if month else Version(today.year, today.month, 0))

    def _result(
        self, domains: Sequence[str], version: str = "", *, published: bool = False
    ) -> BuildResult:
        return summarize(
            self.dataset, domains, self.run_id, version, published=published,
            seconds=time.perf_counter() - self._started,
        )  # fmt: skip
