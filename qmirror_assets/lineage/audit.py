"""The audit trail of a sample, from the working store or from a release directory alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from qmirror_assets.errors import DamagedObject
from qmirror_assets.keys import PartitionKey
from qmirror_assets.lineage.actions import action_row
from qmirror_assets.lineage.assemble import (
    action_keys,
    action_trail,
    put_together,
)
from qmirror_assets.lineage.held import gate_of, held_by, holder, read_json
from qmirror_assets.lineage.lookup import Lookup, open_lookup
from qmirror_assets.lineage.nodes import (
    INTAKE,
    NodeLike,
    Place,
    columns_at,
    lineage_batch,
    places,
    rejection_batch,
)
from qmirror_assets.lineage.sample_ids import FoundId, find_ids, parse_prefix, the_one
from qmirror_assets.lineage.trail import ActionTrail, AuditTrail
from qmirror_assets.store import Store, tables
from qmirror_assets.store.layers import Table
from qmirror_assets.store.manifest import Manifest

_TABLES = ("samples", "rows", "rejections", "actions", "attempts")


# -- from the working store


def find_samples(store: Store, prefix: str) -> list[tuple[str, str]]:
    """(dataset, sample id) of every sample in the store whose id begins with `prefix`.

    Raises:
        KeyParseError: not a beginning of a sample id.
    """
    clean = parse_prefix(prefix)
    return [
        (dataset, found.sample_id)
        for dataset in store.state.dataset_names()
        for found in _find(store, dataset, clean)
    ]


def audit(store: Store, dataset: str, nodes: Sequence[NodeLike], sample_id: str) -> AuditTrail:
    """The trail of a sample as the dataset stands now.

    Args:
        store: The stores of a data folder.
        dataset: Name of the dataset.
        nodes: The compiled recipe's nodes in build order.
        sample_id: 32 hexadecimal digits, or a unique beginning of at least 8.

    Raises:
        KeyParseError: not a sample id. NotFoundError: no such sample, or more than one.
    """
    prefix = parse_prefix(sample_id)
    found = the_one(_find(store, dataset, prefix), prefix, f"dataset {dataset}")
    sample, domain = found.sample_id, found.domain
    rows, rejections = _partition_rows(store, dataset, places(nodes, domain), sample)
    return put_together(
        sample, rows, rejections, _stored_actions(store, action_keys([*rows, *rejections])),
        dataset=dataset, origin="store", last_node=nodes[-1].name,
        supersedes=store.state.superseded_by(dataset, sample),
        held_by=held_by(store, dataset, sample),
    )  # fmt: skip


def _find(store: Store, dataset: str, prefix: str) -> list[FoundId]:
    tables_ = [
        Table(*map(store.cas.path, store.manifest(digest).row_files))
        for key, digest in store.state.pointers(dataset).items()
        if key.node == INTAKE
    ]
    with open_lookup([path for table in tables_ for path in table.files]) as lookup:
        return find_ids(lookup, tables_, prefix)


def _partition_rows(
    store: Store, dataset: str, line: Sequence[Place], sample: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    current = [(p, store.current(PartitionKey(dataset, p.node, p.domain))) for p in line]
    built = [(place, found[1]) for place, found in current if found is not None]
    files = [store.cas.path(d) for _, m in built for d in (*m.row_files, m.rejections)]
    rows: list[dict[str, Any]] = []
    rejections: list[dict[str, Any]] = []
    with open_lookup(files) as lookup:
        for place, manifest in built:
            made, stopped = _look_up(store, lookup, place, manifest, sample)
            rows += made
            rejections += stopped
    return rows, rejections


def _look_up(
    store: Store, lookup: Lookup, place: Place, manifest: Manifest, sample: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    table = Table(*map(store.cas.path, manifest.row_files))
    schema = table.schema()

    def look(path: Path) -> list[dict[str, Any]]:
        return lookup.where(path, "sample_id", sample)

    made = _batch(table.rows_where(look), schema)
    stopped = _batch(look(store.cas.path(manifest.rejections)), tables.REJECTIONS)
    return (
        lineage_batch(place, made, columns_at(place, schema)).to_pylist(),
        rejection_batch(place, stopped).to_pylist(),
    )


def _batch(rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(list(rows), schema=schema)


def _stored_actions(store: Store, keys: Sequence[str]) -> dict[str, ActionTrail]:
    entries = store.actions.get_many(keys, forget=False)
    attempts = _by_key([row._mapping for row in store.state.attempts_of(keys)])  # noqa: SLF001
    return {
        key: action_trail(
            key, action_row(key, entries[key]) if key in entries else None, attempts.get(key, ())
        )
        for key in keys
    }


# -- from a release


def audit_release(directory: Path, sample_id: str) -> AuditTrail:
    """The trail of a sample from a release or candidate directory alone.

    Raises:
        KeyParseError: not a sample id. NotFoundError: no such sample there, or more than one.
        DamagedObject, StoreUnavailable: a file of the release is missing or damaged.
    """
    manifest = read_json(directory / "manifest.json")
    files = {name: directory / "lineage" / f"{name}.parquet" for name in _TABLES}
    for path in files.values():
        if not path.is_file():
            raise DamagedObject(
                f"lineage/{path.name} is missing from version {manifest['version']}",
                remedy="Restore the version's directory from a copy",
            )
    prefix = parse_prefix(sample_id)
    where = f"version {manifest['version']} of {manifest['dataset']}"
    with open_lookup(list(files.values())) as lookup:
        sample = the_one(
            find_ids(lookup, [Table(files["samples"])], prefix), prefix, where
        ).sample_id
        known = lookup.where(files["samples"], "sample_id", sample)[0]
        rows = lookup.where(files["rows"], "sample_id", sample, "ordinal")
        rejections = lookup.where(files["rejections"], "sample_id", sample, "ordinal")
        actions = _released_actions(lookup, files, action_keys([*rows, *rejections]))
    held = (holder(directory, known["split"], gate_of(directory)),) if known["split"] else ()
    return put_together(
        sample, rows, rejections, actions, dataset=manifest["dataset"],
        origin=manifest["version"], last_node=manifest["stages"][-1]["node"],
        supersedes=(known["supersedes"], ""), held_by=held,
    )  # fmt: skip


def _released_actions(
    lookup: Lookup, files: Mapping[str, Path], keys: Sequence[str]
) -> dict[str, ActionTrail]:
    rows = {row["action_key"]: row for row in lookup.any_of(files["actions"], "action_key", keys)}
    attempts = _by_key(lookup.any_of(files["attempts"], "action_key", keys, '"at"'))
    return {key: action_trail(key, rows.get(key), attempts.get(key, ())) for key in keys}


def _by_key(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["action_key"], []).append(row)
    return groups
