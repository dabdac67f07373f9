"""Committing a partition: tables into the CAS, then the manifest, then the pointer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from qmirror_assets.errors import QMirrorError
from qmirror_assets.fingerprint import fingerprint
from qmirror_assets.keys import PartitionKey
from qmirror_assets.store import Store, tables
from qmirror_assets.store.arrays import array
from qmirror_assets.store.layers import DROPPED, Table, ids_of, keys_among, wants_keys
from qmirror_assets.store.leases import Lease, commit_pointer
from qmirror_assets.store.manifest import Counts, Input, Manifest
from qmirror_assets.store.merging import SampleIds, merge_column
from qmirror_assets.store.state import Made
from qmirror_assets.store.tables import (
    KEY_SCHEMA,
    KEYS,
    REJECTIONS,
    ROW_GROUP,
    TableWriter,
    Written,
)


@dataclass(frozen=True, slots=True)
class Closed:
    """The finished tables of a partition: what is in them, and digests of their files."""

    rows: Written
    rejections: Written
    row_file: str
    rejection_file: str
    delta: str = ""
    dropped: str = ""
    keys: str = ""


class Output:
    """The two tables of one partition while they are written; keyed: with the keys of the rows."""

    def __init__(self, store: Store, schema: pa.Schema, *, keyed: bool = False) -> None:
        self._store = store
        self._paths = [store.cas.new_temp() for _ in range(3)]
        keys = TableWriter(self._paths[2], KEY_SCHEMA, []) if keyed else None
        self.rows = TableWriter(self._paths[0], schema, ["row_digest"], keys)
        self.rejections = TableWriter(self._paths[1], REJECTIONS, ["sample_id", "reason"])

    def finish(self) -> Path:
        """Finish the rows without adopting them; `discard` removes them later."""
        self.rows.close()
        return self._paths[0]

    def close(self) -> Closed:
        """Finish both tables and adopt them."""
        rows, rejections = self._keep(self.rows, 0), self._keep(self.rejections, 1)
        keys = self.rows.keys
        named = self._keep(keys, 2) if keys and wants_keys(keys.written.rows) else ""
        written = self.rows.written, self.rejections.written
        return Closed(*written, rows, rejections, keys=named)

    def _keep(self, table: TableWriter, place: int) -> str:
        """Finish a table and put it into the CAS; most tables of rejections hold none."""
        if not table.written.rows:
            return self._store.cas.put(tables.no_rows(table.schema), often=True)
        table.close()
        return self._store.cas.adopt(self._paths[place])

    def discard(self) -> None:
        """Remove what a failed materialization left."""
        for writer in (self.rows, self.rejections, self.rows.keys):
            with suppress(QMirrorError, OSError, pa.ArrowException):
                if writer is not None:
                    writer.abandon()
        for path in self._paths:
            Path(path).unlink(missing_ok=True)


class LayeredOutput(Output):
    """The tables of a partition whose rows are those of an earlier one with a few changes.

    Args:
        store: The stores.
        schema: Of the row table.
        base: The table in whose base most rows stay.
        source: The input's table: stages that lose the same samples share their names.
    `rows` takes the changed rows, `drop` the samples whose row in the base does not count.
    """

    def __init__(
        self, store: Store, schema: pa.Schema, base: Table, source: Table | None = None
    ) -> None:
        super().__init__(store, schema)
        self._base = replace(base, delta=None, dropped=None)
        self._theirs = source.dropped if source else None
        self._gone = array([], pa.string())
        self._dropped = TableWriter(self._paths[2], DROPPED, [])

    def drop(self, samples: pa.Array) -> None:
        """Name the samples, sorted; once."""
        self._gone = samples
        self._dropped.write(pa.RecordBatch.from_arrays([samples], schema=DROPPED))

    def close(self) -> Closed:
        """Finish and adopt the tables; the content is that of the base with its changes."""
        whole = self._digest()
        delta, rejections = self._keep(self.rows, 0), self._keep(self.rejections, 1)
        dropped = self._share() or self._keep(self._dropped, 2)
        refused, base = self.rejections.written, self._base
        keys = base.keys.name if base.keys else ""
        return Closed(whole, refused, base.base.name, rejections, delta, dropped, keys)

    def _share(self) -> str:
        """The digest of the input's names of dropped samples, where they are the same; else ""."""
        if self._theirs is None or not self._gone.equals(ids_of(self._theirs)):
            return ""
        digest = self._theirs.name  # objects are named by their digests
        self._store.cas.renew(digest)
        return digest

    def _digest(self) -> Written:
        stands = SampleIds(self._gone).without(self._base.batches(KEYS, ROW_GROUP))
        fresh = keys_among(pa.Table.from_batches(self.rows.batches(KEYS), KEY_SCHEMA))
        whole = Written()
        for rows, digests in merge_column(stands, fresh, "row_digest"):
            whole.add_bytes(rows, digests)
        return whole

    def discard(self) -> None:
        """Remove what a failed materialization left."""
        with suppress(QMirrorError, OSError, pa.ArrowException):
            self._dropped.abandon()
        super().discard()


