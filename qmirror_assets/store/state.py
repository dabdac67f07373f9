"""The state database: manifest pointers, leases with fencing tokens, attempts, versions.

SQLite (WAL) on a local disk, PostgreSQL when shared; chosen by URL, same code. Never SQLite on a
network file system: its locks do not hold there.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from qmirror_assets import formats
from qmirror_assets.errors import NotFoundError, StoreUnavailable, UnknownFormat
from qmirror_assets.keys import PartitionKey
from qmirror_assets.records import Json
from qmirror_assets.store import schema, sqlite
from qmirror_assets.store.attempts import Appender, find_attempts, index_attempts
from qmirror_assets.store.prepared import Prepared

_STATE = "state"  # the database's own name in its table of formats
_CHECKPOINT = 4_000  # pages of 4 KB


@dataclass(frozen=True, slots=True)
class Made:
    """The run of a materialization, and what it cost."""

    run_id: str
    facts: Mapping[str, Json]


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite state database at `path`."""
    return f"sqlite:///{path}"


class State:
    """All reads and writes of the state database. Every write is one transaction."""

    def __init__(self, url: str) -> None:
        self._engine = sa.create_engine(url, poolclass=_pool_class(url))
        self._reading = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._appender = Appender(self._engine.dialect)
        # never the whole URL: it may hold a password
        self._place = url.removeprefix("sqlite:///") if url.startswith("sqlite") else "its server"
        if url.startswith("sqlite"):
            _configure_sqlite(self._engine)
        known = self._format()
        with self._wrap():
            schema.metadata.create_all(self._engine)
        if known is None:
            self._upsert(schema.formats, {"name": _STATE}, {"version": formats.STATE})

    def _format(self) -> int | None:
        """Version of the tables that are there; None: not said, or no table at all.

        Raises:
            UnknownFormat: a later one than this package knows.
        """
        table = schema.formats
        with self.read() as connection:
            if not sa.inspect(connection).has_table(table.name):
                return None
            where = sa.select(table.c.version).where(table.c.name == _STATE)
            found = connection.execute(where).scalar()
        try:
            formats.refuse_later(f"the state database in {self._place}", found, formats.STATE)
        except UnknownFormat:
            self.close()
            raise
        return found

    @contextmanager
    def _wrap(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            raise StoreUnavailable(
                f"the state database in {self._place} cannot be used",
                found=str(cause),
                remedy="Free space, fix the rights, or end the process that holds it",
            ) from error

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A write transaction."""
        with self._wrap(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A read connection."""
        with self._wrap(), self._reading.connect() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def rows(
        self, statement: sa.Select[Any], values: Mapping[str, Json] | None = None
    ) -> list[Any]:
        """All rows of a SELECT; values: of its named parameters."""
        with self.read() as connection:
            return list(connection.execute(statement, values))

    # -- datasets and domains

    def put_dataset(self, dataset: str, record: Mapping[str, Json]) -> None:
        """Set the record of a dataset."""
        self._upsert(
            schema.datasets, {"dataset": dataset}, {"record": orjson.dumps(record).decode()}
        )

    def find_dataset(self, dataset: str) -> dict[str, Json] | None:
        """The record of a dataset, or None."""
        table = schema.datasets
        found = self.rows(sa.select(table.c.record).where(table.c.dataset == dataset))
        return orjson.loads(found[0][0]) if found else None

    def get_dataset(self, dataset: str) -> dict[str, Json]:
        """The record of a dataset.

        Raises:
            NotFoundError: naming the datasets that are there.
        """
        record = self.find_dataset(dataset)
        if record is None:
            there = ", ".join(self.dataset_names()) or "none"
            raise NotFoundError(
                f"no dataset {dataset!r}",
                expected=f"one of: {there}",
                remedy="Run `qmirror build RECIPE` first",
            )
        return record

    def dataset_names(self) -> list[str]:
        """Names of all datasets."""
        table = schema.datasets
        return [row[0] for row in self.rows(sa.select(table.c.dataset).order_by(table.c.dataset))]

    def add_domain(self, dataset: str, domain: str, display: str) -> None:
        """Register a domain (append-only; the display name may change)."""
        self._upsert(schema.domains, {"dataset": dataset, "domain": domain}, {"display": display})

    def domain_names(self, dataset: str) -> dict[str, str]:
        """Domain slug -> display name."""
        table = schema.domains
        where = sa.select(table).where(table.c.dataset == dataset).order_by(table.c.domain)
        return {row.domain: row.display for row in self.rows(where)}

    # -- manifest pointers

    def pointer(self, key: PartitionKey) -> str | None:
        """Digest of the current manifest, or None."""
        with self.read() as connection:
            found = _POINTER.run(connection, asdict(key)).first()
        return str(found[0]) if found else None

    def pointers_of(self, dataset: str, domain: str) -> dict[str, str]:
        """Node -> digest of its current manifest, of all nodes of a domain."""
        with self.read() as connection:
            found = _POINTERS.run(connection, {"dataset": dataset, "domain": domain})
            return {row.node: row.manifest for row in found}

    def pointers(self, dataset: str) -> dict[PartitionKey, str]:
        """All current manifests of a dataset."""
        table = schema.pointers
        rows = self.rows(sa.select(table).where(table.c.dataset == dataset))
        return {PartitionKey(r.dataset, r.node, r.domain): r.manifest for r in rows}

    # -- run facts

    def add_attempts(self, rows: Sequence[Mapping[str, Json]]) -> None:
        """Append attempts."""
        if rows:
            with self.write() as connection:
                self._appender.append(connection, rows)

    def index_attempts(self) -> None:
        """Make the attempts so far quick to find."""
        with self.write() as connection:
            index_attempts(connection)

    def attempts_of(self, action_keys: Sequence[str]) -> list[Any]:
        """Attempts of those actions, oldest first."""
        with self.read() as connection:
            return list(find_attempts(connection, action_keys))

    def add_run(self, run_id: str, dataset: str, facts: Mapping[str, Json]) -> None:
        """Record a run."""
        values = {"dataset": dataset, "facts": orjson.dumps(facts).decode(), "at": time.time()}
        self._upsert(schema.runs, {"run_id": run_id}, values)

    def add_materialization(
        self, connection: sa.Connection, key: PartitionKey, manifest: str, made: Made
    ) -> None:
        """Record what one materialization cost, in the transaction that moves its pointer."""
        text = orjson.dumps(made.facts).decode()
        values = {"manifest": manifest, "run_id": made.run_id, "facts": text, "at": time.time()}
        _MATERIALIZED.run(connection, {**asdict(key), **values})

    def materializations(self, dataset: str, run_id: str | None = None) -> list[dict[str, Json]]:
        """Run facts of a dataset (of one run), oldest first."""
        table = schema.materializations
        where = sa.select(table).where(table.c.dataset == dataset).order_by(table.c.id)
        if run_id is not None:
            where = where.where(table.c.run_id == run_id)
        return [
            {**{k: v for k, v in r._mapping.items() if k != "facts"}, **orjson.loads(r.facts)}  # noqa: SLF001
            for r in self.rows(where)
        ]

    def runs(self, dataset: str) -> dict[str, dict[str, Json]]:
        """Run id -> recorded facts of a dataset's runs, oldest first."""
        table = schema.runs
        where = sa.select(table).where(table.c.dataset == dataset).order_by(table.c.at)
        return {row.run_id: orjson.loads(row.facts) for row in self.rows(where)}

    def last_run(self, dataset: str) -> dict[str, Json]:
        """Recorded facts of the last run of a dataset; {} when there was none."""
        table = schema.runs
        where = sa.select(table.c.facts).where(table.c.dataset == dataset)
        found = self.rows(where.order_by(table.c.at.desc()).limit(1))
        return orjson.loads(found[0][0]) if found else {}

    # -- what stage fingerprints are made of

    def put_stage_parts(self, fingerprint: str, parts: Mapping[str, Json]) -> None:
        """Remember the parts of a stage fingerprint; a no-op when they are known."""
        if self.stage_parts(fingerprint) is None:
            text = orjson.dumps(parts, option=orjson.OPT_SORT_KEYS).decode()
            self._upsert(schema.stage_parts, {"fingerprint": fingerprint}, {"parts": text})

    def stage_parts(self, fingerprint: str) -> dict[str, Json] | None:
        """The parts of a stage fingerprint, or None when it was never built here."""
        table = schema.stage_parts
        found = self.rows(sa.select(table.c.parts).where(table.c.fingerprint == fingerprint))
        return orjson.loads(found[0][0]) if found else None

    def add_supersedes(self, dataset: str, pairs: Mapping[str, str]) -> None:
        """Record new sample -> the old sample it replaces (same user id, edited seed)."""
        for new, old in pairs.items():
            self._upsert(
                schema.supersedes, {"dataset": dataset, "sample_id": new}, {"old_sample_id": old}
            )

    def superseded_by(self, dataset: str, sample_id: str) -> tuple[str, str]:
        """(the sample this one replaces or "", the sample that replaced this one or "")."""
        table = schema.supersedes
        mine = sa.select(table).where(table.c.dataset == dataset)
        old = self.rows(mine.where(table.c.sample_id == sample_id))
        new = self.rows(mine.where(table.c.old_sample_id == sample_id))
        return (old[0].old_sample_id if old else "", new[-1].sample_id if new else "")

    # -- snapshots

    def put_snapshot(self, dataset: str, version: str, domain: str, digest: str) -> None:
        """Freeze the snapshot of a domain for a version."""
        key = {"dataset": dataset, "version": version, "domain": domain}
        self._upsert(schema.snapshots, key, {"digest": digest})

    def snapshots_of(self, dataset: str, version: str) -> dict[str, str]:
        """Domain -> snapshot digest of a version: a version lists its own domains."""
        table = schema.snapshots
        where = sa.select(table).where(table.c.dataset == dataset, table.c.version == version)
        return {row.domain: row.digest for row in self.rows(where.order_by(table.c.domain))}

    def drop_snapshots(self, dataset: str, version: str) -> None:
        """Forget the snapshots of a version that is not published."""
        table = schema.snapshots
        with self.write() as connection:
            connection.execute(
                table.delete().where(table.c.dataset == dataset, table.c.version == version)
            )

    def _upsert(self, table: sa.Table, key: Mapping[str, Json], values: Mapping[str, Json]) -> None:
        with self.write() as connection:
            upsert(connection, table, key, values)


def upsert(
    connection: sa.Connection, table: sa.Table, key: Mapping[str, Json], values: Mapping[str, Json]
) -> None:
    """Update the row at `key`, or insert it."""
    update, insert = _upserts(table, tuple(key), tuple(values))
    at = {f"at_{name}": value for name, value in key.items()}
    to = {f"to_{name}": value for name, value in values.items()}
    if update.run(connection, {**at, **to}).rowcount == 0:
        insert.run(connection, {**key, **values})


@lru_cache  # to build a statement takes as long as to run it
def _upserts(
    table: sa.Table, key: tuple[str, ...], values: tuple[str, ...]
) -> tuple[Prepared, Prepared]:
    where = sa.and_(*(table.c[name] == sa.bindparam(f"at_{name}") for name in key))
    to: dict[str, Any] = {name: sa.bindparam(f"to_{name}") for name in values}
    return Prepared(table.update().where(where).values(to)), Prepared(table.insert())


def partition_of(table: sa.Table, prefix: str = "") -> sa.ColumnElement[bool]:
    """The row of a partition; the fields of its key are given as values of these names."""
    names = ("dataset", "node", "domain")
    return sa.and_(*(table.c[name] == sa.bindparam(f"{prefix}{name}") for name in names))


_POINTER = Prepared(sa.select(schema.pointers.c.manifest).where(partition_of(schema.pointers)))
_POINTERS = Prepared(
    sa.select(schema.pointers.c.node, schema.pointers.c.manifest).where(
        schema.pointers.c.dataset == sa.bindparam("dataset"),
        schema.pointers.c.domain == sa.bindparam("domain"),
    )
)
_MATERIALIZED = Prepared(schema.materializations.insert())


def _pool_class(url: str) -> type[sa.Pool] | None:
    # One connection for an in-memory database: each new one would be empty.
    return sa.StaticPool if url == "sqlite://" else None


def _configure_sqlite(engine: sa.Engine) -> None:
    @sa.event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        # The driver's own transaction handling starts a write too late to be atomic.
        connection.isolation_level = None
        sqlite.prepare(connection, checkpoint=_CHECKPOINT)

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
