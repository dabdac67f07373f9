"""Intake: seed sources in, one sorted table a domain out, bad rows in quarantine.

Rows are spooled to one unsorted file a domain and sorted on disk, so memory does not grow with
rows. Identity is content: the same seeds in another order or file give the same tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from qmirror_assets.errors import SeedFileError
from qmirror_assets.fingerprint import fingerprint, short_digest
from qmirror_assets.keys import PartitionKey
from qmirror_assets.records import Column, Json, Reason, Seed
from qmirror_assets.runner.output import Output, commit
from qmirror_assets.runner.sources import NumberedSeed, QuarantinedSeed, Sources
from qmirror_assets.stages.compile import SEED_COLUMNS
from qmirror_assets.stages.graph import INTAKE
from qmirror_assets.store import Store, tables
from qmirror_assets.store.atomic import wrap_os_errors
from qmirror_assets.store.leases import hold
from qmirror_assets.store.sorting import sorted_batches

QUARANTINE = "quarantine"
"""Pseudo-domain of seed rows that never became seeds."""

_SPOOL_ROWS = 2_048
_SCHEMA = tables.row_schema(SEED_COLUMNS)
_SPOOL = _SCHEMA.append(pa.field("place", pa.string())).append(pa.field("ordinal", pa.int64()))


@dataclass(slots=True)
class IntakeResult:
    """What intake saw."""

    read: int = 0
    quarantined: int = 0
    domains: dict[str, str] = field(default_factory=dict)  # slug -> display name
    manifests: dict[str, str] = field(default_factory=dict)  # slug -> manifest digest


def intake_fingerprint(dataset: str, sources: Sources) -> str:
    """What decides the intake tables: contents and settings of all sources, never their names."""
    return fingerprint("intake", [dataset, 1, sources.identity()])


def sample_id(dataset: str, domain: str, seed_digest: str, variant: int = 0) -> str:
    """digest(dataset, domain, seed digest, variant)."""
    return short_digest(["sample", dataset, domain, seed_digest, variant])


def run_intake(store: Store, dataset: str, sources: Sources, *, wait: float = 30.0) -> IntakeResult:
    """Read all sources, write the tables of all domains, register the domains.

    Raises:
        SeedFileError: a source cannot be read at all, or gives no seed.
    """
    quarantine = PartitionKey(dataset, INTAKE, QUARANTINE)
    with hold(store.state, quarantine, wait=wait) as lease:
        result = IntakeResult()
        spools: dict[str, _Spool] = {}
        bad = Output(store, _SCHEMA)
        try:
            _read(store, dataset, sources, spools, bad, result)
            if not spools and not result.read:
                raise SeedFileError("the seed sources hold no row", remedy="Check `seeds`")
            print_ = intake_fingerprint(dataset, sources)
            _commit_domains(store, dataset, spools, print_, sources, result, wait)
            commit(
                store, lease, bad, stage_fingerprint=print_, engines={},
                partition_fingerprint=print_, inputs=(), rows_in=result.quarantined,
                partial=sources.limit is not None,
            )  # fmt: skip
        finally:
            bad.discard()
            for spool in spools.values():
                spool.discard()
    return result


def _read(
    store: Store,
    dataset: str,
    sources: Sources,
    spools: dict[str, _Spool],
    bad: Output,
    result: IntakeResult,
) -> None:
    pending: list[QuarantinedSeed] = []
    for item in map(_refuse_reserved, sources.read(store.cas.put)):
        result.read += 1
        if isinstance(item, NumberedSeed):
            domain = item.seed.domain
            if domain not in spools:
                spools[domain] = _Spool(store, dataset)
                result.domains[domain] = item.display
            spools[domain].add(item)
        else:
            result.quarantined += 1
            pending.append(item)
            if len(pending) >= _SPOOL_ROWS:
                bad.rejections.write(_quarantined(pending))
                pending = []
    bad.rejections.write(_quarantined(pending))


def _refuse_reserved(item: NumberedSeed | QuarantinedSeed) -> NumberedSeed | QuarantinedSeed:
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


def _commit_domains(
    store: Store,
    dataset: str,
    spools: Mapping[str, _Spool],
    print_: str,
    sources: Sources,
    result: IntakeResult,
    wait: float,
) -> None:
    for domain in sorted({*spools, *_earlier_domains(store, dataset)}):
        key = PartitionKey(dataset, INTAKE, domain)
        with hold(store.state, key, wait=wait) as lease:
            output = Output(store, _SCHEMA)
            try:
                rows_in, twins = 0, 0
                if domain in spools:
                    rows_in, twins = spools[domain].drain(output)
                before = store.current(key)
                digest, manifest = commit(
                    store, lease, output, stage_fingerprint=print_, engines={},
                    partition_fingerprint=print_, inputs=(), rows_in=rows_in, duplicates=twins,
                    partial=sources.limit is not None,
                )  # fmt: skip
            finally:
                output.discard()
            result.manifests[domain] = digest
        if domain in spools:
            store.state.add_domain(dataset, domain, result.domains[domain])
        if before is not None and before[0] != digest:
            old = store.cas.verified_path(before[1].rows)
            new = store.cas.verified_path(manifest.rows)
            store.state.add_supersedes(dataset, _superseded(old, new))


def _earlier_domains(store: Store, dataset: str) -> list[str]:
    return list(store.state.domain_names(dataset))


def _superseded(old: Path, new: Path) -> dict[str, str]:
    """New sample -> old sample with the same user id and other content."""
    columns = ["seed_id", "sample_id"]
    before, after = (tables.read_columns(path, columns) for path in (old, new))
    before = before.filter(pc.not_equal(before.column("seed_id"), ""))
    joined = after.join(before, "seed_id", join_type="inner", right_suffix="_old")
    changed = joined.filter(
        pc.not_equal(joined.column("sample_id"), joined.column("sample_id_old"))
    )
    return dict(
        zip(
            changed.column("sample_id").to_pylist(),
            changed.column("sample_id_old").to_pylist(),
            strict=True,
        )
    )


class _Spool:
    """Unsorted seeds of one domain on disk."""

    def __init__(self, store: Store, dataset: str) -> None:
        self._store, self._dataset = store, dataset
        self._path = store.cas.new_temp()
        with wrap_os_errors(self._path, "write"):
            self._writer = pq.ParquetWriter(
                self._path, _SPOOL, compression="zstd", compression_level=1
            )
        self._pending: list[dict[str, Any]] = []

    def add(self, item: NumberedSeed) -> None:
        """Spool one seed."""
        self._pending.append(_seed_row(self._dataset, item))
        if len(self._pending) >= _SPOOL_ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._pending:
            batch = pa.RecordBatch.from_pylist(self._pending, schema=_SPOOL)
            with wrap_os_errors(self._path, "write"):
                self._writer.write_batch(batch)
            self._pending = []

    def drain(self, output: Output) -> tuple[int, int]:
        """Write all rows in sample order, the first of each repeat; (rows, repeats)."""
        self._flush()
        with wrap_os_errors(self._path, "write"):
            self._writer.close()
        rows = twins = 0
        last = ""
        order = ["sample_id", "ordinal"]
        for batch in sorted_batches([self._path], _SPOOL, order, self._store.spill):
            keep, last = _first_of_each(batch.column("sample_id").to_pylist(), last)
            rows += batch.num_rows
            twins += batch.num_rows - sum(keep)
            good = batch.filter(pa.array(keep, pa.bool_()))
            output.rows.write(tables.to_batch(_SCHEMA, {n: good.column(n) for n in _SCHEMA.names}))
            if not all(keep):
                output.rejections.write(
                    _repeats(batch.filter(pa.array([not k for k in keep], pa.bool_())))
                )
        return rows, twins

    def discard(self) -> None:
        """Remove the file."""
        with suppress(OSError, pa.ArrowException):  # the disk was full: the file goes anyway
            self._writer.close()
        self._path.unlink(missing_ok=True)


def _first_of_each(ids: list[str], last: str) -> tuple[list[bool], str]:
    keep = []
    for sample in ids:
        keep.append(sample != last)
        last = sample
    return keep, last


def _repeats(batch: pa.RecordBatch) -> pa.RecordBatch:
    size = batch.num_rows
    return tables.to_batch(
        tables.REJECTIONS,
        {
            "sample_id": batch.column("sample_id"),
            "reason": [Reason.DUPLICATE_SEED.value] * size,
            "detail": ["the same question, answer, givens and choices as an earlier row"] * size,
            "parent_digest": batch.column("parent_digest"),
            "actions": [[] for _ in range(size)],
            "place": batch.column("place"),
        },
    )


def _seed_row(dataset: str, item: NumberedSeed) -> dict[str, Any]:
    seed = item.seed
    values = _seed_values(seed)
    return {
        "sample_id": sample_id(dataset, seed.domain, item.digest),
        "seed_digest": item.digest,
        "row_digest": short_digest(values),
        "parent_digest": item.digest,
        "actions": [],
        "place": item.place,
        "ordinal": item.ordinal,
        **{
            name: orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
            if SEED_COLUMNS[name] is Column.JSON
            else value
            for name, value in values.items()
        },
    }


def _seed_values(seed: Seed) -> dict[str, Json]:
    return {
        "domain": seed.domain,
        "question": seed.question,
        "answer": seed.answer,
        "givens": [
            {"role": g.role, "symbol": g.symbol, "value": g.value, "unit": g.unit}
            for g in seed.givens
        ],
        "choices": list(seed.choices),
        "input_images": list(seed.input_images),
        "seed_id": seed.seed_id,
        "language": seed.language,
        "licence": seed.licence,
        "source": seed.source,
        "family": seed.family,
        "figure": dict(seed.figure) if seed.figure is not None else None,
        "extra": dict(seed.extra),
    }
