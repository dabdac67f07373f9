"""The runner: what is missing -> run it -> commit. No Dagster here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field

from qmirror_assets.errors import NotFoundError
from qmirror_assets.keys import PartitionKey
from qmirror_assets.records import ENGINE_REASONS
from qmirror_assets.runner.calls import Budget, Caller
from qmirror_assets.runner.changing import changes_since, compare_changes
from qmirror_assets.runner.dedup import DedupPass, split
from qmirror_assets.runner.engines import Engines
from qmirror_assets.runner.facts import Facts, Materialized, OnProgress, Told, ignore_progress
from qmirror_assets.runner.freshness import Pinned, Staleness, pin, pin_among, staleness
from qmirror_assets.runner.interrupts import new_runner, run_interruptible
from qmirror_assets.runner.judged import RoundTable, settled_segments
from qmirror_assets.runner.output import Output, Outputs, commit
from qmirror_assets.runner.rows import RowsPass
from qmirror_assets.runner.standing import Comparison, Previous, compare
from qmirror_assets.runner.updating import update
from qmirror_assets.stages.graph import Graph, Node, NodeKind
from qmirror_assets.stages.parts import parts_of
from qmirror_assets.store import Store, tables
from qmirror_assets.store.attempts import MANY
from qmirror_assets.store.leases import STALE_AFTER, Lease, beat, hold
from qmirror_assets.store.manifest import Manifest
from qmirror_assets.store.sorting import sorted_batches
from qmirror_assets.store.state import Made


@dataclass(slots=True)
class Runner:
    """Materializes the partitions of one dataset.

    One event loop for all of them, so an HTTP session or a loaded model serves the whole run.
    """

    store: Store
    graph: Graph
    engines: Engines
    dataset: str
    run_id: str
    budget: Budget = field(default_factory=Budget)
    on_progress: OnProgress = ignore_progress
    lease_wait: float = 30.0
    _loop: asyncio.Runner = field(default_factory=new_runner)

    def staleness(self, node: Node, domain: str) -> Staleness:
        """Whether a partition is up to date, from manifests alone."""
        key = PartitionKey(self.dataset, node.name, domain)
        pinned = pin(self.store, node, self.dataset, domain, self.engines)
        if isinstance(pinned, str):
            return Staleness(False, (f"{pinned} is not built",))
        current = self.store.current(key)
        return staleness(current[1] if current else None, node, pinned)

    def materialize(self, name: str, domain: str, *, retry: bool = False) -> Materialized:
        """Bring one (stage, domain) up to date.

        Args:
            name: Node of the graph.
            domain: Partition key.
            retry: Run rows again whose last outcome was an engine failure.

        Raises:
            NotFoundError: an input is not built. PartitionBusy, EngineUnavailable,
            StoreUnavailable, BudgetReached: as named; finished actions are kept.
        """
        node = self.graph[name]
        key = PartitionKey(self.dataset, name, domain)
        seen = self._look(node, key)
        if self._stands(node, seen, retry=retry):
            return seen.materialized(key)
        with hold(self.store.state, key, wait=self.lease_wait) as lease:
            # another process may have done the work while this one waited
            seen = self._look(node, key)
            if self._stands(node, seen, retry=retry):
                return seen.materialized(key)
            return self._run(node, lease, seen)

    def _look(self, node: Node, key: PartitionKey) -> Seen:
        current = self.store.currents(key.dataset, key.domain, [*node.inputs, node.name])
        pinned = pin_among(current, node, self.engines)
        if isinstance(pinned, str):
            raise NotFoundError(
                f"{node.name} of domain {key.domain!r} cannot run",
                expected=f"{pinned} of that domain to be built",
                found="no manifest",
                remedy=f"Materialize {pinned} first, or run `qmirror build`",
            )
        return Seen(pinned, *current.get(node.name, ("", None)))

    def _stands(self, node: Node, seen: Seen, *, retry: bool) -> bool:
        """Whether nothing is to be done."""
        if seen.manifest is None or not staleness(seen.manifest, node, seen.pinned).fresh:
            return False
        return not (retry and self.has_engine_failures(seen.manifest))

    def has_engine_failures(self, manifest: Manifest) -> bool:
        """Whether rows of a partition failed for reasons that `retry` may cure."""
        if manifest.counts.rejected == 0:
            return False
        path = self.store.cas.verified_path(manifest.rejections)
        reasons = set(tables.read_columns(path, ["reason"]).column("reason").to_pylist())
        return not reasons.isdisjoint({reason.value for reason in ENGINE_REASONS})

    def _run(self, node: Node, lease: Lease, seen: Seen) -> Materialized:
        started = time.perf_counter()
        facts, pinned = Facts(), seen.pinned

        def made() -> Made:
            facts.seconds = time.perf_counter() - started
            return Made(self.run_id, facts.to_json())

        run = {
            NodeKind.ROWS: self._run_rows,
            NodeKind.JUDGED: self._run_judged,
            NodeKind.DEDUP: self._run_dedup,
        }[node.kind]
        with Outputs(self.store) as outputs:
            output, passed = run(node, lease, seen, outputs, facts)
            known = seen.manifest is not None and seen.manifest.stage_fingerprint
            if node.identity and known != node.fingerprint:  # a later plan can say what changed
                self.store.state.put_stage_parts(node.fingerprint, parts_of(node.identity))
            digest, manifest = commit(
                self.store, lease, output,
                stage_fingerprint=node.fingerprint,
                engines={k: dict(v) for k, v in pinned.engines.items()},
                partition_fingerprint=pinned.fingerprint, inputs=pinned.inputs,
                rows_in=passed.rows_in, duplicates=passed.duplicates, settled=passed.settled,
                partial=pinned.partial, made=made,
            )  # fmt: skip
        if facts.calls > MANY or node is self.graph.final:
            self.store.state.index_attempts()
        return Materialized(lease.key, manifest, digest, facts, fresh=False)

    # -- row nodes

    def _run_rows(
        self, node: Node, lease: Lease, seen: Seen, outputs: Outputs, facts: Facts
    ) -> tuple[Output, Passed]:
        source = seen.pinned.manifests[0]
        told = Told(lease.key, facts, self.on_progress)
        caller = Caller(self.store, self.engines, facts, self.budget, self.run_id, told.soon)
        seed = self.graph.recipe.spec.random_seed
        table = self.store.table(source)
        rows = RowsPass(node, lease.key, table, caller, seed)
        previous = self._previous(node, seen)
        found = self._compare(node, rows, source, previous) if previous is not None else None
        rows_in = found.rows if found is not None else rows.count()
        facts.rows_reused = found.unchanged if found is not None else 0
        told.begin(rows_in, facts.rows_reused)
        output = outputs.whole(rows.schema)
        work = rows.run(output, found.todo if found is not None else None, told)
        run_interruptible(self._loop, self._finishing(work, caller, lease))
        if previous is not None and found is not None:
            output = update(outputs, output, previous, found, table)
        return output, Passed(rows_in, settled=source.counts.rows_out - rows_in)

    def _compare(
        self, node: Node, rows: RowsPass, source: Manifest, previous: Previous
    ) -> Comparison:
        """The input beside the last materialization."""
        if not node.active_only:
            since = changes_since(self.store, previous.consumed, source)
            if since is not None:
                return compare_changes(source.counts.rows_out, since, previous)
        return compare(rows.keys(), previous)

    async def _finishing(
        self, work: Coroutine[None, None, None], caller: Caller, lease: Lease
    ) -> None:
        heart = asyncio.create_task(self._keep_beating(lease))
        try:
            await work
        finally:
            heart.cancel()
            # a beat that failed harms nobody: a lease that was lost is found out by the commit
            await asyncio.gather(heart, return_exceptions=True)
            await caller.finish()

    async def _keep_beating(self, lease: Lease) -> None:
        while True:
            await asyncio.sleep(STALE_AFTER / 4)
            beat(self.store.state, lease)

    def _previous(self, node: Node, seen: Seen) -> Previous | None:
        """The last materialization, when its rows would come out the same today."""
        manifest = seen.manifest
        if manifest is None:
            return None
        same_engines = {k: dict(v) for k, v in seen.pinned.engines.items()} == {
            k: dict(v) for k, v in manifest.engines.items()
        }
        if manifest.stage_fingerprint != node.fingerprint or not same_engines:
            return None
        table, (consumed,) = self.store.table(manifest), manifest.inputs
        if not tables.same_columns(table.schema(), tables.row_schema(node.columns)):
            return None  # a stage before it carries other columns now
        counts = manifest.counts
        none = counts.rejected + counts.duplicates == 0
        rejections = None if none else self.store.cas.verified_path(manifest.rejections)
        return Previous(table, rejections, consumed.manifest)

    # -- whole-partition nodes

    def _run_judged(
        self, node: Node, lease: Lease, seen: Seen, outputs: Outputs, facts: Facts
    ) -> tuple[Output, Passed]:
        schema = tables.row_schema(node.columns)
        paths = []
        for segment in settled_segments(node, self._rounds(node, seen.pinned)):
            spool = outputs.spool(schema)
            for batch in segment:
                spool.rows.write(batch)
            paths.append(spool.finish())
        output = outputs.whole(schema)
        for batch in sorted_batches(paths, schema, ["sample_id"], self.store.spill):
            output.rows.write(batch)
        return output, Passed(output.rows.written.rows)

    def _rounds(self, node: Node, pinned: Pinned) -> list[RoundTable]:
        manifests = {item.node: m for item, m in zip(pinned.inputs, pinned.manifests, strict=True)}
        rounds = []
        for end in node.settings["ends"]:
            steps = [name for name in manifests if self.graph[name].round == self.graph[end].round]
            rejections = [self.store.cas.verified_path(manifests[n].rejections) for n in steps]
            rounds.append(RoundTable(self.store.table(manifests[end]), tuple(rejections)))
        return rounds

    def _run_dedup(
        self, node: Node, lease: Lease, seen: Seen, outputs: Outputs, facts: Facts
    ) -> tuple[Output, Passed]:
        source = seen.pinned.manifests[0]
        dedup = DedupPass(node.settings)
        twins = 0
        told = Told(lease.key, facts, self.on_progress)
        told.begin(source.counts.rows_out, 0)
        output = outputs.whole(tables.row_schema(node.columns))
        for batch in self.store.table(source).batches():
            rows, rejections, count = split(batch, dedup.decide(batch))
            output.rows.write(rows)
            output.rejections.write(rejections)
            twins += count
            told.add(batch.num_rows)
        return output, Passed(source.counts.rows_out, duplicates=twins)

    def close(self) -> None:
        """Close the engines and the event loop."""
        self._loop.run(self.engines.close())
        self._loop.close()


@dataclass(frozen=True, slots=True)
class Seen:
    """A partition as it is now: its pinned inputs, and what was last made of them, if anything."""

    pinned: Pinned
    digest: str
    manifest: Manifest | None

    def materialized(self, key: PartitionKey) -> Materialized:
        """What stands, proved up to date."""
        assert self.manifest is not None
        return Materialized(key, self.manifest, self.digest, Facts(), fresh=True)


@dataclass(frozen=True, slots=True)
class Passed:
    """Input rows of a materialization; settled: those that passed by untouched."""

    rows_in: int
    duplicates: int = 0
    settled: int = 0


__all__ = ["Budget", "Runner"]