class Outputs:
    """The tables that a materialization writes; leaving the block removes what is not adopted."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._made: list[Output] = []

    def whole(self, schema: pa.Schema) -> Output:
        """Tables of their own."""
        return self._add(Output(self._store, schema, keyed=True))

    def spool(self, schema: pa.Schema) -> Output:
        """Tables that are read again before the materialization ends, and not kept."""
        return self._add(Output(self._store, schema))

    def _add(self, output: Output) -> Output:
        self._made.append(output)
        return output

    def layered(self, schema: pa.Schema, base: Table, source: Table | None = None) -> LayeredOutput:
        """Changes to the rows of another table."""
        output = LayeredOutput(self._store, schema, base, source)
        self._made.append(output)
        return output

    def __enter__(self) -> Outputs:
        return self

    def __exit__(self, *_: object) -> None:
        for output in self._made:
            output.discard()


def data_version(rows: Written, rejections: Written) -> str:
    """Digest of the logical content: row digests, and who was rejected why."""
    return fingerprint("data", [rows.digest.hexdigest(), rejections.digest.hexdigest()])


def commit(
    store: Store,
    lease: Lease,
    output: Output,
    *,
    stage_fingerprint: str,
    engines: dict[str, dict[str, str]],
    partition_fingerprint: str,
    inputs: Iterable[Input],
    rows_in: int,
    duplicates: int = 0,
    settled: int = 0,
    partial: bool = False,
    made: Callable[[], Made] | None = None,
) -> tuple[str, Manifest]:
    """Commit a partition, give its lease back, and return its digest and manifest.

    `duplicates` of the rows in the rejection table are counted as such. What `made`
    gives, once all is written, is recorded.

    Raises:
        QMirrorError: rows were lost or made up; nothing is committed.
    """
    closed = output.close()
    refused = closed.rejections.rows - duplicates
    counts = Counts(rows_in, closed.rows.rows, refused, duplicates, settled)
    if not counts.balanced():
        raise QMirrorError(
            f"{lease.key}: rows do not add up",
            expected=f"{rows_in} in = out + rejected + duplicates",
            found=f"{counts}",
            remedy="This is a fault of the stage; nothing was committed",
        )
    key: PartitionKey = lease.key
    manifest = Manifest(
        key.dataset, key.node, key.domain, stage_fingerprint, engines, partition_fingerprint,
        tuple(inputs), data_version(closed.rows, closed.rejections), counts, closed.row_file,
        closed.rejection_file, partial, closed.delta, closed.dropped, closed.keys,
    )  # fmt: skip
    digest = store.cas.put(manifest.dump())
    store.cas.sync()  # every object is on disk before a pointer names it
    what = made() if made else None
    commit_pointer(store.state, lease, digest, partition_fingerprint, what, last=True)
    return digest, manifest
