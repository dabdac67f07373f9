"""A dry run: every node of a domain as a build would materialize it, in a shadow of the store.

Known rows go through the real steps; a row that needs a call goes on as unknown (`unknown.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from qmirror_assets.keys import PartitionKey
from qmirror_assets.runner import Runner
from qmirror_assets.runner.dry_engine import UNASKED, DryEngines, Ledger
from qmirror_assets.runner.engines import Engines
from qmirror_assets.runner.facts import Materialized
from qmirror_assets.runner.freshness import Pinned, pin
from qmirror_assets.runner.judged import RoundTable
from qmirror_assets.runner.reasons import explain
from qmirror_assets.runner.unknown import (
    NONE,
    NOTHING,
    Ids,
    Range,
    Unknown,
    deduplicated,
    joined,
    leaving,
    reading,
)
from qmirror_assets.stages.graph import INTAKE, Graph, Node, NodeKind
from qmirror_assets.store import Store, tables
from qmirror_assets.store.layers import Table
from qmirror_assets.store.merging import SampleIds


@dataclass(frozen=True, slots=True)
class DryPartition:
    """What a build would do for one (stage, domain)."""

    node: str
    domain: str
    reasons: tuple[str, ...]  # () when it is up to date
    rows: Range = NONE  # rows that would go through the step
    calls: Range = NONE  # calls that would be made
    cached: int = 0  # results that the action cache has for known rows
    asked: Ids = field(default_factory=frozenset)  # known rows that would make a call
    unknown: Unknown = NOTHING  # rows of its input that are not known yet

    @property
    def fresh(self) -> bool:
        """Whether it is proved up to date."""
        return not self.reasons


@dataclass
class DryRunner(Runner):
    """A runner whose unions of rounds leave rows out that are not known."""

    hidden: Ids = frozenset()

    def _rounds(self, node: Node, pinned: Pinned) -> list[RoundTable]:
        rounds = super()._rounds(node, pinned)
        if not self.hidden:
            return rounds
        return [RoundTable(self._without(table.rows), table.rejections) for table in rounds]

    def _without(self, table: Table) -> Table:
        """A copy of a table without the hidden rows."""
        hidden, copy = pa.array(sorted(self.hidden), pa.string()), self.store.cas.new_temp()
        writer = tables.TableWriter(copy, table.schema(), [])
        for batch in SampleIds(hidden).without(table.batches()):
            writer.write(batch)
        writer.close()
        return Table(copy)


class DryRun:
    """A dry run over the domains of one dataset; `store` is a shadow."""

    def __init__(self, store: Store, graph: Graph, engines: Engines, dataset: str) -> None:
        self._store, self._graph, self._dataset = store, graph, dataset
        self._ledger = Ledger()
        self._engines = DryEngines(engines, self._ledger)
        self._runner = DryRunner(store, graph, self._engines, dataset, "plan")

    def close(self) -> None:
        """Close the event loop."""
        self._runner.close()

    def domain(self, domain: str, seeds_said: str = "") -> list[DryPartition]:
        """All partitions of a domain in build order.

        Args:
            domain: Its slug; its intake table must be there.
            seeds_said: What changed among its seeds, in words; "" when nothing did.
        """
        walk = _Walk(self._graph, {INTAKE: seeds_said} if seeds_said else {})
        return [self._visit(walk, node, domain) for node in self._graph]

    def _visit(self, walk: _Walk, node: Node, domain: str) -> DryPartition:
        entering = walk.entering(node)
        reasons = self._reasons(walk, node, domain, entering)
        if not reasons:
            walk.unknown[node.name] = NOTHING
            return DryPartition(node.name, domain, ())
        before = len(self._ledger)
        self._runner.hidden = entering.ids if node.kind is NodeKind.JUDGED else frozenset()
        done = self._runner.materialize(node.name, domain)
        new = len(self._ledger) - before
        asked = self._rejected(done, UNASKED) if node.kind is NodeKind.ROWS else frozenset()
        walk.unknown[node.name] = self._leaving(walk, node, entering, asked, new, done)
        return DryPartition(
            node.name, domain, reasons, _rows(entering, done),
            _calls(node, entering, asked, new), done.facts.hits, asked, entering,
        )  # fmt: skip

    def _reasons(self, walk: _Walk, node: Node, domain: str, entering: Unknown) -> tuple[str, ...]:
        key = PartitionKey(self._dataset, node.name, domain)
        current = self._store.current(key)
        pinned = pin(self._store, node, self._dataset, domain, self._engines)
        if isinstance(pinned, str):
            return (f"{pinned} is not built",)
        previous = current[1] if current else None
        found = explain(self._store.state, previous, node, pinned, walk.said(node))
        # what is known of the input may be as before while rows are missing that would be there
        return found or (tuple(walk.said(node).values()) if entering.ids else ())

    def _leaving(
        self, walk: _Walk, node: Node, entering: Unknown, asked: Ids, new: int, done: Materialized
    ) -> Unknown:
        if node.kind is NodeKind.JUDGED:
            return walk.joined(node)
        if node.kind is NodeKind.DEDUP:
            dropped = self._rejected(done) if entering.ids or entering.loose else frozenset()
            return deduplicated(entering, dropped)
        return leaving(node, entering, asked, new)

    def _rejected(self, done: Materialized, detail: str = "") -> Ids:
        """Ids of the rejections with this detail ("": of all)."""
        counts = done.manifest.counts
        if done.fresh or counts.rejected + counts.duplicates == 0:
            return frozenset()
        path = self._store.cas.verified_path(done.manifest.rejections)
        table = tables.read_columns(path, ["sample_id", "detail"])
        if detail:
            table = table.filter(pc.equal(table.column("detail"), detail))
        return frozenset(table.column("sample_id").to_pylist())


class _Walk:
    """What is not known after each node of one domain."""

    def __init__(self, graph: Graph, said: Mapping[str, str]) -> None:
        self._graph, self._said = graph, dict(said)
        self.unknown: dict[str, Unknown] = {}

    def entering(self, node: Node) -> Unknown:
        """Unknown rows of a node's input."""
        if node.kind is NodeKind.JUDGED:
            ids = frozenset[str]().union(*(self.unknown[name].ids for name in node.inputs))
            return Unknown(frozenset(), ids)
        source = node.inputs[0]
        if source == INTAKE:
            return NOTHING
        found = self.unknown[source]
        return reading(self._graph[source], found) if node.active_only else found

    def joined(self, node: Node) -> Unknown:
        """Unknown rows of the union of a loop's rounds."""
        first = self.unknown[node.settings["ends"][0]]
        return joined(first, [self.unknown[name] for name in node.inputs])

    def said(self, node: Node) -> dict[str, str]:
        """Input node -> what is going on there, for those that have something to say."""
        redone = {
            name: f"rows of {name} would be made"
            for name in node.inputs
            if name in self.unknown and self.unknown[name].ids
        }
        return {**self._said, **redone}


def _rows(entering: Unknown, done: Materialized) -> Range:
    known = 0 if done.fresh else done.manifest.counts.rows_in - done.facts.rows_reused
    return Range(known, known) + entering.rows


def _calls(node: Node, entering: Unknown, asked: Ids, new: int) -> Range:
    if node.step is None:
        return NONE
    low, high = node.step.calls
    more = Range(new * max(low - 1, 0), len(asked) * max(high - 1, 0))
    now = Range(0, new) if entering.loose else Range(new, new)
    return now + more + entering.calls(node)
