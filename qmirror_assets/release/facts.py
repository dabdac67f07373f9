"""Facts of a candidate: one row a sample, with all that the gate cannot compute in SQL."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa

from qmirror_assets.fingerprint import short_digest
from qmirror_assets.records import Json
from qmirror_assets.release.columns import ReleaseColumns
from qmirror_assets.release.data_files import DataFile, DataWriter
from qmirror_assets.release.job import Job
from qmirror_assets.release.parquet import open_writer, query, write_query
from qmirror_assets.release.pictures import PictureFacts, examine, read_picture
from qmirror_assets.release.samples import Sample
from qmirror_assets.runner.dedup import normalise
from qmirror_assets.store import Store

ROW_GROUP = 8_192
SMALL = 64
"""Pixels of a side below which a picture is the one whose size is told."""


def _field(name: str, kind: Any, *, nullable: bool = False) -> pa.Field:
    return pa.field(name, kind, nullable=nullable)


FACTS = pa.schema(
    [
        _field("id", pa.string()),
        _field("domain", pa.string()),
        _field("split", pa.string()),
        _field("row_digest", pa.string()),
        _field("question", pa.string(), nullable=True),
        _field("answer", pa.string(), nullable=True),
        _field("score", pa.float64(), nullable=True),
        _field("licence", pa.string()),
        _field("family", pa.string()),
        _field("image_digest", pa.string()),
        _field("image_in_cas", pa.bool_()),
        _field("image_decodes", pa.bool_()),
        _field("image_width", pa.int32()),
        _field("image_height", pa.int32()),
        _field("answer_preserved", pa.bool_()),
        _field("lineage_ok", pa.bool_()),
        _field("duplicate_of", pa.string()),
    ]
)
_REPEATED = ("domain", "split", "licence", "family")
_SPOOL = FACTS.append(_field("twin_key", pa.string()))
_IDS = pa.schema([_field("sample_id", pa.string())])

# A sample repeats the first one, by id, with the same question and the same picture.
_MARK_TWINS = """
SELECT f.* EXCLUDE (duplicate_of, twin_key), coalesce(t.first_id, '') AS duplicate_of
FROM read_parquet(?) AS f
LEFT JOIN (
  SELECT twin_key, min(id) AS first_id FROM read_parquet(?)
  GROUP BY twin_key HAVING count(*) > 1
) AS t ON t.twin_key = f.twin_key AND t.first_id <> f.id
ORDER BY f.id
"""
_BROKEN = """
WITH mine AS (
  SELECT sample_id, node, round, actions FROM read_parquet(?)
  WHERE sample_id IN (SELECT sample_id FROM read_parquet(?) WHERE node = ?)
)
SELECT sample_id FROM (
  SELECT sample_id, count(DISTINCT node) FILTER (round = 0) AS nodes FROM mine GROUP BY sample_id
) WHERE nodes <> ?
UNION
SELECT sample_id FROM (SELECT sample_id, unnest(actions) AS key FROM mine)
WHERE key IN (SELECT key FROM read_parquet(?))
"""


def write_facts_and_data(job: Job) -> list[DataFile]:
    """Write facts.parquet and the data files in one pass over the samples."""
    broken = _broken_lineage(job)
    spool = job.scratch / "facts.parquet"
    data = DataWriter(job.folder, job.columns)
    try:
        with open_writer(spool, _SPOOL, 1_024) as writer:
            for snapshot in job.snapshots:
                for sample in job.reader.read(snapshot):
                    split = job.splits.of(sample.group)
                    row, pictures = _examine(job, sample, split, sample.sample_id not in broken)
                    writer.write_rows([row])
                    data.write(split, sample.sample_id, sample.final, pictures)
    finally:
        files = data.close()
    write_query(
        job.folder / "facts.parquet", FACTS, ROW_GROUP, job.spill, _MARK_TWINS,
        [str(spool), str(spool)], _REPEATED,
    )  # fmt: skip
    return files


def _broken_lineage(job: Job) -> set[str]:
    """Accepted samples without a row in some node, or with an action that is lost."""
    rows = str(job.lineage / "rows.parquet")
    nodes = 1 + sum(node.round == 0 for node in job.graph)
    values = [rows, rows, job.graph.final.name, nodes, str(job.scratch / "missing.parquet")]
    batches = query(_BROKEN, values, _IDS, job.spill)
    return {sample for batch in batches for sample in batch.column("sample_id").to_pylist()}


def _examine(
    job: Job, sample: Sample, split: str, lineage_ok: bool
) -> tuple[dict[str, Json], list[dict[str, Json] | None]]:
    columns, final, seed = job.columns, sample.final, sample.seed
    pictures = [_Picture.read(job.store, digest) for digest in _digests(columns, final)]
    digest = pictures[0].digest if pictures else ""
    row = {
        "id": sample.sample_id, "domain": sample.domain, "split": split,
        "row_digest": sample.row_digest, "question": _text(final.get("question")),
        "answer": _text(final.get("answer")), "score": _score(columns, final),
        "licence": seed.get("licence") or "", "family": seed.get("family") or "",
        "image_digest": digest, "answer_preserved": _preserved(columns, final, seed),
        "lineage_ok": lineage_ok and bool(seed), "duplicate_of": "",
        **_picture_facts(pictures), "twin_key": _twin_key(sample, digest),
    }  # fmt: skip
    return row, [picture.cell for picture in pictures]


@dataclass(frozen=True, slots=True)
class _Picture:
    digest: str
    data: bytes | None
    facts: PictureFacts

    @classmethod
    def read(cls, store: Store, digest: str) -> _Picture:
        data = read_picture(store, digest)
        return cls(digest, data, examine(data))

    @property
    def cell(self) -> dict[str, Json] | None:
        suffix = self.facts.suffix
        name = f"{self.digest}.{suffix}" if suffix else self.digest
        return None if self.data is None else {"bytes": self.data, "path": name}


def _digests(columns: ReleaseColumns, final: Mapping[str, Any]) -> list[str]:
    """Digests of a sample's pictures, in order; a list comes as JSON text."""
    value = final.get(columns.image) if columns.image else None
    if columns.many_images:
        return [str(digest or "") for digest in orjson.loads(value or "[]")]
    return [str(value)] if value else []


