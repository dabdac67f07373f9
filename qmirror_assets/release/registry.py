"""Versions, gate records and the current pointer in the state database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

from qmirror_assets.errors import NotFoundError, VersionError
from qmirror_assets.keys import Version
from qmirror_assets.records import Json
from qmirror_assets.release.gate import GateRecord
from qmirror_assets.store import Store, schema
from qmirror_assets.store.state import upsert

CANDIDATE, PUBLISHED = "candidate", "published"


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version.

    bytes_digest: of the candidate's checksums. content: see `release.content`.
    """

    dataset: str
    version: str
    state: str
    release_digest: str
    samples: int
    bytes_digest: str
    directory: str
    current: bool = False
    partial: bool = False
    content: str = ""
    snapshots: Mapping[str, str] = field(default_factory=dict)  # domain -> snapshot digest

    @property
    def path(self) -> Path:
        """Its directory."""
        return Path(self.directory)

    def to_json(self) -> dict[str, Json]:
        """The version as JSON."""
        return asdict(self)


def releases_folder(store: Store, dataset: str) -> Path:
    """Where the releases of a dataset lie."""
    return store.root / "releases" / dataset


def candidates_folder(store: Store, dataset: str) -> Path:
    """Where the candidates of a dataset lie."""
    return store.root / "candidates" / dataset


def list_versions(store: Store, dataset: str) -> list[VersionRow]:
    """All versions of a dataset, oldest first."""
    table = schema.versions
    rows = store.state.rows(sa.select(table).where(table.c.dataset == dataset))
    now = current_version(store, dataset)
    found = [_row(store, row, now) for row in rows]
    return sorted(found, key=lambda row: Version.parse(row.version))


def find_version(store: Store, dataset: str, version: str) -> VersionRow | None:
    """One version, or None."""
    table = schema.versions
    where = sa.select(table).where(table.c.dataset == dataset, table.c.version == version)
    rows = store.state.rows(where)
    return _row(store, rows[0], current_version(store, dataset)) if rows else None


def current_version(store: Store, dataset: str) -> str:
    """The version that `current` names, or ""."""
    table = schema.current
    rows = store.state.rows(sa.select(table.c.version).where(table.c.dataset == dataset))
    return str(rows[0].version) if rows else ""


def put_candidate(store: Store, row: VersionRow) -> None:
    """Record a candidate in place of an earlier one of the same name.

    Raises:
        VersionError: a version of that name is published.
    """
    key = {"dataset": row.dataset, "version": row.version}
    table = schema.versions
    with store.state.write() as connection:
        where = sa.select(table.c.state).where(
            table.c.dataset == row.dataset, table.c.version == row.version
        )
        if connection.execute(where).scalar() == PUBLISHED:
            raise already_published(row.version)
        record = {
            "samples": row.samples, "bytes_digest": row.bytes_digest, "partial": row.partial,
            "content": row.content, "snapshots": dict(row.snapshots),
        }  # fmt: skip
        values = {"state": CANDIDATE, "digest": row.release_digest, "record": _dump(record)}
        upsert(connection, table, key, values)


def put_published(store: Store, dataset: str, version: str) -> None:
    """Mark a candidate as published and make it the current version, in one transaction."""
    table = schema.versions
    with store.state.write() as connection:
        connection.execute(
            table.update()
            .where(table.c.dataset == dataset, table.c.version == version)
            .values(state=PUBLISHED)
        )
        upsert(connection, schema.current, {"dataset": dataset}, {"version": version})


def set_current(store: Store, dataset: str, version: str) -> None:
    """Make a published version the current one.

    Raises:
        VersionError: it is not published.
    """
    row = find_version(store, dataset, version)
    if row is None or row.state != PUBLISHED:
        raise VersionError(f"version {version} of {dataset} is not published")
    with store.state.write() as connection:
        upsert(connection, schema.current, {"dataset": dataset}, {"version": version})


def already_published(version: str) -> VersionError:
    """The refusal to touch a release."""
    return VersionError(
        f"version {version} is published already, with other content",
        expected="a name that is free: a published version never changes",
        remedy="Leave --version out to take the next running number",
    )


def require_version(store: Store, dataset: str, version: str) -> VersionRow:
    """One version.

    Raises:
        NotFoundError: naming the versions that are there.
    """
    row = find_version(store, dataset, version)
    if row is None:
        there = ", ".join(v.version for v in list_versions(store, dataset)) or "none"
        raise NotFoundError(
            f"no candidate or release {version} of dataset {dataset!r}",
            expected=f"one of: {there}",
            remedy="Run `qmirror build` to make it",
        )
    return row


# -- gate records


def save_gate(store: Store, record: GateRecord) -> str:
    """Keep a gate record and give its CAS digest; a later one for the same bytes and suite wins."""
    digest = store.cas.put(record.dump())
    store.cas.sync()
    with store.state.write() as connection:
        upsert(
            connection, schema.gates,
            {"candidate": record.candidate, "suite": record.suite},
            {
                "dataset": record.dataset, "version": record.version,
                "passed": int(record.passed), "record": digest, "at": record.at,
            },
        )  # fmt: skip
    return digest


def find_gate(store: Store, candidate: str, suite: str) -> GateRecord | None:
    """The record for exactly these bytes and this suite, or None.

    Raises:
        DamagedObject: the record's bytes changed.
    """
    table = schema.gates
    where = sa.select(table.c.record).where(table.c.candidate == candidate, table.c.suite == suite)
    rows = store.state.rows(where)
    return GateRecord.load(store.cas.get(rows[0].record)) if rows else None


def gates_of(store: Store, candidate: str) -> list[GateRecord]:
    """All records for these bytes, oldest first."""
    table = schema.gates
    where = sa.select(table.c.record).where(table.c.candidate == candidate).order_by(table.c.at)
    return [GateRecord.load(store.cas.get(row.record)) for row in store.state.rows(where)]


def _row(store: Store, row: Any, current: str) -> VersionRow:
    record = orjson.loads(row.record)
    folder = releases_folder if row.state == PUBLISHED else candidates_folder
    return VersionRow(
        row.dataset, row.version, row.state, row.digest, record["samples"],
        record["bytes_digest"], str(folder(store, row.dataset) / row.version),
        row.version == current, record["partial"], record["content"], record["snapshots"],
    )  # fmt: skip


def _dump(value: Json) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
