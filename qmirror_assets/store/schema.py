"""Tables of the state database. Content lives elsewhere; here are pointers and run facts."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

formats = Table(
    "formats",
    metadata,
    Column("name", String(32), primary_key=True),  # of what is stored; so far only "state"
    Column("version", Integer, nullable=False),
)
datasets = Table(
    "datasets",
    metadata,
    Column("dataset", String(64), primary_key=True),
    Column("record", Text, nullable=False),  # JSON: recipe, seeds, profile
)
domains = Table(
    "domains",
    metadata,
    Column("dataset", String(64), primary_key=True),
    Column("domain", String(64), primary_key=True),
    Column("display", Text, nullable=False),
)
pointers = Table(
    "pointers",
    metadata,
    Column("dataset", String(64), primary_key=True),
    Column("node", String(200), primary_key=True),
    Column("domain", String(64), primary_key=True),
    Column("manifest", String(64), nullable=False),
    Column("fingerprint", String(64), nullable=False),
)
leases = Table(
    "leases",
    metadata,
    Column("dataset", String(64), primary_key=True),
    Column("node", String(200), primary_key=True),
    Column("domain", String(64), primary_key=True),
    Column("owner", String(200), nullable=False),  # "" when free
    Column("token", Integer, nullable=False),  # fencing token, only ever grows
    Column("heartbeat", Float, nullable=False),  # unix seconds
)
attempts = Table(
    "attempts",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("action_key", String(64), nullable=False),
    Column("dataset", String(64), nullable=False),
    Column("node", String(200), nullable=False),
    Column("domain", String(64), nullable=False),
    Column("sample_id", String(32), nullable=False),
    Column("run_id", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("outcome", String(32), nullable=False),  # "ok" or a failure kind
    Column("tries", Integer, nullable=False),
    Column("prompt_tokens", Integer, nullable=False),
    Column("completion_tokens", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("cost", Float, nullable=False),
    Column("at", Float, nullable=False),  # unix seconds
    Index("attempts_by_action", "action_key").ddl_if(dialect="postgresql"),
)
attempt_keys = Table(  # see `attempts`
    "attempt_keys",
    metadata,
    Column("head", String(16), primary_key=True),  # beginning of the action key
    Column("attempt", BigInteger, primary_key=True),
    sqlite_with_rowid=False,
)
marks = Table(
    "marks",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
materializations = Table(
    "materializations",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("dataset", String(64), nullable=False),
    Column("node", String(200), nullable=False),
    Column("domain", String(64), nullable=False),
    Column("manifest", String(64), nullable=False),
    Column("run_id", String(64), nullable=False),
    Column("facts", Text, nullable=False),  # JSON: hits, calls, tokens, seconds
    Column("at", Float, nullable=False),
)
runs = Table(
    "runs",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("dataset", String(64), nullable=False),
    Column("facts", Text, nullable=False),  # JSON: command, recipe digest, profile, versions
    Column("at", Float, nullable=False),
)
stage_parts = Table(
    "stage_parts",
    metadata,
    Column("fingerprint", String(64), primary_key=True),  # of a stage
    Column("parts", Text, nullable=False),  # JSON: name of a part -> value, prompts as digests
)
supersedes = Table(
    "supersedes",
    metadata,
    Column("dataset", String(64), primary_key=True),
    Column("sample_id", String(32), primary_key=True),
    Column("old_sample_id", String(32), nullable=False),
)
versions = Table(
    "versions",
    metadata,
    Column("dataset", String(64), primary_key=True),
    Column("version", String(32), primary_key=True),
    Column("state", String(16), nullable=False),  # candidate | published
    Column("digest", String(64), nullable=False),  # logical content
    Column("record", Text, nullable=False),  # JSON: snapshots, samples, bytes digest
)
snapshots = Table(
    "snapshots",
    metadata,
    Column("dataset", String(64), primary_key=True),
    Column("version", String(32), primary_key=True),
    Column("domain", String(64), primary_key=True),
    Column("digest", String(64), nullable=False),  # CAS digest of the snapshot
)
gates = Table(
    "gates",
    metadata,
    Column("candidate", String(64), primary_key=True),  # bytes digest of the candidate
    Column("suite", String(64), primary_key=True),  # suite fingerprint
    Column("dataset", String(64), nullable=False),
    Column("version", String(32), nullable=False),
    Column("passed", Integer, nullable=False),
    Column("record", String(64), nullable=False),  # CAS digest of the gate record
    Column("at", Float, nullable=False),
)
current = Table(
    "current",
    metadata,
    Column("dataset", String(64), primary_key=True),
    Column("version", String(32), nullable=False),
)
