"""Intake: seed sources in, one sorted table a domain out, bad rows in quarantine.

Identity is content: the same seeds in another order or file give the same tables. A recipe with a
target keeps all seeds of a domain in its pool, and in its intake table those drawn from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

from qmirror_assets.errors import DamagedObject, NotFoundError, SeedFileError
from qmirror_assets.fingerprint import fingerprint
from qmirror_assets.keys import PartitionKey
from qmirror_assets.records import Reason
from qmirror_assets.runner.draining import Changes, drain, drain_changes, find_changes
from qmirror_assets.runner.drawing import Aim, draw_seeds
from qmirror_assets.runner.kept import Kept
from qmirror_assets.runner.lines_writer import LinesWriter
from qmirror_assets.runner.output import Output, Outputs, commit
from qmirror_assets.runner.seed_lines import load_lines
from qmirror_assets.runner.seed_table import commit_seeds, record_supersedes
from qmirror_assets.runner.sources import (
    KnownSeeds,
    NumberedSeed,
    QuarantinedSeed,
    Read,
    Sources,
)
from qmirror_assets.runner.spool import SEED_SCHEMA, SPOOL_ROWS, Spool, sample_id
from qmirror_assets.runner.target import POOL
from qmirror_assets.stages.graph import INTAKE
from qmirror_assets.store import Store, tables
from qmirror_assets.store.layers import is_small
from qmirror_assets.store.leases import Lease, hold
from qmirror_assets.store.manifest import Manifest

QUARANTINE = "quarantine"
"""Pseudo-domain of seed rows that never became seeds."""


@dataclass(slots=True)
class IntakeResult:
    """What intake saw. read: rows of all sources; waiting: seeds of a pool that are not drawn."""

    read: int = 0
    quarantined: int = 0
    domains: dict[str, str] = field(default_factory=dict)  # slug -> display name
    manifests: dict[str, str] = field(default_factory=dict)  # slug -> manifest digest
    waiting: dict[str, int] = field(default_factory=dict)  # slug -> seeds


def intake_fingerprint(dataset: str, sources: Sources, *, drawn: bool = False) -> str:
    """What decides the intake tables: contents and settings of all sources, never their names.

    How many seeds are `drawn` from a pool is state, not settings, and stays out.
    """
    parts = [dataset, 1, sources.identity()]
    return fingerprint("intake", [*parts, "drawn"] if drawn else parts)


def run_intake(
    store: Store, dataset: str, sources: Sources, *, wait: float = 30.0, aim: Aim | None = None
) -> IntakeResult:
    """Write the seed tables of all domains, register the domains.

    Args:
        store: The stores of a data folder.
        dataset: Name of the dataset.
        sources: Where seeds come from. With an aim they are read only when they changed.
        wait: Seconds to wait for another process that writes the same tables.
        aim: Draw from the pool of each domain what its target asks for; None takes every seed.

    Raises:
        SeedFileError: a source cannot be read at all, or gives no seed.
    """
    with hold(store.state, PartitionKey(dataset, INTAKE, QUARANTINE), wait=wait) as lease:
        print_ = intake_fingerprint(dataset, sources, drawn=aim is not None)
        if aim is not None and _pools_stand(store, dataset, print_):
            return _draw(store, dataset, _count_pools(store, dataset), aim, wait)
        intake = _Intake(store, dataset, sources, print_, POOL if aim else INTAKE, wait)
        try:
            result = intake.read()
            if aim is not None:
                _draw(store, dataset, result, aim, wait)
            intake.commit_lines()
            intake.commit_quarantine(lease)  # last: it says that all the other tables are there
        finally:
            intake.discard()
    return result


# -- targets


def _pools_stand(store: Store, dataset: str, print_: str) -> bool:
    """Whether the pools hold the sources as they are now, whole and undamaged."""
    current = store.current(PartitionKey(dataset, INTAKE, QUARANTINE))
    if current is None or current[1].fingerprint != print_:
        return False
    try:
        for domain in store.state.domain_names(dataset):
            pool = store.current(PartitionKey(dataset, POOL, domain))
            if pool is None or pool[1].fingerprint != print_:
                return False
            store.table(pool[1]).checked()
            store.cas.verified_path(pool[1].rejections)
    except (DamagedObject, NotFoundError):
        return False  # the sources are read again, which mends the pool
    return True


def _count_pools(store: Store, dataset: str) -> IntakeResult:
    """What intake saw when it read the sources."""
    quarantine = store.current(PartitionKey(dataset, INTAKE, QUARANTINE))
    bad = quarantine[1].counts.rejected if quarantine else 0
    result = IntakeResult(read=bad, quarantined=bad)
    for domain, display in store.state.domain_names(dataset).items():
        pool = store.current(PartitionKey(dataset, POOL, domain))
        seeds = pool[1].counts.rows_in if pool else 0
        result.read += seeds
        if seeds:
            result.domains[domain] = display
    return result


def _draw(store: Store, dataset: str, result: IntakeResult, aim: Aim, wait: float) -> IntakeResult:
    for domain in store.state.domain_names(dataset):
        drawn = draw_seeds(store, dataset, domain, aim, wait=wait)
        result.manifests[domain], result.waiting[domain] = drawn.manifest, drawn.waiting
    return result


# -- reading


class _Intake:
    """One reading of all sources into the tables of `node`, one a domain.

    Lines that the last whole intake read are not parsed again: their seeds are copied from its
    tables. The tables come out the same, whatever was known.
    """

    def __init__(
        self, store: Store, dataset: str, sources: Sources, print_: str, node: str, wait: float
    ) -> None:
        self._store, self._dataset, self._sources = store, dataset, sources
        self._print, self._node, self._wait = print_, node, wait
        self._spools: dict[str, Spool] = {}
        self._first: dict[str, int] = {}  # domain -> reading order of its first seed
        self._bad = Output(store, SEED_SCHEMA)
        # a limited trial neither uses nor replaces what a whole intake knows
        self._whole = sources.limit is None
        self._known = load_lines(store, dataset) if self._whole else None
        self._kept = Kept(self._known) if self._known is not None else None
        self._lines = LinesWriter(store, dataset) if self._whole else None
        self._result = IntakeResult()

    def read(self) -> IntakeResult:
        """Read everything and commit the table of every domain, also of those without seeds now.

        Raises:
            SeedFileError: no row at all.
        """
        self._spool()
        if not self._result.read:
            raise SeedFileError("the seed sources hold no row", remedy="Check `seeds`")
        for domain in sorted(self._first, key=self._first.__getitem__):
            self._result.domains[domain] = self._sources.display(domain)
        earlier = self._store.state.domain_names(self._dataset)
        for domain in sorted({*self._first, *earlier}):
            self._commit_domain(domain)
        self._known = self._kept = None  # they take memory, and what follows takes some too
        return self._result

    def _spool(self) -> None:
        result, pending = self._result, list[QuarantinedSeed]()
        for item in map(_refuse_reserved, self._sources.read(self._store.cas.put, self._known)):
            if isinstance(item, KnownSeeds):
                assert self._kept is not None, "runs come only of lines that are known"
                self._kept.add(item)
                result.read += len(item.entries)
                continue
            result.read += 1
            if isinstance(item, NumberedSeed):
                self._add(item)
                continue
            result.quarantined += 1
            pending.append(item)
            if len(pending) >= SPOOL_ROWS:
                self._bad.rejections.write(_quarantined(pending))
                pending = []
        self._bad.rejections.write(_quarantined(pending))
        for domain, ordinal in (self._kept.first() if self._kept else {}).items():
            self._first[domain] = min(ordinal, self._first.get(domain, ordinal))

    def _add(self, item: NumberedSeed) -> None:
        domain = item.seed.domain
        if domain not in self._spools:
            self._spools[domain] = Spool(self._store, self._dataset)
            self._first[domain] = item.ordinal
        self._spools[domain].add(item)

    def _commit_domain(self, domain: str) -> None:
        store, key = self._store, PartitionKey(self._dataset, self._node, domain)
        spool = self._spools.setdefault(domain, Spool(store, self._dataset))
        with (
            hold(store.state, key, wait=self._wait) as lease,
            Outputs(store) as outputs,
            spool.gone_on_error(),  # on a full disk the lease could not be given back
        ):
            before = store.current(key)
            changes = self._changes(before, spool, domain)
            if changes is None:
                picks = self._kept.of(domain) if self._kept else []
                output = outputs.whole(SEED_SCHEMA)
                rows_in, twins = drain(spool, picks, output, self._lines)
            else:
                output, rows_in, twins = self._beside(domain, spool, changes, outputs)
            now = commit_seeds(
                store, lease, output, self._print, rows_in=rows_in, duplicates=twins,
                partial=not self._whole,
            )  # fmt: skip
        self._result.manifests[domain] = now[0]
        if self._lines is not None:
            self._lines.end_table(domain, now[1].delta or now[1].rows)
        if domain in self._first:
            store.state.add_domain(self._dataset, domain, self._result.domains[domain])
        if self._node == INTAKE:
            record_supersedes(store, self._dataset, before, now)

    def _changes(
        self, before: tuple[str, Manifest] | None, spool: Spool, domain: str
    ) -> Changes | None:
        """The changes beside the last table, where they are few; else None."""
        if before is None or self._kept is None:
            return None
        try:
            base = self._store.base(before[1])
        except (DamagedObject, NotFoundError):
            return None  # its seeds are parsed again
        changes = find_changes(spool, self._kept, domain, base)
        if changes is None or not is_small(base.count_base(), changes.number):
            return None
        return changes

    def _beside(
        self, domain: str, spool: Spool, changes: Changes, outputs: Outputs
    ) -> tuple[Output, int, int]:
        base = changes.base.base
        output = outputs.layered(SEED_SCHEMA, base)
        if self._lines is not None:  # rows of the base first, as of a table of their own
            for traces, rows in changes.base.traces():
                self._lines.keep(traces, rows)
            self._lines.end_table(domain, base.base.name)
        return output, *drain_changes(spool, changes, output, self._lines)

    def commit_lines(self) -> None:
        """Keep what became of the lines; the tables it names are committed."""
        if self._lines is not None:
            self._lines.commit()

    def commit_quarantine(self, lease: Lease) -> None:
        """Commit the rows that are no seeds."""
        commit(
            self._store, lease, self._bad, stage_fingerprint=self._print, engines={},
            partition_fingerprint=self._print, inputs=(), rows_in=self._result.quarantined,
            partial=not self._whole,
        )  # fmt: skip

    def discard(self) -> None:
        """Remove temporary files."""
        self._bad.discard()
        if self._lines is not None:
            self._lines.discard()
        for spool in self._spools.values():
            spool.discard()


def _refuse_reserved(item: Read) -> Read:
    """A domain of the quarantine's own name would share its partition."""
    if isinstance(item, NumberedSeed) and item.seed.domain == QUARANTINE:
        return QuarantinedSeed(Reason.BAD_DOMAIN, f"{QUARANTINE!r} is a reserved name", item.place)
    return item


def _quarantined(items: list[QuarantinedSeed]) -> pa.RecordBatch:
    return tables.to_batch(
        tables.REJECTIONS,
        {
            "sample_id": [""] * len(items),
            "reason": [item.reason.value for item in items],
            "detail": [item.detail for item in items],
            "parent_digest": [""] * len(items),
            "actions": [[] for _ in items],
            "place": [item.place for item in items],
        },
    )


__all__ = [
    "QUARANTINE", "IntakeResult", "intake_fingerprint", "run_intake", "sample_id",
]  # fmt: skip
