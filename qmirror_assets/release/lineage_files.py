"""The lineage tables of a candidate: every row, rejection, action and attempt of every sample."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import pyarrow as pa

from qmirror_assets.keys import parse_digest
from qmirror_assets.lineage import schemas
from qmirror_assets.lineage.actions import action_row
from qmirror_assets.lineage.nodes import INTAKE, columns_at, lineage_batch, rejection_batch
from qmirror_assets.release.job import Job
from qmirror_assets.release.parquet import GroupWriter, open_writer, query, write_query
from qmirror_assets.release.pictures import read_picture
from qmirror_assets.store import tables

_BATCH = 1_024
_KEYS = pa.schema([pa.field("key", pa.string(), nullable=False)])
_SORTED = 'SELECT * FROM read_parquet(?) ORDER BY sample_id, "domain", ordinal, place, detail'
_ALL_KEYS = """
SELECT DISTINCT key FROM (
  SELECT unnest(actions) AS key FROM read_parquet(?)
  UNION ALL SELECT unnest(actions) FROM read_parquet(?)
) ORDER BY key
"""
_LOST = "SELECT DISTINCT image_digest AS key FROM read_parquet(?) WHERE NOT image_in_cas"
_REPEATED = ("domain", "node", "stage", "reason", "outcome", "role", "run_id")


def write_rows_and_rejections(job: Job) -> None:
    """Write lineage/rows and lineage/rejections; digests of input pictures go to scratch."""
    rows, gone = job.scratch / "rows.parquet", job.scratch / "rejections.parquet"
    with (
        open_writer(rows, schemas.ROWS, _BATCH) as row_writer,
        open_writer(gone, schemas.REJECTIONS, _BATCH) as gone_writer,
        open_writer(job.scratch / "seed_images.parquet", _KEYS, _BATCH) as image_writer,
    ):
        _spool(job, row_writer, gone_writer, image_writer)
    write_query(
        job.lineage / "rows.parquet", schemas.ROWS, schemas.TEXT_ROW_GROUP, job.spill,
        "SELECT * FROM read_parquet(?) ORDER BY sample_id, ordinal", [str(rows)], _REPEATED,
    )  # fmt: skip
    write_query(
        job.lineage / "rejections.parquet", schemas.REJECTIONS, schemas.TEXT_ROW_GROUP, job.spill,
        _SORTED, [str(gone)], _REPEATED,
    )  # fmt: skip


def _spool(job: Job, rows: GroupWriter, gone: GroupWriter, images: GroupWriter) -> None:
    for place, manifest in job.tables():
        table = job.store.table(manifest)
        kinds = columns_at(place, table.schema())
        for batch in table.batches([*tables.SYSTEM, *kinds], _BATCH):
            rows.write(lineage_batch(place, batch, kinds))
            if place.node == INTAKE:
                images.write_rows(list(_input_images(batch)))
        for batch in tables.iter_batches(job.path_of(manifest.rejections)):
            gone.write(rejection_batch(place, batch))


def _input_images(batch: pa.RecordBatch) -> Iterator[dict[str, str]]:
    for text in batch.column("input_images").to_pylist():
        for digest in orjson.loads(text or "[]"):
            yield {"key": digest}


def write_actions(job: Job) -> None:
    """Write lineage/actions; missing keys and picture digests go to scratch."""
    with (
        open_writer(
            job.lineage / "actions.parquet", schemas.ACTIONS, schemas.TEXT_ROW_GROUP,
            use_dictionary=["engine"],
        ) as writer,
        open_writer(job.scratch / "missing.parquet", _KEYS, _BATCH) as missing,
        open_writer(job.scratch / "action_images.parquet", _KEYS, _BATCH) as images,
    ):  # fmt: skip
        for keys in _key_chunks(job):
            entries = job.store.actions.get_many(keys, forget=False)
            found = [action_row(key, entries[key]) for key in keys if key in entries]
            writer.write_rows(found)
            missing.write_rows([{"key": key} for key in keys if key not in entries])
            digests = [d for row in found for d in (*row["images"], *row["pictures"])]
            images.write_rows([{"key": digest} for digest in digests])


def write_attempts(job: Job) -> None:
    """Write lineage/attempts: run facts, so their bytes differ between two builds."""
    names = schemas.ATTEMPTS.names
    with open_writer(
        job.lineage / "attempts.parquet", schemas.ATTEMPTS, schemas.ROW_GROUP,
        use_dictionary=[n for n in _REPEATED if n in names],
    ) as writer:  # fmt: skip
        for keys in _key_chunks(job):
            found = job.store.state.attempts_of(keys)
            found.sort(key=lambda row: (row.action_key, row.at, row.id))
            writer.write_rows([{name: getattr(row, name) for name in names} for row in found])


def _key_chunks(job: Job) -> Iterator[list[str]]:
    paths = [str(job.lineage / "rows.parquet"), str(job.lineage / "rejections.parquet")]
    for batch in query(_ALL_KEYS, paths, _KEYS, job.spill, 500):
        yield batch.column("key").to_pylist()


def write_images(job: Job) -> None:
    """Write lineage/images: pictures of seeds and rounds that are not in the data files.

    Those of samples may be null: the gate refuses them, and says so beside all else it finds.

    Raises:
        NotFoundError, DamagedObject: another picture is lost.
    """
    spools = [str(job.scratch / f"{name}_images.parquet") for name in ("seed", "action")]
    sql = """
    SELECT DISTINCT key FROM read_parquet(?)
    WHERE key NOT IN (SELECT image_digest FROM read_parquet(?) WHERE image_in_cas) ORDER BY key
    """
    facts = str(job.folder / "facts.parquet")
    values = [spools, facts]
    lost = [row for b in query(_LOST, [facts], _KEYS, job.spill) for row in b.to_pylist()]
    of_samples = {row["key"] for row in lost}
    with open_writer(
        job.lineage / "images.parquet", schemas.IMAGES, schemas.IMAGE_ROW_GROUP,
        use_dictionary=False,
    ) as writer:  # fmt: skip
        for batch in query(sql, values, _KEYS, job.spill):
            for digest in batch.column("key").to_pylist():
                data = read_picture(job.store, digest)
                if data is None and digest not in of_samples:
                    data = job.store.cas.get(parse_digest(digest))
                writer.write_rows([{"digest": digest, "bytes": data}])
