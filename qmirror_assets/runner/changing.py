"""What differs between two tables that share their base, from the changes beside it alone.

After a small edit neither the unchanged rows of an input nor what was made of them need be read.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from qmirror_assets.errors import DamagedObject, NotFoundError
from qmirror_assets.runner.standing import Comparison, Previous, results
from qmirror_assets.store import Store, tables
from qmirror_assets.store.arrays import array, text
from qmirror_assets.store.layers import Table, ids_of, keys_of
from qmirror_assets.store.manifest import Manifest

_ID, _DIGEST = "sample_id", "row_digest"
_NONE = array([], pa.string())


@dataclass(frozen=True, slots=True)
class Difference:
    """Samples whose row is not what it was, sorted.

    there: they have a row now. gone: they had one before; also some that had none.
    """

    there: pa.Array
    gone: pa.Array


def changes_since(store: Store, consumed: str, source: Manifest) -> Difference | None:
    """What happened to an input since the manifest `consumed`; None where that is not known."""
    try:
        before = store.table(store.manifest(consumed))
    except (NotFoundError, DamagedObject):
        return None  # it was superseded: nothing else needs it
    return difference(before, store.table(source))


def difference(before: Table, now: Table) -> Difference | None:
    """What happened between two states of a table; None where the files do not tell at once."""
    if before.base != now.base:
        return None
    dropped_before, dropped = _ids(before.dropped), _ids(now.dropped)
    if pc.is_in(dropped_before, value_set=dropped).true_count != len(dropped_before):
        return None  # a row of the base counts again
    rows_before, rows = _keys(before.delta), _keys(now.delta)
    gone = [_without(dropped, dropped_before), _other(rows_before, rows)]
    return Difference(_sorted(_other(rows, rows_before)), _sorted(pa.concat_arrays(gone)))


def compare_changes(rows: int, found: Difference, previous: Previous) -> Comparison:
    """What `standing.compare` says, for an input that differs from the last one by `found`.

    Args:
        rows: Of the input now.
        found: Since the materialization.
        previous: That one; it was made of the whole input before.
    """
    changed = pa.concat_arrays([found.there, found.gone])
    todo, refused = [found.there], [_NONE]
    for batch in previous.refused([_ID, "reason"]):
        same = batch.filter(pc.invert(pc.is_in(batch.column(_ID), value_set=changed)))
        stand = results(same).column(_ID)
        refused.append(stand)
        todo.append(_without(same.column(_ID), stand))
    return Comparison(rows, _sorted(pa.concat_arrays(todo)), found.gone, pa.concat_arrays(refused))


def _ids(path: Path | None) -> pa.Array:
    return _NONE if path is None else ids_of(path)


def _keys(path: Path | None) -> pa.RecordBatch:
    """Sample ids and row digests of changed rows."""
    if path is None:
        return pa.RecordBatch.from_arrays([_NONE, _NONE], schema=tables.KEY_SCHEMA)
    return keys_of(path)


def _without(samples: pa.Array, others: pa.Array) -> pa.Array:
    return samples.filter(pc.invert(pc.is_in(samples, value_set=others)))


def _other(rows: pa.RecordBatch, before: pa.RecordBatch) -> pa.Array:
    """Samples of rows that do not stand among those before, or with another digest."""
    place = pc.index_in(rows.column(_ID), value_set=before.column(_ID))
    digest = pc.fill_null(before.column(_DIGEST).take(place), text(""))
    return rows.column(_ID).filter(pc.not_equal(digest, rows.column(_DIGEST)))


def _sorted(samples: pa.Array) -> pa.Array:
    names = pc.unique(samples)
    return names.take(pc.sort_indices(names))