def _picture_facts(pictures: Sequence[_Picture]) -> dict[str, Json]:
    """Facts of a sample's pictures; of several, sizes are those of the odd one out."""
    facts = [picture.facts for picture in pictures] or [PictureFacts()]
    smallest = min(facts, key=lambda f: min(f.width, f.height))
    largest = max(facts, key=lambda f: f.width * f.height)
    odd = smallest if min(smallest.width, smallest.height) < SMALL else largest
    return {
        "image_in_cas": bool(pictures) and all(p.data is not None for p in pictures),
        "image_decodes": all(f.decodes for f in facts),
        "image_width": odd.width,
        "image_height": odd.height,
    }


def _twin_key(sample: Sample, image: str) -> str:
    question = sample.final.get("question")
    if question is None:
        return sample.sample_id  # nothing to compare: a sample repeats only itself
    return short_digest([normalise(str(question)), image])


def _text(value: Json) -> str | None:
    return None if value is None else str(value)


def _score(columns: ReleaseColumns, final: Mapping[str, Any]) -> float | None:
    value = final.get(columns.score) if columns.score else None
    return None if value is None else float(value)


def _preserved(columns: ReleaseColumns, final: Mapping[str, Any], seed: Mapping[str, Any]) -> bool:
    return bool(seed) and all(
        _normal(final.get(mine)) == _normal(seed.get(theirs))
        for mine, theirs in columns.preserve.items()
    )


def _normal(value: Json) -> Json:
    """Text in one composed form: how accents are encoded is not part of an answer."""
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value
