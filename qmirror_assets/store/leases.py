"""One writer per (stage, domain): a lease with a fencing token that only ever grows.

A commit carries its token and moves the pointer only while the lease still bears it, so a writer
that was thought dead and woke up cannot overwrite its successor. A lease whose process is gone is
free at once on the same host; on another host after `STALE_AFTER` seconds without a heartbeat.
"""

from __future__ import annotations

import math
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa

from qmirror_assets.errors import PartitionBusy
from qmirror_assets.keys import PartitionKey
from qmirror_assets.store import atomic
from qmirror_assets.store.prepared import Prepared
from qmirror_assets.store.schema import leases, pointers
from qmirror_assets.store.state import Made, State, partition_of, upsert

STALE_AFTER = 120.0
_POLL = 0.2


def _start_time(pid: int) -> str:
    """Start time of a process in clock ticks ("" when it is gone): guards against a reused pid.

    A zombie is gone: it holds nothing any more, and where nobody reaps it (a container without
    an init process) it stays for ever.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]


def process_owner() -> str:
    """This process as an owner: host, pid, start time."""
    pid = os.getpid()
    return f"{socket.gethostname()}|{pid}|{_start_time(pid)}"


def is_gone(owner: str) -> bool:
    """Whether an owner was a process of this host that is no longer there."""
    return owner.startswith(f"{socket.gethostname()}|") and _is_dead(owner, math.inf, 0.0)


def _is_dead(owner: str, heartbeat: float, now: float) -> bool:
    host, _, rest = owner.partition("|")
    pid, _, started = rest.partition("|")
    if host == socket.gethostname() and pid.isdigit():
        return _start_time(int(pid)) != started
    return now - heartbeat > STALE_AFTER


@dataclass(slots=True)
class Lease:
    """A lease. held: not given back yet."""

    key: PartitionKey
    token: int
    owner: str
    held: bool = True


_LEASE = Prepared(sa.select(leases).where(partition_of(leases)))
_OURS = sa.and_(partition_of(leases, "at_"), leases.c.token == sa.bindparam("at_token"))
_FREE = Prepared(leases.update().where(_OURS).values(owner=""))
_BEAT = Prepared(leases.update().where(_OURS).values(heartbeat=sa.bindparam("now")))


def _at(lease: Lease) -> dict[str, str | int]:
    key = lease.key
    return {
        "at_dataset": key.dataset, "at_node": key.node, "at_domain": key.domain,
        "at_token": lease.token,
    }  # fmt: skip


def try_acquire(state: State, key: PartitionKey, owner: str) -> Lease | str:
    """Take the lease, or give the owner that holds it. An owner may hold a lease only once."""
    now = time.time()
    with state.write() as connection:
        row = _LEASE.run(connection, asdict(key)).first()
        if row is not None and row.owner and not _is_dead(row.owner, row.heartbeat, now):
            return str(row.owner)
        token = 1 if row is None else row.token + 1
        upsert(
            connection, leases, asdict(key),
            {"owner": owner, "token": token, "heartbeat": now},
        )  # fmt: skip
    return Lease(key, token, owner)


@contextmanager
def hold(
    state: State,
    key: PartitionKey,
    *,
    wait: float = 30.0,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Lease]:
    """Hold the lease of a partition for the block, or until a commit that gives it back.

    Waits at most `wait` seconds for it.

    Raises:
        PartitionBusy: another process still holds it.
    """
    owner = process_owner()
    deadline = time.monotonic() + wait
    while isinstance(lease := try_acquire(state, key, owner), str):
        if time.monotonic() >= deadline:
            host, pid = lease.split("|")[:2]
            raise PartitionBusy(
                f"{key} is being built by another process",
                expected=f"its lease to become free within {wait:.0f} s",
                found=f"process {pid} on {host}",
                remedy="Wait for that build, or end it; its lease is then free at once",
            )
        sleep(_POLL)
    try:
        yield lease
    finally:
        if lease.held:
            release(state, lease)


def release(state: State, lease: Lease) -> None:
    """Free a lease that is still ours; the token stays."""
    with state.write() as connection:
        _FREE.run(connection, _at(lease))
    lease.held = False


def beat(state: State, lease: Lease) -> None:
    """Show that the owner is alive (for owners on other hosts)."""
    with state.write() as connection:
        _BEAT.run(connection, {**_at(lease), "now": time.time()})


def commit_pointer(
    state: State,
    lease: Lease,
    manifest: str,
    fingerprint: str,
    made: Made | None = None,
    *,
    last: bool = False,
) -> None:
    """Move the pointer of the lease's partition in one transaction.

    Args:
        state: The state database.
        lease: It must still be ours.
        manifest: Digest to point to.
        fingerprint: Of the partition.
        made: What the materialization cost, to be told in the same transaction.
        last: Give the lease back in the same transaction, too.

    Raises:
        PartitionBusy: the lease was lost to another process meanwhile.
    """
    key = lease.key
    with state.write() as connection:
        row = _LEASE.run(connection, asdict(key)).one()
        if (row.token, row.owner) != (lease.token, lease.owner):
            raise PartitionBusy(
                f"the lease of {key} was lost",
                expected=f"fencing token {lease.token}",
                found=f"token {row.token} of {row.owner or 'nobody'}",
                remedy="Run again; finished calls are kept",
            )
        atomic.crash_point("before_pointer")
        upsert(
            connection, pointers, asdict(key),
            {"manifest": manifest, "fingerprint": fingerprint},
        )  # fmt: skip
        if made is not None:
            state.add_materialization(connection, key, manifest, made)
        if last:
            _FREE.run(connection, _at(lease))
    lease.held = not last
    atomic.crash_point("after_pointer")
