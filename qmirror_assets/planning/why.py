"""`audit --why`: what a build would do with one sample, stage by stage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum

import pyarrow.compute as pc

from qmirror_assets.errors import NotFoundError
from qmirror_assets.keys import PartitionKey
from qmirror_assets.planning.dry import Rehearsal, rehearse
from qmirror_assets.records import Json
from qmirror_assets.runner.dry import DryPartition
from qmirror_assets.stages.graph import INTAKE
from qmirror_assets.store import Store
from qmirror_assets.store.layers import Table
from qmirror_assets.workspace import Dataset, Workspace


class Fate(StrEnum):
    """What would become of a row."""

    FRESH = "up to date"
    ASKED = "would be made again"
    WAITING = "would follow"
    CACHED = "action cached"
    REJECTED = "rejected"
    ABSENT = "not there"


@dataclass(frozen=True, slots=True)
class StageFate:
    """One stage of one sample."""

    node: str
    fate: Fate
    why: str


@dataclass(frozen=True, slots=True)
class Why:
    """What a build would do with a sample."""

    dataset: str
    domain: str
    sample_id: str
    stages: tuple[StageFate, ...]

    def to_json(self) -> dict[str, Json]:
        """As JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a table, or a rejection."""

    digest: str
    parent: str
    rejected: str = ""  # the reason


def explain_sample(workspace: Workspace, name: str, sample_id: str) -> Why:
    """What a build of a recorded dataset would do with a sample of it.

    Args:
        workspace: The project's stores.
        name: The dataset.
        sample_id: The whole id.

    Raises:
        NotFoundError: no seed of the dataset has that id, before or now.
    """
    dataset = workspace.dataset(name)
    domain = _domain(dataset, sample_id)
    with rehearse(workspace, dataset.record) as rehearsal:
        seed = _Lookup(rehearsal.dataset.store, dataset.name, domain, sample_id)
        before = _Lookup(workspace.store, dataset.name, domain, sample_id)
        if seed.row(INTAKE) is None:
            stages: tuple[StageFate, ...] = (_gone(rehearsal, sample_id),)
        else:
            mine = [item for item in rehearsal.partitions if item.domain == domain]
            stages = tuple(_fate(item, sample_id, before, seed) for item in mine)
    return Why(dataset.name, domain, sample_id, stages)


def _domain(dataset: Dataset, sample_id: str) -> str:
    for domain in dataset.store.state.domain_names(dataset.name):
        if _Lookup(dataset.store, dataset.name, domain, sample_id).row(INTAKE) is not None:
            return domain
    raise NotFoundError(
        f"no sample {sample_id!r} in dataset {dataset.name!r}",
        expected="the id of a sample whose seed was read",
        remedy="Run `qmirror build`, then take an id from a release or from `qmirror rejects`",
    )


def _gone(rehearsal: Rehearsal, sample_id: str) -> StageFate:
    state = rehearsal.dataset.store.state
    _, newer = state.superseded_by(rehearsal.dataset.name, sample_id)
    why = f"its seed was edited: sample {newer} replaces it" if newer else "its seed is gone"
    return StageFate(INTAKE, Fate.ABSENT, why)


def _fate(item: DryPartition, sample_id: str, before: _Lookup, after: _Lookup) -> StageFate:
    if sample_id in item.asked:
        return StageFate(item.node, Fate.ASKED, "; ".join(item.reasons))
    if sample_id in item.unknown.sure:
        return StageFate(item.node, Fate.WAITING, "its row of a stage before is made again")
    if sample_id in item.unknown.maybe:
        return StageFate(item.node, Fate.WAITING, "if a stage before keeps it")
    return _known_fate(item, before.row(item.node), after.row(item.node))


def _known_fate(item: DryPartition, old: _Row | None, new: _Row | None) -> StageFate:
    """The fate of a row that needs no call: the shadow has it as a build would make it."""
    if new is None:
        return StageFate(item.node, Fate.ABSENT, "it leaves before this stage")
    if item.fresh or old == new:
        return StageFate(item.node, Fate.FRESH, f"rejected: {new.rejected}" if new.rejected else "")
    why = "; ".join(item.reasons)
    if new.rejected:
        return StageFate(item.node, Fate.REJECTED, f"{new.rejected}; {why}")
    return StageFate(item.node, Fate.CACHED, f"no call; {why}")


class _Lookup:
    """One sample in the current tables of one domain."""

    def __init__(self, store: Store, dataset: str, domain: str, sample_id: str) -> None:
        self._store, self._dataset, self._domain = store, dataset, domain
        self._sample = sample_id

    def row(self, node: str) -> _Row | None:
        """Its row or rejection in a node's tables."""
        current = self._store.current(PartitionKey(self._dataset, node, self._domain))
        if current is None:
            return None
        gone_file = Table(self._store.cas.verified_path(current[1].rejections))
        rows = self._rows(self._store.table(current[1]), ["row_digest", "parent_digest"])
        gone = self._rows(gone_file, ["reason", "parent_digest"])
        found = [_Row(str(r["row_digest"]), str(r["parent_digest"])) for r in rows]
        found += [_Row("", str(r["parent_digest"]), str(r["reason"])) for r in gone]
        return found[0] if found else None

    def _rows(self, table: Table, columns: list[str]) -> Iterator[dict[str, Json]]:
        for batch in table.batches(["sample_id", *columns]):
            yield from batch.filter(pc.equal(batch.column("sample_id"), self._sample)).to_pylist()
